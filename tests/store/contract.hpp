#pragma once

#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"
#include "tests/store/support.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace weixin::store {

/// Whose promises are proven: every rule of store/store.hpp holds for each.
enum class implementation { memory, sqlite };

/// An empty store of either kind. `reopen` ends it and starts the next one over what it kept.
struct StoreContract : testing::TestWithParam<implementation> {
  temporary_directory directory;
  store_limits limits{.unfinished_sends = 4, .contacts = 5};
  std::shared_ptr<memory_database> kept;
  std::unique_ptr<store> s;

  StoreContract() { reopen(); }

  void reopen() {
    s.reset();
    if (GetParam() == implementation::memory) {
      if (!kept) kept = std::make_shared<memory_database>(limits);
      s = std::make_unique<memory_store>(kept);
      return;
    }
    sqlite_store_options options;
    options.data_dir = directory.path() / "data";
    options.limits = limits;
    auto opened = open_sqlite_store(options);
    ASSERT_TRUE(opened) << to_string(opened.error());
    s = std::move(*opened);
  }

  waiting_store call() { return {*s}; }
};

/// The same with the accounts shop-01 and shop-02.
struct StoreContractWithAccount : StoreContract {
  void SetUp() override {
    ASSERT_TRUE(call().add_account(account_named("shop-01")));
    ASSERT_TRUE(call().add_account(account_named("shop-02")));
  }
};

inline std::string implementation_name(const testing::TestParamInfo<implementation>& chosen) {
  return chosen.param == implementation::memory ? "Memory" : "Sqlite";
}

/// Runs the tests of a suite on every store.
#define WEIXIN_ON_EVERY_STORE(suite)                                                                         \
  INSTANTIATE_TEST_SUITE_P(EveryStore, suite,                                                                \
                           testing::Values(implementation::memory, implementation::sqlite),                  \
                           implementation_name)

using names = std::vector<std::string>;

inline constexpr wall_time noon{std::chrono::milliseconds{1'700'000'000'123}};

/// Invented things of shop-01.
webwx::session session_of(std::int64_t uin, int key);
inbound_message message_with(std::string msg_id, std::string chat = "c-1");
/// A sync that brought messages of these ids and has no session.
sync_commit batch(const std::vector<std::string>& ids, int key = 1);
send_record send_with(std::string id, send_state state = send_state::queued);
/// A picture of the message, as it is wanted.
media_record picture_of(std::string msg_id, wall_time at = noon);
/// The same with a content of so many bytes in the file of that id; equal hashes stand for equal bytes.
media_record fetched(std::string msg_id, std::string file, std::string sha256, std::uint64_t bytes = 100,
                     wall_time at = noon);
/// A token for reading, whose hash is 32 times that letter.
token_record token_named(std::string id, char hash = 'a');
/// A call that went well, or one that was refused.
audit_record audit_of(std::string call, bool refused = false, wall_time at = noon);
contact_record contact_with(std::string ref, wall_time seen_at = noon);

names ids_of(const result<std::vector<appended_message>>& messages);
names ids_of(const result<std::vector<stored_message>>& messages);
names ids_of(const result<std::vector<send_record>>& sends);
names refs_of(const result<std::vector<contact_record>>& contacts);

} // namespace weixin::store
