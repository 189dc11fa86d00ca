#include "protocol/webwx/appmsg.hpp"
#include "protocol/webwx/chatroom.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/init.hpp"
#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/login.hpp"
#include "protocol/webwx/logout.hpp"
#include "protocol/webwx/media.hpp"
#include "protocol/webwx/names.hpp"
#include "protocol/webwx/oplog.hpp"
#include "protocol/webwx/outgoing.hpp"
#include "protocol/webwx/percent.hpp"
#include "protocol/webwx/push_login.hpp"
#include "protocol/webwx/recall.hpp"
#include "protocol/webwx/report.hpp"
#include "protocol/webwx/request.hpp"
#include "protocol/webwx/sync.hpp"
#include "protocol/webwx/upload.hpp"
#include "protocol/webwx/verify_user.hpp"
#include "protocol/webwx/xml.hpp"
#include "tests/protocol/wire_capture.hpp"

#include <boost/json/array.hpp>

#include <functional>

namespace weixin::webwx {

namespace {

constexpr std::int64_t now_ms = 1'546'211'298'739;

boost::json::object object_of(const std::string& text) {
  auto parsed = parse_json(text, "capture");
  return parsed && parsed->is_object() ? parsed->get_object() : boost::json::object{};
}

/// The entry host that a host belongs to.
std::string entry_of(std::string host) {
  for (std::string_view prefix : {"login.", "file.", "file2.", "webpush."})
    if (host.starts_with(prefix)) host.erase(0, prefix.size());
  return host == "weixin.qq.com" ? "wx.qq.com" : host;
}

/// A session that would make the same request.
session session_of(const captured_request& sent) {
  session s;
  s.host = hosts_for_entry(entry_of(sent.host));
  s.user_agent = std::string{find_header(sent.headers, "User-Agent")};
  auto form = object_of(text_field(sent.form, "uploadmediarequest"));
  const auto* base = object_field(sent.json, "BaseRequest");
  if (base == nullptr) base = object_field(form, "BaseRequest");
  if (base != nullptr) {
    s.uin = int64_field(*base, "Uin").value_or(0);
    s.sid = secret{text_field(*base, "Sid")};
    s.skey = secret{text_field(*base, "Skey")};
    s.device_id = text_field(*base, "DeviceID");
  } else {
    s.uin = to_int64(sent.query_or("uin", sent.query_or("fromuser"))).value_or(0);
    s.sid = secret{sent.query_or("sid")};
    s.device_id = sent.query_or("deviceid");
  }
  if (s.skey.empty()) s.skey = secret{sent.query_or("skey")};
  s.pass_ticket = secret{sent.query_or("pass_ticket", text_field(sent.form, "pass_ticket"))};
  s.user_name = text_field(sent.json, "FromUserName");
  if (s.user_name.empty()) s.user_name = text_field(form, "FromUserName");
  if (const auto* msg = object_field(sent.json, "Msg")) s.user_name = text_field(*msg, "FromUserName");
  auto ticket = sent.query_or("webwx_data_ticket", text_field(sent.form, "webwx_data_ticket"));
  if (!ticket.empty())
    s.cookies.store(s.host.entry, {{"Set-Cookie", "webwx_data_ticket=" + ticket + "; Path=/"}});
  if (sent.query.contains("mod")) s.mode = login_mode::desktop;
  return s;
}

sync_key_list keys_of(std::string_view joined) {
  sync_key_list keys;
  while (!joined.empty()) {
    auto pair = joined.substr(0, joined.find('|'));
    joined.remove_prefix(std::min(pair.size() + 1, joined.size()));
    auto between = pair.find('_');
    keys.pairs.emplace_back(to_int(pair.substr(0, between)).value_or(0),
                            to_int64(pair.substr(between + 1)).value_or(0));
  }
  return keys;
}

std::vector<std::string> user_names(const boost::json::object& body, std::string_view key) {
  std::vector<std::string> names;
  if (const auto* list = array_field(body, key))
    for (const auto& item : *list)
      if (const auto* o = item.if_object()) names.push_back(text_field(*o, "UserName"));
  return names;
}

using built = std::optional<http_request>;

built taken(result<http_request> r) { return r ? built{std::move(*r)} : std::nullopt; }

built login_page(const session& s, const captured_request& sent) {
  redirect to{sent.host, sent.path};
  char separator = '?';
  for (const auto& [name, value] : sent.query) {
    if (name == "fun" || name == "version") continue;
    to.target += separator + name + "=" + percent_encode(value);
    separator = '&';
  }
  auto extspam = find_header(sent.headers, "extspam");
  if (extspam.empty()) return make_new_login_page(s, to);
  desktop_client client{secret{std::string{extspam}},
                        std::string{find_header(sent.headers, "client-version")}};
  return taken(make_new_login_page(s, to, client));
}

built batch(const session& s, const captured_request& sent) {
  std::vector<batch_item> items;
  if (const auto* list = array_field(sent.json, "List"))
    for (const auto& item : *list)
      if (const auto* o = item.if_object())
        items.push_back({text_field(*o, "UserName"), text_field(*o, "EncryChatRoomId")});
  return make_batch_get_contact(s, items, now_ms);
}

built send(const session& s, const captured_request& sent, endpoint call) {
  const auto* msg = object_field(sent.json, "Msg");
  if (msg == nullptr) return std::nullopt;
  auto content = text_field(*msg, "Content");
  auto media_id = text_field(*msg, "MediaId");
  result<outgoing> what = fail(errc::internal);
  if (call == endpoint::webwxsendappmsg) {
    auto xml = xml_texts(content, {"title", "totallen", "attachid"}, "capture");
    if (!xml) return std::nullopt;
    auto text = [&](std::size_t i) { return (*xml)[i].value_or(""); };
    what = file_message({text(0), static_cast<std::uint64_t>(to_int64(text(1)).value_or(0)), text(2), {}},
                        s.mode);
  } else if (call == endpoint::webwxsendmsgimg) {
    what = image_message(media_id);
  } else if (call == endpoint::webwxsendvideomsg) {
    what = video_message(media_id);
  } else if (call == endpoint::webwxsendemoticon) {
    what = media_id.empty() ? emoticon_by_md5(text_field(*msg, "EMoticonMd5")) : emoticon_message(media_id);
  } else {
    what = text_message(content);
    what->scene = int_field(sent.json, "Scene").value_or(0);
    if (msg->contains("MediaId")) what->media_id = media_id;
  }
  if (!what) return std::nullopt;
  return make_send(s, *what, text_field(*msg, "ToUserName"), text_field(*msg, "ClientMsgId"));
}

built upload_chunk(const session& s, const captured_request& sent) {
  auto asked = object_of(text_field(sent.form, "uploadmediarequest"));
  upload u;
  auto bytes = to_int64(text_field(sent.form, "size")).value_or(0);
  // One client quotes names, which is how receivers then see them.
  auto name = percent_decode(text_field(sent.form, "name"));
  auto plan = plan_upload(name, static_cast<std::uint64_t>(bytes));
  if (!plan) return std::nullopt;
  u.plan = std::move(*plan);
  u.md5 = text_field(asked, "FileMd5");
  if (u.md5.empty()) u.md5 = std::string(32, '0');
  u.to_user_name = text_field(asked, "ToUserName");
  u.client_media_id = now_ms;
  auto index = to_int64(text_field(sent.form, "chunk")).value_or(0);
  auto request =
      make_upload_chunk(s, u, static_cast<std::uint64_t>(index), make_boundary("0123456789abcdef"));
  if (!request) return std::nullopt;
  return taken(with_chunk(*request, std::string(request->range.length, 'x')));
}

built check_upload(const session& s, const captured_request& sent) {
  upload u;
  auto bytes = static_cast<std::uint64_t>(int64_field(sent.json, "FileSize").value_or(0));
  auto plan = plan_upload(text_field(sent.json, "FileName"), bytes);
  if (!plan) return std::nullopt;
  u.plan = std::move(*plan);
  u.md5 = text_field(sent.json, "FileMd5");
  u.to_user_name = text_field(sent.json, "ToUserName");
  return make_check_upload(s, u);
}

built update_chatroom(const session& s, const captured_request& sent) {
  auto room = text_field(sent.json, "ChatRoomName");
  auto list = [&](std::string_view key) { return split_names(text_field(sent.json, key), 100); };
  auto fun = sent.query_or("fun");
  if (fun == "addmember") return taken(make_add_members(s, room, list("AddMemberList"), join_way::add));
  if (fun == "invitemember")
    return taken(make_add_members(s, room, list("InviteMemberList"), join_way::invite));
  if (fun == "delmember") return taken(make_remove_members(s, room, list("DelMemberList")));
  if (fun == "modtopic") return taken(make_rename_chatroom(s, room, text_field(sent.json, "NewTopic")));
  return taken(make_quit_chatroom(s, room));
}

built verify_user(const session& s, const captured_request& sent) {
  verification v;
  v.opcode = static_cast<verify_opcode>(int_field(sent.json, "Opcode").value_or(2));
  v.greeting = text_field(sent.json, "VerifyContent");
  if (const auto* list = array_field(sent.json, "VerifyUserList"); list != nullptr && list->size() == 1)
    if (const auto* user = list->front().if_object()) {
      v.user_name = text_field(*user, "Value");
      v.ticket = secret{text_field(*user, "VerifyUserTicket")};
    }
  // One client accepts without a ticket, which is known not to work.
  if (v.ticket.empty()) v.ticket = secret{"ticket"};
  return taken(make_verify_user(s, v, now_ms));
}

built stat_report(const session& s, const captured_request& sent) {
  const auto* list = array_field(sent.json, "List");
  const auto* entry = list == nullptr || list->empty() ? nullptr : list->front().if_object();
  if (entry == nullptr) return std::nullopt;
  auto record = object_of(text_field(*entry, "Text"));
  const auto* data = object_field(record, "data");
  const auto* actions = data == nullptr ? nullptr : array_field(*data, "actions");
  std::vector<reported_action> reported;
  if (actions != nullptr)
    for (const auto& a : *actions)
      if (const auto* o = a.if_object())
        reported.push_back({text_field(*o, "action"), int64_field(*o, "time").value_or(0)});
  return make_stat_report(s, reported);
}

built get_media(const session& s, const captured_request& sent) {
  return taken(make_get_media(s, {sent.query_or("sender"), sent.query_or("mediaid"),
                                  sent.query_or("encryfilename", sent.query_or("filename"))}));
}

built get_image(const session& s, const captured_request& sent) {
  auto type = sent.query_or("type");
  auto size = type == "big" ? image_size::big : type == "slave" ? image_size::slave : image_size::original;
  return make_get_msg_img(s, sent.query_or("MsgID", sent.query_or("msgid")), size);
}

built get_icon(const session& s, const captured_request& sent) {
  icon_of whose;
  whose.user_name = sent.query_or("username", sent.query_or("userName"));
  whose.seq = to_int64(sent.query_or("seq")).value_or(0);
  whose.big = sent.query_or("type") == "big";
  return make_get_icon(s, whose);
}

built chatroom(const session& s, const captured_request& sent) {
  return taken(
      make_create_chatroom(s, user_names(sent.json, "MemberList"), text_field(sent.json, "Topic"), now_ms));
}

built status_notify(const session& s, const captured_request& sent) {
  return make_status_notify(s, static_cast<notify_code>(int_field(sent.json, "Code").value_or(0)),
                            text_field(sent.json, "ToUserName"), now_ms);
}

built operation(const session& s, const captured_request& sent) {
  auto user_name = text_field(sent.json, "UserName");
  auto remark = text_field(sent.json, "RemarkName");
  if (int_field(sent.json, "CmdId") == 2) return make_set_remark(s, user_name, remark);
  return make_pin(s, user_name, int_field(sent.json, "OP") == 1, remark);
}

built uuid(const session& s, const captured_request& sent) {
  bool is_desktop = sent.query_or("redirect_uri").ends_with("?mod=desktop");
  return make_jslogin(sent.host, "wx.qq.com", s.user_agent, now_ms,
                      is_desktop ? login_mode::desktop : login_mode::web);
}

built sync_check(session s, const captured_request& sent) {
  s.keys.sync_check_key = keys_of(sent.query_or("synckey"));
  return make_synccheck(s, now_ms);
}

built sync(session s, const captured_request& sent) {
  if (const auto* key = sent.json.if_contains("SyncKey")) s.keys.sync_key = sync_key_list_from(*key);
  return make_sync(s, now_ms);
}

} // namespace

std::optional<http_request> rebuild(const captured_request& sent) {
  auto s = session_of(sent);
  using builder = std::function<built()>;
  const std::map<std::string_view, builder> builders{
      {"jslogin", [&] { return uuid(s, sent); }},
      {"login",
       [&] {
         return make_login_poll(sent.host, sent.query_or("uuid"), sent.query_or("tip") == "0", s.user_agent,
                                now_ms);
       }},
      {"webwxpushloginurl", [&] { return make_push_login(s, sent.host); }},
      {"webwxnewloginpage", [&] { return login_page(s, sent); }},
      {"webwxinit", [&] { return make_init(s, now_ms); }},
      {"webwxstatusnotify", [&] { return status_notify(s, sent); }},
      {"webwxgetcontact",
       [&] { return make_get_contact(s, to_int64(sent.query_or("seq")).value_or(0), now_ms); }},
      {"webwxbatchgetcontact", [&] { return batch(s, sent); }},
      {"synccheck", [&] { return sync_check(s, sent); }},
      {"webwxsync", [&] { return sync(s, sent); }},
      {"webwxlogout", [&] { return make_logout(s, sent.query_or("type") == "1" ? 1101 : 0); }},
      {"webwxsendmsg", [&] { return send(s, sent, endpoint::webwxsendmsg); }},
      {"webwxsendmsgimg", [&] { return send(s, sent, endpoint::webwxsendmsgimg); }},
      {"webwxsendvideomsg", [&] { return send(s, sent, endpoint::webwxsendvideomsg); }},
      {"webwxsendemoticon", [&] { return send(s, sent, endpoint::webwxsendemoticon); }},
      {"webwxsendappmsg", [&] { return send(s, sent, endpoint::webwxsendappmsg); }},
      {"webwxrevokemsg",
       [&] {
         return make_recall(s, text_field(sent.json, "SvrMsgId"), text_field(sent.json, "ToUserName"),
                            text_field(sent.json, "ClientMsgId"));
       }},
      {"webwxcheckupload", [&] { return check_upload(s, sent); }},
      {"webwxuploadmedia", [&] { return upload_chunk(s, sent); }},
      {"webwxgetmsgimg", [&] { return get_image(s, sent); }},
      {"webwxgetvideo", [&] { return make_get_video(s, sent.query_or("msgid", sent.query_or("MsgID"))); }},
      {"webwxgetvoice", [&] { return make_get_voice(s, sent.query_or("msgid", sent.query_or("MsgID"))); }},
      {"webwxgetmedia", [&] { return get_media(s, sent); }},
      {"webwxgeticon", [&] { return get_icon(s, sent); }},
      {"webwxoplog", [&] { return operation(s, sent); }},
      {"webwxverifyuser", [&] { return verify_user(s, sent); }},
      {"webwxcreatechatroom", [&] { return chatroom(s, sent); }},
      {"webwxupdatechatroom", [&] { return update_chatroom(s, sent); }},
      {"webwxstatreport", [&] { return stat_report(s, sent); }},
  };
  auto found = builders.find(sent.endpoint);
  return found == builders.end() ? std::nullopt : found->second();
}

} // namespace weixin::webwx
