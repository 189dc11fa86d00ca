#include "tests/simulation/simulation.hpp"

#include "tests/simulation/callers.hpp"
#include "tests/simulation/mishaps.hpp"
#include "tests/simulation/people.hpp"
#include "tests/simulation/verdict.hpp"
#include "tests/simulation/world.hpp"

namespace weixin::simulation {
namespace {

/// Half an hour, and time to drain: the longest pause that a 1205 asks for is half an hour, too.
constexpr auto quiet_time = 35min;
/// The whole state is looked at so often, in steps; what passes by is looked at always.
constexpr std::uint64_t steps_between_looks = 64;

void run(world& w, std::chrono::nanoseconds time) {
  std::uint64_t steps = 0;
  struct enough {};
  try {
    w.time.run_until(w.time.now() + time, [&] {
      if (++steps % steps_between_looks == 0) check_present_state(w);
      // Later breaches are consequences.
      if (!w.eyes.breaches().empty()) throw enough{};
    });
  } catch (const enough&) {
  }
}

void live(world& w, const simulation_options& o, simulation_report& report) {
  w.boot();
  for (std::size_t n = 1; n <= o.accounts; ++n)
    w.fleet->add(w.account_name(n), "webwx", {}, [](result<account_view>) {});
  // The accounts have to be there: who adds them sees to that.
  w.time.run_until(w.time.now() + 5s, [] {});
  people owners{w};
  callers users{w, {}};
  mishaps trouble{w, owners, o.duration};
  run(w, o.duration);
  if (w.eyes.breaches().empty()) {
    w.plan.stop();
    trouble.stop();
    owners.behave();
    users.stop();
    run(w, quiet_time);
  }
  if (w.eyes.breaches().empty()) check_final_state(w, users);
  report.messages = users.messages();
  report.accepted = users.accepted();
}

} // namespace

simulation_report simulate(const simulation_options& options) {
  simulation_report report;
  report.seed = options.seed;
  world_options o;
  o.seed = options.seed;
  o.accounts = options.accounts;
  // Every third seed runs the actors first come, first served, as the shards do.
  o.shuffle = options.seed % 3 != 0;
  world w{o};
  try {
    live(w, options, report);
  } catch (const std::exception& e) {
    w.eyes.breach(std::string{"exception: "} + e.what());
  }
  for (const auto& [id, s] : w.eyes.sends())
    ++report.send_states[std::string{weixin::store::to_string(s.state)}];
  report.breaches = w.eyes.breaches();
  report.trace_hash = w.events.hash();
  report.events = w.events.events();
  report.actor_steps = w.time.actor_steps();
  report.calls = w.net.calls();
  report.boots = w.boots();
  report.faults = w.plan.counts();
  return report;
}

std::string command_to_repeat(const simulation_options& o) {
  auto command = "scripts/simulate --seeds 1 --seed " + std::to_string(o.seed);
  if (o.duration != simulation_options{}.duration)
    command += " --hours " + std::to_string(static_cast<double>(o.duration.count()) / 60);
  if (o.accounts != simulation_options{}.accounts) command += " --accounts " + std::to_string(o.accounts);
  return command;
}

std::vector<std::string> faults_that_never_fired(const std::vector<simulation_report>& reports) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < fault_count; ++i) {
    std::uint64_t total = 0;
    for (const auto& r : reports)
      total += r.faults[i];
    if (total == 0) names.emplace_back(to_string(static_cast<fault>(i)));
  }
  return names;
}

} // namespace weixin::simulation
