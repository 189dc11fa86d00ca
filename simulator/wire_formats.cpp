#include "simulator/wire_formats.hpp"

#include "simulator/wire_text.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

constexpr std::int64_t first_picture_seq = 620'000'000;
constexpr std::int64_t seqs_a_picture = 1'000'000; // more than a user has contacts
constexpr int pinned_flag = 2048;

/// Pictures are numbered per person, so that the number stays over a new login until the picture changes
/// (weixin-protocol.md 5.1).
std::string picture_url(const web_session& session, std::string_view endpoint, std::string_view user_name,
                        std::int64_t seq) {
  std::string url = "/cgi-bin/mmwebwx-bin/";
  url.append(endpoint).append("?seq=").append(std::to_string(seq)).append("&username=").append(user_name);
  return url.append("&skey=").append(session.secrets.skey);
}

json::object contact_form(std::string_view user_name, std::string_view nick, std::string url) {
  json::object c;
  c["Uin"] = 0;
  c["UserName"] = user_name;
  c["NickName"] = nick;
  c["HeadImgUrl"] = std::move(url);
  c["ContactFlag"] = 0;
  c["MemberCount"] = 0;
  c["MemberList"] = json::array{};
  for (std::string_view name :
       {"RemarkName", "Signature", "PYInitial", "PYQuanPin", "RemarkPYInitial", "RemarkPYQuanPin", "Province",
        "City", "Alias", "DisplayName", "KeyWord", "EncryChatRoomId"})
    c[{name.data(), name.size()}] = "";
  for (std::string_view name :
       {"HideInputBarFlag", "Sex", "VerifyFlag", "OwnerUin", "StarFriend", "AppAccountFlag", "Statues",
        "AttrStatus", "SnsFlag", "UniFriend", "ChatRoomId", "IsOwner", "HeadImgUpdateFlag", "ContactType"})
    c[{name.data(), name.size()}] = 0;
  return c;
}

} // namespace

json::object member_object(const phone_user& user, const web_session& session, const peer_ref& who) {
  const auto& room = user.chatrooms.at(who.index);
  const auto& m = room.members.at(who.member);
  json::object o;
  o["Uin"] = 0;
  o["UserName"] = session.names.of(who);
  o["NickName"] = room.nameless ? "" : to_wire_text(m.nick);
  o["AttrStatus"] = 102'437;
  for (std::string_view name : {"PYInitial", "PYQuanPin", "RemarkPYInitial", "RemarkPYQuanPin", "KeyWord"})
    o[{name.data(), name.size()}] = "";
  // Who has deleted or blocked the account (5.7).
  bool former = m.contact && user.contacts.at(*m.contact).kind == person_kind::former;
  o["MemberStatus"] = former ? 4 : 0;
  o["DisplayName"] = room.nameless ? "" : to_wire_text(m.display_name);
  return o;
}

