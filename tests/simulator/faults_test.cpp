#include "tests/simulator/simulated_client.hpp"

#include <gmock/gmock.h>

namespace weixin::simulator {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

struct SimulatedFaults : testing::Test {
  simulated_service service;
  simulated_client client{service};
  void SetUp() override {
    client.go_online();
    (void)client.sync();
  }

  std::uint64_t add(fault_kind kind, std::string endpoint, std::int64_t value = 0, std::size_t user = 0) {
    fault_rule rule;
    rule.kind = kind;
    rule.endpoint = std::move(endpoint);
    rule.value = value;
    rule.user = user;
    auto id = service.core.add_fault(rule);
    EXPECT_TRUE(id);
    return id ? *id : 0;
  }
  answer init() { return client.post("webwxinit"); }
  std::size_t sends() const { return service.core.state().sent.last(); }
  answer send_with(fault_kind kind) {
    add(kind, "webwxsendmsg");
    auto id = std::to_string(++client.client_msg_id);
    return client.post("webwxsendmsg", {{"Scene", 0},
                                        {"Msg",
                                         {{"Type", 1},
                                          {"Content", "hi"},
                                          {"FromUserName", client.self},
                                          {"ToUserName", "filehelper"},
                                          {"LocalID", id},
                                          {"ClientMsgId", id}}}});
  }
};

TEST_F(SimulatedFaults, SayAReturnCodeInTheEndpointsOwnWords) {
  add(fault_kind::ret, "*", 1205);
  EXPECT_EQ(ret_of(init()), 1205);
  EXPECT_EQ(client.check_now(), "window.synccheck={retcode:\"1205\",selector:\"0\"}");
  EXPECT_THAT(client.exchange().response.body, HasSubstr("<ret>1205</ret>"));
}

TEST_F(SimulatedFaults, CountDown) {
  fault_rule rule;
  rule.kind = fault_kind::http_status;
  rule.value = 503;
  rule.endpoint = "webwxinit";
  rule.remaining = 2;
  ASSERT_TRUE(service.core.add_fault(rule));
  EXPECT_EQ(init().response.status, 503);
  EXPECT_EQ(init().response.status, 503);
  EXPECT_EQ(ret_of(init()), 0);
  EXPECT_EQ(service.core.state().faults.rules()[0].fired, 2U);
}

TEST_F(SimulatedFaults, HitOnlyTheirUser) {
  add(fault_kind::http_status, "*", 500, 2);
  EXPECT_EQ(ret_of(init()), 0);
}

TEST_F(SimulatedFaults, HappenWithTheirProbability) {
  fault_rule rule;
  rule.kind = fault_kind::http_status;
  rule.endpoint = "webwxinit";
  rule.probability = 0.25;
  ASSERT_TRUE(service.core.add_fault(rule));
  int failed = 0;
  for (int i = 0; i < 400; ++i)
    failed += init().response.status == 502 ? 1 : 0;
  EXPECT_GT(failed, 60);
  EXPECT_LT(failed, 140);
}

TEST_F(SimulatedFaults, GoAwayWhenRemoved) {
  auto id = add(fault_kind::close, "*");
  EXPECT_EQ(init().how, answer::way::close);
  EXPECT_TRUE(service.core.remove_fault(id));
  EXPECT_FALSE(service.core.remove_fault(id));
  EXPECT_EQ(ret_of(init()), 0);
}

TEST_F(SimulatedFaults, SpoilTheConnection) {
  for (auto [kind, how] :
       {std::pair{fault_kind::close, answer::way::close}, std::pair{fault_kind::reset, answer::way::reset},
        std::pair{fault_kind::stall, answer::way::stall},
        std::pair{fault_kind::garbage_head, answer::way::raw}}) {
    add(kind, "webwxinit");
    EXPECT_EQ(init().how, how) << to_string(kind);
    service.core.clear_faults();
  }
}

TEST_F(SimulatedFaults, AnswerNonsense) {
  auto body = [&](fault_kind kind, std::int64_t value = 0) {
    service.core.clear_faults();
    add(kind, "webwxinit", value);
    return init().response.body;
  };
  EXPECT_EQ(body(fault_kind::empty), "");
  EXPECT_THAT(body(fault_kind::html), HasSubstr("<html>"));
  EXPECT_THAT(body(fault_kind::deep_nesting), StartsWith("[[[["));
  EXPECT_GT(body(fault_kind::huge, 1'000'000).size(), 1'000'000U);
  EXPECT_THAT(body(fault_kind::garbage), HasSubstr("}{"));
}

TEST_F(SimulatedFaults, EndlesslySelect) {
  fault_rule rule;
  rule.kind = fault_kind::selector;
  rule.value = 2;
  ASSERT_TRUE(service.core.add_fault(rule));
  EXPECT_EQ(client.check_now(), "window.synccheck={retcode:\"0\",selector:\"2\"}");
  EXPECT_EQ(ret_of(init()), 0) << "other endpoints are spared";
}

TEST_F(SimulatedFaults, LoseTheResponseAfterTheWork) {
  EXPECT_EQ(send_with(fault_kind::lost_response).how, answer::way::close);
  EXPECT_EQ(sends(), 1U);
}

TEST_F(SimulatedFaults, DoNotDoTheWorkWhenTheConnectionCloses) {
  EXPECT_EQ(send_with(fault_kind::close).how, answer::way::close);
  EXPECT_EQ(sends(), 0U);
}

TEST_F(SimulatedFaults, SpoilTheBodyAfterTheWork) {
  auto right = init().response.body;
  add(fault_kind::truncated, "webwxinit");
  EXPECT_LT(init().response.body.size(), right.size());
  service.core.clear_faults();
  add(fault_kind::bad_utf8, "webwxinit");
  EXPECT_THAT(init().response.body, HasSubstr("\x85\xff"));
}

TEST_F(SimulatedFaults, BreakTheFramingAfterTheWork) {
  for (auto kind :
       {fault_kind::cut_head, fault_kind::cut_body, fault_kind::short_length, fault_kind::broken_chunks}) {
    auto a = send_with(kind);
    EXPECT_EQ(a.how, answer::way::raw) << to_string(kind);
    EXPECT_THAT(a.bytes, StartsWith("HTTP/1.1 200")) << to_string(kind);
    service.core.clear_faults();
  }
  EXPECT_EQ(sends(), 4U);
}

TEST_F(SimulatedFaults, PromiseMoreThanComes) {
  auto right = init().response.body;
  add(fault_kind::long_length, "webwxinit");
  EXPECT_THAT(init().bytes, HasSubstr("Content-Length: " + std::to_string(right.size() + 100) + "\r\n"));
}

TEST_F(SimulatedFaults, SendTheRightAnswerInSmallChunks) {
  add(fault_kind::chunked, "synccheck");
  injection what;
  what.user = 1;
  what.text = "wake up";
  ASSERT_TRUE(service.core.inject(std::move(what), service.now));
  auto a = service.answered(client.check());
  ASSERT_TRUE(a);
  EXPECT_EQ(a->how, answer::way::raw);
  EXPECT_THAT(a->bytes, HasSubstr("Transfer-Encoding: chunked\r\n\r\n7\r\nwindow.\r\n7\r\nsyncche\r\n"));
  EXPECT_THAT(a->bytes, testing::EndsWith("\r\n0\r\n\r\n"));
}

TEST_F(SimulatedFaults, LetTheCookiesOfTheRightAnswerExpire) {
  add(fault_kind::expired_cookies, "webwxsync");
  auto a = client.post("webwxsync", {{"SyncKey", client.sync_key}, {"rr", -1}},
                       "&sid=" + encode(client.sid) + "&skey=" + encode(client.skey));
  auto cookies = headers_of(a, "Set-Cookie");
  EXPECT_GE(cookies.size(), 5U);
  for (const auto& line : cookies)
    EXPECT_THAT(line, HasSubstr("Expires=Thu, 01-Jan-1970 00:00:01 GMT; Secure"));
}

TEST_F(SimulatedFaults, ReachEveryEndpoint) {
  for (std::string endpoint :
       {"webwxuploadmedia", "webwxcheckupload", "webwxsendmsgimg", "webwxsendvideomsg", "webwxsendemoticon",
        "webwxsendappmsg", "webwxrevokemsg", "webwxcreatechatroom", "webwxupdatechatroom", "webwxverifyuser",
        "webwxoplog", "webwxsearchcontact", "webwxstatreport", "webwxsendfeedback"}) {
    add(fault_kind::ret, endpoint, 1205);
    auto host = endpoint == "webwxuploadmedia" ? "file.wx.qq.com" : "wx.qq.com";
    EXPECT_EQ(ret_of(client.call("POST", host, client.target(endpoint, ""), "{}")), 1205) << endpoint;
  }
  for (std::string endpoint :
       {"webwxgetmedia", "webwxgetvideo", "webwxgetvoice", "webwxgetmsgimg", "webwxgeticon",
        "webwxgetheadimg", "webwxgetpubliclinkimg", "webwxcheckurl", "webwxpreview"}) {
    add(fault_kind::http_status, endpoint, 503);
    auto host = endpoint == "webwxgetmedia" ? "file.wx.qq.com" : "wx.qq.com";
    EXPECT_EQ(client.call("GET", host, client.target(endpoint, "")).response.status, 503) << endpoint;
  }
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedFaults, AnswerLate) {
  add(fault_kind::slow, "webwxlogout", 1'500);
  auto id =
      client.send("GET", client.entry, client.target("webwxlogout", "type=1&skey=" + encode(client.skey)));
  EXPECT_FALSE(service.answered(id));
  EXPECT_TRUE(service.core.state().user(1)->session->ended) << "the work is done at once";
  service.advance(1'500ms);
  EXPECT_EQ(service.answered(id)->response.status, 301);
}

TEST_F(SimulatedFaults, SpoilALongPollWhenItEnds) {
  add(fault_kind::lost_response, "synccheck");
  auto poll = client.check();
  EXPECT_FALSE(service.answered(poll));
  service.advance(25s);
  EXPECT_EQ(service.answered(poll)->how, answer::way::close);
}

TEST_F(SimulatedFaults, RefuseNumbersThatMakeNoSense) {
  fault_rule rule;
  rule.probability = 1.5;
  EXPECT_FALSE(service.core.add_fault(rule));
  rule.probability = 1;
  rule.kind = fault_kind::http_status;
  rule.value = 42;
  EXPECT_FALSE(service.core.add_fault(rule));
}

TEST(FaultKinds, HaveNamesThatReadBack) {
  for (std::size_t i = 0; i < fault_kind_count; ++i)
    EXPECT_EQ(fault_kind_of(to_string(static_cast<fault_kind>(i))), static_cast<fault_kind>(i));
  EXPECT_FALSE(fault_kind_of("nothing"));
}

TEST(FaultBook, IsBounded) {
  fault_book book;
  for (std::size_t i = 0; i < fault_book::max_rules; ++i)
    EXPECT_NE(book.add({}), 0U);
  EXPECT_EQ(book.add({}), 0U);
}

} // namespace
} // namespace weixin::simulator
