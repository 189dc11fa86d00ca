// What a scrape costs: the exposition of a registry in which accounts have lived for a while.
#include "metrics/registry.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace weixin::metrics;
using clock_type = std::chrono::steady_clock;

std::size_t series_of(const std::string& text) {
  std::size_t series = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    if (text[at] != '#') ++series;
  return series;
}

void measure(int accounts, account_series series, int rounds) {
  registry_options options;
  options.series_of_accounts = series;
  registry r{options};
  r.allow(checked_label::bot, "echo");
  std::vector<std::shared_ptr<account_metrics>> all;
  for (int i = 0; i < accounts; ++i) {
    auto& a = *all.emplace_back(r.account("shop-" + std::to_string(i)));
    a.set_state(account_state::online);
    a.set_last_sync(wall_time{std::chrono::seconds{1'700'000'000 + i}});
    a.message_received("text");
    a.message_sent("text");
    r.upstream_finished("webwxsync", "ok", std::chrono::milliseconds{20});
    r.bot_dispatched("echo", bot_result::ok);
  }
  std::vector<double> times;
  std::string text;
  for (int i = 0; i < rounds; ++i) {
    auto begun = clock_type::now();
    text = r.render();
    times.push_back(std::chrono::duration<double, std::milli>(clock_type::now() - begun).count());
  }
  std::sort(times.begin(), times.end());
  std::printf("%6d accounts, account_label %-4s %7zu series %8.1f KiB %8.1f ms (%.1f to %.1f)\n", accounts,
              series == account_series::full ? "full" : "off", series_of(text),
              static_cast<double>(text.size()) / 1024, times[times.size() / 2], times.front(), times.back());
}

} // namespace

int main(int argc, char** argv) {
  int rounds = 20;
  std::vector<int> accounts{1'000, 10'000};
  CLI::App app{"What a scrape costs."};
  app.add_option("--rounds", rounds, "How often each is made")->check(CLI::PositiveNumber);
  app.add_option("--accounts", accounts, "How many accounts there are")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  for (int count : accounts)
    for (auto series : {account_series::full, account_series::off})
      measure(count, series, rounds);
  return 0;
}
