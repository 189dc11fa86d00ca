#include "httpd/http_call.hpp"
#include "simulator/media_bytes.hpp"
#include "simulator/picture.hpp"
#include "simulator/request_view.hpp"
#include "simulator/running_simulator.hpp"
#include "simulator/wire_text.hpp"
#include "tests/simulator/tls_caller.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <map>

namespace weixin::simulator {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using testing::HasSubstr;

std::string between(std::string_view text, std::string_view start, std::string_view end) {
  auto from = text.find(start);
  if (from == std::string_view::npos) return {};
  from += start.size();
  return std::string{text.substr(from, text.find(end, from) - from)};
}

/// A simulator on its sockets, its control API, and a client that is logged in as user 1.
struct ControlApi : testing::Test {
  void SetUp() override {
    std::string pattern = testing::TempDir() + "weixinsim-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory = pattern;
    simulator_server_options options;
    options.directory = directory;
    options.users = 1;
    auto started = running_simulator::start(options);
    ASSERT_TRUE(started) << to_string(started.error());
    simulator = std::move(*started);
    log_in();
  }
  void TearDown() override {
    simulator.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }

  http_response call(std::string method, std::string host, std::string target, std::string body = {},
                     std::vector<http_header> headers = {}) {
    std::string line;
    for (const auto& [name, value] : cookies)
      line += (line.empty() ? "" : "; ") + name + "=" + value;
    headers.push_back({"User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"});
    headers.push_back({"Cookie", line});
    auto r = tls_call(simulator->endpoint(), simulator->ca_file(),
                      {std::move(method), std::move(host), "/cgi-bin/mmwebwx-bin/" + target,
                       std::move(headers), std::move(body)});
    for (const auto& h : r.headers)
      if (h.name == "Set-Cookie") cookies[h.value.substr(0, h.value.find('='))] = between(h.value, "=", ";");
    return r;
  }
  json::object post(const std::string& name, json::object body, std::string query = {}) {
    body["BaseRequest"] = base();
    auto value = json::parse(call("POST", "wx.qq.com", name + "?" + query, json::serialize(body)).body);
    return value.is_object() ? value.get_object() : json::object{};
  }
  json::object base() const {
    return {{"Uin", uin}, {"Sid", sid}, {"Skey", skey}, {"DeviceID", "e123456789012345"}};
  }
  void log_in() {
    auto text = tls_call(simulator->endpoint(), simulator->ca_file(),
                         {"GET",
                          "login.wx.qq.com",
                          "/jslogin?appid=wx782c26e4c19acffb&fun=new",
                          {{"User-Agent", "Mozilla/5.0"}},
                          {}})
                    .body;
    auto uuid = between(text, "uuid = \"", "\"");
    (void)control("POST", "/v1/logins/" + uuid + "/scan", R"({"user":1})");
    (void)control("POST", "/v1/logins/" + uuid + "/confirm");
    text = call("GET", "login.wx.qq.com", "login?tip=0&uuid=" + percent_encode(uuid)).body;
    text = call("GET", "wx.qq.com", between(text, "/mmwebwx-bin/", "\"") + "&fun=new").body;
    uin = between(text, "<wxuin>", "</wxuin>");
    sid = between(text, "<wxsid>", "</wxsid>");
    skey = between(text, "<skey>", "</skey>");
    auto o = post("webwxinit", {});
    self = text_of(o.at("User").as_object(), "UserName");
    sync_key = o.at("SyncKey").as_object();
  }
  json::object sync() {
    auto o = post("webwxsync", {{"SyncKey", sync_key}, {"rr", 1}},
                  "sid=" + percent_encode(sid) + "&skey=" + percent_encode(skey));
    sync_key = o.at("SyncKey").as_object();
    return o;
  }
  result<http_response> answer(std::string method, std::string target, std::string body = {}) const {
    return httpd::call({"", simulator->control_endpoint()}, {method, "", target, {}, std::move(body)}, 10s);
  }
  json::object control(std::string method, std::string target, std::string body = {},
                       int status = 200) const {
    auto r = answer(method, target, std::move(body));
    EXPECT_TRUE(r);
    if (!r) return {};
    EXPECT_EQ(r->status, status) << method << " " << target << ": " << r->body;
    auto value = json::parse(r->body);
    return value.is_object() ? value.get_object() : json::object{};
  }
  std::string inject(std::string body) const {
    auto o = control("POST", "/v1/messages", std::move(body), 201);
    return text_of(o.at("messages").as_array().at(0).as_object(), "msg_id");
  }
  json::object user() const { return control("GET", "/v1/users/1"); }
  std::int64_t violations() const { return *integer_of(control("GET", "/v1/violations"), "total"); }

