// Lives of a server in virtual time, many seeds, or one storm. scripts/simulate builds and calls this.
#include "runtime/log.hpp"
#include "tests/simulation/simulation.hpp"
#include "tests/simulation/storm.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <ctime>

namespace weixin::simulation {
namespace {

struct choices {
  std::uint64_t seeds = 100;
  std::uint64_t first = 1;
  double hours = 2;
  std::size_t accounts = 0;
  bool storm = false;
  bool silent = false;
  bool log = false;
  double outage_hours = 1;
};

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void print(const simulation_report& r, const simulation_options& o) {
  if (r.breaches.empty()) return;
  std::printf("seed %llu broke promises:\n", static_cast<unsigned long long>(r.seed));
  for (const auto& b : r.breaches)
    std::printf("  %s\n", b.c_str());
  std::printf("  again: %s\n", command_to_repeat(o).c_str());
  std::fflush(stdout);
}

int run_seeds(const choices& c) {
  std::vector<simulation_report> reports;
  std::uint64_t broken = 0;
  for (auto seed = c.first; seed < c.first + c.seeds; ++seed) {
    simulation_options o;
    o.seed = seed;
    o.duration = std::chrono::minutes{static_cast<std::int64_t>(c.hours * 60)};
    if (c.accounts != 0) o.accounts = c.accounts;
    reports.push_back(simulate(o));
    print(reports.back(), o);
    broken += reports.back().breaches.empty() ? 0 : 1;
  }
  simulation_report sum;
  std::map<std::string, std::uint64_t> sends;
  for (const auto& r : reports) {
    sum.calls += r.calls;
    sum.actor_steps += r.actor_steps;
    sum.messages += r.messages;
    sum.accepted += r.accepted;
    sum.boots += r.boots;
    for (std::size_t i = 0; i < fault_count; ++i)
      sum.faults[i] += r.faults[i];
    for (const auto& [state, count] : r.send_states)
      sends[state] += count;
  }
  std::printf("faults:");
  for (std::size_t i = 0; i < fault_count; ++i)
    if (sum.faults[i] != 0)
      std::printf(" %s=%llu", std::string{to_string(static_cast<fault>(i))}.c_str(),
                  static_cast<unsigned long long>(sum.faults[i]));
  std::printf("\nsends:");
  for (const auto& [state, count] : sends)
    std::printf(" %s=%llu", state.c_str(), static_cast<unsigned long long>(count));
  std::printf("\ncalls=%llu actor_steps=%llu messages=%llu accepted=%llu boots=%llu cpu=%.1fs\n",
              static_cast<unsigned long long>(sum.calls), static_cast<unsigned long long>(sum.actor_steps),
              static_cast<unsigned long long>(sum.messages), static_cast<unsigned long long>(sum.accepted),
              static_cast<unsigned long long>(sum.boots), cpu_seconds());
  if (c.seeds == 1)
    std::printf("trace=%016llx\n", static_cast<unsigned long long>(reports.front().trace_hash));
  auto silent = faults_that_never_fired(reports);
  // A short run cannot meet everything.
  bool complete = c.seeds < fault_plan::favourites_period || silent.empty();
  for (const auto& name : silent)
    if (!complete) std::printf("the fault %s never fired\n", name.c_str());
  std::printf("seeds=%llu broken=%llu\n", static_cast<unsigned long long>(c.seeds),
              static_cast<unsigned long long>(broken));
  return broken == 0 && complete ? 0 : 1;
}

int run_storm(const choices& c) {
  storm_options o;
  o.seed = c.first;
  if (c.accounts != 0) o.accounts = c.accounts;
  o.outage = std::chrono::minutes{static_cast<std::int64_t>(c.outage_hours * 60)};
  o.kind = c.silent ? network_state::silent : network_state::refusing;
  auto report = simulate_storm(o);
  std::printf("%s  cpu %.1f s\n", to_table(o, report).c_str(), cpu_seconds());
  return report.breaches.empty() ? 0 : 1;
}

} // namespace
} // namespace weixin::simulation

int main(int argc, char** argv) {
  weixin::simulation::choices c;
  CLI::App app{
      "The whole server in virtual time, against a simulated Weixin and everything that can go wrong."};
  app.name("scripts/simulate");
  app.add_option("--seeds", c.seeds, "how many lives (default 100)")->check(CLI::PositiveNumber);
  app.add_option("--seed", c.first, "the first seed (default 1)");
  app.add_option("--hours", c.hours, "virtual hours with faults; half an hour without follows (default 2)")
      ->check(CLI::Range(0.1, 1000.0));
  app.add_option("--accounts", c.accounts, "accounts a server (default 5; 100 in a storm)")
      ->check(CLI::Range(1, 50'000));
  app.add_flag("--storm", c.storm,
               "Weixin is away for an hour and comes back: rates and recovery as a table");
  app.add_flag("--silent", c.silent, "in the storm nothing is answered, instead of connections refused");
  app.add_option("--outage", c.outage_hours, "how long the storm lasts, in hours (default 1)")
      ->check(CLI::Range(0.05, 100.0));
  app.add_flag("--log", c.log, "the server's log on standard error (its times are not the virtual ones)");
  CLI11_PARSE(app, argc, argv);
  weixin::open_log(
      {.level = c.log ? weixin::log_level::debug : weixin::log_level::off, .format = {}, .file = {}});
  return c.storm ? weixin::simulation::run_storm(c) : weixin::simulation::run_seeds(c);
}
