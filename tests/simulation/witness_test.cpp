// A witness that sees nothing would make every life a good one: it must tell each kind of breach.
#include "tests/simulation/witness.hpp"

#include <gtest/gtest.h>

namespace weixin::simulation {
namespace {

using weixin::store::send_state;

struct Witness : ::testing::Test {
  timeline time{1, false};
  witness eyes{time};

  static httpd::request sync_request(std::int64_t position) {
    httpd::request r;
    r.query["sid"] = "sid";
    r.body = R"({"SyncKey":{"Count":1,"List":[{"Key":2,"Val":)" + std::to_string(position) + "}]}}";
    return r;
  }
  void hands_out(std::int64_t position, const std::string& msg_id) {
    simulator::answer a;
    a.response.body = R"({"BaseResponse":{"Ret":0},"AddMsgList":[{"MsgId":")" + msg_id +
                      R"("}],"SyncKey":{"Count":1,"List":[{"Key":2,"Val":)" + std::to_string(position) +
                      "}]}}";
    eyes.answered("shop-01", sync_request(position - 1), "webwxsync", a);
  }
  void asks(std::int64_t position) { eyes.left("shop-01", sync_request(position), "webwxsync"); }
  void stores(const std::string& msg_id, std::int64_t seq) {
    weixin::store::sync_commit c;
    c.account = "shop-01";
    c.messages.emplace_back().msg_id = msg_id;
    eyes.committed(c, {{msg_id, seq}});
  }
  weixin::store::send_record record(send_state state, const std::string& client_msg_id = "") {
    weixin::store::send_record r;
    r.id = "s-1";
    r.account = "shop-01";
    r.content = store::text_content{"hello"};
    r.state = state;
    r.client_msg_id = client_msg_id;
    return r;
  }
  static httpd::request send_call(const std::string& client_msg_id) {
    httpd::request r;
    r.body = R"({"Msg":{"Content":"hello","ClientMsgId":")" + client_msg_id + R"("}})";
    return r;
  }
  void takes(const std::string& client_msg_id) {
    simulator::answer a;
    a.response.body = R"({"BaseResponse":{"Ret":0,"ErrMsg":""},"MsgID":"1"})";
    eyes.answered("shop-01", send_call(client_msg_id), "webwxsendmsg", a);
  }
  void calls(std::string_view endpoint) {
    transport::http_call c;
    c.request.headers = {{"Cookie", "wxuin=1; wxsid=sid; mm_lang=zh_CN"}};
    c.label = endpoint;
    eyes.started("shop-01", c);
  }
  void is_told(std::string_view endpoint, const std::string& body) {
    http_request r;
    r.headers = {{"Cookie", "wxsid=sid"}};
    eyes.completed("shop-01", r, endpoint, http_response{200, {}, body});
  }
  bool is_content() const { return eyes.breaches().empty(); }
};

TEST_F(Witness, AcceptsKeysThatFollowStoredMessages) {
  hands_out(11, "100");
  stores("100", 1);
  asks(11);
  EXPECT_TRUE(is_content());
}

TEST_F(Witness, TellsKeysThatAreAheadOfTheStore) {
  hands_out(11, "100");
  asks(11);
  EXPECT_FALSE(is_content());
}

TEST_F(Witness, TellsStoredKeysThatAreAheadOfTheStoredMessages) {
  asks(10);
  hands_out(11, "100");
  weixin::store::sync_commit c;
  c.account = "shop-01";
  c.keys.sync_key.pairs = {{2, 11}};
  eyes.committed(c, {});
  EXPECT_FALSE(is_content());
}

TEST_F(Witness, TellsAMessageThatIsStoredTwice) {
  stores("100", 1);
  stores("100", 2);
  EXPECT_FALSE(is_content());
}

TEST_F(Witness, TellsASendThatLeftBeforeItWasStoredAsAttempting) {
  eyes.enqueued(record(send_state::queued, "7"), {record(send_state::queued, "7"), false});
  eyes.left("shop-01", send_call("7"), "webwxsendmsg");
  EXPECT_FALSE(is_content());
}

TEST_F(Witness, AcceptsAnAttemptThatWasStored) {
  eyes.enqueued(record(send_state::queued), {record(send_state::queued), false});
  eyes.updated(record(send_state::attempting, "7"));
  eyes.left("shop-01", send_call("7"), "webwxsendmsg");
  takes("7");
  eyes.updated(record(send_state::sent));
  EXPECT_TRUE(is_content());
  EXPECT_EQ(eyes.taken("shop-01", "hello"), 1U);
}

TEST_F(Witness, TellsATextThatWasSentTwice) {
  eyes.enqueued(record(send_state::queued), {record(send_state::queued), false});
  eyes.updated(record(send_state::attempting, "7"));
  takes("7");
  takes("7");
  EXPECT_FALSE(is_content());
}

TEST_F(Witness, LetsATextBeSentTwiceWhenAnOperatorAskedForIt) {
  eyes.enqueued(record(send_state::queued), {record(send_state::queued), false});
  eyes.updated(record(send_state::attempting, "7"));
  eyes.decided_by_operator("s-1");
  takes("7");
  takes("7");
  EXPECT_TRUE(is_content());
}

TEST_F(Witness, TellsAChangeOfStateThatMustNotBe) {
  eyes.enqueued(record(send_state::queued), {record(send_state::queued), false});
  eyes.updated(record(send_state::sent));
  EXPECT_FALSE(is_content());
}

TEST_F(Witness, TellsTheUseOfASessionThatWasReportedDead) {
  is_told("webwxsync", R"({"BaseResponse":{"Ret":1101,"ErrMsg":""}})");
  calls("webwxsync");
  EXPECT_TRUE(is_content()) << "at the same instant nobody could know";
  time.run_until(time.now() + 1ms, [] {});
  calls("webwxinit");
  EXPECT_TRUE(is_content()) << "to find out whether that is true";
  calls("webwxsendmsg");
  EXPECT_FALSE(is_content());
}

TEST_F(Witness, BelievesASessionThatWebwxinitCallsAlive) {
  is_told("webwxsync", R"({"BaseResponse":{"Ret":1101,"ErrMsg":""}})");
  time.run_until(time.now() + 1ms, [] {});
  is_told("webwxinit", R"({"BaseResponse":{"Ret":0,"ErrMsg":""}})");
  calls("webwxsync");
  EXPECT_TRUE(is_content());
}

TEST_F(Witness, TellsAReaderThatIsAheadOfTheInbox) {
  stores("100", 1);
  eyes.position_saved("shop-01", "echo", 2);
  EXPECT_FALSE(is_content());
}

} // namespace
} // namespace weixin::simulation
