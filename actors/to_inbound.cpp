#include "actors/to_inbound.hpp"

#include "actors/group_view.hpp"
#include "actors/inbound_detail.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/scratch_memory.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <functional>
#include <optional>

namespace weixin {

namespace {

/// The kinds have the same names; what is never shown has none here.
inbound_kind kind_of(webwx::message_kind k) {
  return parse_inbound_kind(webwx::to_string(k)).value_or(inbound_kind::unsupported);
}

/// A friend request's raw form holds its ticket, which is nobody's business but the account's.
bool needs_raw(inbound_kind kind) noexcept {
  return kind != inbound_kind::text && kind != inbound_kind::image && kind != inbound_kind::system &&
         kind != inbound_kind::friend_request;
}

/// A pat's sentence names people as `${UserName}`: those that are known get their name.
std::string with_names(std::string_view text,
                       const std::function<std::optional<std::string>(std::string_view)>& name_of) {
  std::string out;
  while (!text.empty()) {
    auto begin = text.find("${");
    auto end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) break;
    auto user_name = text.substr(begin + 2, end - begin - 2);
    out += text.substr(0, begin);
    out += name_of(user_name).value_or(std::string{text.substr(begin, end + 1 - begin)});
    text.remove_prefix(end + 1);
  }
  return out += text;
}

boost::json::object event_object(const inbound& m, wall_time at, boost::json::storage_ptr storage) {
  boost::json::object data({{"account", m.account},
                            {"at", to_rfc3339(at)},
                            {"id", m.msg_id},
                            {"sent_at", to_rfc3339(m.sent_at)},
                            {"type", to_string(m.kind)},
                            {"msg_type", m.msg_type},
                            {"chat", m.chat},
                            {"chat_display", m.chat_display},
                            {"group", m.is_group},
                            {"own", m.is_own},
                            {"sender", m.sender_display},
                            {"mentions_me", m.mentions_me},
                            {"text", m.text}},
                           storage);
  if (!m.sender_ref.empty()) data["sender_ref"] = m.sender_ref;
  if (!m.sender_id.empty()) data["sender_id"] = m.sender_id;
  if (!m.detail.empty())
    if (auto detail = webwx::parse_json(m.detail, "inbox", storage)) data["detail"] = std::move(*detail);
  if (!m.raw.empty()) data["raw"] = m.raw;
  return data;
}

/// Reads the members of one object; a member that is missing or of another type makes all of it bad.
class field_reader {
public:
  explicit field_reader(const boost::json::object& object) : object_(object) {}

  std::string text(std::string_view key) {
    const auto* value = object_.if_contains(key);
    const auto* string = value == nullptr ? nullptr : value->if_string();
    if (string != nullptr) return {string->data(), string->size()};
    ok_ = false;
    return {};
  }
  bool flag(std::string_view key) {
    const auto* value = object_.if_contains(key);
    const auto* found = value == nullptr ? nullptr : value->if_bool();
    if (found != nullptr) return *found;
    ok_ = false;
    return false;
  }
  int number(std::string_view key) {
    const auto* value = object_.if_contains(key);
    boost::json::error_code ec;
    auto found = value == nullptr ? 0 : value->to_number<int>(ec);
    ok_ = ok_ && value != nullptr && !ec;
    return ec ? 0 : found;
  }
  /// The text of an object.
  std::string object(std::string_view key) {
    const auto* value = object_.if_contains(key);
    if (value != nullptr && value->is_object()) return boost::json::serialize(*value);
    ok_ = false;
    return {};
  }
  bool ok() const noexcept { return ok_; }

private:
  const boost::json::object& object_;
  bool ok_ = true;
};

} // namespace

