#include "actors/to_inbound.hpp"

#include "protocol/webwx/contacts.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace weixin {

namespace {

inbound_kind kind_of(webwx::message_kind k) {
  switch (k) {
  case webwx::message_kind::text:
    return inbound_kind::text;
  case webwx::message_kind::image:
    return inbound_kind::image;
  case webwx::message_kind::system:
    return inbound_kind::system;
  default:
    return inbound_kind::unsupported;
  }
}

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
  out.chat = context.contacts.ref_of(p.peer);
  const auto* chat = context.contacts.find(p.peer);
  if (chat != nullptr) {
    out.chat_display = webwx::display_name(*chat);
    out.from_official =
        chat->kind == webwx::contact_kind::official || chat->kind == webwx::contact_kind::special;
  }
  if (p.is_group && chat != nullptr) {
    for (const auto& member : chat->members) {
      if (member.user_name == p.sender) {
        out.sender_nick = member.nick_name;
        out.sender_display = member.display_name.empty() ? member.nick_name : member.display_name;
      }
      if (member.user_name == session.user_name && !member.display_name.empty())
        out.mentions_me = webwx::mentions(p.text, member.display_name);
    }
    out.mentions_me = out.mentions_me || webwx::mentions(p.text, session.nick_name);
  } else if (chat != nullptr) {
    out.sender_nick = chat->nick_name;
    out.sender_display = out.chat_display;
  }
  out.text = p.text;
  if (out.kind == inbound_kind::unsupported) out.raw = m.raw;
  return out;
}

std::string to_event_json(const inbound& m, wall_time at) {
  boost::json::object data{{"account", m.account},
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
                           {"text", m.text}};
  if (!m.raw.empty()) data["raw"] = m.raw;
  return boost::json::serialize(data);
}

} // namespace weixin
