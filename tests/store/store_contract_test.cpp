// Every rule of store/store.hpp, proven on every implementation.

#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"
#include "tests/store/support.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace weixin::store {
namespace {

using namespace std::chrono_literals;

enum class implementation { memory, sqlite };

constexpr store_limits small_limits{.recent_message_ids = 5, .unfinished_sends = 4, .settled_sends = 3};

struct StoreContract : testing::TestWithParam<implementation> {
  temporary_directory directory;
  std::unique_ptr<store> s = open();

  std::unique_ptr<store> open() {
    if (GetParam() == implementation::memory) return std::make_unique<memory_store>(small_limits);
    sqlite_store_options options;
    options.data_dir = directory.path() / "data";
    options.limits = small_limits;
    auto opened = open_sqlite_store(options);
    EXPECT_TRUE(opened) << to_string(opened.error());
    return opened ? std::move(*opened) : nullptr;
  }

  waiting_store call() { return {*s}; }
};

INSTANTIATE_TEST_SUITE_P(EveryStore, StoreContract,
                         testing::Values(implementation::memory, implementation::sqlite),
                         [](const auto& chosen) {
                           return chosen.param == implementation::memory ? "Memory" : "Sqlite";
                         });

webwx::session session_of(std::int64_t uin, int key) {
  webwx::session session;
  session.uin = uin;
  session.skey = secret{"invented-" + std::to_string(key)};
  session.keys.sync_key.pairs = {{1, key}};
  session.keys.sync_check_key.pairs = {{1, key + 1}};
  return session;
}

sync_commit batch(std::vector<std::string> ids, int key = 1) {
  sync_commit commit;
  commit.account = "shop-01";
  for (auto& id : ids)
    commit.messages.push_back({id, "{\"MsgId\":\"" + id + "\"}"});
  commit.session = session_of(1001, key);
  return commit;
}

std::vector<std::string> ids_of(const result<std::vector<inbound_message>>& messages) {
  std::vector<std::string> ids;
  if (!messages) return {"failed: " + to_string(messages.error())};
  for (const auto& m : *messages)
    ids.push_back(m.msg_id);
  return ids;
}

send_record send_with(std::string id, send_state state = send_state::queued) {
  send_record send;
  send.id = std::move(id);
  send.account = "shop-01";
  send.to = "c-1";
  send.text = "hello";
  send.client_msg_id = "17000000000000001";
  send.state = state;
  send.created_at = send.updated_at = wall_time{1'700'000'000s};
  return send;
}

std::vector<std::string> ids_of(const result<std::vector<send_record>>& sends) {
  std::vector<std::string> ids;
  if (!sends) return {"failed: " + to_string(sends.error())};
  for (const auto& s : *sends)
    ids.push_back(s.id);
  return ids;
}

using names = std::vector<std::string>;

// -- accounts
// ----------------------------------------------------------------------------------------------------

TEST_P(StoreContract, HasNoAccountsAtFirst) {
  auto accounts = call().list_accounts();
  ASSERT_TRUE(accounts);
  EXPECT_TRUE(accounts->empty());
}

TEST_P(StoreContract, ListsAccountsByNameWithAllThatWasStored) {
  auto second = account_named("shop-02");
  second.kind = "ilink";
  second.bots = {};
  second.desired = desired_state::paused;
  second.uin = 9'000'000'001;
  ASSERT_TRUE(call().add_account(second));
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  auto accounts = call().list_accounts();
  ASSERT_TRUE(accounts);
  ASSERT_EQ(accounts->size(), 2u);
  const auto& first = accounts->at(0);
  EXPECT_EQ(first.name, "shop-01");
  EXPECT_EQ(first.kind, "webwx");
  EXPECT_EQ(first.bots, (names{"echo", "rules"}));
  EXPECT_EQ(first.desired, desired_state::running);
  EXPECT_EQ(first.created_at, account_named("").created_at);
  EXPECT_EQ(first.uin, 0);
  const auto& other = accounts->at(1);
  EXPECT_EQ(other.name, "shop-02");
  EXPECT_EQ(other.kind, "ilink");
  EXPECT_TRUE(other.bots.empty());
  EXPECT_EQ(other.desired, desired_state::paused);
  EXPECT_EQ(other.uin, 9'000'000'001);
}

TEST_P(StoreContract, KeepsCreationTimesInMilliseconds) {
  auto account = account_named("shop-01");
  account.created_at += 456us;
  ASSERT_TRUE(call().add_account(account));
  EXPECT_EQ(call().list_accounts()->at(0).created_at, account_named("").created_at);
}

TEST_P(StoreContract, RefusesASecondAccountOfTheSameName) {
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  auto second = account_named("shop-01");
  second.bots = {"other"};
  auto answer = call().add_account(second);
  EXPECT_EQ(code_of(answer), errc::account_exists);
  EXPECT_EQ(answer.error().context, "shop-01");
  EXPECT_EQ(call().list_accounts()->at(0).bots, (names{"echo", "rules"}));
}

TEST_P(StoreContract, ReplacesOnlyBotsDesiredStateAndUin) {
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  auto changed = account_named("shop-01");
  changed.kind = "ilink";
  changed.created_at = {};
  changed.bots = {"rules"};
  changed.desired = desired_state::paused;
  changed.uin = 1001;
  ASSERT_TRUE(call().update_account(changed));
  auto stored = call().list_accounts()->at(0);
  EXPECT_EQ(stored.kind, "webwx");
  EXPECT_EQ(stored.created_at, account_named("").created_at);
  EXPECT_EQ(stored.bots, names{"rules"});
  EXPECT_EQ(stored.desired, desired_state::paused);
  EXPECT_EQ(stored.uin, 1001);
}

TEST_P(StoreContract, ForgetsAllThatBelongsToARemovedAccount) {
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  ASSERT_TRUE(call().commit(batch({"1"})));
  ASSERT_TRUE(call().enqueue(send_with("s-1")));
  ASSERT_TRUE(call().remove_account("shop-01"));
  EXPECT_TRUE(call().list_accounts()->empty());
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  EXPECT_EQ(*call().load_session("shop-01"), std::nullopt);
  EXPECT_TRUE(call().unfinished_sends("shop-01")->empty());
  EXPECT_FALSE(call().find_send("shop-01", "s-1")->has_value());
  EXPECT_EQ(ids_of(call().commit(batch({"1"}))), names{"1"});
}

TEST_P(StoreContract, SaysSoWhenThereIsNoSuchAccount) {
  EXPECT_EQ(code_of(call().update_account(account_named("shop-01"))), errc::account_not_found);
  EXPECT_EQ(code_of(call().remove_account("shop-01")), errc::account_not_found);
  EXPECT_EQ(code_of(call().commit(batch({"1"}))), errc::account_not_found);
  EXPECT_EQ(code_of(call().save_session("shop-01", session_of(1, 1))), errc::account_not_found);
  EXPECT_EQ(code_of(call().load_session("shop-01")), errc::account_not_found);
  EXPECT_EQ(code_of(call().enqueue(send_with("s-1"))), errc::account_not_found);
  EXPECT_EQ(code_of(call().update_send(send_with("s-1"))), errc::account_not_found);
  EXPECT_EQ(code_of(call().find_send("shop-01", "s-1")), errc::account_not_found);
  EXPECT_EQ(code_of(call().unfinished_sends("shop-01")), errc::account_not_found);
}

// -- inbox and session
// -------------------------------------------------------------------------------------------

struct StoreContractWithAccount : StoreContract {
  void SetUp() override {
    ASSERT_TRUE(call().add_account(account_named("shop-01")));
    ASSERT_TRUE(call().add_account(account_named("shop-02")));
  }
};

INSTANTIATE_TEST_SUITE_P(EveryStore, StoreContractWithAccount,
                         testing::Values(implementation::memory, implementation::sqlite),
                         [](const auto& chosen) {
                           return chosen.param == implementation::memory ? "Memory" : "Sqlite";
                         });

TEST_P(StoreContractWithAccount, AnswersTheNewMessagesOfACommitInTheirOrder) {
  EXPECT_EQ(ids_of(call().commit(batch({"9", "3", "7"}))), (names{"9", "3", "7"}));
  auto again = call().commit(batch({"3", "4", "9"}));
  EXPECT_EQ(ids_of(again), names{"4"});
  EXPECT_EQ(again->at(0).raw, "{\"MsgId\":\"4\"}");
}

TEST_P(StoreContractWithAccount, DropsAMessageThatIsTwiceInOneBatch) {
  EXPECT_EQ(ids_of(call().commit(batch({"1", "1", "2"}))), (names{"1", "2"}));
}

TEST_P(StoreContractWithAccount, TellsMessagesApartByAccount) {
  ASSERT_TRUE(call().commit(batch({"1"})));
  auto other = batch({"1"});
  other.account = "shop-02";
  EXPECT_EQ(ids_of(call().commit(other)), names{"1"});
}

TEST_P(StoreContractWithAccount, RemembersABoundedNumberOfMessages) {
  ASSERT_TRUE(call().commit(batch({"1", "2", "3", "4", "5", "6"})));
  EXPECT_EQ(ids_of(call().commit(batch({"2", "3", "4", "5", "6"}))), names{});
  EXPECT_EQ(ids_of(call().commit(batch({"1"}))), names{"1"});
}

TEST_P(StoreContractWithAccount, KeepsTheSessionOfTheLastCommit) {
  ASSERT_TRUE(call().commit(batch({"1"}, 10)));
  ASSERT_TRUE(call().commit(batch({}, 20)));
  EXPECT_EQ(*call().load_session("shop-01"), session_of(1001, 20));
  EXPECT_EQ(*call().load_session("shop-02"), std::nullopt);
}

TEST_P(StoreContractWithAccount, ReplacesAndEndsTheSession) {
  EXPECT_EQ(*call().load_session("shop-01"), std::nullopt);
  ASSERT_TRUE(call().save_session("shop-01", session_of(1001, 5)));
  EXPECT_EQ(*call().load_session("shop-01"), session_of(1001, 5));
  ASSERT_TRUE(call().save_session("shop-01", std::nullopt));
  EXPECT_EQ(*call().load_session("shop-01"), std::nullopt);
}

TEST_P(StoreContractWithAccount, KnowsTheMessagesOfBeforeAfterTheSessionEnded) {
  ASSERT_TRUE(call().commit(batch({"1"})));
  ASSERT_TRUE(call().save_session("shop-01", std::nullopt));
  EXPECT_EQ(ids_of(call().commit(batch({"1", "2"}))), names{"2"});
}

// -- outbox
// ------------------------------------------------------------------------------------------------------

TEST_P(StoreContractWithAccount, StoresASendAsQueuedWhateverItSays) {
  auto send = send_with("s-1", send_state::sent);
  ASSERT_TRUE(call().enqueue(send));
  auto found = call().find_send("shop-01", "s-1");
  ASSERT_TRUE(found && found->has_value());
  const auto& stored = **found;
  EXPECT_EQ(stored.state, send_state::queued);
  EXPECT_EQ(stored.to, "c-1");
  EXPECT_EQ(stored.text, "hello");
  EXPECT_EQ(stored.client_msg_id, send.client_msg_id);
  EXPECT_EQ(stored.created_at, send.created_at);
}

TEST_P(StoreContractWithAccount, RefusesASendIdThatIsEmptyOrTaken) {
  ASSERT_TRUE(call().enqueue(send_with("s-1")));
  EXPECT_EQ(code_of(call().enqueue(send_with("s-1"))), errc::invalid_argument);
  EXPECT_EQ(code_of(call().enqueue(send_with(""))), errc::invalid_argument);
  EXPECT_EQ(ids_of(call().unfinished_sends("shop-01")), names{"s-1"});
}

TEST_P(StoreContractWithAccount, ListsUnfinishedSendsOldestFirst) {
  for (const char* id : {"s-3", "s-1", "s-2"})
    ASSERT_TRUE(call().enqueue(send_with(id)));
  ASSERT_TRUE(call().update_send(send_with("s-1", send_state::attempting)));
  EXPECT_EQ(ids_of(call().unfinished_sends("shop-01")), (names{"s-1", "s-2", "s-3"}));
  ASSERT_TRUE(call().update_send(send_with("s-1", send_state::sent)));
  EXPECT_EQ(ids_of(call().unfinished_sends("shop-01")), (names{"s-2", "s-3"}));
  EXPECT_TRUE(call().unfinished_sends("shop-02")->empty());
}

TEST_P(StoreContractWithAccount, ReplacesStateMsgIdErrorAndTimeOfASend) {
  ASSERT_TRUE(call().enqueue(send_with("s-1")));
  auto update = send_with("s-1", send_state::attempting);
  update.text = "another text";
  update.to = "c-2";
  update.client_msg_id = "17000000000000002";
  ASSERT_TRUE(call().update_send(update));
  update = send_with("s-1", send_state::refused);
  update.client_msg_id.clear();
  update.msg_id = "4";
  update.error = "not_a_friend";
  update.updated_at = wall_time{1'700'000'005s};
  ASSERT_TRUE(call().update_send(update));
  auto stored = **call().find_send("shop-01", "s-1");
  EXPECT_EQ(stored.state, send_state::refused);
  EXPECT_EQ(stored.msg_id, "4");
  EXPECT_EQ(stored.error, "not_a_friend");
  EXPECT_EQ(stored.updated_at, update.updated_at);
  EXPECT_EQ(stored.created_at, send_with("").created_at);
  EXPECT_EQ(stored.text, "hello");
  EXPECT_EQ(stored.to, "c-1");
  EXPECT_EQ(stored.client_msg_id, "17000000000000002");
}

TEST_P(StoreContractWithAccount, NeverChangesAFinalOutcome) {
  for (auto outcome : {send_state::sent, send_state::refused, send_state::expired}) {
    auto id = "s-" + std::string{to_string(outcome)};
    ASSERT_TRUE(call().enqueue(send_with(id)));
    ASSERT_TRUE(call().update_send(send_with(id, outcome)));
    EXPECT_TRUE(call().update_send(send_with(id, outcome))) << "the same outcome twice is no change";
    for (auto other : {send_state::queued, send_state::attempting, send_state::unknown})
      EXPECT_EQ(code_of(call().update_send(send_with(id, other))), errc::invalid_argument);
    EXPECT_EQ((*call().find_send("shop-01", id))->state, outcome);
  }
}

TEST_P(StoreContractWithAccount, LetsAnUnknownOutcomeBeDecidedOrTriedAgain) {
  ASSERT_TRUE(call().enqueue(send_with("s-1")));
  ASSERT_TRUE(call().update_send(send_with("s-1", send_state::unknown)));
  EXPECT_TRUE(call().unfinished_sends("shop-01")->empty());
  ASSERT_TRUE(call().update_send(send_with("s-1", send_state::queued)));
  EXPECT_EQ(ids_of(call().unfinished_sends("shop-01")), names{"s-1"});
  ASSERT_TRUE(call().update_send(send_with("s-1", send_state::sent)));
  EXPECT_TRUE(call().unfinished_sends("shop-01")->empty());
}

TEST_P(StoreContractWithAccount, RefusesToUpdateASendItDoesNotKnow) {
  EXPECT_EQ(code_of(call().update_send(send_with("s-1", send_state::sent))), errc::invalid_argument);
  EXPECT_FALSE(call().find_send("shop-01", "s-1")->has_value());
}

TEST_P(StoreContractWithAccount, RefusesMoreUnfinishedSendsThanItsBound) {
  for (const char* id : {"s-1", "s-2", "s-3", "s-4"})
    ASSERT_TRUE(call().enqueue(send_with(id)));
  EXPECT_EQ(code_of(call().enqueue(send_with("s-5"))), errc::queue_full);
  auto other = send_with("s-5");
  other.account = "shop-02";
  EXPECT_TRUE(call().enqueue(other)) << "one account's backlog is not another's";
  ASSERT_TRUE(call().update_send(send_with("s-1", send_state::sent)));
  EXPECT_TRUE(call().enqueue(send_with("s-6")));
}

TEST_P(StoreContractWithAccount, ForgetsTheOldestOutcomesBeyondItsBound) {
  for (const char* id : {"s-1", "s-2", "s-3", "s-4"}) {
    ASSERT_TRUE(call().enqueue(send_with(id)));
    ASSERT_TRUE(call().update_send(send_with(id, send_state::sent)));
  }
  EXPECT_FALSE(call().find_send("shop-01", "s-1")->has_value());
  for (const char* id : {"s-2", "s-3", "s-4"})
    EXPECT_TRUE(call().find_send("shop-01", id)->has_value()) << id;
}

// -- calls
// -------------------------------------------------------------------------------------------------------

TEST_P(StoreContractWithAccount, AnswersCallsThatNeedTheDiskInTheirOrder) {
  std::vector<std::string> order;
  std::promise<void> last;
  s->add_account(account_named("shop-03"), [&](auto r) { order.push_back(r ? "add" : "add failed"); });
  s->remove_account("shop-03", [&](auto r) { order.push_back(r ? "remove" : "remove failed"); });
  s->list_accounts([&](auto r) {
    order.push_back(r && r->size() == 2 ? "list" : "list failed");
    last.set_value();
  });
  ASSERT_EQ(last.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_EQ(order, (names{"add", "remove", "list"}));
}

TEST_P(StoreContractWithAccount, ShowsEachCallOfAnAccountWhatTheOneBeforeDid) {
  std::promise<std::string> seen;
  s->enqueue(send_with("s-1"), [&](auto) {
    s->unfinished_sends("shop-01",
                        [&](auto r) { seen.set_value(r && r->size() == 1 ? r->front().id : "nothing"); });
  });
  EXPECT_EQ(seen.get_future().get(), "s-1");
}

TEST_P(StoreContractWithAccount, MayBeCalledFromItsOwnAnswer) {
  std::promise<bool> found;
  s->enqueue(send_with("s-1"), [&](auto) {
    s->find_send("shop-01", "s-1", [&](auto r) { found.set_value(r && r->has_value()); });
  });
  auto answer = found.get_future();
  ASSERT_EQ(answer.wait_for(20s), std::future_status::ready);
  EXPECT_TRUE(answer.get());
}

TEST_P(StoreContractWithAccount, AnswersEachCallOnceWhenManyThreadsCall) {
  constexpr int each = 200;
  std::atomic<int> answers{0}, stored{0};
  std::promise<void> all;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < each; ++i)
        s->commit(batch({std::to_string(t) + "0000" + std::to_string(i)}), [&](auto r) {
          if (r) stored += static_cast<int>(r->size());
          if (++answers == 4 * each) all.set_value();
        });
    });
  for (auto& t : threads)
    t.join();
  ASSERT_EQ(all.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_EQ(stored, 4 * each);
}

TEST(SendState, HasAStableName) {
  EXPECT_EQ(to_string(send_state::queued), "queued");
  EXPECT_EQ(to_string(send_state::attempting), "attempting");
  EXPECT_EQ(to_string(send_state::sent), "sent");
  EXPECT_EQ(to_string(send_state::refused), "refused");
  EXPECT_EQ(to_string(send_state::unknown), "unknown");
  EXPECT_EQ(to_string(send_state::expired), "expired");
}

} // namespace
} // namespace weixin::store