  std::string directory;
  std::unique_ptr<running_simulator> simulator;
  std::map<std::string, std::string> cookies;
  std::string uin, sid, skey, self;
  json::object sync_key;
};

TEST_F(ControlApi, PutsInMessagesOfEveryKind) {
  auto kinds = control("GET", "/v1/messages/kinds").at("kinds").as_array();
  EXPECT_GT(kinds.size(), 30U);
  for (const auto& kind : kinds)
    (void)inject("{\"user\":1,\"original\":\"1\",\"kind\":" + json::serialize(kind) +
                 (kind == "app" || kind == "unknown" ? ",\"code\":10}" : "}"));
  EXPECT_EQ(sync().at("AddMsgList").as_array().size(), kinds.size());
  (void)control("POST", "/v1/messages", R"({"user":1,"kind":"nothing"})", 422);
  (void)control("POST", "/v1/messages", R"({"user":1,"kind":"image","bytes":999999999999})", 422);
  (void)control("POST", "/v1/messages", R"({"user":1,"kind":"image","media_base64":"!"})", 422);
}

TEST_F(ControlApi, SendsALoginElsewhereAmongTheEntryHosts) {
  auto moved_to = [&](std::string host, int status) {
    return text_of(control("PATCH", "/v1/users/1", "{\"moved_to\":\"" + host + "\"}", status), "moved_to");
  };
  EXPECT_EQ(moved_to("wx2.qq.com", 200), "wx2.qq.com");
  EXPECT_EQ(text_of(user(), "moved_to"), "wx2.qq.com");
  for (auto host : {"example.org", "login.wx2.qq.com", "webpush.wx.qq.com"})
    (void)moved_to(host, 422);
  EXPECT_EQ(moved_to("", 200), "");
}

TEST_F(ControlApi, GivesTheBytesThatItPutIn) {
  auto id = inject(R"({"user":1,"kind":"voice","media_base64":"aGVsbG8="})");
  EXPECT_EQ(answer("GET", "/v1/messages/" + id + "/media")->body, "hello");
  (void)control("GET", "/v1/messages/7/media", {}, 404);
  auto a = call("GET", "wx.qq.com", "webwxgetvoice?msgid=" + id + "&skey=" + percent_encode(skey), {},
                {{"Range", "bytes=1-3"}});
  EXPECT_EQ(a.status, 206);
  EXPECT_EQ(a.body, "ell");
  EXPECT_EQ(violations(), 0);
}

TEST_F(ControlApi, ShowsWhatAClientUploadedAndSent) {
  auto file = make_file(2 * upload_desk::chunk_bytes + 77, 1);
  json::object request{{"UploadType", 2},         {"BaseRequest", base()}, {"ClientMediaId", 1},
                       {"TotalLen", file.size()}, {"StartPos", 0},         {"DataLen", file.size()},
                       {"MediaType", 4},          {"FromUserName", self},  {"ToUserName", "filehelper"},
                       {"FileMd5", md5_hex(file)}};
  std::string media_id;
  for (std::size_t i = 0; i < 3; ++i) {
    std::string body;
    auto part = [&](std::string_view name, std::string_view content, std::string_view more = {}) {
      body.append("--edge\r\nContent-Disposition: form-data; name=\"").append(name).append("\"").append(more);
      body.append("\r\n\r\n").append(content).append("\r\n");
    };
    part("id", "WU_FILE_0");
    part("name", "big.zip");
    part("type", "application/zip");
    part("lastModifiedDate", "Sat Jun 23 2018 16:45:07 GMT+0800");
    part("size", std::to_string(file.size()));
    part("chunks", "3");
    part("chunk", std::to_string(i));
    part("mediatype", "doc");
    part("uploadmediarequest", json::serialize(request));
    part("webwx_data_ticket", cookies["webwx_data_ticket"]);
    part("pass_ticket", "undefined");
    part("filename", std::string_view{file}.substr(i * upload_desk::chunk_bytes, upload_desk::chunk_bytes),
         "; filename=\"big.zip\"");
    body += "--edge--\r\n";
    auto a = call("POST", "file.wx.qq.com", "webwxuploadmedia?f=json", std::move(body),
                  {{"Content-Type", "multipart/form-data; boundary=edge"}});
    media_id = text_of(json::parse(a.body).as_object(), "MediaId");
  }
  ASSERT_FALSE(media_id.empty());
  auto xml = "<appmsg appid='' sdkver=''><title>big.zip</title><type>6</type><appattach><totallen>" +
             std::to_string(file.size()) + "</totallen><attachid>" + media_id +
             "</attachid><fileext>zip</fileext></appattach></appmsg>";
  json::object msg{
      {"Type", 6},      {"Content", xml},    {"FromUserName", self}, {"ToUserName", "filehelper"},
      {"LocalID", "1"}, {"ClientMsgId", "1"}};
  auto sent_id = text_of(post("webwxsendappmsg", {{"Msg", msg}, {"Scene", 0}}, "fun=async&f=json"), "MsgID");
  auto sent = control("GET", "/v1/sent").at("sent").as_array().at(0).as_object();
  EXPECT_EQ(text_of(sent, "endpoint"), "webwxsendappmsg");
  EXPECT_EQ(text_of(sent.at("media").as_object(), "md5"), md5_hex(file));
  EXPECT_EQ(answer("GET", "/v1/messages/" + sent_id + "/media")->body, file);
  EXPECT_FALSE(sent.at("revoked").as_bool());
  (void)post("webwxrevokemsg", {{"SvrMsgId", sent_id}, {"ToUserName", "filehelper"}, {"ClientMsgId", "2"}});
  EXPECT_TRUE(control("GET", "/v1/sent").at("sent").as_array().at(0).as_object().at("revoked").as_bool());
  EXPECT_EQ(violations(), 0);
}

TEST_F(ControlApi, MakesAndChangesChatrooms) {
  auto first = text_of(user().at("contacts").as_array().at(3).as_object(), "id");
  auto second = text_of(user().at("contacts").as_array().at(4).as_object(), "id");
  auto id = text_of(control("POST", "/v1/users/1/chatrooms",
                            R"({"topic":"made on the phone","members":[")" + first + "\"]}", 201),
                    "id");
  auto path = "/v1/users/1/chatrooms/" + percent_encode(id);
  (void)control("POST", path + "/members", R"({"contact":")" + second + "\"}", 201);
  (void)control("POST", path + "/members", R"({"contact":")" + second + "\"}", 409);
  auto stranger = text_of(control("POST", path + "/members", R"({"nick":"路人"})", 201), "id");
  (void)control("PATCH", path, R"({"topic":"renamed","saved":true,"owner":")" + first + "\"}");
  (void)control("DELETE", path + "/members/" + second);
  (void)control("DELETE", path + "/members/" + first, {}, 422);
  auto room = user().at("chatrooms").as_array().back().as_object();
  EXPECT_EQ(text_of(room, "topic"), "renamed");
  EXPECT_EQ(text_of(room, "owner"), first);
  EXPECT_EQ(room.at("members").as_array().size(), 3U);
  EXPECT_EQ(text_of(room.at("members").as_array().back().as_object(), "id"), stranger);
  auto changes = sync().at("ModContactList").as_array();
  EXPECT_EQ(text_of(changes.back().as_object(), "NickName"), "renamed");
  (void)control("DELETE", path);
  (void)control("DELETE", path, {}, 404);
  EXPECT_EQ(sync().at("DelContactList").as_array().size(), 1U);
  (void)control("POST", "/v1/users/1/chatrooms", R"({"members":["nobody"]})", 422);
  (void)control("POST", "/v1/users/1/chatrooms", "{}", 422);
  (void)control("POST", "/v1/users/9/chatrooms", "{}", 404);
}