namespace {

json::object chatroom_object(const phone_user& user, const web_session& session, const peer_ref& who) {
  const auto& room = user.chatrooms.at(who.index);
  const auto& name = session.names.of(who);
  auto c = contact_form(name, to_wire_text(room.topic),
                        picture_url(session, "webwxgetheadimg", name,
                                    first_picture_seq + static_cast<std::int64_t>(who.index)));
  c["ContactFlag"] = (room.saved ? 2 | 1 : 2) | (room.pinned ? pinned_flag : 0);
  c["Statues"] = 1;
  c["EncryChatRoomId"] = name.substr(1);
  json::array members;
  for (std::size_t i = 0; i < room.members.size(); ++i)
    if (!room.members[i].gone)
      members.push_back(member_object(user, session, {peer_ref::kind::member, who.index, i}));
  c["MemberCount"] = members.size();
  c["MemberList"] = std::move(members);
  c["ChatRoomOwner"] = session.names.of({peer_ref::kind::member, who.index, room.owner});
  c["IsOwner"] = room.members.at(room.owner).self ? 1 : 0;
  return c;
}

json::object person_object(const phone_user& user, const web_session& session, const peer_ref& who) {
  const auto& p = user.contacts.at(who.index);
  const auto& name = session.names.of(who);
  auto seq = first_picture_seq + static_cast<std::int64_t>(who.index) + p.pictures * seqs_a_picture;
  if (p.kind == person_kind::special) seq = 0;
  auto c = contact_form(name, to_wire_text(p.nick), picture_url(session, "webwxgeticon", name, seq));
  bool listed = !p.deleted && p.kind != person_kind::stranger;
  c["ContactFlag"] = (!listed ? 0 : p.kind == person_kind::special ? 1 : 3) | (p.pinned ? pinned_flag : 0);
  c["RemarkName"] = to_wire_text(p.remark);
  c["Alias"] = p.alias;
  c["Sex"] = p.sex;
  c["Province"] = to_wire_text(p.province);
  c["VerifyFlag"] = p.kind == person_kind::official ? 24 : p.id == "weixin" ? 56 : 0;
  c["KeyWord"] = p.kind == person_kind::official ? "gh_" : "";
  c["AttrStatus"] = 102'437;
  return c;
}

json::object stranger_in_chatroom(const phone_user& user, const web_session& session, const peer_ref& who) {
  const auto& m = user.chatrooms.at(who.index).members.at(who.member);
  const auto& name = session.names.of(who);
  return contact_form(name, to_wire_text(m.nick), picture_url(session, "webwxgeticon", name, 0));
}

std::string default_content(const message_draft& m) {
  if (m.text_is_wire) return m.text;
  return to_wire_text(m.text);
}

/// The chats' session names and, in the same order, their lasting ids (weixin-protocol.md 7.4).
void add_conversations(json::object& o, const phone_user& user, const web_session& session) {
  std::string names;
  std::string ids;
  auto add = [&](const peer_ref& who, const std::string& id) {
    names.append(names.empty() ? "" : ",").append(session.names.of(who));
    ids.append(ids.empty() ? "" : ",").append(id);
  };
  for (std::size_t i = 0; i < user.chatrooms.size(); ++i)
    if (!user.chatrooms[i].gone) add({peer_ref::kind::chatroom, i, 0}, user.chatrooms[i].id);
  constexpr std::size_t most = 10;
  for (std::size_t i = 0, listed = 0; i < user.contacts.size() && listed < most; ++i) {
    if (user.contacts[i].kind != person_kind::friendly || user.contacts[i].deleted) continue;
    add({peer_ref::kind::contact, i, 0}, user.contacts[i].id);
    ++listed;
  }
  o["StatusNotifyCode"] = 4;
  o["StatusNotifyUserName"] = names;
  o["Content"] = to_wire_text("<msg>\n<op id='4'>\n<username>" + ids +
                              "</username>\n<unreadchatlist>\n</unreadchatlist>\n<unreadfunctionlist>\n"
                              "</unreadfunctionlist>\n</op>\n</msg>");
}

} // namespace

answer synccheck_answer(int retcode, int selector) {
  auto a = javascript("window.synccheck={retcode:\"" + std::to_string(retcode) + "\",selector:\"" +
                      std::to_string(selector) + "\"}");
  a.response.headers.push_back({"Access-Control-Allow-Origin", "*"});
  return a;
}

answer login_poll_answer(int code, std::string_view more) {
  return javascript("window.code=" + std::to_string(code) + ";" + std::string{more});
}

answer login_page_refusal(int ret, std::string_view message) {
  return xml("<error><ret>" + std::to_string(ret) + "</ret><message>" + std::string{message} +
             "</message></error>");
}

answer ret_in_words_of(std::string_view endpoint, int ret) {
  if (endpoint == "synccheck") return synccheck_answer(ret, 0);
  if (endpoint == "login") return login_poll_answer(ret);
  if (endpoint == "jslogin") return javascript("window.QRLogin.code = " + std::to_string(ret) + ";");
  if (endpoint == "webwxnewloginpage")
    return login_page_refusal(ret,
                              ret == 1203 ? "当前登录环境异常。为了你的帐号安全，暂时不能登录网页版。" : "");
  if (endpoint == "webwxpushloginurl")
    return json_text({{"ret", std::to_string(ret)}, {"msg", "device authinfo invalid"}});
  return ret_answer(ret);
}

