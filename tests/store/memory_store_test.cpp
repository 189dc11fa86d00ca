#include "store/memory_store.hpp"
#include "tests/store/support.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace weixin::store {
namespace {

TEST(MemoryStore, AnswersBeforeTheCallReturnsOnTheCallersThread) {
  memory_store s;
  std::thread::id where;
  s.list_accounts([&](auto) { where = std::this_thread::get_id(); });
  EXPECT_EQ(where, std::this_thread::get_id());
}

TEST(MemoryStore, FailsTheNextCallOfAKindAndChangesNothing) {
  memory_store s;
  waiting_store call{s};
  s.fail_next(store_call::add_account, fail(errc::disk_full, "switched"));
  EXPECT_TRUE(call.list_accounts());
  EXPECT_EQ(code_of(call.add_account(account_named("shop-01"))), errc::disk_full);
  EXPECT_TRUE(call.list_accounts()->empty());
  EXPECT_TRUE(call.add_account(account_named("shop-01")));
}

TEST(MemoryStore, UsesUpItsSwitchesOneByOne) {
  memory_store s;
  waiting_store call{s};
  s.fail_next(store_call::list_accounts, fail(errc::store_failed));
  s.fail_next(store_call::list_accounts, fail(errc::disk_full));
  EXPECT_EQ(code_of(call.list_accounts()), errc::store_failed);
  EXPECT_EQ(code_of(call.list_accounts()), errc::disk_full);
  EXPECT_TRUE(call.list_accounts());
  EXPECT_EQ(s.calls(store_call::list_accounts), 3u);
  EXPECT_EQ(s.calls(store_call::commit), 0u);
}

TEST(MemoryStore, HasASwitchForEveryCall) {
  memory_store s;
  waiting_store call{s};
  for (std::size_t i = 0; i < store_call_count; ++i)
    s.fail_next(static_cast<store_call>(i), fail(errc::store_failed, "switched"));
  EXPECT_EQ(code_of(call.list_accounts()), errc::store_failed);
  EXPECT_EQ(code_of(call.add_account({})), errc::store_failed);
  EXPECT_EQ(code_of(call.update_account({})), errc::store_failed);
  EXPECT_EQ(code_of(call.remove_account("")), errc::store_failed);
  EXPECT_EQ(code_of(call.append_history("", {})), errc::store_failed);
  EXPECT_EQ(code_of(call.read_history("", 0, 1)), errc::store_failed);
  EXPECT_EQ(code_of(call.commit({})), errc::store_failed);
  EXPECT_EQ(code_of(call.save_session("", std::nullopt)), errc::store_failed);
  EXPECT_EQ(code_of(call.load_session("")), errc::store_failed);
  EXPECT_EQ(code_of(call.read_inbox({})), errc::store_failed);
  EXPECT_EQ(code_of(call.inbox_positions_of("")), errc::store_failed);
  EXPECT_EQ(code_of(call.save_position("", "", 0)), errc::store_failed);
  EXPECT_EQ(code_of(call.save_contacts("", {})), errc::store_failed);
  EXPECT_EQ(code_of(call.load_contacts("")), errc::store_failed);
  EXPECT_EQ(code_of(call.want_media("", {})), errc::store_failed);
  EXPECT_EQ(code_of(call.enqueue({})), errc::store_failed);
  EXPECT_EQ(code_of(call.update_send({})), errc::store_failed);
  EXPECT_EQ(code_of(call.find_send("", "")), errc::store_failed);
  EXPECT_EQ(code_of(call.unfinished_sends("")), errc::store_failed);
  EXPECT_EQ(code_of(call.list_sends({})), errc::store_failed);
  EXPECT_EQ(code_of(call.probe()), errc::store_failed);
  EXPECT_EQ(code_of(call.upkeep({}, {})), errc::store_failed);
  EXPECT_EQ(code_of(call.backup("")), errc::store_failed);
  EXPECT_EQ(code_of(call.check()), errc::store_failed);
}

TEST(MemoryStore, GoesOnWithWhatAnotherOneKept) {
  auto first = std::make_unique<memory_store>();
  ASSERT_TRUE(waiting_store{*first}.add_account(account_named("shop-01")));
  memory_store second{first->database()};
  first.reset();
  EXPECT_EQ(waiting_store{second}.list_accounts()->size(), 1u);
}

TEST(MemoryStore, FailsEveryWriteUntilToldOtherwise) {
  memory_store s;
  waiting_store call{s};
  s.fail_writes(fail(errc::disk_full, "switched"));
  EXPECT_TRUE(s.health().accepting);
  EXPECT_EQ(code_of(call.add_account(account_named("shop-01"))), errc::disk_full);
  EXPECT_EQ(code_of(call.probe()), errc::disk_full);
  EXPECT_TRUE(call.list_accounts()) << "reading goes on";
  EXPECT_FALSE(s.health().accepting);
  s.fail_writes(std::nullopt);
  EXPECT_TRUE(call.add_account(account_named("shop-01")));
  EXPECT_FALSE(s.health().accepting) << "only a probe says that there is room again";
  EXPECT_TRUE(call.probe());
  EXPECT_TRUE(s.health().accepting);
}

struct MemoryStoreCrash : testing::TestWithParam<memory_store::crash_point> {};

INSTANTIATE_TEST_SUITE_P(BeforeAndAfter, MemoryStoreCrash,
                         testing::Values(memory_store::crash_point::before,
                                         memory_store::crash_point::after));

TEST_P(MemoryStoreCrash, AnswersNothingFromThatWriteOn) {
  memory_store dying;
  dying.crash_at(2, GetParam());
  std::vector<std::string> answers;
  auto note = [&](const char* what) { return [&answers, what](const auto&) { answers.emplace_back(what); }; };
  dying.add_account(account_named("shop-01"), note("first"));
  dying.list_accounts(note("list"));
  EXPECT_FALSE(dying.crashed());
  dying.add_account(account_named("shop-02"), note("second"));
  EXPECT_TRUE(dying.crashed());
  dying.add_account(account_named("shop-03"), note("third"));
  dying.list_accounts(note("list again"));
  EXPECT_EQ(answers, (std::vector<std::string>{"first", "list"}));
  memory_store next{dying.database()};
  EXPECT_EQ(waiting_store{next}.list_accounts()->size(),
            GetParam() == memory_store::crash_point::before ? 1u : 2u);
}

} // namespace
} // namespace weixin::store
