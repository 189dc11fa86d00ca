// One message's way out: what the outbox promises, by the real sender on a store in memory.
#include "tests/actors/actors_fixture.hpp"

namespace weixin {
namespace {

using namespace std::chrono_literals;
using store::send_state;
using store::store_call;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::scripted_weixin;

using names = std::vector<std::string>;

struct Sender : testing::actors_fixture {
  using actors_fixture::actors_fixture;

  void start() {
    begin_session();
    start_sender();
  }
  send_request to_friend(const std::string& text) {
    send_request what;
    what.to = "Friend One";
    what.content = store::text_content{text};
    return what;
  }
  send_request repeatable(const std::string& text) {
    auto what = to_friend(text);
    what.if_unknown = store::unknown_policy::resend;
    return what;
  }
  send_request until(const std::string& text, std::chrono::seconds left) {
    auto what = to_friend(text);
    what.expires_at = wall->now() + left;
    return what;
  }
  std::string metrics() const { return service->metrics->render(); }
  std::string client_msg_id(std::size_t nth) const {
    std::vector<std::string> ids;
    for (const auto& r : weixin.requests)
      if (r.target.find("webwxsendmsg") != std::string::npos) ids.push_back(member(r.body, "ClientMsgId"));
    return nth < ids.size() ? ids[nth] : "";
  }
};

// -- the way of a send
// ----------------------------------------------------------------------------------------

TEST_F(Sender, StoresASendOnceBeforeItLeavesWhenNothingIsInItsWay) {
  start();
  weixin.hold("webwxsendmsg");
  auto r = submit("Friend One", "hello");
  ASSERT_TRUE(r);
  EXPECT_FALSE(r->repeated);
  EXPECT_EQ(r->record.state, send_state::queued) << "what a caller was always told";
  EXPECT_EQ(stored(r->record.id).state, send_state::attempting);
  EXPECT_EQ(stored(r->record.id).attempts, 1U);
  EXPECT_EQ(memory->calls(store_call::enqueue), 1U);
  EXPECT_EQ(memory->calls(store_call::update_send), 0U);
  weixin.release("webwxsendmsg");
  pass(1s);
  EXPECT_EQ(stored(r->record.id).state, send_state::sent);
  EXPECT_FALSE(stored(r->record.id).msg_id.empty());
  EXPECT_EQ(memory->calls(store_call::update_send), 1U);
  EXPECT_THAT(states[r->record.id], ElementsAre("queued", "attempting", "sent"));
}

TEST_F(Sender, KeepsWhatMustWaitAndSendsItInOrder) {
  begin_session();
  start_sender(false);
  names texts;
  for (int i = 0; i < 20; ++i) {
    texts.push_back("text " + std::to_string(i));
    auto r = submit("Friend One", texts.back());
    ASSERT_TRUE(r);
    EXPECT_EQ(stored(r->record.id).state, send_state::queued);
  }
  EXPECT_EQ(context->status->queue, 20U);
  EXPECT_THAT(sent_texts(), IsEmpty());
  weixin.next("webwxsendmsg", fail(errc::connect_failed, "webwxsendmsg"));
  open_gate();
  pass(10s);
  texts.insert(texts.begin(), texts.front()); // whose first try reached nobody
  EXPECT_EQ(sent_texts(), texts);
  EXPECT_EQ(context->status->queue, 0U);
}

TEST_F(Sender, ShowsHowManyTextsWaitForTheirTurnAndWhy) {
  start();
  context->pacing = pacer{pacing_settings{}};
  for (auto text : {"first", "second", "third"})
    ASSERT_TRUE(submit("Friend One", text));
  auto shown = context->status->view().pacing[static_cast<std::size_t>(paced_operation::text)];
  EXPECT_EQ(shown.waiting, 2U);
  EXPECT_EQ(shown.reason, pacing_reason::spacing);
  ASSERT_TRUE(shown.next_at);
  EXPECT_GE(*shown.next_at, wall->now() + 1s);
  EXPECT_LE(*shown.next_at, wall->now() + 1500ms);
  pass(5s);
  EXPECT_THAT(sent_texts(), ElementsAre("first", "second", "third"));
  shown = context->status->view().pacing[static_cast<std::size_t>(paced_operation::text)];
  EXPECT_EQ(shown.waiting, 0U);
  EXPECT_FALSE(shown.next_at);
  EXPECT_EQ(shown.reason, pacing_reason::none);
}

TEST_F(Sender, CountsADelayOnceForEachSend) {
  start();
  context->pacing = pacer{pacing_settings{}};
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(submit("Friend One", "text"));
  const std::string delays = R"(weixin_pacing_delay_seconds_count{operation="text"})";
  EXPECT_EQ(measured(delays), "1") << "the first of the queue alone is held back by the pace";
  pass(10s);
  EXPECT_EQ(sent_texts().size(), 5U);
  EXPECT_EQ(measured(delays), "4");
}

TEST_F(Sender, GoesOnInOrderAfterARestartOfTheServer) {
  begin_session();
  start_sender(false);
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(submit("Friend One", "text " + std::to_string(i)));
  crash_and_boot();
  begin_session();
  start_sender();
  pass(1s);
  EXPECT_THAT(sent_texts(), ElementsAre("text 0", "text 1", "text 2", "text 3", "text 4"));
}

TEST_F(Sender, WaitsAgainWhenTheGateClosesWhileTheStoreWorks) {
  start();
  auto reply = std::make_shared<result<store::accepted_send>>(fail(errc::internal, "no answer"));
  caf::anon_send(context->sender,
                 submit_send{to_friend("hello"), [reply](auto r) { *reply = std::move(r); }});
  caf::anon_send(context->sender, send_gate{false, {}, false});
  time.settle();
  ASSERT_TRUE(*reply);
  EXPECT_EQ(stored((*reply)->record.id).state, send_state::queued);
  EXPECT_THAT(sent_texts(), IsEmpty());
  open_gate();
  pass(1s);
  EXPECT_THAT(sent_texts(), ElementsAre("hello"));
}

TEST_F(Sender, RefusesWhatCannotBeSent) {
  start();
  EXPECT_EQ(submit("Friend One", "").error().code, errc::invalid_argument);
  EXPECT_EQ(submit("Friend One", std::string(sender::max_text_bytes + 1, 'x')).error().code,
            errc::body_too_large);
  EXPECT_EQ(submit("nobody", "hello").error().code, errc::contact_not_found);
  EXPECT_EQ(submit("Friend One", "hello", std::string(256, 'k')).error().code, errc::invalid_argument);
  EXPECT_THAT(outbox(), IsEmpty());
}

TEST_F(Sender, PutsASendBackAfterADefiniteAnswerAboutTheAccount) {
  for (int code : {1100, 1101, 1102, 1205}) {
    SCOPED_TRACE(code);
    start();
    said->hits.clear();
    weixin.next("webwxsendmsg", ret(code));
    auto r = submit("Friend One", "hello");
    EXPECT_EQ(stored(r->record.id).state, send_state::queued);
    EXPECT_TRUE(stored(r->record.id).error.empty()) << "it certainly did not arrive";
    ASSERT_EQ(said->hits.size(), 1U);
    EXPECT_EQ(said->hits[0].what.ret, code);
    pass(2s);
    EXPECT_EQ(stored(r->record.id).state, send_state::sent);
    EXPECT_EQ(stored(r->record.id).attempts, 2U);
    stop();
  }
}

TEST_F(Sender, GivesEachAttemptAGreaterClientMsgId) {
  start();
  weixin.next("webwxsendmsg", ret(1205));
  auto r = submit("Friend One", "hello");
  auto first = client_msg_id(0);
  EXPECT_EQ(first.size(), 17U);
  pass(2s);
  EXPECT_GT(client_msg_id(1), first);
  EXPECT_EQ(stored(r->record.id).client_msg_id, client_msg_id(1));
}

// -- what the supervisor hears
// ------------------------------------------------------------------------------------

TEST_F(Sender, TellsTheFirstAnswerAndEveryAttemptThatGotNone) {
  start();
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(submit("Friend One", "answered"));
  weixin.next("webwxsendmsg", fail(errc::connect_failed, "test"));
  weixin.next("webwxsendmsg", fail(errc::connect_failed, "test"));
  ASSERT_TRUE(submit("Friend One", "answered at the third attempt"));
  pass(2min);
  EXPECT_THAT(said->sends_heard, ElementsAre(true, false, false, true));
}

TEST_F(Sender, TakesARefusalForAnAnswer) {
  start();
  weixin.next("webwxsendmsg", scripted_weixin::ok("{" + scripted_weixin::base_response(1204) + "}"));
  ASSERT_TRUE(submit("Friend One", "to a stranger"));
  pass(1s);
  EXPECT_THAT(said->sends_heard, ElementsAre(true));
}

// -- recipients
// -----------------------------------------------------------------------------------------------

TEST_F(Sender, SendsToWhomeverAReferenceMeansInTheSessionOfThatTime) {
  begin_session();
  start_sender(false);
  auto r = submit("Friend One", "hello");
  ASSERT_TRUE(r);
  begin_session("@self-of-the-next-session", "@the-same-friend-under-another-name");
  open_gate();
  pass(1s);
  EXPECT_EQ(stored(r->record.id).state, send_state::sent);
  EXPECT_EQ(member(weixin.last("webwxsendmsg")->body, "ToUserName"), "@the-same-friend-under-another-name");
}

TEST_F(Sender, SettlesASendAsLostWhenNobodyIsCertainlyTheRecipient) {
  begin_session();
  start_sender(false);
  auto r = submit("Friend One", "hello");
  context->contacts.begin_session("@another-session", {});
  open_gate();
  pass(1s);
  EXPECT_EQ(stored(r->record.id).state, send_state::refused);
  EXPECT_EQ(stored(r->record.id).error, "target_lost");
  EXPECT_THAT(sent_texts(), IsEmpty());
  EXPECT_THAT(states[r->record.id], ElementsAre("queued", "refused"));
}

TEST_F(Sender, AcceptsAReferenceBeforeThereIsASession) {
  begin_session();
  auto ref = friend_ref();
  crash_and_boot();
  start_sender(false);
  auto r = submit(ref, "hello");
  ASSERT_TRUE(r);
  begin_session();
  open_gate();
  pass(1s);
  EXPECT_EQ(stored(r->record.id).state, send_state::sent);
}

// -- idempotency keys
// -----------------------------------------------------------------------------------------

TEST_F(Sender, AnswersTheSameKeyWithTheSameSend) {
  start();
  auto first = submit("Friend One", "hello", "key 1");
  pass(1s);
  auto second = submit("Friend One", "hello", "key 1");
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(first->repeated);
  EXPECT_TRUE(second->repeated);
  EXPECT_EQ(second->record.id, first->record.id);
  EXPECT_EQ(second->record.state, send_state::sent);
  EXPECT_EQ(submit("Friend One", "something else", "key 1").error().code, errc::idempotency_conflict);
  pass(1s);
  EXPECT_THAT(sent_texts(), ElementsAre("hello"));
  EXPECT_TRUE(submit("Friend One", "hello")) << "without a key every request is a new one";
  EXPECT_EQ(sent_texts().size(), 2U);
}

TEST_F(Sender, RemembersAKeyOverARestart) {
  begin_session();
  start_sender(false);
  auto first = submit("Friend One", "hello", "key 1");
  crash_and_boot();
  begin_session();
  start_sender();
  auto second = submit("Friend One", "hello", "key 1");
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->repeated);
  EXPECT_EQ(second->record.id, first->record.id);
  pass(1s);
  EXPECT_THAT(sent_texts(), ElementsAre("hello"));
}

// -- deadlines
// ------------------------------------------------------------------------------------------------

TEST_F(Sender, ExpiresASendWhoseDeadlinePassesWhileItWaits) {
  begin_session();
  start_sender(false);
  auto r = submit(until("hello", 30s));
  auto other = submit("Friend One", "no hurry");
  pass(29s);
  EXPECT_EQ(stored(r->record.id).state, send_state::queued);
  pass(2s);
  EXPECT_EQ(stored(r->record.id).state, send_state::expired);
  EXPECT_EQ(stored(r->record.id).error, "expired");
  EXPECT_THAT(states[r->record.id], ElementsAre("queued", "expired"));
  EXPECT_THAT(metrics(), HasSubstr("weixin_send_failures_by_reason_total{reason=\"expired\"} 1\n"));
  EXPECT_THAT(metrics(), HasSubstr("weixin_send_dropped_total{reason=\"expired\"} 1\n"));
  EXPECT_EQ(context->status->queue, 1U);
  open_gate();
  pass(1s);
  EXPECT_THAT(sent_texts(), ElementsAre("no hurry"));
  EXPECT_EQ(stored(other->record.id).state, send_state::sent);
}

TEST_F(Sender, SendsWhatIsStillInTime) {
  begin_session();
  start_sender(false);
  auto r = submit(until("hello", 30s));
  pass(20s);
  open_gate();
  pass(1h);
  EXPECT_EQ(stored(r->record.id).state, send_state::sent);
}

TEST_F(Sender, ExpiresAtOnceWhatComesTooLate) {
  start();
  auto r = submit(until("hello", -1s));
  ASSERT_TRUE(r) << "the same request may have been accepted in time, so it is no mistake";
  EXPECT_EQ(stored(r->record.id).state, send_state::expired);
  EXPECT_THAT(sent_texts(), IsEmpty());
}

TEST_F(Sender, ExpiresAfterARestart) {
  begin_session();
  start_sender(false);
  auto r = submit(until("hello", 30s));
  crash_and_boot();
  wall->advance(1h);
  begin_session();
  start_sender();
  pass(1s);
  EXPECT_EQ(stored(r->record.id).state, send_state::expired);
}

TEST_F(Sender, NoticesADeadlineWithinAMinuteWhenTheClockIsSetForward) {
  begin_session();
  start_sender(false);
  auto r = submit(until("hello", 24h));
  wall->advance(25h);
  pass(61s);
  EXPECT_EQ(stored(r->record.id).state, send_state::expired);
}

// -- unknown outcomes
// -----------------------------------------------------------------------------------------

TEST_F(Sender, NeverRepeatsByItselfWhatMayHaveArrived) {
  start();
  weixin.next("webwxsendmsg", lost_answer());
  auto r = submit("Friend One", "hello");
  pass(1h);
  EXPECT_EQ(stored(r->record.id).state, send_state::unknown);
  EXPECT_EQ(stored(r->record.id).error, "connection_lost");
  EXPECT_EQ(sent_texts().size(), 1U);
}

TEST_F(Sender, RepeatsAnUnknownOutcomeBeforeAllOthersWhenTheCallerAskedForIt) {
  begin_session();
  start_sender(false);
  auto r = submit(repeatable("first"));
  submit("Friend One", "second");
  weixin.next("webwxsendmsg", lost_answer());
  open_gate();
  EXPECT_EQ(stored(r->record.id).state, send_state::queued);
  EXPECT_EQ(stored(r->record.id).error, "connection_lost");
  pass(1min);
  EXPECT_THAT(sent_texts(), ElementsAre("first", "first", "second"));
  EXPECT_EQ(stored(r->record.id).state, send_state::sent);
  EXPECT_TRUE(stored(r->record.id).error.empty());
  EXPECT_EQ(stored(r->record.id).attempts, 2U);
}

TEST_F(Sender, GivesUpAfterThreeAttempts) {
  start();
  for (int i = 0; i < 3; ++i)
    weixin.next("webwxsendmsg", lost_answer());
  auto r = submit(repeatable("hello"));
  pass(1h);
  EXPECT_EQ(stored(r->record.id).state, send_state::unknown);
  EXPECT_EQ(sent_texts().size(), 3U);
}

TEST_F(Sender, StaysUnknownWhenARepeatedSendIsRefusedLater) {
  start();
  weixin.next("webwxsendmsg", lost_answer());
  weixin.next("webwxsendmsg", ret(1204));
  auto r = submit(repeatable("hello"));
  pass(1min);
  EXPECT_EQ(stored(r->record.id).state, send_state::unknown) << "the first attempt may have arrived";
  EXPECT_EQ(stored(r->record.id).error, "connection_lost");
}

TEST_F(Sender, StaysUnknownWhenARepeatedSendExpiresOrIsCancelledLater) {
  begin_session();
  start_sender(false);
  auto what = repeatable("hello");
  what.expires_at = wall->now() + 30s;
  auto expiring = submit(what);
  weixin.next("webwxsendmsg", lost_answer());
  open_gate();
  open_gate(false);
  pass(1min);
  EXPECT_EQ(stored(expiring->record.id).state, send_state::unknown);

  auto cancelled = submit(repeatable("hello again"));
  weixin.next("webwxsendmsg", lost_answer());
  open_gate();
  open_gate(false);
  auto record = command(cancelled->record.id, outbox_command::cancel);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->state, send_state::unknown);
  EXPECT_EQ(sent_texts().size(), 2U);
}