inbound to_inbound(const webwx::raw_message& m, account_context& context, const webwx::session& session) {
  const auto& p = m.parsed;
  inbound out;
  out.account = context.name;
  out.msg_id = m.msg_id;
  out.sent_at = wall_time{} + std::chrono::seconds{p.create_time};
  out.kind = kind_of(p.kind);
  out.msg_type = p.msg_type;
  out.is_group = p.is_group;
  out.is_own = p.is_own;
  out.text = p.text;
  out.chat = context.contacts.ref_of(p.peer);
  // Whoever speaks in a group gets no reference for that: a stranger of a later session could not be
  // recognised by it.
  out.sender_ref = context.contacts.known_ref(p.sender).value_or("");
  if (p.is_group && !p.sender.empty()) out.sender_id = member_id(p.sender);
  if (auto chat = context.contacts.find(p.peer)) {
    out.chat_display = chat->display();
    out.from_official =
        chat->kind == webwx::contact_kind::official || chat->kind == webwx::contact_kind::special;
    if (p.is_own) {
      out.sender_nick = out.sender_display = session.nick_name;
    } else if (!p.is_group) {
      out.sender_nick = chat->nick;
      out.sender_display = out.chat_display;
    }
    for (const auto& member : chat->members) {
      if (member.user_name == p.sender) {
        out.sender_nick = member.nick_name;
        out.sender_display = member.display_name.empty() ? member.nick_name : member.display_name;
      }
      if (is_written(out.kind) && member.user_name == session.user_name && !member.display_name.empty())
        out.mentions_me = webwx::mentions(p.text, member.display_name);
    }
    if (p.is_group && is_written(out.kind))
      out.mentions_me = out.mentions_me || webwx::mentions(p.text, session.nick_name);
    if (out.kind == inbound_kind::pat)
      out.text = with_names(p.text, [&](std::string_view user_name) -> std::optional<std::string> {
        for (const auto& member : chat->members)
          if (member.user_name == user_name)
            return member.display_name.empty() ? member.nick_name : member.display_name;
        if (auto known = context.contacts.find(user_name)) return known->display();
        return std::nullopt;
      });
  }
  auto detail = detail_of(p.content, [&](std::string_view user_name) -> std::optional<std::string> {
    if (user_name.empty() || !context.contacts.find(user_name)) return std::nullopt;
    return context.contacts.ref_of(user_name);
  });
  if (!detail.empty()) out.detail = boost::json::serialize(detail);
  if (needs_raw(out.kind)) out.raw = m.raw;
  return out;
}

std::string to_event_json(const inbound& m, wall_time at) {
  webwx::scratch_memory memory;
  return boost::json::serialize(event_object(m, at, memory.storage()));
}

std::string to_stored_json(const inbound& m, wall_time at) {
  webwx::scratch_memory memory;
  auto data = event_object(m, at, memory.storage());
  data["sender_nick"] = m.sender_nick;
  data["official"] = m.from_official;
  return boost::json::serialize(data);
}

result<inbound> inbound_from_json(const store::stored_message& stored) {
  webwx::scratch_memory memory;
  auto value = webwx::parse_json(stored.event, "inbox", memory.storage());
  const auto* object = value ? value->if_object() : nullptr;
  if (object == nullptr) return fail(errc::store_corrupt, "a stored message is no JSON object");
  field_reader in{*object};
  inbound m;
  m.account = in.text("account");
  m.msg_id = in.text("id");
  m.seq = stored.seq;
  m.sent_at = stored.sent_at;
  auto kind = parse_inbound_kind(in.text("type"));
  m.msg_type = in.number("msg_type");
  m.chat = in.text("chat");
  m.chat_display = in.text("chat_display");
  m.is_group = in.flag("group");
  m.is_own = in.flag("own");
  m.sender_display = in.text("sender");
  m.text = in.text("text");
  m.sender_nick = in.text("sender_nick");
  m.from_official = in.flag("official");
  m.mentions_me = in.flag("mentions_me");
  if (object->contains("sender_ref")) m.sender_ref = in.text("sender_ref");
  if (object->contains("sender_id")) m.sender_id = in.text("sender_id");
  if (object->contains("raw")) m.raw = in.text("raw");
  if (object->contains("detail")) m.detail = in.object("detail");
  if (!in.ok() || !kind || m.account.empty() || m.msg_id.empty() || m.chat.empty())
    return fail(errc::store_corrupt, "a stored message lacks a field");
  m.kind = *kind;
  return m;
}

} // namespace weixin
