// How stored messages reach bots: at least once, in order, from a durable position.
#include "actors/to_inbound.hpp"
#include "tests/actors/actors_fixture.hpp"

namespace weixin {
namespace {

using namespace std::chrono_literals;
using store::store_call;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What a router was given, by bot.
struct deliveries {
  std::map<std::string, std::vector<std::int64_t>> seqs;
  std::vector<inbound> messages;
  bool acknowledges = true;
};

/// Stands in for router and bots: notes what comes, and calls it done at once or never.
class noting_router final : public runtime::actor_base<router_actor> {
public:
  noting_router(caf::actor_config& cfg, std::shared_ptr<deliveries> d)
      : actor_base(cfg), deliveries_(std::move(d)) {}

protected:
  behavior_type make_behavior() override {
    return {[this](const inbound_batch& batch, const sender_actor&, const inbox_reader_actor& from) {
              for (const auto& bot : batch.bots) {
                messages_handled finished{bot, {}};
                for (const auto& m : *batch.messages) {
                  deliveries_->seqs[bot].push_back(m.seq);
                  deliveries_->messages.push_back(m);
                  finished.seqs.push_back(m.seq);
                }
                if (deliveries_->acknowledges) send(from, std::move(finished));
              }
            },
            [](const bots_configured&) {}, run_continuations()};
  }

private:
  std::shared_ptr<deliveries> deliveries_;
};

struct InboxReader : testing::actors_fixture {
  std::shared_ptr<deliveries> given = std::make_shared<deliveries>();
  int next_msg_id = 1;