TEST_F(Sender, CallsAnAttemptUnknownThatACrashInterrupted) {
  start();
  weixin.hold("webwxsendmsg");
  auto r = submit("Friend One", "hello");
  ASSERT_EQ(sent_texts().size(), 1U);
  crash_and_boot();
  weixin.release("webwxsendmsg");
  begin_session();
  start_sender();
  pass(1h);
  EXPECT_EQ(stored(r->record.id).state, send_state::unknown);
  EXPECT_EQ(stored(r->record.id).error, "interrupted");
  EXPECT_EQ(states[r->record.id].back(), "unknown");
  EXPECT_EQ(sent_texts().size(), 1U);
  EXPECT_THAT(metrics(), HasSubstr("weixin_send_failures_by_reason_total{reason=\"interrupted\"} 1\n"));
}

TEST_F(Sender, RepeatsAnInterruptedAttemptWhenTheCallerAskedForIt) {
  start();
  weixin.hold("webwxsendmsg");
  auto r = submit(repeatable("first"));
  submit("Friend One", "second");
  crash_and_boot();
  weixin.release("webwxsendmsg");
  time.settle();
  begin_session();
  start_sender();
  pass(1s);
  EXPECT_THAT(sent_texts(), ElementsAre("first", "first", "second"));
  EXPECT_EQ(stored(r->record.id).state, send_state::sent);
}

