#include "tests/simulation/timeline.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace weixin::simulation {
namespace {

constexpr auto beginning = wall_time{} + std::chrono::hours{24 * 365 * 56};
/// So many messages at one instant are a loop without end.
constexpr std::uint64_t most_steps_at_once = 5'000'000;
/// How far back in the queue the next actor is looked for.
constexpr std::size_t shuffle_window = 8;

} // namespace

std::chrono::milliseconds next_arrival(generator& g, std::chrono::milliseconds mean) {
  auto wait = -std::log(1.0 - unit(g)) * static_cast<double>(mean.count());
  return std::chrono::milliseconds{static_cast<std::int64_t>(std::min(wait, 1e9)) + 1};
}

timeline::timeline(std::uint64_t seed, bool shuffle)
    : scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())),
      clock_(scheduler_.clock()), wall_(std::make_shared<manual_wall_clock>(beginning)), random_(seed),
      shuffle_(shuffle) {
  // Times of zero mean "never" in places.
  clock_.current_time = steady_time{1h};
}

timeline::~timeline() { drain(); }

void timeline::drain() {
  // Timers and what is planned hold their actors, and the actor system's destructor waits for all of them.
  for (int round = 0; round < 100; ++round) {
    { auto dropped = std::exchange(plan_, {}); }
    while (scheduler_.has_job())
      scheduler_.run_once();
    if (clock_.has_pending_timeout())
      clock_.trigger_timeouts();
    else if (!plan_.next())
      return;
  }
}

wall_time timeline::true_time() const noexcept {
  return beginning + std::chrono::duration_cast<wall_time::duration>(now() - steady_time{1h});
}

void timeline::settle() {
  for (std::uint64_t steps = 0; scheduler_.has_job(); ++steps) {
    if (steps > most_steps_at_once) throw std::logic_error("the actors never come to rest");
    if (shuffle_ && scheduler_.jobs.size() > 1) {
      auto begin = scheduler_.jobs.begin();
      auto pick =
          begin + static_cast<std::ptrdiff_t>(random_() % std::min(scheduler_.jobs.size(), shuffle_window));
      std::rotate(begin, pick, pick + 1);
    }
    scheduler_.run_once();
    ++actor_steps_;
  }
}

std::optional<steady_time> timeline::next_event() const {
  auto next = plan_.next();
  auto earlier = [&](std::optional<steady_time> t) {
    if (t && (!next || *t < *next)) next = t;
  };
  if (clock_.has_pending_timeout()) earlier(clock_.schedule().begin()->first);
  for (const auto& s : sources_)
    earlier(s.next());
  return next;
}

void timeline::move_to(steady_time t) {
  if (t <= now()) return;
  wall_->advance(t - now());
  scheduler_.advance_time(t - now());
}

bool timeline::step(steady_time end) {
  settle();
  auto next = next_event();
  if (!next || *next > end) {
    move_to(end);
    settle();
    return false;
  }
  move_to(*next);
  if (clock_.has_pending_timeout() && clock_.schedule().begin()->first <= now()) scheduler_.advance_time(0ns);
  settle();
  // The others last: what the plan did to them may have made something due.
  plan_.run_due(now());
  for (auto& s : sources_)
    s.run_due();
  settle();
  return true;
}

void timeline::run_until(steady_time end, const std::function<void()>& after_step) {
  while (step(end))
    after_step();
}

} // namespace weixin::simulation
