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
  EXPECT_EQ(code_of(call.commit({})), errc::store_failed);
  EXPECT_EQ(code_of(call.save_session("", std::nullopt)), errc::store_failed);
  EXPECT_EQ(code_of(call.load_session("")), errc::store_failed);
  EXPECT_EQ(code_of(call.enqueue({})), errc::store_failed);
  EXPECT_EQ(code_of(call.update_send({})), errc::store_failed);
  EXPECT_EQ(code_of(call.find_send("", "")), errc::store_failed);
  EXPECT_EQ(code_of(call.unfinished_sends("")), errc::store_failed);
}

} // namespace
} // namespace weixin::store