json::object contact_object(const phone_user& user, const web_session& session, const peer_ref& who) {
  switch (who.what) {
  case peer_ref::kind::chatroom:
    return chatroom_object(user, session, who);
  case peer_ref::kind::contact:
    return person_object(user, session, who);
  case peer_ref::kind::member:
    return stranger_in_chatroom(user, session, who);
  case peer_ref::kind::self:
    break;
  }
  return self_object(user, session);
}

json::object self_object(const phone_user& user, const web_session& session) {
  auto c = contact_form(session.names.self(), to_wire_text(user.nick),
                        picture_url(session, "webwxgeticon", session.names.self(), first_picture_seq - 1));
  c["Uin"] = user.uin;
  c["ContactFlag"] = 3;
  c["Sex"] = 1;
  c["WebWxPluginSwitch"] = 0;
  c["HeadImgFlag"] = 1;
  return c;
}

json::object message_object(const phone_user& user, const web_session& session, const message_draft& m) {
  json::object o;
  o["MsgId"] = std::to_string(m.msg_id);
  o["FromUserName"] = session.names.of(m.from);
  o["ToUserName"] = session.names.of(m.to);
  o["MsgType"] = m.type;
  auto content = default_content(m);
  if (m.speaker)
    content.insert(0, session.names.of({peer_ref::kind::member, m.from.index, *m.speaker}) + ":<br/>");
  o["Content"] = content;
  o["Status"] = 3;
  o["ImgStatus"] = m.type == 3 ? 2 : 1;
  o["CreateTime"] = std::chrono::duration_cast<std::chrono::seconds>(m.created.time_since_epoch()).count();
  for (std::string_view name : {"VoiceLength", "PlayLength", "AppMsgType", "StatusNotifyCode", "ForwardFlag",
                                "HasProductId", "ImgHeight", "ImgWidth", "SubMsgType"})
    o[{name.data(), name.size()}] = 0;
  for (std::string_view name : {"FileName", "FileSize", "MediaId", "Url", "StatusNotifyUserName", "Ticket",
                                "OriContent", "EncryFileName"})
    o[{name.data(), name.size()}] = "";
  o["RecommendInfo"] =
      json::object{{"UserName", ""},  {"NickName", ""},  {"QQNum", 0},   {"Province", ""}, {"City", ""},
                   {"Content", ""},   {"Signature", ""}, {"Alias", ""},  {"Scene", 0},     {"VerifyFlag", 0},
                   {"AttrStatus", 0}, {"Sex", 0},        {"Ticket", ""}, {"OpCode", 0}};
  o["AppInfo"] = json::object{{"AppID", ""}, {"Type", 0}};
  o["NewMsgId"] = m.msg_id;
  if (m.type == 3) {
    o["ImgHeight"] = 8;
    o["ImgWidth"] = 8;
  }
  if (m.is_conversation_list) add_conversations(o, user, session);
  for (const auto& field : m.raw)
    o[field.key()] = field.value();
  if (m.about && m.type == 51)
    o["StatusNotifyUserName"] = session.names.of(*m.about);
  else if (m.about)
    if (auto* card = o["RecommendInfo"].if_object()) (*card)["UserName"] = session.names.of(*m.about);
  return o;
}

json::object changed_profile(const phone_user& user, const web_session& session) {
  auto profile = unchanged_profile();
  profile["BitFlag"] = 190;
  profile["UserName"] = json::object{{"Buff", session.names.self()}};
  profile["NickName"] = json::object{{"Buff", to_wire_text(user.nick)}};
  profile["BindUin"] = user.uin;
  profile["Sex"] = 1;
  return profile;
}

json::object unchanged_profile() {
  json::object buff{{"Buff", ""}};
  return {{"BitFlag", 0},
          {"UserName", buff},
          {"NickName", buff},
          {"BindUin", 0},
          {"BindEmail", buff},
          {"BindMobile", buff},
          {"Status", 0},
          {"Sex", 0},
          {"PersonalCard", 0},
          {"Alias", ""},
          {"HeadImgUpdateFlag", 0},
          {"HeadImgUrl", ""},
          {"Signature", ""}};
}

} // namespace weixin::simulator
