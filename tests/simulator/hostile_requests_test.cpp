#include "tests/simulator/online_client.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

/// Requests of clients that are broken or mean it: each gets an answer, and the session lives on.
struct HostileRequests : online_client {
  static json::array values() {
    json::array all{nullptr,
                    true,
                    -1,
                    0,
                    2,
                    1e300,
                    INT64_MAX,
                    "",
                    "1",
                    "@",
                    "@nobody",
                    "filehelper",
                    ",,,,",
                    std::string(10'000, 'x'),
                    "\x85\xff",
                    json::array{},
                    json::object{},
                    json::array{nullptr, 1, "x", json::object{}}};
    json::object one{{"UserName", "filehelper"}, {"Value", "fmessage"}, {"Type", 1}, {"Text", nullptr}};
    all.push_back(json::array(60, one));
    all.push_back(one);
    return all;
  }
  json::object good(std::string_view endpoint) const {
    auto text =
        R"({"Count":1,"List":[{"UserName":"filehelper","EncryChatRoomId":""}],"CmdId":3,"OP":1,"Code":3,)"
        R"("UserName":"filehelper","RemarkName":"","Opcode":2,"VerifyUserListSize":1,"VerifyUserList":)"
        R"([{"Value":"fmessage","VerifyUserTicket":""}],"VerifyContent":"","SceneListCount":1,"SceneList":[33],)"
        R"("KeyWord":"x","MemberCount":2,"MemberList":[{"UserName":"a"},{"UserName":"b"}],"Topic":"t",)"
        R"("ChatRoomName":"x","AddMemberList":"a","DelMemberList":"a","InviteMemberList":"a","NewTopic":"t",)"
        R"("SvrMsgId":"1","ClientMsgId":"1","FileMd5":"0","FileName":"a","FileSize":1,"FileType":7,"Scene":0,)"
        R"("SyncKey":{"Count":0,"List":[]},"rr":1})";
    auto body = json::parse(text).as_object();
    body["BaseRequest"] = client.base_request();
    body["skey"] = client.skey;
    body["FromUserName"] = client.self;
    body["ToUserName"] = "filehelper";
    if (endpoint == "webwxupdatechatroom") body["ChatRoomName"] = chatroom(0);
    body["Msg"] = json::object{{"Type", 1},           {"Content", "<appmsg><type>6</type></appmsg>"},
                               {"LocalID", "1"},      {"FromUserName", client.self},
                               {"ClientMsgId", "1"},  {"ToUserName", "filehelper"},
                               {"MediaId", "@crypt"}, {"EMoticonMd5", "0"},
                               {"EmojiFlag", 2},      {"Signature", ""}};
    return body;
  }
  void post_raw(const std::string& host, const std::string& target, std::string body,
                const std::string& type = {}) {
    auto r = client.make("POST", host, target, std::move(body));
    for (auto& h : r.headers)
      if (h.name == "Content-Type" && !type.empty()) h.value = type;
    ASSERT_TRUE(service.answered(service.ask(r))) << target;
  }
  void expect_life() { EXPECT_EQ(ret_of(client.post("webwxinit")), 0); }
};

constexpr std::string_view posts[] = {
    "webwxinit",           "webwxstatusnotify",  "webwxbatchgetcontact", "webwxsync",      "webwxoplog",
    "webwxverifyuser",     "webwxsearchcontact", "webwxcreatechatroom",  "webwxsendmsg",   "webwxsendmsgimg",
    "webwxsendvideomsg",   "webwxsendemoticon",  "webwxsendappmsg",      "webwxrevokemsg", "webwxcheckupload",
    "webwxupdatechatroom", "webwxstatreport",    "webwxsendfeedback",    "webwxgetcontact"};

TEST_F(HostileRequests, WithFieldsOfEveryOtherTypeAreAnswered) {
  for (auto endpoint : posts) {
    auto right = good(endpoint);
    for (const auto& field : right)
      for (const auto& value : values()) {
        if (field.key() == "BaseRequest") continue;
        auto body = right;
        body[field.key()] = value;
        for (auto fun : {"addmember", "delmember"}) {
          post_raw(client.entry, client.target(endpoint, "type=ex&fun=" + std::string{fun}),
                   json::serialize(body));
          if (endpoint != "webwxupdatechatroom") break;
        }
      }
  }
  expect_life();
}

TEST_F(HostileRequests, WithMessageFieldsOfEveryOtherTypeAreAnswered) {
  for (auto endpoint :
       {"webwxsendmsg", "webwxsendmsgimg", "webwxsendvideomsg", "webwxsendemoticon", "webwxsendappmsg"}) {
    auto right = good(endpoint);
    auto fields = right.at("Msg").as_object();
    for (const auto& field : fields)
      for (const auto& value : values()) {
        auto msg = fields;
        msg[field.key()] = value;
        auto body = right;
        body["Msg"] = std::move(msg);
        post_raw(client.entry, client.target(endpoint, "fun=async&f=json"), json::serialize(body));
      }
  }
  expect_life();
}

TEST_F(HostileRequests, WithBodiesThatAreNoneAreAnswered) {
  std::string deep = std::string(50'000, '[');
  for (auto endpoint : posts)
    for (const auto& body : {std::string{}, std::string{"{"}, std::string{"[]"}, std::string{"null"}, deep,
                             "{\"BaseRequest\":" + deep, std::string(1'000'000, 'x'), std::string{"\0{}", 3}})
      post_raw(client.entry, client.target(endpoint, ""), body);
  expect_life();
}

TEST_F(HostileRequests, WithFormsThatAreCutAnywhereAreAnswered) {
  std::string form =
      "--edge\r\nContent-Disposition: form-data; name=\"uploadmediarequest\"\r\n\r\n{\"BaseRequest\":" +
      json::serialize(client.base_request()) +
      "}\r\n--edge\r\nContent-Disposition: form-data; "
      "name=\"size\"\r\n\r\n99999999999999999999\r\n--edge--\r\n";
  for (std::size_t cut = 0; cut <= form.size(); ++cut)
    post_raw("file.wx.qq.com", client.target("webwxuploadmedia", "f=json"), form.substr(0, cut),
             "multipart/form-data; boundary=edge");
  expect_life();
}

TEST_F(HostileRequests, WithAnyQueryAreAnswered) {
  auto skey = "&skey=" + encode(client.skey);
  for (std::string_view endpoint :
       {"webwxgetmsgimg", "webwxgetvideo", "webwxgetvoice", "webwxgetmedia", "webwxgeticon",
        "webwxgetheadimg", "webwxgetpubliclinkimg", "webwxcheckurl", "webwxpreview"})
    for (std::string value :
         {"", "-1", "99999999999999999999999", "%01", "..%2F..%2Fetc%2Fpasswd", "%0d%0aX:%20y"})
      for (std::string_view name :
           {"MsgID", "msgid", "mediaid", "username", "requrl", "seq", "type", "fun", "pictype"})
        for (auto range : {"", "bytes=0-", "bytes=-", "bytes=99999999999999999999-", "bytes=5-1"})
          (void)download(endpoint, std::string{name} + "=" + value + skey, range,
                         endpoint == "webwxgetmedia" ? "file.wx.qq.com" : "wx.qq.com");
  expect_life();
}

} // namespace
} // namespace weixin::simulator