TEST_F(Sender, HasOneFateForEverySendWhereverAServerDies) {
  std::size_t round = 0, sent = 0, unknown = 0;
  for (auto point : {store::memory_store::crash_point::before, store::memory_store::crash_point::after}) {
    for (std::size_t nth = 1; nth <= 6; ++nth) {
      SCOPED_TRACE(++round);
      start();
      memory->crash_at(nth, point);
      names texts = {"first " + std::to_string(round), "second " + std::to_string(round)};
      auto first = submit("Friend One", texts[0]);
      auto second = submit("Friend One", texts[1]);
      crash_and_boot();
      begin_session();
      start_sender();
      pass(1min);
      auto posted = sent_texts();
      for (const auto& text : texts)
        EXPECT_LE(std::count(posted.begin(), posted.end(), text), 1) << "nothing is sent twice";
      auto records = outbox();
      for (const auto& accepted : {first, second}) {
        bool is_there = std::any_of(records.begin(), records.end(),
                                    [&](const auto& r) { return accepted && r.id == accepted->record.id; });
        EXPECT_EQ(is_there, accepted.has_value()) << "nothing accepted is lost";
      }
      for (const auto& r : records) {
        if (std::find(texts.begin(), texts.end(), text_of(r.content)) == texts.end()) continue;
        auto times = std::count(posted.begin(), posted.end(), text_of(r.content));
        EXPECT_TRUE(r.state == send_state::unknown || (r.state == send_state::sent && times == 1));
        ++(r.state == send_state::sent ? sent : unknown);
      }
      stop();
    }
  }
  EXPECT_GT(sent, 0U);
  EXPECT_GT(unknown, 0U);
}

