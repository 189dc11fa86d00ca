// The ground everything stands on: CAF's actors on the threads of our shards.
#include "runtime/actor.hpp"
#include "runtime/shard.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <boost/asio/post.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace weixin::runtime {
namespace {

using namespace std::chrono_literals;

struct start_work {
  std::uint64_t count = 0;
};
struct ball {
  std::uint64_t left = 0;
};
struct tick {
  int number = 0;
};
struct where_are_you {};
struct location {
  unsigned shard = 0;
  std::thread::id thread;
};
struct spawn_child {};

} // namespace
} // namespace weixin::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::runtime::start_work)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::runtime::ball)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::runtime::tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::runtime::where_are_you)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::runtime::location)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::runtime::spawn_child)

namespace weixin::runtime {
namespace {

constexpr auto patience = 30s;

/// A pool and an actor system on it, ended in the right order.
struct machine {
  explicit machine(unsigned shards) : pool(shards), config(pool), system(config) {}
  shard_pool pool;
  shard_system_config config;
  caf::actor_system system;
};

using player_actor = caf::typed_actor<caf::reacts_to<ball>, caf::reacts_to<continuation>>;

/// Returns each ball until the count runs out.
class player : public actor_base<player_actor> {
public:
  player(caf::actor_config& cfg, std::shared_ptr<std::promise<void>> over)
      : actor_base(cfg), done_(std::move(over)) {}
  const char* name() const override { return "player"; }

protected:
  behavior_type make_behavior() override {
    return {[this](ball b) {
              auto from = caf::actor_cast<player_actor>(current_sender());
              if (b.left > 0) return send(from, ball{b.left - 1});
              done_->set_value();
              quit();
            },
            run_continuations()};
  }

private:
  std::shared_ptr<std::promise<void>> done_;
};

using server_actor = caf::typed_actor<caf::reacts_to<start_work, player_actor>, caf::reacts_to<ball>,
                                      caf::reacts_to<continuation>>;

class serving_player : public actor_base<server_actor> {
public:
  explicit serving_player(caf::actor_config& cfg) : actor_base(cfg) {}
  const char* name() const override { return "serving_player"; }

protected:
  behavior_type make_behavior() override {
    return {[this](start_work w, player_actor other) {
              other_ = other;
              request_reply(w.count);
            },
            [this](ball b) {
              if (b.left == 0) return quit();
              request_reply(b.left - 1);
            },
            run_continuations()};
  }

private:
  void request_reply(std::uint64_t left) {
    caf::anon_send(other_, continuation{[] {}});
    send(other_, ball{left});
  }
  player_actor other_;
};

class residence
    : public actor_base<
          caf::typed_actor<caf::replies_to<where_are_you>::with<location>,
                           caf::replies_to<spawn_child>::with<location>, caf::reacts_to<continuation>>> {
public:
  explicit residence(caf::actor_config& cfg) : actor_base(cfg) {}
  const char* name() const override { return "residence"; }

protected:
  behavior_type make_behavior() override {
    return {
        [this](where_are_you) {
          return location{shard_index(), std::this_thread::get_id()};
        },
        [this](spawn_child) {
          auto promise = make_response_promise<location>();
          request(spawn<residence>(), patience, where_are_you{}).then([promise](const location& l) mutable {
            promise.deliver(l);
          });
          return promise;
        },
        run_continuations()};
  }
};

location
ask(caf::actor_system& system,
    const caf::typed_actor<caf::replies_to<where_are_you>::with<location>,
                           caf::replies_to<spawn_child>::with<location>, caf::reacts_to<continuation>>& who,
    bool child) {
  caf::scoped_actor self{system};
  location answer;
  auto take = [&](const location& l) { answer = l; };
  auto refuse = [](const caf::error&) { FAIL() << "no answer"; };
  if (child)
    self->request(who, patience, spawn_child{}).receive(take, refuse);
  else
    self->request(who, patience, where_are_you{}).receive(take, refuse);
  return answer;
}

TEST(ShardPool, RunsWhatWasPostedToAShardThatHadEndedAlready) {
  bool ran = false;
  {
    shard_pool pool{2};
    // Runs on shard 1 while shard 0 is joined, or after: either way its post must not be lost.
    boost::asio::post(pool.at(1).context(), [&] {
      for (auto end = std::chrono::steady_clock::now() + 50ms; std::chrono::steady_clock::now() < end;) {
      }
      boost::asio::post(pool.at(0).context(), [&] { ran = true; });
    });
  }
  EXPECT_TRUE(ran);
}

TEST(ShardScheduler, RunsAnActorOnTheShardItWasSpawnedOnAndItsChildrenBesideIt) {
  machine m{2};
  auto on_0 = spawn_on<residence>(m.system, 0);
  auto on_1 = spawn_on<residence>(m.system, 1);
  auto a = ask(m.system, on_0, false);
  auto b = ask(m.system, on_1, false);
  auto child = ask(m.system, on_1, true);
  EXPECT_EQ(a.shard, 0U);
  EXPECT_EQ(b.shard, 1U);
  EXPECT_NE(a.thread, b.thread);
  EXPECT_EQ(child.shard, 1U);
  EXPECT_EQ(child.thread, b.thread);
  // CAF keeps an actor alive for its timeouts, and an answered request's timeout stays.
  caf::anon_send_exit(on_1, caf::exit_reason::user_shutdown);
}

TEST(ShardScheduler, DeliversEveryMessageBetweenTwoShards) {
  machine m{2};
  std::vector<std::future<void>> games;
  for (unsigned i = 0; i < 8; ++i) {
    auto done = std::make_shared<std::promise<void>>();
    games.push_back(done->get_future());
    auto returns = spawn_on<player>(m.system, i % 2, done);
    auto serves = spawn_on<serving_player>(m.system, (i + 1) % 2);
    caf::anon_send(serves, start_work{20'000}, returns);
  }
  for (auto& game : games)
    ASSERT_EQ(game.wait_for(patience), std::future_status::ready);
}

using ticker_actor = caf::typed_actor<caf::reacts_to<tick>, caf::reacts_to<continuation>>;

/// Ticks every few milliseconds until it has ticked often enough.
class ticker : public actor_base<ticker_actor> {
public:
  ticker(caf::actor_config& cfg, int goal, std::shared_ptr<std::promise<std::chrono::nanoseconds>> over)
      : actor_base(cfg), goal_(goal), done_(std::move(over)) {}
  const char* name() const override { return "ticker"; }

protected:
  behavior_type make_behavior() override {
    started_ = now();
    after(1ms, tick{1});
    return {[this](tick t) {
              if (t.number < goal_) return after(1ms, tick{t.number + 1});
              done_->set_value(now() - started_);
              quit();
            },
            run_continuations()};
  }

private:
  int goal_;
  std::chrono::steady_clock::time_point started_;
  std::shared_ptr<std::promise<std::chrono::nanoseconds>> done_;
};

using load_actor = caf::typed_actor<caf::reacts_to<tick>, caf::reacts_to<continuation>>;

/// Keeps its shard busy with requests that carry a far timeout, the load that starves CAF's own clock.
class requester : public actor_base<load_actor> {
public:
  requester(caf::actor_config& cfg, std::shared_ptr<std::atomic<bool>> stop)
      : actor_base(cfg), stop_(std::move(stop)) {}
  const char* name() const override { return "requester"; }

protected:
  behavior_type make_behavior() override {
    peer_ = spawn<residence>();
    send(this, tick{});
    return {[this](tick) {
              if (*stop_) {
                send_exit(peer_, caf::exit_reason::user_shutdown);
                return quit();
              }
              request(peer_, patience, where_are_you{}).then([this](const location&) { send(this, tick{}); });
            },
            run_continuations()};
  }

private:
  std::shared_ptr<std::atomic<bool>> stop_;
  residence::actor_hdl peer_;
};

TEST(ShardScheduler, FiresTimersWhileRequestsWithTimeoutsKeepEveryShardBusy) {
  machine m{2};
  auto stop = std::make_shared<std::atomic<bool>>(false);
  for (unsigned i = 0; i < 8; ++i)
    spawn_on<requester>(m.system, i, stop);
  std::vector<std::future<std::chrono::nanoseconds>> tickers;
  for (unsigned i = 0; i < 2; ++i) {
    auto done = std::make_shared<std::promise<std::chrono::nanoseconds>>();
    tickers.push_back(done->get_future());
    spawn_on<ticker>(m.system, i, 50, done);
  }
  for (auto& t : tickers) {
    ASSERT_EQ(t.wait_for(patience), std::future_status::ready) << "a timer starved";
    EXPECT_GE(t.get(), 50ms);
  }
  *stop = true;
}

TEST(ShardScheduler, RunsACallbackFromAnotherThreadInsideItsActor) {
  machine m{2};
  struct caller : actor_base<ticker_actor> {
    caller(caf::actor_config& cfg, std::shared_ptr<std::promise<std::thread::id>> ran, std::thread& other)
        : actor_base(cfg), ran_(std::move(ran)), other_(other) {}
    const char* name() const override { return "caller"; }
    behavior_type make_behavior() override {
      auto back = inside([this](int answer) {
        EXPECT_EQ(answer, 42);
        ran_->set_value(std::this_thread::get_id());
        quit();
      });
      other_ = std::thread([back]() mutable { back(42); });
      return {[](tick) {}, run_continuations()};
    }
    std::shared_ptr<std::promise<std::thread::id>> ran_;
    std::thread& other_;
  };
  auto ran = std::make_shared<std::promise<std::thread::id>>();
  auto future = ran->get_future();
  std::thread other;
  spawn_on<caller>(m.system, 1, ran, std::ref(other));
  ASSERT_EQ(future.wait_for(patience), std::future_status::ready);
  std::thread::id shard_thread;
  m.pool.run_on(1, [&] { shard_thread = std::this_thread::get_id(); });
  EXPECT_EQ(future.get(), shard_thread);
  other.join();
}

TEST(ShardScheduler, TurnsAnExceptionIntoTheEndOfThatActorOnly) {
  machine m{1};
  struct thrower : actor_base<ticker_actor> {
    explicit thrower(caf::actor_config& cfg) : actor_base(cfg) {}
    const char* name() const override { return "thrower"; }
    behavior_type make_behavior() override {
      return {[](tick) { throw std::runtime_error("details that may be secret"); }, run_continuations()};
    }
  };
  caf::scoped_actor self{m.system};
  auto broken = spawn_on<thrower>(m.system, 0);
  auto healthy = spawn_on<residence>(m.system, 0);
  self->monitor(broken);
  self->send(broken, tick{});
  bool down = false;
  self->receive([&](const caf::down_msg& msg) { down = msg.reason == caf::sec::runtime_error; },
                caf::after(patience) >> [] {});
  EXPECT_TRUE(down);
  EXPECT_EQ(ask(m.system, healthy, false).shard, 0U);
}

TEST(ShardScheduler, EndsCleanlyWhileTimersArePendingAndShardsAreBusy) {
  for (int round = 0; round < 20; ++round) {
    machine m{2};
    auto stop = std::make_shared<std::atomic<bool>>(false);
    auto never = std::make_shared<std::promise<std::chrono::nanoseconds>>();
    std::vector<ticker_actor> tickers;
    for (unsigned i = 0; i < 50; ++i)
      tickers.push_back(spawn_on<ticker>(m.system, i, 1'000'000, never));
    for (unsigned i = 0; i < 4; ++i)
      spawn_on<requester>(m.system, i, stop);
    *stop = true;
    for (auto& t : tickers)
      caf::anon_send_exit(t, caf::exit_reason::user_shutdown);
  } // leaving the scope waits for all actors and joins the shards
}

} // namespace
} // namespace weixin::runtime
