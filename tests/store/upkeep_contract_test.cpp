// Retention, and the check of everything: the rules of store/store.hpp on every implementation.

#include "tests/store/contract.hpp"

#include <set>

namespace weixin::store {
namespace {

using namespace std::chrono_literals;

struct UpkeepContract : StoreContractWithAccount {
  void receive(std::vector<std::string> ids, wall_time at, const std::string& account = "shop-01") {
    auto sync = batch(ids);
    sync.account = account;
    sync.at = at;
    ASSERT_TRUE(call().commit(sync));
  }

  names inbox(const std::string& account = "shop-01") {
    return ids_of(call().read_inbox({.account = account}));
  }

  upkeep_report run(wall_time now, retention keep = {}) {
    auto report = call().upkeep(now, keep);
    EXPECT_TRUE(report) << to_string(report.error());
    return report ? *report : upkeep_report{};
  }
};
WEIXIN_ON_EVERY_STORE(UpkeepContract);

TEST_P(UpkeepContract, DropsMessagesThatAreTooOld) {
  receive({"1", "2"}, noon);
  receive({"3"}, noon + 1h, "shop-02");
  receive({"4"}, noon + 2h);
  EXPECT_EQ(run(noon + 24h * 7).messages, 0u);
  EXPECT_EQ(run(noon + 24h * 7 + 90min).messages, 3u);
  EXPECT_EQ(inbox(), names{"4"});
  EXPECT_EQ(inbox("shop-02"), names{});
}

TEST_P(UpkeepContract, DropsManyMessages) {
  names ids;
  for (int i = 0; i < 1'300; ++i)
    ids.push_back(std::to_string(i));
  receive(ids, noon);
  receive({"new"}, noon + 24h);
  EXPECT_EQ(run(noon + 24h * 8).messages, 1'300u);
  EXPECT_EQ(inbox(), names{"new"});
}

TEST_P(UpkeepContract, DropsTheOldestMessagesOfAnAccountThatHasTooMuch) {
  receive({"1", "2", "3", "4"}, noon);
  receive({"1", "2"}, noon, "shop-02");
  retention keep;
  keep.inbox_bytes_per_account = 200; // of some 83 bytes each
  auto dropped = run(noon, keep).messages;
  EXPECT_EQ(dropped, 2u);
  EXPECT_EQ(inbox(), (names{"3", "4"}));
  EXPECT_EQ(inbox("shop-02"), (names{"1", "2"})) << "each account has its own measure";
}

TEST_P(UpkeepContract, CountsWhatIsLeftOfAllAccounts) {
  EXPECT_EQ(run(noon).held.messages, 0u);
  receive({"1", "2"}, noon);
  receive({"3"}, noon + 1h, "shop-02");
  ASSERT_TRUE(call().enqueue(send_with("s-1")));
  auto held = run(noon + 1h).held;
  EXPECT_EQ(held.messages, 3u);
  EXPECT_GT(held.message_bytes, 3u * 50u);
  EXPECT_EQ(held.sends, 1u);
  for (int day = 1; day <= 7; ++day)
    run(noon + 24h * day); // its clock goes ahead by a day at most
  EXPECT_EQ(run(noon + 24h * 7 + 30min).held.messages, 1u) << "after what is too old was dropped";
}

TEST_P(UpkeepContract, IsNotFooledByMessagesOfAClockThatWasAhead) {
  receive({"1"}, noon + 24h * 365);
  receive({"2"}, noon);
  receive({"3"}, noon + 24h * 8);
  EXPECT_EQ(run(noon + 24h * 8).messages, 2u);
  EXPECT_EQ(inbox(), names{"3"});
}

TEST_P(UpkeepContract, MovesItsClockAheadByADayAtMost) {
  run(noon);
  receive({"1"}, noon);
  EXPECT_EQ(run(noon + 24h * 365).messages, 0u) << "the clock of the machine jumped by a year";
  EXPECT_EQ(run(noon + 1h).messages, 0u);
  wall_time now = noon + 1h;
  for (int day = 1; day <= 7; ++day)
    run(now += 24h);
  EXPECT_EQ(inbox(), names{});
}

TEST_P(UpkeepContract, SurvivesARetentionWithoutEnd) {
  receive({"1"}, noon);
  retention keep;
  keep.inbox_age = keep.outbox_age = keep.history_age = std::chrono::hours::max();
  EXPECT_EQ(run(noon, keep).messages, 0u);
}

TEST_P(UpkeepContract, DropsSettledSendsThatAreTooOld) {
  for (const char* id : {"s-1", "s-2", "s-3"})
    ASSERT_TRUE(call().enqueue(send_with(id)));
  auto settled = send_with("s-1", send_state::refused);
  ASSERT_TRUE(call().update_send(settled));
  settled = send_with("s-2", send_state::refused);
  settled.updated_at = noon + 1h;
  ASSERT_TRUE(call().update_send(settled));
  EXPECT_EQ(run(noon + 24h * 7 + 1min).sends, 1u);
  EXPECT_EQ(ids_of(call().list_sends({.account = "shop-01"})), (names{"s-2", "s-3"}));
  run(noon + 24h * 8);
  EXPECT_EQ(ids_of(call().list_sends({.account = "shop-01"})), names{"s-3"}) << "it is not settled";
}

TEST_P(UpkeepContract, DropsOldSendsBehindManyThatChangedLately) {
  const std::set<int> old{0, 700, 1'099};
  for (int i = 0; i < 1'100; ++i) {
    auto send = send_with("s-" + std::to_string(i));
    ASSERT_TRUE(call().enqueue(send));
    send.state = send_state::refused;
    if (!old.contains(i)) send.updated_at = noon + 24h * 7;
    ASSERT_TRUE(call().update_send(send));
  }
  EXPECT_EQ(run(noon + 24h * 7 + 1min).sends, old.size());
  auto left = run(noon + 24h * 7 + 2min);
  EXPECT_EQ(left.sends, 0u);
  EXPECT_EQ(left.held.sends, 1'097u);
}

TEST_P(UpkeepContract, IsNotFooledBySendsOfAClockThatWasAhead) {
  auto accept = [&](const char* id, wall_time at) {
    auto send = send_with(id);
    send.created_at = at;
    EXPECT_TRUE(call().enqueue(send));
    send.state = send_state::refused;
    send.updated_at = at;
    EXPECT_TRUE(call().update_send(send));
  };
  accept("s-1", noon + 24h * 365);
  accept("s-2", noon);
  accept("s-3", noon + 24h * 8);
  EXPECT_EQ(run(noon + 24h * 8).sends, 1u);
  EXPECT_EQ(ids_of(call().list_sends({.account = "shop-01"})), (names{"s-1", "s-3"}));
}

TEST_P(UpkeepContract, DropsStateChangesThatAreTooOldOrTooMany) {
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(call().append_history("shop-01", {0, noon + i * 1h, "a", std::to_string(i), ""}));
  ASSERT_TRUE(call().append_history("shop-02", {0, noon + 9h, "a", "other", ""}));
  retention keep;
  keep.history_age = 24h;
  keep.history_per_account = 2;
  EXPECT_EQ(run(noon + 25h + 1min, keep).state_changes, 3u);
  auto left = call().read_history("shop-01", 0, 10);
  ASSERT_EQ(left->size(), 2u);
  EXPECT_EQ(left->at(0).to, "3");
  EXPECT_EQ(call().read_history("shop-02", 0, 10)->size(), 1u);
  keep.history_per_account = 0;
  EXPECT_EQ(run(noon + 25h + 1min, keep).state_changes, 3u);
}

TEST_P(UpkeepContract, ChecksEverythingAndCountsIt) {
  auto sync = batch({"1", "2"});
  sync.session = session_of(1001, 1);
  sync.contacts = {contact_with("c-1"), contact_with("c-2"), contact_with("c-3")};
  ASSERT_TRUE(call().commit(sync));
  ASSERT_TRUE(call().enqueue(send_with("s-1")));
  auto report = call().check();
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_EQ(report->accounts, 2u);
  EXPECT_EQ(report->messages, 2u);
  EXPECT_EQ(report->sends, 1u);
  EXPECT_EQ(report->contacts, 3u);
  EXPECT_EQ(report->faults, names{});
}

TEST_P(UpkeepContract, WritesABackupThatIsComplete) {
  receive({"1"}, noon);
  auto file = directory.path() / "backup.db";
  auto written = call().backup(file);
  ASSERT_TRUE(written) << to_string(written.error());
  EXPECT_EQ(mode_of(file), 0600u);
  EXPECT_EQ(code_of(call().backup(file)), errc::file_exists) << "it never replaces a file";
  EXPECT_EQ(code_of(call().backup(directory.path() / "missing" / "backup.db")), errc::io_failed);
}

} // namespace
} // namespace weixin::store