TEST_F(ControlApi, AcceptsTheFriendRequestsOfTheUser) {
  auto room = text_of(user().at("chatrooms").as_array().at(0).as_object(), "id");
  (void)inject(R"({"user":1,"group":")" + room + R"(","text":"hi"})");
  auto name = text_of(sync().at("AddMsgList").as_array().at(0).as_object(), "FromUserName");
  auto members =
      post("webwxbatchgetcontact",
           {{"Count", 1}, {"List", json::array{json::object{{"UserName", name}, {"ChatRoomId", ""}}}}},
           "type=ex")
          .at("ContactList")
          .as_array()
          .at(0)
          .as_object()
          .at("MemberList")
          .as_array();
  auto stranger = text_of(members.at(2).as_object(), "UserName");
  auto o = post("webwxverifyuser",
                {{"Opcode", 2},
                 {"VerifyUserListSize", 1},
                 {"VerifyUserList", json::array{json::object{{"Value", stranger}, {"VerifyUserTicket", ""}}}},
                 {"VerifyContent", "hello"},
                 {"SceneListCount", 1},
                 {"SceneList", json::array{33}},
                 {"skey", skey}});
  EXPECT_EQ(integer_of(o.at("BaseResponse").as_object(), "Ret"), 0);
  auto request = control("GET", "/v1/friend_requests").at("friend_requests").as_array().at(0).as_object();
  EXPECT_EQ(text_of(request, "text"), "hello");
  auto path = "/v1/users/1/contacts/" + text_of(request, "to") + "/accept";
  (void)control("POST", path);
  (void)control("POST", path, {}, 409);
  (void)control("POST", "/v1/users/1/contacts/nobody/accept", {}, 404);
  EXPECT_EQ(text_of(sync().at("ModContactList").as_array().at(0).as_object(), "UserName"), stranger);
  EXPECT_EQ(violations(), 0);
}

