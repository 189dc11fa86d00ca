#include "tests/simulator/simulated_client.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>

namespace weixin::simulator {
namespace {

using namespace std::chrono_literals;

struct SimulatedSending : testing::Test {
  simulated_service service;
  simulated_client client{service};
  void SetUp() override {
    client.go_online();
    (void)client.sync();
  }

  int send(std::string_view to, std::string_view text = "hi") {
    auto o = client.send_text(to, text);
    return static_cast<int>(integer_of(*object_of(o, "BaseResponse"), "Ret").value_or(-9));
  }
  std::string contact(std::size_t i) const { return client.name_of({peer_ref::kind::contact, i, 0}); }
  std::string chatroom() const { return client.name_of({peer_ref::kind::chatroom, 0, 0}); }
  injected say(std::string text, std::string from = {}) {
    injection what;
    what.user = 1;
    what.conversation = std::move(from);
    what.text = std::move(text);
    auto done = service.core.inject(std::move(what), service.now);
    EXPECT_TRUE(done);
    return done ? *done : injected{};
  }
  std::vector<sent_message> sent() const {
    std::vector<sent_message> all;
    service.core.state().sent.visit_after(0, 1'000, [&](auto, const sent_message& m) { all.push_back(m); });
    return all;
  }
  ledger::totals totals() const { return service.core.state().book.summary(); }
};

TEST_F(SimulatedSending, AnswersTheIdAndRecordsTheSend) {
  auto o = client.send_text(contact(3), "raw <b> & \U0001F604");
  EXPECT_EQ(text_of(o, "LocalID"), std::to_string(client.client_msg_id));
  auto all = sent();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].msg_id, text_of(o, "MsgID"));
  EXPECT_EQ(all[0].to_id, "wxid_sim1f0");
  EXPECT_EQ(all[0].text, "raw <b> & \U0001F604");
  EXPECT_EQ(all[0].session, 1U);
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedSending, ReachesChatroomsAndTheFileHelper) {
  EXPECT_EQ(send(chatroom()), 0);
  EXPECT_EQ(send("filehelper"), 0);
}

TEST_F(SimulatedSending, RefusesWhoIsNoFriend) {
  EXPECT_EQ(send(client.name_of({peer_ref::kind::contact, 25, 0})), 1204) << "a former friend";
  EXPECT_EQ(send(client.name_of({peer_ref::kind::member, 0, 2})), 1204) << "a chatroom's member";
  EXPECT_EQ(send(client.self), 1204);
  EXPECT_TRUE(sent()[0].msg_id.empty());
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedSending, RefusesANameOfAnotherSession) {
  auto old_name = contact(3);
  client.go_online();
  EXPECT_EQ(send(old_name), 1);
  EXPECT_EQ(service.violations(violation_kind::unknown_user_name), 1U);
}

TEST_F(SimulatedSending, CountsARepeatedClientMsgId) {
  EXPECT_EQ(send(contact(3)), 0);
  --client.client_msg_id;
  EXPECT_EQ(send(contact(3)), 0) << "the service does not deduplicate";
  EXPECT_EQ(sent().size(), 2U);
  EXPECT_EQ(service.violations(violation_kind::repeated_client_msg_id), 1U);
}

TEST_F(SimulatedSending, RefusesAnEmptyMessage) {
  EXPECT_EQ(send(contact(3), ""), 1);
  EXPECT_EQ(service.violations(violation_kind::bad_body), 1U);
}

TEST_F(SimulatedSending, LimitsTheRateWhenThatIsSet) {
  service.core.state().options.sends_per_minute = 2;
  EXPECT_EQ(send(contact(3)), 0);
  EXPECT_EQ(send(contact(4)), 0);
  EXPECT_EQ(send(contact(3)), 1205);
  service.advance(61s);
  EXPECT_EQ(send(contact(3)), 0);
}

TEST_F(SimulatedSending, EchoesOwnSendsOnlyWhenThatIsSet) {
  EXPECT_EQ(send(contact(3)), 0);
  EXPECT_EQ(client.check_now(), "held");
  service.core.state().options.echo_own_sends = true;
  EXPECT_EQ(send(contact(3), "mine"), 0);
  auto o = client.sync();
  const auto& m = o.at("AddMsgList").as_array().at(0).as_object();
  EXPECT_EQ(text_of(m, "FromUserName"), client.self);
  EXPECT_EQ(text_of(m, "ToUserName"), contact(3));
}

TEST_F(SimulatedSending, AccountsForEveryReplyByItsToken) {
  auto one = say("question {token}");
  say("another {token}");
  service.advance(250ms);
  (void)client.sync();
  EXPECT_EQ(send(contact(3), "re: " + one.text + "!"), 0);
  auto t = totals();
  EXPECT_EQ(t.injected, 2U);
  EXPECT_EQ(t.delivered, 2U);
  EXPECT_EQ(t.answered, 1U);
  EXPECT_EQ(t.unanswered, 1U);
  EXPECT_EQ(t.reply_p50, 250ms);
  EXPECT_EQ(sent()[0].ledger_number, one.ledger_number);
}

TEST_F(SimulatedSending, CountsASecondReplyAsDoubled) {
  auto one = say("question {token}");
  EXPECT_EQ(send(contact(3), one.text), 0);
  EXPECT_EQ(send(contact(3), one.text), 0);
  EXPECT_EQ(totals().answered, 0U);
  EXPECT_EQ(totals().doubled, 1U);
}

TEST_F(SimulatedSending, CountsAReplyIntoAnotherConversation) {
  auto one = say("question {token}");
  EXPECT_EQ(send(contact(4), one.text), 0);
  EXPECT_EQ(totals().misdirected, 1U);
  EXPECT_EQ(totals().unanswered, 1U);
}

TEST_F(SimulatedSending, MatchesATextWithoutTokenAsAWhole) {
  auto one = say("exactly this", "100000@chatroom");
  EXPECT_EQ(send(chatroom(), "echo: exactly this"), 0);
  EXPECT_EQ(totals().answered, 1U);
  EXPECT_EQ(send(contact(3), "unasked"), 0);
  EXPECT_EQ(totals().unrelated_replies, 1U);
}

TEST_F(SimulatedSending, CountsAnotherDeliveryOfTheSameMessage) {
  auto old_key = client.sync_key;
  say("{token}");
  (void)client.sync();
  client.sync_key = old_key;
  (void)client.sync();
  EXPECT_EQ(totals().delivered, 1U);
  EXPECT_EQ(totals().redelivered, 1U);
}

TEST_F(SimulatedSending, ServesThePictureOfAMessage) {
  injection what;
  what.user = 1;
  what.picture_bytes = 5'000;
  auto one = service.core.inject(what, service.now);
  ASSERT_TRUE(one);
  auto o = client.sync();
  EXPECT_EQ(integer_of(o.at("AddMsgList").as_array().at(0).as_object(), "MsgType"), 3);
  auto fetch = [&](std::string_view id, std::string_view type) {
    return client.call("GET", client.entry,
                       client.target("webwxgetmsgimg", "&MsgID=" + std::string{id} + "&skey=" +
                                                           encode(client.skey) + std::string{type}));
  };
  auto id = std::to_string(one->msg_id);
  auto picture = fetch(id, "");
  EXPECT_EQ(picture.response.content_type, "image/jpeg");
  EXPECT_GE(picture.response.body.size(), 5'000U);
  EXPECT_EQ(picture.response.body, fetch(id, "").response.body) << "the same every time";
  EXPECT_LT(fetch(id, "&type=slave").response.body.size(), 1'000U);
  EXPECT_TRUE(fetch("1", "").response.body.empty());
  EXPECT_EQ(service.violations(violation_kind::bad_query), 1U);
}

TEST_F(SimulatedSending, DeliversWhatTheUserTypedOnThePhone) {
  injection what;
  what.user = 1;
  what.conversation = "wxid_sim1f2";
  what.from_self = true;
  what.text = "typed on the phone";
  ASSERT_TRUE(service.core.inject(what, service.now));
  auto o = client.sync();
  EXPECT_EQ(text_of(o.at("AddMsgList").as_array().at(0).as_object(), "FromUserName"), client.self);
  EXPECT_EQ(totals().injected, 0U) << "nobody has to answer it";
}

} // namespace
} // namespace weixin::simulator
