#include "simulator/endpoints.hpp"
#include "simulator/media_bytes.hpp"
#include "simulator/message_kinds.hpp"
#include "simulator/operation_limit.hpp"
#include "simulator/sessions.hpp"
#include "simulator/wire_formats.hpp"
#include "simulator/wire_text.hpp"
#include "simulator/xml_text.hpp"

#include <charconv>
#include <optional>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr int ret_logic = -2;
constexpr int ret_parameter = 1;
constexpr int ret_not_a_friend = 1204;
constexpr auto revoke_window = 2min;                        // 6.2
constexpr std::uint64_t needs_signature = 25 * 1024 * 1024; // 6.1

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
  if (who.what == peer_ref::kind::chatroom) return !user.chatrooms[who.index].gone;
  if (who.what != peer_ref::kind::contact) return false;
  const auto& p = user.contacts[who.index];
  return !p.deleted && p.kind != person_kind::former && p.kind != person_kind::stranger;
}

bool is_over_the_limit(world& w, web_session& s) {
  if (w.options.sends_per_minute == 0) return false;
  while (!s.recent_sends.empty() && w.now.steady - s.recent_sends.front() > 60s)
    s.recent_sends.pop_front();
  if (s.recent_sends.size() >= w.options.sends_per_minute) return true;
  s.recent_sends.push_back(w.now.steady);
  return false;
}

/// A send as it was asked for.
struct send_request {
  const json::object* msg = nullptr; ///< its other fields
  std::int64_t type = 0;
  std::string content;
  std::string client_msg_id;
  peer_ref to;
  std::string msg_source;
  std::vector<std::string> mentions; ///< lasting ids; filled in by the check of texts
  bool forwarded = false;
  const media_item* media = nullptr; ///< what it carries; filled in by the endpoint's own check
};