// -- the store refuses
// ----------------------------------------------------------------------------------------

TEST_F(Sender, AcceptsNothingThatTheStoreDoesNotTake) {
  start();
  memory->fail_next(store_call::enqueue, fail(errc::disk_full, "test"));
  EXPECT_EQ(submit("Friend One", "hello").error().code, errc::disk_full);
  open_gate(false);
  memory->fail_next(store_call::enqueue, fail(errc::store_busy, "test"));
  EXPECT_EQ(submit("Friend One", "hello").error().code, errc::store_busy);
  open_gate();
  pass(1min);
  EXPECT_THAT(sent_texts(), IsEmpty());
  EXPECT_THAT(metrics(), HasSubstr("weixin_send_dropped_total{reason=\"disk_full\"} 1\n"));
  EXPECT_THAT(metrics(), HasSubstr("weixin_send_dropped_total{reason=\"store_failed\"} 1\n"));
  EXPECT_TRUE(submit("Friend One", "hello")) << "and goes on when the store does";
  EXPECT_THAT(sent_texts(), ElementsAre("hello"));
}

struct SmallOutbox : Sender {
  SmallOutbox() : Sender(store::store_limits{3, 40'000}) {}
};

TEST_F(SmallOutbox, IsBounded) {
  begin_session();
  start_sender(false);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(submit("Friend One", "hello"));
  EXPECT_EQ(submit("Friend One", "hello").error().code, errc::queue_full);
  EXPECT_THAT(metrics(), HasSubstr("weixin_send_dropped_total{reason=\"queue_full\"} 1\n"));
  open_gate();
  pass(1s);
  EXPECT_TRUE(submit("Friend One", "hello"));
}

TEST_F(Sender, SendsNothingElseBeforeAnOutcomeIsStored) {
  start();
  weixin.hold("webwxsendmsg");
  auto first = submit("Friend One", "first");
  auto second = submit("Friend One", "second");
  memory->fail_writes(fail(errc::disk_full, "test"));
  weixin.release("webwxsendmsg");
  pass(10min);
  EXPECT_THAT(sent_texts(), ElementsAre("first"));
  EXPECT_EQ(stored(first->record.id).state, send_state::attempting);
  EXPECT_LE(memory->calls(store_call::update_send), 40U) << "it is asked ever more rarely";
  memory->fail_writes(std::nullopt);
  pass(2min);
  EXPECT_EQ(stored(first->record.id).state, send_state::sent);
  EXPECT_EQ(stored(second->record.id).state, send_state::sent);
  EXPECT_THAT(sent_texts(), ElementsAre("first", "second")) << "and nothing is sent again";
}

TEST_F(Sender, PostsNothingThatIsNotStoredAsAttempting) {
  begin_session();
  start_sender(false);
  auto r = submit("Friend One", "hello");
  memory->fail_next(store_call::update_send, fail(errc::store_failed, "test"));
  open_gate();
  EXPECT_THAT(sent_texts(), IsEmpty());
  pass(10s);
  EXPECT_THAT(sent_texts(), ElementsAre("hello"));
  EXPECT_EQ(stored(r->record.id).attempts, 1U);
}

TEST_F(Sender, AsksAgainForWhatIsUnfinishedWhenItCannotBeRead) {
  begin_session();
  start_sender(false);
  ASSERT_TRUE(submit("Friend One", "hello"));
  crash_and_boot();
  begin_session();
  memory->fail_next(store_call::unfinished_sends, fail(errc::store_failed, "test"));
  start_sender();
  EXPECT_THAT(sent_texts(), IsEmpty());
  ASSERT_TRUE(submit("Friend One", "again")) << "what is new is accepted meanwhile";
  pass(10s);
  EXPECT_THAT(sent_texts(), ElementsAre("hello", "again"));
}

} // namespace
} // namespace weixin