  void start(std::vector<std::string> bots = {"echo"}) {
    context->bots = std::move(bots);
    context->router = spawn<noting_router>(given);
    context->inbox = start_child<inbox_reader>();
  }
  /// What the poller does up to the commit: messages in the store.
  std::vector<inbound> store_messages(int count) {
    std::vector<inbound> made;
    store::sync_commit commit;
    commit.account = "shop-01";
    commit.at = wall->now();
    for (int i = 0; i < count; ++i) {
      inbound m;
      m.account = "shop-01";
      m.msg_id = std::to_string(next_msg_id++);
      m.sent_at = wall->now();
      m.kind = inbound_kind::text;
      m.chat = "c-00000000000000000000000000";
      m.text = "text " + m.msg_id;
      commit.messages.push_back({m.msg_id, m.chat, m.sent_at, to_stored_json(m, commit.at), "{}"});
      made.push_back(std::move(m));
    }
    memory->commit(std::move(commit), [&](auto fresh) {
      for (std::size_t i = 0; i < made.size(); ++i)
        made[i].seq = (*fresh)[i].seq;
    });
    return made;
  }
  void tell(std::vector<inbound> messages) {
    auto last = messages.back().seq;
    caf::anon_send(context->inbox,
                   inbox_grew{std::make_shared<const std::vector<inbound>>(std::move(messages)), last});
    time.settle();
  }
  void receive(int count) { tell(store_messages(count)); }
  void acknowledge(const std::vector<std::int64_t>& seqs, const std::string& bot = "echo") {
    caf::anon_send(context->inbox, messages_handled{bot, seqs});
    time.settle();
  }
  const std::vector<std::int64_t>& seqs(const std::string& bot = "echo") { return given->seqs[bot]; }
  static std::vector<std::int64_t> range(std::int64_t from, std::int64_t to) {
    std::vector<std::int64_t> numbers;
    for (auto n = from; n <= to; ++n)
      numbers.push_back(n);
    return numbers;
  }
  std::int64_t position(const std::string& bot = "echo") { return positions().consumers.at(bot); }
};

// -- the fast path
// ------------------------------------------------------------------------------------------

TEST_F(InboxReader, HandsNewMessagesOnWithoutALookIntoTheStore) {
  start();
  for (int i = 0; i < 50; ++i)
    receive(2);
  EXPECT_EQ(seqs(), range(1, 100));
  EXPECT_EQ(memory->calls(store_call::read_inbox), 0U);
}

TEST_F(InboxReader, SavesAPositionSoonAfterItMovedAndNotForEachMessage) {
  start();
  auto before = memory->calls(store_call::save_position);
  for (int i = 0; i < 50; ++i)
    receive(1);
  EXPECT_LE(memory->calls(store_call::save_position), before + 1);
  pass(1s);
  EXPECT_EQ(position(), 50);
  before = memory->calls(store_call::save_position);
  pass(1h);
  EXPECT_EQ(memory->calls(store_call::save_position), before) << "nothing moved";
}

TEST_F(InboxReader, SavesItsPositionsWhenItEnds) {
  start();
  receive(3);
  stop();
  EXPECT_EQ(position(), 3);
}

TEST_F(InboxReader, PassesOverWhatIsForNoBot) {
  start();
  auto messages = store_messages(2);
  caf::anon_send(context->inbox,
                 inbox_grew{std::make_shared<const std::vector<inbound>>(), messages.back().seq});
  pass(2s);
  EXPECT_THAT(seqs(), IsEmpty());
  EXPECT_EQ(position(), 2);
}

TEST_F(InboxReader, DoesNothingForAnAccountWithoutBots) {
  start({});
  receive(5);
  pass(1min);
  EXPECT_TRUE(positions().consumers.empty());
  EXPECT_EQ(memory->calls(store_call::read_inbox), 0U);
}

// -- positions
// ----------------------------------------------------------------------------------------------

TEST_F(InboxReader, BeginsAtTheEndForABotWithoutAPosition) {
  store_messages(5);
  start();
  pass(2s);
  EXPECT_THAT(seqs(), IsEmpty());
  EXPECT_EQ(position(), 5) << "stored at once: what comes before the first answer is not skipped";
  receive(1);
  EXPECT_THAT(seqs(), ElementsAre(6));
}

TEST_F(InboxReader, GoesOnAfterTheStoredPositionWithWhatWasStoredMeanwhile) {
  start();
  receive(2);
  stop();
  store_messages(250);
  start();
  EXPECT_EQ(seqs(), range(1, 252));
  pass(2s);
  EXPECT_EQ(position(), 252);
  EXPECT_EQ(given->messages.back().text, "text 252");
}

TEST_F(InboxReader, HandsOverAgainWhatWasNotDoneWhenTheServerDied) {
  start();
  given->acknowledges = false;
  receive(5);
  acknowledge({1, 2, 4});
  pass(1500ms);
  EXPECT_EQ(position(), 2) << "3 is not done";
  crash_and_boot();
  given = std::make_shared<deliveries>();
  start();
  EXPECT_EQ(seqs(), range(3, 5));
}

TEST_F(InboxReader, KeepsOnePositionABot) {
  start({"echo", "help"});
  given->acknowledges = false;
  receive(4);
  acknowledge(range(1, 4), "echo");
  acknowledge(range(1, 1), "help");
  pass(1500ms);
  EXPECT_EQ(position("echo"), 4);
  EXPECT_EQ(position("help"), 1);
}

TEST_F(InboxReader, AsksAgainWhenThePositionsCannotBeRead) {
  start();
  receive(1);
  stop();
  store_messages(2);
  memory->fail_next(store_call::inbox_positions_of, fail(errc::store_failed, "test"));
  start();
  EXPECT_EQ(seqs().size(), 1U);
  pass(5s);
  EXPECT_EQ(seqs(), range(1, 3));
}

TEST_F(InboxReader, SavesAPositionAgainThatTheStoreRefused) {
  start();
  memory->fail_writes(fail(errc::disk_full, "test"));
  given->acknowledges = false;
  memory->fail_writes(std::nullopt);
  receive(3);
  acknowledge(range(1, 3));
  memory->fail_writes(fail(errc::disk_full, "test"));
  pass(10min);
  EXPECT_EQ(position(), 0);
  EXPECT_LE(memory->calls(store_call::save_position), 60U) << "ever more rarely";
  memory->fail_writes(std::nullopt);
  pass(2min);
  EXPECT_EQ(position(), 3);
}

// -- bots that do not keep up
// --------------------------------------------------------------------------------

TEST_F(InboxReader, GivesABotNoMoreThanAThousandMessagesAtOnce) {
  start();
  given->acknowledges = false;
  for (int i = 0; i < 30; ++i)
    receive(50);
  EXPECT_EQ(seqs().size(), 1'000U);
  EXPECT_EQ(memory->calls(store_call::read_inbox), 0U) << "no room, so nothing is read";
  acknowledge(range(1, 99));
  EXPECT_EQ(seqs().size(), 1'000U);
  acknowledge({100});
  EXPECT_EQ(seqs(), range(1, 1'100)) << "a page when there is room for it";
  acknowledge(range(101, 1'100));
  EXPECT_EQ(seqs(), range(1, 1'500));
  acknowledge(range(1'101, 1'500));
  receive(1);
  EXPECT_EQ(seqs(), range(1, 1'501)) << "and then straight again";
  auto reads = memory->calls(store_call::read_inbox);
  acknowledge({1'501});
  receive(1);
  EXPECT_EQ(memory->calls(store_call::read_inbox), reads);
}

TEST_F(InboxReader, ReadsMoreThanFitsIntoOneBatchFromTheStore) {
  start();
  receive(1'200);
  EXPECT_EQ(seqs(), range(1, 1'200));
}

TEST_F(InboxReader, LetsASlowBotDelayNoOther) {
  start({"fast", "slow"});
  given->acknowledges = false;
  for (int i = 0; i < 30; ++i) {
    receive(50);
    acknowledge(range(i * 50 + 1, i * 50 + 50), "fast");
  }
  EXPECT_EQ(seqs("fast"), range(1, 1'500));
  EXPECT_EQ(seqs("slow").size(), 1'000U);
}

TEST_F(InboxReader, ReadsAgainWhenTheStoreCouldNotBeRead) {
  start();
  memory->fail_next(store_call::read_inbox, fail(errc::store_failed, "test"));
  auto messages = store_messages(3);
  caf::anon_send(context->inbox, inbox_may_have_grown{});
  time.settle();
  EXPECT_THAT(seqs(), IsEmpty());
  pass(5s);
  EXPECT_EQ(seqs(), range(1, 3));
}

TEST_F(InboxReader, ShowsHowFarEachBotIsBehind) {
  service->metrics->allow(metrics::checked_label::bot, "echo");
  start();
  auto lag = [this] {
    auto text = service->metrics->render();
    auto line = text.find("weixin_consumer_lag_events{consumer=\"echo\"} ");
    return text.substr(text.find("} ", line) + 2, text.find('\n', line) - text.find("} ", line) - 2);
  };
  receive(3);
  EXPECT_EQ(lag(), "0");
  given->acknowledges = false;
  for (int i = 0; i < 30; ++i)
    receive(50);
  EXPECT_EQ(lag(), "1500") << "those in the store as well";
  acknowledge(range(4, 503));
  EXPECT_EQ(lag(), "1000");
  pass(31s); // all of them are handed over once more
  EXPECT_EQ(lag(), "1000");
  stop();
  EXPECT_EQ(lag(), "0") << "an account that is gone is not behind";
  given = std::make_shared<deliveries>();
  given->acknowledges = false;
  start();
  EXPECT_EQ(lag(), "1000") << "and is again when it comes back";
}

// -- what is lost is given again
// -----------------------------------------------------------------------------

TEST_F(InboxReader, HandsOverAgainWhatIsNotDoneAfterThirtySeconds) {
  start();
  given->acknowledges = false;
  receive(3);
  acknowledge({1});
  pass(29s);
  EXPECT_EQ(seqs(), range(1, 3));
  given->acknowledges = true;
  pass(2s);
  EXPECT_THAT(seqs(), ElementsAre(1, 2, 3, 2, 3)) << "from the first on that is not done";
  pass(1h);
  EXPECT_EQ(seqs().size(), 5U);
  EXPECT_EQ(position(), 3);
}

TEST_F(InboxReader, WaitsLongerForABotThatGetsOn) {
  start();
  given->acknowledges = false;
  receive(10);
  for (std::int64_t seq = 1; seq <= 10; ++seq) {
    pass(20s);
    acknowledge({seq});
  }
  EXPECT_EQ(seqs(), range(1, 10));
}

TEST_F(InboxReader, HandsOverAgainAtOnceToAnotherRouter) {
  start();
  given->acknowledges = false;
  receive(3);
  given = std::make_shared<deliveries>();
  context->router = spawn<noting_router>(given);
  caf::anon_send(context->inbox, router_changed{});
  time.settle();
  EXPECT_EQ(seqs(), range(1, 3));
  EXPECT_EQ(given->messages[0].text, "text 1");
}

TEST_F(InboxReader, FindsWhatAPollerStoredAndDidNotTellOf) {
  start();
  receive(1);
  store_messages(2);
  caf::anon_send(context->inbox, inbox_may_have_grown{}); // the next poller begins
  time.settle();
  EXPECT_EQ(seqs(), range(1, 3));
  receive(1);
  EXPECT_EQ(seqs(), range(1, 4));
}

TEST_F(InboxReader, ReadsAheadOfAPollersWordWithoutHandingOverTwice) {
  start();
  auto messages = store_messages(2);
  caf::anon_send(context->inbox, inbox_may_have_grown{});
  time.settle();
  EXPECT_EQ(seqs(), range(1, 2));
  tell(messages);
  EXPECT_EQ(seqs(), range(1, 2));
  receive(1);
  EXPECT_EQ(seqs(), range(1, 3));
}

TEST_F(InboxReader, PassesOverAMessageThatCannotBeRead) {
  start();
  store_messages(1);
  store::sync_commit commit;
  commit.account = "shop-01";
  commit.messages.push_back({"broken", "c-00000000000000000000000000", wall->now(), "{\"account\":7}", "{}"});
  memory->commit(commit, [](auto) {});
  store_messages(1);
  caf::anon_send(context->inbox, inbox_may_have_grown{});
  pass(2s);
  EXPECT_THAT(seqs(), ElementsAre(1, 3));
  EXPECT_EQ(position(), 3);
}

// -- other bots
// ---------------------------------------------------------------------------------------------

TEST_F(InboxReader, BeginsWithWhatComesNowForABotThatIsAdded) {
  start({"echo"});
  receive(2);
  caf::anon_send(context->inbox, set_bots{{"echo", "help"}});
  time.settle();
  receive(1);
  EXPECT_THAT(seqs("echo"), ElementsAre(1, 2, 3));
  EXPECT_THAT(seqs("help"), ElementsAre(3));
  pass(2s);
  EXPECT_EQ(position("help"), 3);
}

TEST_F(InboxReader, GivesABotThatIsTakenOffNothingMoreAndNothingOldWhenItComesBack) {
  start({"echo", "help"});
  receive(1);
  caf::anon_send(context->inbox, set_bots{{"help"}});
  time.settle();
  receive(2);
  EXPECT_THAT(seqs("echo"), ElementsAre(1));
  caf::anon_send(context->inbox, set_bots{{"echo", "help"}});
  time.settle();
  receive(1);
  EXPECT_THAT(seqs("echo"), ElementsAre(1, 4));
  EXPECT_EQ(seqs("help"), range(1, 4));
}

// -- the stored form
// ----------------------------------------------------------------------------------------

TEST(StoredMessage, ComesBackAsItWas) {
  inbound m;
  m.account = "shop-01";
  m.msg_id = "1234567890123456789";
  m.seq = 42;
  m.sent_at = wall_time{} + 1'795'000'000s;
  m.kind = inbound_kind::unsupported;
  m.msg_type = 49;
  m.chat = "c-00000000000000000000000000";
  m.chat_display = "Chess \"club\"";
  m.is_group = true;
  m.sender_nick = "Ann";
  m.sender_display = "Ann (chess)";
  m.sender_ref = "c-00000000000000000000000001";
  m.sender_id = "m-0123456789abcdef";
  m.is_own = true;
  m.from_official = true;
  m.mentions_me = true;
  m.text = "line one\nline two \xF0\x9F\x98\x84";
  m.detail = R"({"title":"a \"link\"","count":9007199254740993})";
  m.raw = R"({"MsgType":49})";
  store::stored_message stored;
  stored.seq = m.seq;
  stored.sent_at = m.sent_at;
  stored.event = to_stored_json(m, m.sent_at);
  auto back = inbound_from_json(stored);
  ASSERT_TRUE(back);
  EXPECT_EQ(to_stored_json(*back, m.sent_at), stored.event);
  EXPECT_EQ(back->seq, 42);
  EXPECT_EQ(back->sent_at, m.sent_at);
  EXPECT_EQ(back->sender_nick, "Ann");
  EXPECT_EQ(back->sender_ref, m.sender_ref);
  EXPECT_EQ(back->sender_id, m.sender_id);
  EXPECT_EQ(back->detail, m.detail);
  EXPECT_EQ(back->raw, m.raw);
  EXPECT_TRUE(back->mentions_me && back->from_official && back->is_own && back->is_group);
}

TEST(StoredMessage, KeepsEveryKind) {
  for (std::size_t i = 0; i < inbound_kind_count; ++i) {
    inbound m;
    m.account = "shop-01";
    m.msg_id = "1";
    m.chat = "c-00000000000000000000000000";
    m.kind = static_cast<inbound_kind>(i);
    store::stored_message stored;
    stored.event = to_stored_json(m, {});
    auto back = inbound_from_json(stored);
    ASSERT_TRUE(back) << to_string(m.kind);
    EXPECT_EQ(back->kind, m.kind);
  }
}

TEST(StoredMessage, OfVersion01IsRead) {
  for (auto [type, raw] : {std::pair{"text", ""},
                           {"image", ""},
                           {"system", ""},
                           {"unsupported", R"(,"raw":"{\"MsgType\":34}")"}}) {
    store::stored_message stored;
    stored.event =
        R"({"account":"shop-01","at":"2026-11-23T22:24:03.652Z","id":"4330538626000038969",)"
        R"("sent_at":"2026-11-23T22:24:03.000Z","type":")" +
        std::string{type} +
        R"(","msg_type":1,"chat":"c-01m8584mgp5y5f4b32ww33a3dw","chat_display":"Lin","group":false,)"
        R"("own":false,"sender":"Lin","text":"hi")" +
        raw + R"(,"sender_nick":"Lin","official":false,"mentions_me":false})";
    auto back = inbound_from_json(stored);
    ASSERT_TRUE(back) << type;
    EXPECT_EQ(to_string(back->kind), type);
    EXPECT_EQ(back->detail, "");
    EXPECT_EQ(back->raw.empty(), *raw == '\0');
  }
}

TEST(StoredMessage, ShowsConsumersNothingThatOnlyBotsNeed) {
  inbound m;
  m.account = "shop-01";
  m.sender_nick = "Ann";
  auto shown = to_event_json(m, {});
  for (const char* inner : {"sender_nick", "official", "raw"})
    EXPECT_EQ(shown.find(inner), std::string::npos) << inner;
}

TEST(StoredMessage, IsRefusedWhenItIsDamaged) {
  inbound m;
  m.account = "shop-01";
  m.msg_id = "1";
  m.chat = "c-00000000000000000000000000";
  auto whole = to_stored_json(m, {});
  store::stored_message stored;
  stored.event = whole;
  ASSERT_TRUE(inbound_from_json(stored));
  for (const std::string& damaged :
       {std::string{}, std::string{"[]"}, std::string{"{}"}, whole.substr(0, whole.size() / 2),
        std::string{whole}.replace(whole.find("unsupported"), 11, "something!!"),
        std::string{whole}.replace(whole.find("\"own\":false"), 11, "\"own\":\"yes\""),
        std::string{whole}.insert(1, "\"detail\":[],")}) {
    stored.event = damaged;
    auto read = inbound_from_json(stored);
    ASSERT_FALSE(read) << damaged;
    EXPECT_EQ(read.error().code, errc::store_corrupt);
  }
}

} // namespace
} // namespace weixin
