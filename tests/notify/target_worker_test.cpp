#include "notify/target_worker.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <future>
#include <map>

namespace weixin::notify {
namespace {

using namespace std::chrono_literals;
using metrics::notification_result;
using ::testing::ElementsAre;
using verdict = attempt::verdict;

/// A target that answers from a script, and stands still while it is told to.
class scripted_target {
public:
  explicit scripted_target(std::vector<attempt> answers) : answers_(std::move(answers)) {}

  attempt deliver(const job& j, const stop_signal& stop) {
    std::unique_lock lock(mutex_);
    tried_.push_back(j.id);
    changed_.notify_all();
    while (hangs_ && !stop.is_set())
      changed_.wait_for(lock, 5ms); // nobody wakes it when the worker stops
    auto next = std::min(tried_.size(), answers_.size()) - 1;
    return answers_[next];
  }
  void hang(bool does) {
    std::lock_guard lock(mutex_);
    hangs_ = does;
    changed_.notify_all();
  }
  void ended(notification_result r) {
    std::lock_guard lock(mutex_);
    results_.emplace_back(to_string(r));
    changed_.notify_all();
  }
  std::vector<std::string> wait_for_tries(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 60s, [&] { return tried_.size() >= count; }));
    return tried_;
  }
  std::vector<std::string> wait_for_results(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 60s, [&] { return results_.size() >= count; }));
    return results_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<attempt> answers_;
  bool hangs_ = false;
  std::vector<std::string> tried_;
  std::vector<std::string> results_;
};

attempt yes() { return {verdict::delivered, "HTTP 200"}; }
attempt later() { return {verdict::try_again, "HTTP 503"}; }
attempt no() { return {verdict::refused, "HTTP 404"}; }

job job_of(const std::string& id) { return {id, {notification{}}}; }

struct TargetWorker : ::testing::Test {
  std::unique_ptr<scripted_target> target;
  std::unique_ptr<target_worker> worker;
  std::chrono::milliseconds pause{0};
  unsigned tries = 3;

  void start(std::vector<attempt> answers, std::size_t capacity = 1'000) {
    target = std::make_unique<scripted_target>(std::move(answers));
    worker_options options;
    options.name = "ops";
    options.capacity = capacity;
    options.pause = [this](unsigned made, const attempt&) {
      return made < tries ? std::optional{pause} : std::nullopt;
    };
    options.on_end = [this](notification_result r, std::chrono::nanoseconds) { target->ended(r); };
    worker = std::make_unique<target_worker>(
        std::move(options), [this](const job& j, const stop_signal& s) { return target->deliver(j, s); });
  }
  ~TargetWorker() override {
    worker.reset(); // before what it calls
  }
};

TEST_F(TargetWorker, DeliversInOrder) {
  start({yes()});
  for (auto id : {"1", "2", "3"})
    worker->enqueue(job_of(id));
  EXPECT_THAT(target->wait_for_results(3), ElementsAre("ok", "ok", "ok"));
  EXPECT_THAT(target->wait_for_tries(3), ElementsAre("1", "2", "3"));
}

TEST_F(TargetWorker, TriesAgainWithTheSameIdBeforeTheNextOne) {
  start({later(), later(), yes()});
  worker->enqueue(job_of("1"));
  worker->enqueue(job_of("2"));
  EXPECT_THAT(target->wait_for_results(2), ElementsAre("ok", "ok"));
  EXPECT_THAT(target->wait_for_tries(4), ElementsAre("1", "1", "1", "2"));
}

TEST_F(TargetWorker, GivesUpInTheEnd) {
  start({later()});
  worker->enqueue(job_of("1"));
  EXPECT_THAT(target->wait_for_results(1), ElementsAre("failed"));
  EXPECT_THAT(target->wait_for_tries(3), ElementsAre("1", "1", "1"));
}

TEST_F(TargetWorker, DoesNotRepeatWhatIsRefused) {
  start({no(), yes()});
  worker->enqueue(job_of("1"));
  worker->enqueue(job_of("2"));
  EXPECT_THAT(target->wait_for_results(2), ElementsAre("refused", "ok"));
  EXPECT_THAT(target->wait_for_tries(2), ElementsAre("1", "2"));
}

