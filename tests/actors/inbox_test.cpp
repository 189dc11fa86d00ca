// From Weixin to a bot and back, over restarts and wherever the server dies.
#include "tests/actors/actors_fixture.hpp"

namespace weixin {
namespace {

using namespace std::chrono_literals;
using store::send_state;
using store::store_call;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::scripted_weixin;
using crash_point = store::memory_store::crash_point;

struct Inbox : testing::actors_fixture {
  std::vector<bot_entry> bots{{"echo", 120s, std::make_shared<testing::parrot>()}};

  /// What a server starts for an account, in its order. Its session is there, as after a resume.
  void start() {
    context->bots = {"echo"};
    start_router(bots);
    start_sender(false);
    context->inbox = start_child<inbox_reader>();
    begin_session();
    start_child<sync_poller>();
    open_gate();
  }
  void bring(const std::string& msg_id, const std::string& text) {
    weixin.bring({text_from_friend(msg_id, text)});
    time.settle();
  }
  long times_sent(const std::string& text) const {
    auto texts = sent_texts();
    return std::count(texts.begin(), texts.end(), text);
  }
  /// Weixin shows again what the stored keys do not cover: here simply everything.
  void show_again(const std::vector<std::string>& texts) {
    std::vector<std::string> entries;
    for (std::size_t i = 0; i < texts.size(); ++i)
      entries.push_back(text_from_friend(std::to_string(100 + i), texts[i]));
    weixin.bring(std::move(entries));
    time.settle();
  }
};

TEST_F(Inbox, AnswersAMessageWithThreeWritesBesideItsPosition) {
  start();
  bring("100", "hello");
  auto before = memory->writes();
  auto reads = memory->calls(store_call::read_inbox);
  bring("101", "again");
  EXPECT_THAT(sent_texts(), ElementsAre("hello", "again"));
  EXPECT_EQ(memory->writes() - before, 3U) << "the batch, the send as attempting, its outcome";
  EXPECT_EQ(memory->calls(store_call::read_inbox), reads);
  pass(1s);
  EXPECT_EQ(positions().consumers.at("echo"), 2);
  auto metrics = service->metrics->render();
  EXPECT_THAT(metrics, ::testing::HasSubstr("weixin_bot_handler_duration_seconds_count{bot=\"other\"} 2\n"));
  EXPECT_THAT(metrics, ::testing::HasSubstr("weixin_router_duplicates_total 0\n"));
}

TEST_F(Inbox, AnswersInTheOrderInWhichMessagesCame) {
  start();
  std::vector<std::string> texts;
  for (int i = 0; i < 30; ++i) {
    texts.push_back("text " + std::to_string(i));
    bring(std::to_string(100 + i), texts.back());
  }
  pass(1s);
  EXPECT_EQ(sent_texts(), texts);
}

TEST_F(Inbox, AnswersAfterARestartWhatWasStoredAndNotDispatched) {
  start();
  memory->crash_at(1, crash_point::after); // the commit is durable, and nobody hears of it
  bring("100", "hello");
  ASSERT_TRUE(memory->crashed());
  EXPECT_THAT(sent_texts(), IsEmpty());
  crash_and_boot();
  start();
  show_again({"hello"});
  pass(5s);
  EXPECT_THAT(sent_texts(), ElementsAre("hello"));
  EXPECT_EQ(inbox().size(), 1U);
}

TEST_F(Inbox, AnswersOnceWhenTheReplyWasStoredAndNotAcknowledged) {
  start();
  weixin.hold("webwxsendmsg");
  memory->crash_at(2, crash_point::after); // the commit, then the reply
  bring("100", "hello");
  ASSERT_TRUE(memory->crashed());
  crash_and_boot();
  weixin.release("webwxsendmsg");
  start();
  pass(5s);
  auto sends = outbox();
  ASSERT_EQ(sends.size(), 1U) << "the message is handed over again, and its answer is known";
  EXPECT_EQ(sends[0].state, send_state::unknown);
  EXPECT_EQ(times_sent("hello"), 0);
  EXPECT_EQ(positions().consumers.at("echo"), 1);
  EXPECT_THAT(service->metrics->render(), ::testing::HasSubstr("weixin_router_duplicates_total 1\n"));
}

TEST_F(Inbox, SurvivesADeathAtEveryWrite) {
  bool fired = true;
  std::size_t deaths = 0;
  std::vector<std::string> texts;
  for (std::size_t nth = 1; fired && nth < 100; ++nth) {
    fired = false;
    for (auto point : {crash_point::before, crash_point::after}) {
      SCOPED_TRACE(std::to_string(nth) + (point == crash_point::before ? " before" : " after"));
      start();
      pass(2s);
      memory->crash_at(nth, point);
      std::vector<std::string> round;
      for (int i = 0; i < 3; ++i) {
        round.push_back("text " + std::to_string(texts.size()));
        texts.push_back(round.back());
      }
      std::vector<std::string> entries;
      for (const auto& text : round)
        entries.push_back(text_from_friend(std::to_string(1'000 + texts.size()) + text.substr(5), text));
      weixin.bring({entries[0], entries[1]});
      time.settle();
      weixin.bring({entries[2]});
      time.settle();
      pass(2s);
      fired = fired || memory->crashed();
      deaths += memory->crashed() ? 1U : 0U;
      crash_and_boot();
      start();
      weixin.bring(entries); // Weixin shows again what may not be stored
      time.settle();
      pass(1min);
      for (const auto& text : round)
        EXPECT_LE(times_sent(text), 1) << text << " is answered twice";
      std::map<std::string, std::size_t> records;
      for (const auto& r : outbox()) {
        EXPECT_FALSE(store::is_unfinished(r.state));
        EXPECT_TRUE(r.state != send_state::sent || times_sent(text_of(r.content)) == 1);
        ++records[text_of(r.content)];
      }
      for (const auto& text : round)
        EXPECT_EQ(records[text], 1U) << text << " has one answer, with one fate";
      EXPECT_EQ(inbox().size(), texts.size()) << "each message is there once";
      stop();
    }
  }
  EXPECT_FALSE(fired) << "the last round ran to its end";
  EXPECT_GT(deaths, 10U);
}

TEST_F(Inbox, AnswersLaterWhenTheAnswerCannotBeStoredNow) {
  start();
  memory->fail_next(store_call::enqueue, fail(errc::disk_full, "test"));
  bring("100", "hello");
  EXPECT_THAT(sent_texts(), IsEmpty());
  pass(35s);
  EXPECT_THAT(sent_texts(), ElementsAre("hello"));
  pass(5min);
  EXPECT_THAT(sent_texts(), ElementsAre("hello"));
  EXPECT_EQ(positions().consumers.at("echo"), 1);
}

TEST_F(Inbox, GivesUpAnAnswerThatCanNeverBeSent) {
  start();
  // Somebody whose contact is gone before the bot has answered.
  memory->crash_at(1, crash_point::after);
  bring("100", "hello");
  crash_and_boot();
  context->bots = {"echo"};
  start_router(bots);
  start_sender();
  context->contacts.begin_session("@another-session", {});
  context->inbox = start_child<inbox_reader>();
  pass(2s);
  EXPECT_THAT(outbox(), IsEmpty());
  EXPECT_EQ(positions().consumers.at("echo"), 1) << "it is not tried for ever";
}

TEST_F(Inbox, AnswersAMessageThatABotHostTookWithIt) {
  start();
  caf::anon_send_exit(context->router, caf::exit_reason::kill);
  time.settle();
  bring("100", "hello");
  EXPECT_THAT(sent_texts(), IsEmpty()) << "there is no router";
  start_router(bots);
  caf::anon_send(context->inbox, router_changed{});
  pass(1s);
  EXPECT_THAT(sent_texts(), ElementsAre("hello"));
}

struct failing_bot final : bots::bot {
  std::optional<std::string> reply_to(const inbound&) const override { throw std::runtime_error("a bug"); }
};

TEST_F(Inbox, GoesOnAfterAMessageAtWhichABotThrows) {
  bots.push_back({"broken", 120s, std::make_shared<failing_bot>()});
  start();
  caf::anon_send(context->inbox, set_bots{{"echo", "broken"}});
  time.settle();
  bring("100", "one");
  bring("101", "two");
  pass(2s);
  EXPECT_THAT(sent_texts(), ElementsAre("one", "two"));
  EXPECT_EQ(positions().consumers.at("broken"), 2);
}

TEST_F(Inbox, KeepsNothingBackForABotThatIsNotConfiguredAnyMore) {
  start();
  caf::anon_send(context->inbox, set_bots{{"gone"}});
  time.settle();
  bring("100", "hello");
  pass(2s);
  EXPECT_EQ(positions().consumers.at("gone"), 1);
}

TEST_F(Inbox, DoesNotAnswerABacklogThatIsTooOld) {
  start();
  memory->crash_at(1, crash_point::after);
  bring("100", "hello");
  crash_and_boot();
  wall->advance(10min);
  start();
  pass(5s);
  EXPECT_THAT(sent_texts(), IsEmpty());
  EXPECT_EQ(positions().consumers.at("echo"), 1);
}

} // namespace
} // namespace weixin
