#include "httpd/http_call.hpp"
#include "simulator/request_view.hpp"
#include "simulator/running_simulator.hpp"
#include "tests/simulator/tls_caller.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <future>

namespace weixin::simulator {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

struct SimulatorServer : testing::Test {
  void SetUp() override {
    std::string pattern = testing::TempDir() + "weixinsim-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory = pattern;
    options.directory = directory;
    options.users = 2;
    options.service.hold = 10s;
  }
  void TearDown() override {
    simulator.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }
  void start() {
    auto started = running_simulator::start(options);
    ASSERT_TRUE(started) << to_string(started.error());
    simulator = std::move(*started);
  }
  http_response call(std::string method, std::string host, std::string target,
                     std::vector<http_header> headers = {}, std::string body = {}) const {
    return tls_call(
        simulator->endpoint(), simulator->ca_file(),
        {std::move(method), std::move(host), std::move(target), std::move(headers), std::move(body)});
  }
  json::object control(std::string method, std::string target, std::string body = {},
                       int status = 200) const {
    auto r = httpd::call({"", simulator->control_endpoint()}, {method, "", target, {}, std::move(body)}, 10s);
    EXPECT_TRUE(r);
    if (!r) return {};
    EXPECT_EQ(r->status, status) << method << " " << target << ": " << r->body;
    auto value = json::parse(r->body);
    return value.is_object() ? value.get_object() : json::object{};
  }
  std::string uuid() const {
    auto text = call("GET", "login.wx.qq.com", "/jslogin?appid=wx782c26e4c19acffb&fun=new").body;
    auto from = text.find("uuid = \"") + 8;
    return text.substr(from, text.find('"', from) - from);
  }
  static std::string poll_target(const std::string& code) {
    return "/cgi-bin/mmwebwx-bin/login?loginicon=true&tip=1&uuid=" + code;
  }

