#include "store/job_queue.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <future>

namespace weixin::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto never = job_queue<int>::time_point::max();

bool push(job_queue<int>& queue, int number) { return queue.push(number); }

TEST(job_queue, hands_jobs_out_in_the_order_in_which_they_came) {
  job_queue<int> queue{10};
  for (int number : {1, 2, 3})
    EXPECT_TRUE(push(queue, number));

  EXPECT_THAT(queue.take(2), ElementsAre(1, 2));
  EXPECT_THAT(queue.take(2), ElementsAre(3));
}

TEST(job_queue, refuses_what_is_beyond_its_bound_and_keeps_the_rest) {
  job_queue<int> queue{2};
  EXPECT_TRUE(push(queue, 1));
  EXPECT_TRUE(push(queue, 2));
  EXPECT_FALSE(push(queue, 3));

  EXPECT_THAT(queue.take(10), ElementsAre(1, 2));
}

TEST(job_queue, takes_back_what_is_not_done_whatever_the_bound) {
  job_queue<int> queue{1};
  EXPECT_TRUE(push(queue, 1));
  queue.push_again(2);

  EXPECT_THAT(queue.take(10), ElementsAre(1, 2));
}

TEST(job_queue, wakes_a_consumer_that_waits_for_one_job) {
  job_queue<int> queue{10};
  auto taken = std::async(std::launch::async, [&] { return queue.take(10); });
  EXPECT_TRUE(push(queue, 1));

  EXPECT_THAT(taken.get(), ElementsAre(1));
}

TEST(job_queue, lets_jobs_gather_until_there_are_enough) {
  job_queue<int> queue{10};
  EXPECT_TRUE(push(queue, 1));
  auto taken = std::async(std::launch::async, [&] { return queue.take(10, 3, never); });
  EXPECT_TRUE(push(queue, 2));
  EXPECT_TRUE(push(queue, 3));

  EXPECT_THAT(taken.get(), ElementsAre(1, 2, 3));
}

TEST(job_queue, does_not_let_jobs_gather_beyond_the_time_for_it) {
  job_queue<int> queue{10};
  EXPECT_TRUE(push(queue, 1));

  EXPECT_THAT(queue.take(10, 3, std::chrono::steady_clock::now()), ElementsAre(1));
  EXPECT_TRUE(push(queue, 2));
  EXPECT_THAT(queue.take(10, 3, std::chrono::steady_clock::now() + 1ms), ElementsAre(2));
}

TEST(job_queue, waits_for_a_first_job_when_none_came_while_they_were_to_gather) {
  job_queue<int> queue{10};
  auto taken = std::async(std::launch::async, [&] { return queue.take(10, 3, {}); });
  EXPECT_TRUE(push(queue, 1));

  EXPECT_THAT(taken.get(), ElementsAre(1));
}

TEST(job_queue, hands_out_what_waits_when_it_is_closed_and_then_nothing) {
  job_queue<int> queue{10};
  EXPECT_TRUE(push(queue, 1));
  auto taken = std::async(std::launch::async, [&] { return queue.take(10, 3, never); });
  queue.close();

  EXPECT_THAT(taken.get(), SizeIs(1));
  EXPECT_FALSE(push(queue, 2));
  EXPECT_THAT(queue.take(10), IsEmpty());
}

} // namespace
} // namespace weixin::store
