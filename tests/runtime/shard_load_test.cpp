#include "runtime/shard_load.hpp"

#include "runtime/actor.hpp"
#include "runtime/shard.hpp"
#include "runtime/utilization_meter.hpp"

#include <caf/actor_system.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <numeric>
#include <stdexcept>
#include <thread>

namespace weixin::runtime {
namespace {

using namespace std::chrono_literals;
using metrics::actor_kind;

struct ShardLoad : ::testing::Test {
  shard_load load;
  shard_load::time_point now{1h};

  metrics::actor_sample senders() const { return load.actors(actor_kind::sender, now); }
};

TEST_F(ShardLoad, RemembersTheLongestMailboxForHalfAMinuteAtMost) {
  load.mailbox(actor_kind::sender, 3, now);
  load.mailbox(actor_kind::sender, 9, now);
  load.mailbox(actor_kind::sender, 1, now);
  load.mailbox(actor_kind::login, 2, now);
  EXPECT_EQ(senders().mailbox_max_length, 9U);
  EXPECT_EQ(load.actors(actor_kind::login, now).mailbox_max_length, 2U);
  now += 20s;
  load.mailbox(actor_kind::sender, 4, now);
  EXPECT_EQ(senders().mailbox_max_length, 9U);
  now += 20s;
  load.mailbox(actor_kind::sender, 1, now);
  EXPECT_EQ(senders().mailbox_max_length, 4U);
}

TEST_F(ShardLoad, ForgetsTheLongestMailboxOfAShardThatHasNothingToDo) {
  load.mailbox(actor_kind::sender, 9, now);
  now += 29s;
  EXPECT_EQ(senders().mailbox_max_length, 9U);
  now += 1s;
  EXPECT_EQ(senders().mailbox_max_length, 0U);
  load.mailbox(actor_kind::sender, 2, now);
  EXPECT_EQ(senders().mailbox_max_length, 2U) << "what was long ago does not come back";
}

TEST_F(ShardLoad, AddsUpWhatItSawAtItsLastLook) {
  ASSERT_TRUE(load.may_look(now));
  load.begin_look(now);
  load.saw(actor_kind::sender, 2);
  load.saw(actor_kind::sender, 3);
  EXPECT_EQ(senders().mailbox_length, 5U);
  EXPECT_FALSE(load.may_look(now + 999ms));
  now += 1s;
  ASSERT_TRUE(load.may_look(now));
  load.begin_look(now);
  load.saw(actor_kind::sender, 1);
  EXPECT_EQ(senders().mailbox_length, 1U);
  now += 2s;
  EXPECT_EQ(senders().mailbox_length, 0U) << "nobody had work since";
}

TEST_F(ShardLoad, CountsThoseThatLive) {
  load.started(actor_kind::sender);
  load.started(actor_kind::sender);
  load.ended(actor_kind::sender);
  EXPECT_EQ(senders().living, 1U);
  EXPECT_EQ(load.actors(actor_kind::login, now).living, 0U);
}

void spend(std::chrono::nanoseconds time) {
  for (auto end = std::chrono::steady_clock::now() + time; std::chrono::steady_clock::now() < end;)
    std::this_thread::yield();
}

// -- on the scheduler
// -------------------------------------------------------------------------------------------

using worker_actor = caf::typed_actor<caf::reacts_to<continuation>>;

/// Called as an actor of the server is.
class worker final : public actor_base<worker_actor> {
public:
  explicit worker(caf::actor_config& cfg) : actor_base(cfg) {}
  const char* name() const override { return "sender"; }

protected:
  behavior_type make_behavior() override { return {run_continuations()}; }
};

struct LoadOfAShard : ::testing::Test {
  shard_pool pool{2};
  shard_system_config config{pool};
  caf::actor_system system{config};
  shard_scheduler& scheduler = dynamic_cast<shard_scheduler&>(system.scheduler());