TEST_F(TargetWorker, DropsTheOldestOfAFullQueue) {
  start({yes()}, 2);
  target->hang(true);
  worker->enqueue(job_of("1"));
  target->wait_for_tries(1);
  for (auto id : {"2", "3", "4", "5"})
    worker->enqueue(job_of(id));
  EXPECT_EQ(worker->waiting().jobs, 3U);
  EXPECT_GT(worker->waiting().oldest, 0ns);
  target->hang(false);
  EXPECT_THAT(target->wait_for_results(5), ElementsAre("dropped", "dropped", "ok", "ok", "ok"));
  EXPECT_THAT(target->wait_for_tries(3), ElementsAre("1", "4", "5"));
}

TEST_F(TargetWorker, NeverKeepsTheCallerWaiting) {
  start({yes()}, 1'000);
  target->hang(true);
  for (int i = 0; i < 5'000; ++i)
    worker->enqueue(job_of(std::to_string(i)));
  EXPECT_LE(worker->waiting().jobs, 1'001U);
}

TEST_F(TargetWorker, TestsAtOnceWhileItWaitsForTheNextTry) {
  pause = 1h;
  start({later(), yes()});
  worker->enqueue(job_of("1"));
  target->wait_for_tries(1);
  std::promise<attempt> tested;
  worker->test(job_of("test"), [&](attempt a) { tested.set_value(std::move(a)); });
  EXPECT_EQ(tested.get_future().get().detail, "HTTP 200");
  EXPECT_THAT(target->wait_for_tries(2), ElementsAre("1", "test"));
}

TEST_F(TargetWorker, TestsOnceWhateverComesOfIt) {
  start({later()});
  std::promise<attempt> tested;
  worker->test(job_of("test"), [&](attempt a) { tested.set_value(std::move(a)); });
  EXPECT_EQ(tested.get_future().get().detail, "HTTP 503");
}

TEST_F(TargetWorker, AnswersEveryTestWhenItStops) {
  start({yes()});
  target->hang(true);
  worker->enqueue(job_of("1"));
  target->wait_for_tries(1);
  std::vector<std::string> answers;
  std::mutex mutex;
  for (int i = 0; i < 20; ++i)
    worker->test(job_of("test"), [&](attempt a) {
      std::lock_guard lock(mutex);
      answers.push_back(a.detail);
    });
  EXPECT_THAT(answers, ElementsAre("too many tests at once", "too many tests at once",
                                   "too many tests at once", "too many tests at once"));
  worker->stop();
  EXPECT_EQ(answers.size(), 20U);
  EXPECT_EQ(answers.back(), "stopped");
}

TEST_F(TargetWorker, StopsWhileItWaitsForTheNextTry) {
  pause = 1h;
  start({later()});
  worker->enqueue(job_of("1"));
  target->wait_for_tries(1);
  worker->stop();
  EXPECT_EQ(worker->waiting().jobs, 1U);
}

TEST_F(TargetWorker, LeavesARefreshOutWhileItHasSomethingToTell) {
  start({yes()});
  target->hang(true);
  worker->enqueue(job_of("1"));
  target->wait_for_tries(1);
  worker->enqueue({"refresh", {notification{}}, true});
  worker->enqueue(job_of("2"));
  target->hang(false);
  target->wait_for_results(2);
  EXPECT_THAT(target->wait_for_tries(2), ElementsAre("1", "2"));
}

TEST_F(TargetWorker, NeitherCountsNorRepeatsARefresh) {
  start({later(), yes()});
  worker->enqueue({"refresh", {notification{}}, true});
  target->wait_for_tries(1);
  while (worker->waiting().jobs > 0)
    std::this_thread::yield();
  worker->enqueue(job_of("1"));
  EXPECT_THAT(target->wait_for_results(1), ElementsAre("ok"));
  EXPECT_THAT(target->wait_for_tries(2), ElementsAre("refresh", "1"));
}

TEST(TargetWorkers, DoNotWaitForEachOther) {
  scripted_target hanging{{yes()}};
  scripted_target quick{{yes()}};
  hanging.hang(true);
  worker_options a;
  worker_options b;
  b.on_end = [&](notification_result r, std::chrono::nanoseconds) { quick.ended(r); };
  target_worker first{std::move(a),
                      [&](const job& j, const stop_signal& s) { return hanging.deliver(j, s); }};
  target_worker second{std::move(b), [&](const job& j, const stop_signal& s) { return quick.deliver(j, s); }};
  first.enqueue(job_of("1"));
  hanging.wait_for_tries(1);
  second.enqueue(job_of("1"));
  EXPECT_THAT(quick.wait_for_results(1), ElementsAre("ok"));
  hanging.hang(false);
}

} // namespace
} // namespace weixin::notify
