#include "tests/store/contract.hpp"

#include <algorithm>

namespace weixin::store {

namespace {

template <class List, class Name>
names names_of(const result<List>& list, Name name) {
  if (!list) return {"failed: " + to_string(list.error())};
  names found;
  for (const auto& one : *list)
    found.push_back(name(one));
  return found;
}

} // namespace

webwx::session session_of(std::int64_t uin, int key) {
  webwx::session session;
  session.uin = uin;
  session.skey = secret{"invented-" + std::to_string(key)};
  session.keys.sync_key.pairs = {{1, key}, {1000, 1'700'000'000}};
  session.keys.sync_check_key.pairs = {{1, key + 1}};
  return session;
}

inbound_message message_with(std::string msg_id, std::string chat) {
  inbound_message message;
  message.event = "{\"event\":\"" + msg_id + "\"}";
  message.raw = "{\"MsgId\":\"" + msg_id + "\"}";
  message.msg_id = std::move(msg_id);
  message.chat = std::move(chat);
  message.sent_at = noon;
  return message;
}

sync_commit batch(const std::vector<std::string>& ids, int key) {
  sync_commit commit;
  commit.account = "shop-01";
  commit.at = noon + std::chrono::seconds{1};
  for (const auto& id : ids)
    commit.messages.push_back(message_with(id));
  commit.keys = session_of(0, key).keys;
  return commit;
}

send_record send_with(std::string id, send_state state) {
  send_record send;
  send.id = std::move(id);
  send.account = "shop-01";
  send.to = "c-1";
  send.content = text_content{"hello"};
  send.client_msg_id = "17000000000000001";
  send.state = state;
  send.created_at = send.updated_at = noon;
  return send;
}

media_record picture_of(std::string msg_id, wall_time at) {
  media_record record;
  record.owner = std::move(msg_id);
  record.changed_at = at;
  record.name = "a name.jpg";
  record.announced_bytes = 100;
  record.sender = "@sender";
  record.media_id = "@media";
  record.encrypted_name = "a%20name.jpg";
  return record;
}

media_record fetched(std::string msg_id, std::string file, std::string sha256, std::uint64_t bytes,
                     wall_time at) {
  auto record = picture_of(std::move(msg_id), at);
  record.state = media_state::available;
  record.content = media_content{std::move(file), std::move(sha256), bytes, "image/jpeg"};
  return record;
}

token_record token_named(std::string id, char hash) {
  token_record token;
  token.id = std::move(id);
  token.name = "grafana";
  token.hash = std::string(32, hash);
  token.created_by = "uid 1000";
  token.created_at = noon;
  return token;
}

audit_record audit_of(std::string call, bool refused, wall_time at) {
  audit_record row;
  row.at = at;
  row.refused = refused;
  row.who = refused ? "nobody" : "local";
  row.call = std::move(call);
  row.status = refused ? 401 : 200;
  return row;
}

contact_record contact_with(std::string ref, wall_time seen_at) {
  contact_record contact;
  contact.ref = std::move(ref);
  contact.session = "@own";
  contact.user_name = "@user-" + contact.ref;
  contact.kind = webwx::contact_kind::group;
  contact.alias = "alias";
  contact.remark = "remark";
  contact.nick = "nick";
  contact.seen_at = seen_at;
  contact.real_id = "1@chatroom";
  contact.province = "province";
  contact.city = "city";
  contact.sex = 2;
  contact.avatar_seq = 620'000'001;
  contact.attr_status = -1;
  contact.basis = webwx::match_basis::alias;
  contact.same_as = "c-other";
  return contact;
}

names ids_of(const result<std::vector<appended_message>>& messages) {
  return names_of(messages, [](const auto& m) { return m.msg_id; });
}

names ids_of(const result<std::vector<stored_message>>& messages) {
  return names_of(messages, [](const auto& m) { return m.msg_id; });
}

names ids_of(const result<std::vector<send_record>>& sends) {
  return names_of(sends, [](const auto& s) { return s.id; });
}

names refs_of(const result<std::vector<contact_record>>& contacts) {
  return names_of(contacts, [](const auto& c) { return c.ref; });
}

} // namespace weixin::store
