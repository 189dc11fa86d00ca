// What the store promises holds when the power goes: with durability `power` every answer, with `process`
// that nothing is half.

#include "tests/store/contract.hpp"
#include "tests/store/power_loss_vfs.hpp"
#include "tests/store/scenario.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <random>

namespace weixin::store {
namespace {

struct power_loss_run {
  temporary_directory directory;
  power_loss_vfs disk;
  scenario life;
  sqlite_store_options options;

  power_loss_run(std::uint32_t seed, durability survives) : disk(seed), life(seed) {
    options.data_dir = directory.path() / "data";
    options.database.survives = survives;
    options.database.vfs = disk.name();
    options.database.checkpoint_pages = 5 + static_cast<int>(seed % 40); // so that the log starts anew, often
    options.max_group = 1 + seed % 7;
  }

  std::unique_ptr<store> open() {
    auto opened = open_sqlite_store(options);
    EXPECT_TRUE(opened) << to_string(opened.error());
    return opened ? std::move(*opened) : nullptr;
  }
};

/// WEIXIN_SEEDS=500 for longer.
std::uint32_t seeds() {
  const char* wanted = std::getenv("WEIXIN_SEEDS");
  return wanted ? static_cast<std::uint32_t>(std::max(1, std::atoi(wanted))) : 50;
}

struct PowerLoss : testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, PowerLoss, testing::Range(0u, seeds()));

TEST_P(PowerLoss, LosesNothingThatWasAnswered) {
  power_loss_run run{GetParam(), durability::power};
  auto s = run.open();
  ASSERT_TRUE(s);
  ASSERT_TRUE(run.life.begin(*s));
  std::minstd_rand random{GetParam() + 1};
  run.disk.cut_after(1 + random() % 1'500);
  for (int round = 0; round < 20 && !run.disk.is_cut(); ++round)
    run.life.run(*s, 10);
  run.disk.cut();
  s.reset();
  run.disk.power_up();
  s = run.open();
  ASSERT_TRUE(s);
  run.life.ledger().verify(*s);
}

TEST(PowerLossOfProcessDurability, ReopensWithoutHalfATransaction) {
  for (std::uint32_t seed = 0; seed < 10; ++seed) {
    SCOPED_TRACE(seed);
    power_loss_run run{seed, durability::process};
    auto s = run.open();
    ASSERT_TRUE(s);
    ASSERT_TRUE(run.life.begin(*s));
    run.life.run(*s, 60);
    run.disk.cut();
    s.reset();
    run.disk.power_up();
    s = run.open();
    ASSERT_TRUE(s) << "what is left is a whole database";
    EXPECT_EQ(waiting_store{*s}.check()->faults, names{});
  }
}

TEST(PowerLossOfProcessDurability, MayLoseWhatWasAnswered) {
  power_loss_run run{1, durability::process};
  run.options.database.checkpoint_pages = 4'000;
  auto s = run.open();
  ASSERT_TRUE(s);
  ASSERT_TRUE(run.life.begin(*s));
  EXPECT_GT(run.disk.unsynced_writes("-wal"), 0u) << "the disk of these tests loses what is not synced";
}

TEST(PowerDurability, SyncsTheLogBeforeItAnswers) {
  power_loss_run run{1, durability::power};
  auto s = run.open();
  ASSERT_TRUE(s);
  ASSERT_TRUE(run.life.begin(*s));
  auto before = run.disk.syncs("-wal");
  std::size_t unsynced = 0;
  std::uint64_t not_synced_again = 0;
  for (int i = 0; i < 50; ++i) {
    std::promise<void> answered;
    s->enqueue(send_with("s-" + std::to_string(i)), [&](const auto& accepted) {
      EXPECT_TRUE(accepted);
      unsynced += run.disk.unsynced_writes("-wal");
      auto now = run.disk.syncs("-wal");
      if (now <= before) ++not_synced_again;
      before = now;
      answered.set_value();
    });
    answered.get_future().wait();
  }
  EXPECT_EQ(unsynced, 0u);
  EXPECT_EQ(not_synced_again, 0u);
}

} // namespace
} // namespace weixin::store
