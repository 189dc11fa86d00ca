// What an operator may do with a send.
#include "tests/actors/actors_fixture.hpp"

namespace weixin {
namespace {

using namespace std::chrono_literals;
using store::send_state;
using store::store_call;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct OutboxCommands : testing::actors_fixture {
  std::string queued_send() {
    begin_session();
    start_sender(false);
    return submit("Friend One", "hello")->record.id;
  }
  std::string send_with(result<http_response> answer) {
    begin_session();
    start_sender();
    weixin.next("webwxsendmsg", std::move(answer));
    return submit("Friend One", "hello")->record.id;
  }
  std::string unknown_send() { return send_with(lost_answer()); }
  errc refusal(const std::string& id, outbox_command what) {
    auto r = command(id, what);
    return r ? errc::internal : r.error().code;
  }
};

TEST_F(OutboxCommands, CancelsWhatWaits) {
  auto id = queued_send();
  auto r = command(id, outbox_command::cancel);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->state, send_state::refused);
  EXPECT_EQ(r->error, "cancelled");
  EXPECT_EQ(stored(id).state, send_state::refused);
  EXPECT_THAT(states[id], ElementsAre("queued", "refused"));
  EXPECT_EQ(context->status->queue, 0U);
  EXPECT_THAT(service->metrics->render(),
              ::testing::HasSubstr("weixin_send_dropped_total{reason=\"cancelled\"} 1\n"));
  open_gate();
  pass(1min);
  EXPECT_THAT(sent_texts(), IsEmpty());
}

TEST_F(OutboxCommands, CancelsNothingThatIsOnItsWayOrSettled) {
  begin_session();
  start_sender();
  weixin.hold("webwxsendmsg");
  auto id = submit("Friend One", "hello")->record.id;
  auto r = command(id, outbox_command::cancel);
  EXPECT_EQ(r.error().code, errc::wrong_state);
  EXPECT_EQ(r.error().context, "the send is attempting");
  weixin.release("webwxsendmsg");
  pass(1s);
  EXPECT_EQ(refusal(id, outbox_command::cancel), errc::wrong_state);
  EXPECT_EQ(stored(id).state, send_state::sent);
}

TEST_F(OutboxCommands, KnowsNoSendOfAnotherId) {
  queued_send();
  for (auto what : {outbox_command::cancel, outbox_command::retry, outbox_command::settle_sent,
                    outbox_command::settle_refused})
    EXPECT_EQ(refusal("s-00000000000000000000000000", what), errc::send_not_found);
}

TEST_F(OutboxCommands, SendsAgainWhatWasRefused) {
  auto id = send_with(ret(1204));
  ASSERT_EQ(stored(id).state, send_state::refused);
  auto r = command(id, outbox_command::retry);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->state, send_state::queued);
  EXPECT_TRUE(r->error.empty());
  pass(1s);
  EXPECT_EQ(stored(id).state, send_state::sent);
  EXPECT_THAT(states[id], ElementsAre("queued", "attempting", "refused", "queued", "attempting", "sent"));
}

TEST_F(OutboxCommands, SendsAgainWhatExpiredAndForgetsItsDeadline) {
  begin_session();
  start_sender();
  send_request what;
  what.to = "Friend One";
  what.content = store::text_content{"hello"};
  what.expires_at = wall->now() - 1s;
  auto id = submit(what)->record.id;
  ASSERT_EQ(stored(id).state, send_state::expired);
  ASSERT_TRUE(command(id, outbox_command::retry));
  pass(1s);
  EXPECT_EQ(stored(id).state, send_state::sent);
}

TEST_F(OutboxCommands, SendsAgainWhatIsUnknownAndKeepsInMindThatItMayHaveArrived) {
  auto id = unknown_send();
  weixin.next("webwxsendmsg", ret(1204));
  ASSERT_TRUE(command(id, outbox_command::retry));
  pass(1s);
  EXPECT_EQ(sent_texts().size(), 2U);
  EXPECT_EQ(stored(id).state, send_state::unknown);
}

TEST_F(OutboxCommands, SendsAgainOnceWhenTwoAskForItAtTheSameTime) {
  auto id = unknown_send();
  open_gate(false);
  auto replies = std::make_shared<std::vector<result<store::send_record>>>();
  for (int i = 0; i < 2; ++i)
    caf::anon_send(context->sender,
                   command_send{id, outbox_command::retry, [replies](auto r) { replies->push_back(r); }});
  time.settle();
  ASSERT_EQ(replies->size(), 2U);
  EXPECT_TRUE((*replies)[0]);
  EXPECT_EQ((*replies)[1].error().code, errc::wrong_state);
  open_gate();
  pass(1min);
  EXPECT_EQ(sent_texts().size(), 2U) << "the first attempt and one more";
}

TEST_F(OutboxCommands, SettlesWhatIsUnknownAsTheOperatorSawIt) {
  auto id = unknown_send();
  auto r = command(id, outbox_command::settle_sent);
  ASSERT_TRUE(r);
  EXPECT_EQ(stored(id).state, send_state::sent);
  EXPECT_EQ(states[id].back(), "sent");
  stop();
  id = unknown_send();
  r = command(id, outbox_command::settle_refused);
  ASSERT_TRUE(r);
  EXPECT_EQ(stored(id).state, send_state::refused);
  EXPECT_EQ(states[id].back(), "refused");
  pass(1min);
  EXPECT_EQ(sent_texts().size(), 2U);
}

TEST_F(OutboxCommands, DecidesNothingThatIsNotUndecided) {
  auto id = queued_send();
  for (auto what : {outbox_command::retry, outbox_command::settle_sent, outbox_command::settle_refused})
    EXPECT_EQ(refusal(id, what), errc::wrong_state);
  open_gate();
  pass(1s);
  for (auto what : {outbox_command::cancel, outbox_command::retry, outbox_command::settle_sent,
                    outbox_command::settle_refused})
    EXPECT_EQ(refusal(id, what), errc::wrong_state);
  EXPECT_EQ(stored(id).state, send_state::sent);
}

TEST_F(OutboxCommands, TellsTheOperatorWhenTheStoreRefusesAndChangesNothing) {
  auto id = queued_send();
  memory->fail_next(store_call::update_send, fail(errc::disk_full, "test"));
  EXPECT_EQ(refusal(id, outbox_command::cancel), errc::disk_full);
  EXPECT_EQ(stored(id).state, send_state::queued);
  open_gate();
  pass(1s);
  EXPECT_EQ(stored(id).state, send_state::sent);
}

TEST_F(OutboxCommands, AnswersAtOnceWhileAnOutcomeCannotBeStored) {
  begin_session();
  start_sender();
  weixin.hold("webwxsendmsg");
  auto first = submit("Friend One", "first")->record.id;
  auto second = submit("Friend One", "second")->record.id;
  memory->fail_writes(fail(errc::disk_full, "test"));
  weixin.release("webwxsendmsg");
  time.settle();
  EXPECT_EQ(refusal(second, outbox_command::cancel), errc::disk_full);
  memory->fail_writes(std::nullopt);
  pass(2min);
  EXPECT_EQ(stored(first).state, send_state::sent);
  EXPECT_EQ(stored(second).state, send_state::sent);
}

} // namespace
} // namespace weixin