  void run(const worker_actor& in, std::function<void()> what) {
    caf::anon_send(in, continuation{std::move(what)});
  }
  void wait_for(const worker_actor& who) {
    std::promise<void> done;
    run(who, [&] { done.set_value(); });
    ASSERT_EQ(done.get_future().wait_for(30s), std::future_status::ready);
  }
  /// After what was queued there ran to its end, its counting included.
  void settle() {
    for (std::size_t i = 0; i < pool.size(); ++i)
      pool.run_on(i, [] {});
  }
  static std::uint64_t count(const metrics::histogram_values& v) {
    return std::accumulate(v.counts.begin(), v.counts.end(), std::uint64_t{0});
  }
};

TEST_F(LoadOfAShard, CountsAnActorFromItsStartToItsEnd) {
  auto one = spawn_on<worker>(system, 0);
  auto two = spawn_on<worker>(system, 1);
  wait_for(one);
  wait_for(two);
  EXPECT_EQ(scheduler.actors(actor_kind::sender).living, 2U);
  caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
  for (auto end = std::chrono::steady_clock::now() + 30s;
       scheduler.actors(actor_kind::sender).living > 1 && std::chrono::steady_clock::now() < end;)
    std::this_thread::yield();
  EXPECT_EQ(scheduler.actors(actor_kind::sender).living, 1U);
  run(two, [] { throw std::runtime_error("of the test"); });
  for (auto end = std::chrono::steady_clock::now() + 30s;
       scheduler.actors(actor_kind::sender).living > 0 && std::chrono::steady_clock::now() < end;)
    std::this_thread::yield();
  EXPECT_EQ(scheduler.actors(actor_kind::sender).living, 0U);
}

TEST_F(LoadOfAShard, TimesHowLongActorsWaitAndRun) {
  auto busy = spawn_on<worker>(system, 0);
  auto waits = spawn_on<worker>(system, 0);
  wait_for(busy);
  wait_for(waits);
  settle();
  auto runs = count(scheduler.load(0).runs());
  std::promise<void> began, release;
  run(busy, [&] {
    began.set_value();
    release.get_future().wait();
  });
  began.get_future().wait();
  run(waits, [] {});
  spend(30ms); // the wait that is to be measured
  release.set_value();
  wait_for(waits);
  settle();
  EXPECT_GE(count(scheduler.load(0).runs()), runs + 2);
  EXPECT_GE(scheduler.load(0).runs().sum_seconds, 0.03);
  EXPECT_GE(scheduler.load(0).waits().sum_seconds, 0.03);
  EXPECT_EQ(count(scheduler.load(1).runs()), 0U) << "each shard has its own";
}

TEST_F(LoadOfAShard, SeesHowManyMessagesWaitForAnActor) {
  auto busy = spawn_on<worker>(system, 0);
  auto flooded = spawn_on<worker>(system, 0);
  wait_for(busy);
  wait_for(flooded);
  std::promise<void> began, release;
  run(busy, [&] {
    began.set_value();
    release.get_future().wait();
  });
  began.get_future().wait();
  for (int i = 0; i < 500; ++i)
    run(flooded, [] {});
  release.set_value();
  wait_for(flooded);
  auto longest = scheduler.actors(actor_kind::sender).mailbox_max_length;
  EXPECT_GE(longest, 500U);
  EXPECT_LE(longest, 501U) << "the one that waits for the end may be among them";
}

TEST(UtilizationMeter, TellsTheShareOfEachFewSeconds) {
  utilization_meter meter;
  utilization_meter::time_point now{1h};
  EXPECT_EQ(meter.read(now, 40s), std::nullopt) << "of what was before nothing is known";
  EXPECT_EQ(meter.read(now + 4'999ms, 41s), std::nullopt);
  EXPECT_EQ(meter.read(now + 5s, 41s), 0.2);
  EXPECT_EQ(meter.read(now + 10s, 41s), 0.0);
  EXPECT_EQ(meter.read(now + 20s, 46s), 0.5);
  EXPECT_EQ(meter.read(now + 25s, 60s), 1.0) << "two clocks never agree to the end";
}

} // namespace
} // namespace weixin::runtime