  std::string directory;
  simulator_server_options options;
  std::unique_ptr<running_simulator> simulator;
};

TEST_F(SimulatorServer, ServesEveryHostOnOnePortOverTls) {
  start();
  EXPECT_EQ(call("GET", "wx.qq.com", "/").status, 200);
  EXPECT_THAT(uuid(), testing::Not(testing::IsEmpty()));
  EXPECT_EQ(call("GET", "webpush.web2.wechat.com", "/").status, 200);
}

TEST_F(SimulatorServer, WakesALongPollFromTheControlApi) {
  start();
  auto code = uuid();
  auto poll =
      std::async(std::launch::async, [&] { return call("GET", "login.wx.qq.com", poll_target(code)); });
  for (int i = 0; i < 1'000; ++i) {
    auto logins = control("GET", "/v1/logins");
    if (integer_of(logins.at("logins").as_array().at(0).as_object(), "polls") == 1) break;
  }
  (void)control("POST", "/v1/logins/" + code + "/scan", R"({"user":2})");
  EXPECT_THAT(poll.get().body, StartsWith("window.code=201;"));
}

TEST_F(SimulatorServer, EndsALongPollByItsTimer) {
  options.service.hold = 50ms;
  start();
  EXPECT_EQ(call("GET", "login.wx.qq.com", poll_target(uuid())).body, "window.code=408;");
}

TEST_F(SimulatorServer, ForgetsAPollWhoseClientHasGone) {
  options.service.hold = 60s;
  start();
  auto code = uuid();
  auto gone = tls_call(simulator->endpoint(), simulator->ca_file(),
                       {"GET", "login.wx.qq.com", poll_target(code), {}, {}}, 1s);
  EXPECT_EQ(gone.status, 0);
  for (int i = 0; i < 1'000 && simulator->with([](auto&s, auto&) { return s.state().open.size(); }) != 0; ++i)
    (void)control("GET", "/v1/load");
  EXPECT_EQ(simulator->with([](auto& s, auto&) { return s.state().open.size(); }), 0U);
}

TEST_F(SimulatorServer, CarriesSabotageToTheWire) {
  start();
  for (std::string kind : {"close", "reset", "cut_head", "garbage_head"}) {
    (void)control("POST", "/v1/faults", R"({"endpoint":"jslogin","count":1,"kind":")" + kind + "\"}", 201);
    EXPECT_EQ(call("GET", "login.wx.qq.com", "/jslogin?appid=wx782c26e4c19acffb&fun=new").status, 0) << kind;
  }
  EXPECT_EQ(call("GET", "login.wx.qq.com", "/jslogin?appid=wx782c26e4c19acffb&fun=new").status, 200);
  (void)control("POST", "/v1/faults", R"({"endpoint":"root","count":1,"kind":"cut_body"})", 201);
  auto cut = call("GET", "wx.qq.com", "/");
  EXPECT_EQ(cut.status, 200);
  EXPECT_LT(cut.body.size(), std::stoul(std::string{find_header(cut.headers, "Content-Length")}));
}

TEST_F(SimulatorServer, ManagesUsersByTheControlApi) {
  start();
  EXPECT_EQ(integer_of(control("POST", "/v1/users", R"({"count":3,"friends":1,"chatrooms":0})", 201), "last"),
            5);
  auto changed = control("PATCH", "/v1/users/5", R"({"entry_host":"wx2.qq.com","login_policy":"barred"})");
  EXPECT_EQ(text_of(changed, "entry_host"), "wx2.qq.com");
  EXPECT_EQ(text_of(changed, "login_policy"), "barred");
  auto detail = control("GET", "/v1/users/5");
  EXPECT_TRUE(detail.at("chatrooms").as_array().empty());
  EXPECT_EQ(control("GET", "/v1/users").at("users").as_array().size(), 5U);
  (void)control("PATCH", "/v1/users/5", R"({"entry_host":"example.org"})", 422);
  (void)control("GET", "/v1/users/99", {}, 404);
  (void)control("POST", "/v1/users", R"({"count":"many"})", 422);
  (void)control("POST", "/v1/users", "{", 400);
}

TEST_F(SimulatorServer, ReadsBackItsRecordsByTheControlApi) {
  start();
  (void)call("GET", "wx.qq.com", "/cgi-bin/mmwebwx-bin/webwxnothing");
  auto violations = control("GET", "/v1/violations");
  EXPECT_EQ(integer_of(violations, "total"), 1);
  EXPECT_EQ(integer_of(violations.at("counts").as_object(), "unknown_endpoint"), 1);
  auto ledger = control("GET", "/v1/ledger?unanswered=10");
  EXPECT_EQ(integer_of(ledger, "injected"), 0);
  EXPECT_EQ(integer_of(ledger, "users"), 2);
  EXPECT_EQ(integer_of(ledger.at("requests").as_object(), "other"), 1);
  EXPECT_TRUE(control("GET", "/v1/sent").at("sent").as_array().empty());
  (void)control("DELETE", "/v1/ledger");
  EXPECT_EQ(integer_of(control("GET", "/v1/violations"), "total"), 0);
}

TEST_F(SimulatorServer, ChangesItsOptionsByTheControlApi) {
  start();
  auto o = control("PATCH", "/v1/options", R"({"hold_ms":50,"auto":true,"sync_batch":7})");
  EXPECT_EQ(integer_of(o, "hold_ms"), 50);
  EXPECT_EQ(integer_of(control("GET", "/v1/options"), "sync_batch"), 7);
  (void)control("PATCH", "/v1/options", R"({"login_page_status":204})", 422);
}

TEST_F(SimulatorServer, RefusesToInjectForAUserWithoutSession) {
  start();
  (void)control("POST", "/v1/messages", R"({"user":1,"text":"x"})", 409);
  (void)control("POST", "/v1/messages", R"({"text":"x"})", 422);
  (void)control("POST", "/v1/messages", R"({"user":1,"from":"nobody"})", 422);
}

TEST_F(SimulatorServer, TakesFaultsOfKnownKindsOnly) {
  start();
  auto id =
      integer_of(control("POST", "/v1/faults", R"({"kind":"slow","value":5,"probability":0.5})", 201), "id");
  EXPECT_EQ(control("GET", "/v1/faults").at("faults").as_array().size(), 1U);
  (void)control("DELETE", "/v1/faults/" + std::to_string(*id));
  (void)control("DELETE", "/v1/faults/" + std::to_string(*id), {}, 404);
  (void)control("POST", "/v1/faults", R"({"kind":"nothing"})", 422);
  (void)control("POST", "/v1/faults", R"({"kind":"close","endpoint":"nothing"})", 422);
}

TEST_F(SimulatorServer, RefusesAnAddressThatIsNotLoopback) {
  options.listen = "0.0.0.0:0";
  auto started = running_simulator::start(options);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, errc::invalid_argument);
}

} // namespace
} // namespace weixin::simulator
