#include "simulator/endpoints.hpp"
#include "simulator/picture.hpp"
#include "simulator/sessions.hpp"
#include "simulator/wire_formats.hpp"
#include "simulator/wire_text.hpp"

#include <charconv>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr int ret_parameter = 1;
constexpr int ret_not_a_friend = 1204;
constexpr int ret_too_frequent = 1205;

struct named_peer {
  std::string id;
  std::string nick;
};

named_peer name_of(const phone_user& user, const peer_ref& who) {
  switch (who.what) {
  case peer_ref::kind::contact:
    return {user.contacts[who.index].id, user.contacts[who.index].nick};
  case peer_ref::kind::chatroom:
    return {user.chatrooms[who.index].id, user.chatrooms[who.index].topic};
  case peer_ref::kind::member: {
    const auto& m = user.chatrooms[who.index].members[who.member];
    return {m.id, m.nick};
  }
  case peer_ref::kind::self:
    break;
  }
  return {user.wxid, user.nick};
}

bool takes_messages(const phone_user& user, const peer_ref& who) {
  if (who.what == peer_ref::kind::chatroom) return true;
  if (who.what != peer_ref::kind::contact) return false;
  const auto& p = user.contacts[who.index];
  return !p.deleted && p.kind != person_kind::former;
}

bool is_over_the_limit(world& w, web_session& s) {
  if (w.options.sends_per_minute == 0) return false;
  while (!s.recent_sends.empty() && w.now.steady - s.recent_sends.front() > 60s)
    s.recent_sends.pop_front();
  if (s.recent_sends.size() >= w.options.sends_per_minute) return true;
  s.recent_sends.push_back(w.now.steady);
  return false;
}

/// The fields of Msg that every send has; empty when the request is refused.
struct send_request {
  std::int64_t type = 0;
  std::string content;
  std::string client_msg_id;
  peer_ref to;
};

std::optional<send_request> read_send(world& w, const call& c, const web_session& s) {
  const auto* body = c.request.body();
  const auto* msg = body == nullptr ? nullptr : object_of(*body, "Msg");
  if (msg == nullptr || !body->contains("Scene")) {
    w.violate(violation_kind::bad_body, c, "Msg and Scene are needed");
    return std::nullopt;
  }
  send_request r;
  auto type = integer_of(*msg, "Type");
  r.content = text_of(*msg, "Content");
  r.client_msg_id = text_of(*msg, "ClientMsgId");
  if (!type || (*type != 1 && *type != 48) || r.content.empty() || r.client_msg_id.empty()) {
    w.violate(violation_kind::bad_body, c, "Type 1 or 48, Content and ClientMsgId are needed");
    return std::nullopt;
  }
  r.type = *type;
  if (text_of(*msg, "LocalID") != r.client_msg_id)
    w.violate(violation_kind::bad_body, c, "LocalID must equal ClientMsgId");
  if (text_of(*msg, "FromUserName") != s.names.self()) {
    w.violate(violation_kind::unknown_user_name, c, "FromUserName must be the account");
    return std::nullopt;
  }
  auto to = s.names.find(text_of(*msg, "ToUserName"));
  if (!to) {
    w.violate(violation_kind::unknown_user_name, c, "ToUserName is nobody in this session");
    return std::nullopt;
  }
  r.to = *to;
  return r;
}

void echo(world& w, web_session& s, const send_request& r, std::uint64_t msg_id) {
  message_draft m;
  m.msg_id = msg_id;
  m.to = r.to;
  m.type = static_cast<int>(r.type);
  m.text = r.content;
  m.created = w.now.wall;
  deliver(w, s, std::move(m));
}

} // namespace

std::optional<answer> serve_webwxsendmsg(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_base_request(c));
  if (ret != 0) return ret_answer(ret);
  auto wanted = read_send(w, c, *s);
  auto fields = with_ret(ret_parameter);
  fields["MsgID"] = "";
  fields["LocalID"] = wanted ? wanted->client_msg_id : "";
  if (!wanted) return json_text(std::move(fields));
  // The service does not deduplicate on it (1.2), so a repeated one is a client's mistake.
  if (std::exchange(s->last_client_msg_id, wanted->client_msg_id) == wanted->client_msg_id)
    w.violate(violation_kind::repeated_client_msg_id, c, "ClientMsgId must grow");

  const auto& user = *w.user(s->user_id);
  auto peer = name_of(user, wanted->to);
  int verdict = 0;
  if (is_over_the_limit(w, *s))
    verdict = ret_too_frequent;
  else if (!takes_messages(user, wanted->to))
    verdict = ret_not_a_friend;

  sent_message record;
  record.user = user.id;
  record.session = s->number;
  record.to_id = peer.id;
  record.to_nick = peer.nick;
  record.type = static_cast<int>(wanted->type);
  record.text = clip(wanted->content, max_sent_text_bytes);
  record.client_msg_id = clip(wanted->client_msg_id, 64);
  record.ret = verdict;
  record.at = w.now.wall;
  if (verdict == 0) {
    auto msg_id = w.next_message_id();
    record.msg_id = std::to_string(msg_id);
    record.ledger_number = w.book.replied(user.id, peer.id, wanted->content, w.now.steady).value_or(0);
    if (w.options.echo_own_sends) echo(w, *s, *wanted, msg_id);
  }
  fields["BaseResponse"].get_object()["Ret"] = verdict;
  fields["MsgID"] = record.msg_id;
  w.sent.add(std::move(record));
  return json_text(std::move(fields));
}

std::optional<answer> serve_webwxgetmsgimg(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_query_and_cookies(c));
  if (ret != 0) return ret_answer(ret);
  const auto& r = c.request;
  auto text = r.has_field("MsgID") ? r.field("MsgID") : r.field("msgid");
  std::uint64_t id = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  auto found = read.ec == std::errc{} ? w.pictures.find(id) : w.pictures.end();
  if (found == w.pictures.end() || found->second.user != s->user_id) {
    w.violate(violation_kind::bad_query, c, "MsgID must be that of a picture this account received");
    return jpeg({});
  }
  bool thumbnail = r.field("type") == "slave";
  return jpeg(make_jpeg(thumbnail ? 0 : found->second.bytes, id));
}

std::optional<answer> serve_webwxgeticon(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_query_and_cookies(c));
  if (ret != 0) return ret_answer(ret);
  const auto& r = c.request;
  auto name = r.has_field("username") ? r.field("username") : r.field("userName");
  auto who = s->names.find(name);
  if (!who) {
    w.violate(violation_kind::unknown_user_name, c, "no contact, chatroom or member of this session");
    return jpeg({});
  }
  return jpeg(make_jpeg(600, who->index));
}

} // namespace weixin::simulator