/// What is the same for every send. Nothing when the request is refused.
std::optional<send_request> read_send(world& w, const call& c, const web_session& s) {
  const auto* body = c.request.body();
  const auto* msg = body == nullptr ? nullptr : object_of(*body, "Msg");
  if (msg == nullptr || !body->contains("Scene")) {
    w.violate(violation_kind::bad_body, c, "Msg and Scene are needed");
    return std::nullopt;
  }
  send_request r;
  r.msg = msg;
  auto type = integer_of(*msg, "Type");
  r.content = text_of(*msg, "Content");
  r.client_msg_id = text_of(*msg, "ClientMsgId");
  r.msg_source = text_of(*msg, "MsgSource");
  r.forwarded = integer_of(*body, "Scene") == 2;
  if (!type || r.client_msg_id.empty()) {
    w.violate(violation_kind::bad_body, c, "Type and ClientMsgId are needed");
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

/// An endpoint's own rules: false when the service would not take it. The violation is counted there.
using check = bool (*)(world&, const call&, const web_session&, send_request&);

bool refuse(world& w, const call& c, std::string detail) {
  w.violate(violation_kind::bad_body, c, std::move(detail));
  return false;
}

/// The item that MediaId names, or, when something received is forwarded, the one that its XML belongs to
/// (6.3).
bool find_media(world& w, const call& c, const web_session& s, send_request& r, media_kind kind) {
  auto id = text_of(*r.msg, "MediaId");
  r.media = id.empty() ? w.media.find_key(s.user_id, attribute_in(r.content, "aeskey")) : w.media.find(id);
  if (r.media != nullptr && r.media->user != s.user_id) r.media = nullptr;
  if (r.media == nullptr)
    return refuse(w, c,
                  id.empty() ? "Content is of nothing that this account received"
                             : "MediaId is no upload of this account");
  if (r.media->kind != kind) return refuse(w, c, "the upload's mediatype does not fit this endpoint");
  return true;
}

void want_query(world& w, const call& c, std::string_view fun) {
  if (c.request.field("fun") != fun)
    w.violate(violation_kind::bad_query, c, "fun=" + std::string{fun} + " is needed");
  if (fun == "async" && c.request.field("f") != "json")
    w.violate(violation_kind::bad_query, c, "f=json is needed");
}

/// The lasting id of the chatroom's member with that name in the session.
std::optional<std::string> member_called(const phone_user& user, const web_session& s, std::size_t room,
                                         std::string_view name) {
  const auto& members = user.chatrooms[room].members;
  for (std::size_t i = 0; i < members.size(); ++i)
    if (!members[i].gone && s.names.of({peer_ref::kind::member, room, i}) == name) return members[i].id;
  return std::nullopt;
}

/// Whom a MsgSource mentions, which must be members of the chatroom that the text goes to. What it breaks is
/// counted and the text delivered: nobody is known to have seen it refused.
void read_mentions(world& w, const call& c, const web_session& s, send_request& r) {
  auto source = read_mention_source(r.msg_source);
  if (!source) return w.violate(violation_kind::bad_body, c, "MsgSource must be one msgsource element");
  if (r.to.what != peer_ref::kind::chatroom || s.names.of(r.to) != source->chatroom)
    return w.violate(violation_kind::bad_body, c, "atchatroomname must be ToUserName, a chatroom");
  std::vector<std::string> ids;
  for (const auto& name : source->user_names) {
    auto id = member_called(*w.user(s.user_id), s, r.to.index, name);
    if (!id) return w.violate(violation_kind::bad_body, c, "atusername must be members of the chatroom");
    ids.push_back(std::move(*id));
  }
  r.mentions = std::move(ids);
}

bool check_text(world& w, const call& c, const web_session& s, send_request& r) {
  if ((r.type != 1 && r.type != 48) || r.content.empty())
    return refuse(w, c, "Type 1 or 48 and Content are needed");
  if (r.msg->contains("MsgSource")) read_mentions(w, c, s, r);
  return true;
}

bool check_picture(world& w, const call& c, const web_session& s, send_request& r) {
  want_query(w, c, "async");
  if (r.type != 3) return refuse(w, c, "Type 3 is needed");
  return find_media(w, c, s, r, media_kind::picture);
}

bool check_video(world& w, const call& c, const web_session& s, send_request& r) {
  want_query(w, c, "async");
  if (r.type != 43 && r.type != 62) return refuse(w, c, "Type 43 or 62 is needed");
  return find_media(w, c, s, r, media_kind::video);
}

bool check_emoticon(world& w, const call& c, const web_session& s, send_request& r) {
  want_query(w, c, "sys");
  if (r.type != 47) return refuse(w, c, "Type 47 is needed");
  auto id = text_of(*r.msg, "MediaId");
  auto md5 = text_of(*r.msg, "EMoticonMd5");
  // ItChat leaves the flag out with a MediaId, and is understood.
  auto flag = integer_of(*r.msg, "EmojiFlag");
  if (flag ? *flag != 2 : id.empty()) return refuse(w, c, "EmojiFlag 2 is needed");
  r.media = id.empty() ? w.media.find_md5(s.user_id, md5) : w.media.find(id);
  if (r.media == nullptr || r.media->user != s.user_id)
    return refuse(w, c, "MediaId or EMoticonMd5 must be of an upload or of a received sticker");
  return true;
}

bool check_app_message(world& w, const call& c, const web_session& s, send_request& r) {
  // The desktop client's address is one value shorter (3.6); an old one says sys (6).
  if (c.request.field("fun") != "sys") want_query(w, c, "async");
  auto app = read_app_message(r.content);
  if (!app) return refuse(w, c, "Content must be one well-formed appmsg element");
  if (app->wrapped && r.type == 6 && !r.forwarded) return refuse(w, c, "the appmsg stands alone");
  if (app->type != r.type) return refuse(w, c, "Type must be the appmsg's");
  if (r.type != 6) {
    r.media = w.media.find_key(s.user_id, std::to_string(r.type) + ":" + app->title);
    return r.media != nullptr || refuse(w, c, "only files can be composed; this was never received");
  }
  r.media = w.media.find(app->attach_id);
  if (r.media == nullptr || r.media->user != s.user_id)
    return refuse(w, c, "attachid must be of an upload or of a received file");
  if (app->title.empty() || app->total_bytes != r.media->bytes)
    return refuse(w, c, "title and totallen must be those of the file");
  auto permit = w.permits.find(text_of(*r.msg, "Signature"));
  if (app->total_bytes > needs_signature && !r.forwarded &&
      (permit == w.permits.end() || permit->second.md5 != r.media->md5))
    return refuse(w, c, "above 25 MiB the Signature of webwxcheckupload is needed");
  return true;
}

void echo(world& w, web_session& s, const send_request& r, std::uint64_t msg_id) {
  message_draft m;
  m.msg_id = msg_id;
  m.to = r.to;
  m.created = w.now.wall;
  if (r.media != nullptr && r.media->kind != media_kind::app) {
    auto content = content_for(*r.media, 0);
    m.type = content.type;
    m.text = to_wire_xml(content.text);
    m.text_is_wire = true;
    m.raw = std::move(content.raw);
  } else {
    m.type = r.type == 1 || r.type == 48 ? static_cast<int>(r.type) : 49;
    m.text = r.content;
  }
  deliver(w, s, std::move(m));
}

std::optional<answer> serve_send(world& w, const call& c, check is_acceptable) {
  auto [s, ret] = admit(w, c, from_base_request(c));
  if (ret != 0) return ret_answer(ret);
  auto wanted = read_send(w, c, *s);
  auto fields = with_ret(ret_parameter);
  fields["MsgID"] = "";
  fields["LocalID"] = wanted ? wanted->client_msg_id : "";
  if (!wanted || !is_acceptable(w, c, *s, *wanted)) return json_text(std::move(fields));
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
  record.endpoint = endpoint_label(c.request.endpoint());
  record.to_id = peer.id;
  record.to_nick = peer.nick;
  record.type = static_cast<int>(wanted->type);
  record.text = clip(wanted->content, max_sent_text_bytes);
  record.client_msg_id = clip(wanted->client_msg_id, 64);
  record.msg_source = clip(wanted->msg_source, max_sent_text_bytes);
  record.mentions = wanted->mentions;
  record.forwarded = wanted->forwarded;
  record.ret = verdict;
  record.at = w.now.wall;
  if (wanted->media != nullptr) {
    record.media_name = clip(wanted->media->name, 256);
    record.media_md5 = wanted->media->md5;
    record.media_bytes = wanted->media->bytes;
  }
  if (verdict == 0) {
    auto msg_id = w.next_message_id();
    record.msg_id = std::to_string(msg_id);
    if (wanted->media != nullptr)
      w.media.attach(msg_id, wanted->media->media_id);
    else
      record.ledger_number = w.book.replied(user.id, peer.id, wanted->content, w.now.steady).value_or(0);
    if (w.options.echo_own_sends) echo(w, *s, *wanted, msg_id);
  }
  fields["BaseResponse"].get_object()["Ret"] = verdict;
  fields["MsgID"] = record.msg_id;
  w.sent.add(std::move(record));
  return json_text(std::move(fields));
}

} // namespace

std::optional<answer> serve_webwxsendmsg(world& w, const call& c) { return serve_send(w, c, check_text); }
std::optional<answer> serve_webwxsendmsgimg(world& w, const call& c) {
  return serve_send(w, c, check_picture);
}
std::optional<answer> serve_webwxsendvideomsg(world& w, const call& c) {
  return serve_send(w, c, check_video);
}
std::optional<answer> serve_webwxsendemoticon(world& w, const call& c) {
  return serve_send(w, c, check_emoticon);
}
std::optional<answer> serve_webwxsendappmsg(world& w, const call& c) {
  return serve_send(w, c, check_app_message);
}

std::optional<answer> serve_webwxrevokemsg(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_base_request(c));
  if (ret != 0) return ret_answer(ret);
  const auto* body = c.request.body();
  auto id = body == nullptr ? std::string{} : text_of(*body, "SvrMsgId");
  if (id.empty() || text_of(*body, "ClientMsgId").empty()) {
    w.violate(violation_kind::bad_body, c, "SvrMsgId and ClientMsgId are needed");
    return ret_answer(ret_parameter);
  }
  auto to = s->names.find(text_of(*body, "ToUserName"));
  if (!to) {
    w.violate(violation_kind::unknown_user_name, c, "ToUserName is nobody in this session");
    return ret_answer(ret_parameter);
  }
  const auto& user = *w.user(s->user_id);
  auto* sent =
      w.sent.newest_where([&](const sent_message& m) { return m.user == user.id && m.msg_id == id; });
  if (sent == nullptr || sent->to_id != name_of(user, *to).id) {
    w.violate(violation_kind::bad_body, c, "SvrMsgId must be of a send to ToUserName");
    return ret_answer(ret_logic);
  }
  // Too late is no mistake of the client: it cannot know the service's clock.
  if (sent->revoked || w.now.wall - sent->at > revoke_window) return ret_answer(ret_logic);
  sent->revoked = true;
  if (w.options.echo_own_sends) {
    message_draft m;
    m.msg_id = w.next_message_id();
    m.to = *to;
    m.type = 10'002;
    m.text = "<sysmsg type=\"revokemsg\"><revokemsg><session></session><oldmsgid>0</oldmsgid><msgid>" + id +
             "</msgid><newmsgid>" + id + "</newmsgid><replacemsg>" + xml_cdata("你撤回了一条消息") +
             "</replacemsg></revokemsg></sysmsg>";
    m.created = w.now.wall;
    deliver(w, *s, std::move(m));
  }
  auto fields = with_ret(0);
  fields["Introduction"] = "";
  fields["SysWording"] = "";
  return json_text(std::move(fields));
}

} // namespace weixin::simulator