TEST_F(ControlApi, RenamesTheUser) {
  (void)control("PATCH", "/v1/users/1", R"({"nick":"新名字"})");
  EXPECT_EQ(integer_of(sync().at("Profile").as_object(), "BitFlag"), 190);
  (void)control("PATCH", "/v1/users/1", R"({"nick":""})", 422);
}

TEST_F(ControlApi, ChangesTheNewOptions) {
  auto o = control("PATCH", "/v1/options",
                   R"({"dead_operations":true,"operations_per_minute":3,"extspam":"abc"})");
  EXPECT_TRUE(o.at("dead_operations").as_bool());
  EXPECT_EQ(integer_of(o, "operations_per_minute"), 3);
  EXPECT_EQ(text_of(o, "extspam"), "abc");
}

TEST_F(ControlApi, SpoilsAnswersSoThatAReaderHasToCope) {
  (void)control("POST", "/v1/faults", R"({"kind":"chunked","endpoint":"webwxsync"})", 201);
  // This caller takes the framing for content, so that it can be looked at.
  auto a = call("POST", "wx.qq.com", "webwxsync", "{}");
  EXPECT_EQ(find_header(a.headers, "Transfer-Encoding"), "chunked");
  EXPECT_THAT(a.body, testing::StartsWith("7\r\n{\"BaseR\r\n"));
  EXPECT_THAT(a.body, testing::EndsWith("\r\n0\r\n\r\n"));
  (void)control("DELETE", "/v1/faults");
  (void)control("POST", "/v1/faults", R"({"kind":"long_length","endpoint":"webwxsync"})", 201);
  a = call("POST", "wx.qq.com", "webwxsync", "{}");
  EXPECT_EQ(find_header(a.headers, "Content-Length"), std::to_string(a.body.size() + 100));
}

} // namespace
} // namespace weixin::simulator
