#include "ctl/top_view.hpp"

#include "ctl/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <tuple>
#include <utility>

namespace weixin::ctl {
namespace {

/// The worst first; a state that a newer server knows comes before what is well.
constexpr std::array states_by_trouble{"held",      "needs_login",   "cooling_off",      "degraded",
                                       "throttled", "awaiting_scan", "awaiting_confirm", "starting"};
constexpr std::array well_states{"online", "stopped"};

std::size_t trouble_of(std::string_view state) {
  auto at = std::find(states_by_trouble.begin(), states_by_trouble.end(), state) - states_by_trouble.begin();
  if (auto well = std::find(well_states.begin(), well_states.end(), state); well != well_states.end())
    return states_by_trouble.size() + 1 + static_cast<std::size_t>(well - well_states.begin());
  return static_cast<std::size_t>(at);
}

const account* find(const fleet_sample* sample, const std::string& name) {
  if (sample == nullptr) return nullptr;
  // The server lists them by name, and a sample that is to be compared with keeps that order.
  auto found = std::lower_bound(sample->accounts.begin(), sample->accounts.end(), name,
                                [](const account& a, const std::string& n) { return a.name < n; });
  return found != sample->accounts.end() && found->name == name ? &*found : nullptr;
}

std::string tenths(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

} // namespace

std::optional<fleet_order> parse_fleet_order(std::string_view name) noexcept {
  constexpr std::array<std::pair<std::string_view, fleet_order>, 6> orders{
      {{"trouble", fleet_order::trouble},
       {"name", fleet_order::name},
       {"in", fleet_order::in},
       {"out", fleet_order::out},
       {"queue", fleet_order::queue},
       {"restarts", fleet_order::restarts}}};
  for (const auto& [known, order] : orders)
    if (known == name) return order;
  return std::nullopt;
}

message_rates rates_of(const account& now, const fleet_sample* before,
                       std::chrono::steady_clock::time_point taken_at) {
  const auto* then = find(before, now.name);
  if (then == nullptr || taken_at <= before->taken_at) return {};
  auto seconds = std::chrono::duration<double>(taken_at - before->taken_at).count();
  auto rate = [&](std::uint64_t a, std::uint64_t b) {
    return b >= a ? static_cast<double>(b - a) / seconds : 0;
  };
  return {rate(then->messages_in, now.messages_in), rate(then->messages_out, now.messages_out)};
}

void sort_fleet(fleet_sample& now, const fleet_sample* before, fleet_order order) {
  // Each account with what it is sorted by: the smallest first.
  std::vector<std::tuple<std::size_t, double, std::string, account>> keyed;
  keyed.reserve(now.accounts.size());
  for (auto& a : now.accounts) {
    std::size_t group = 0;
    double weight = 0;
    switch (order) {
    case fleet_order::trouble:
      group = trouble_of(a.state);
      weight = a.state_since ? static_cast<double>(a.state_since->time_since_epoch().count()) : 0;
      break;
    case fleet_order::name:
      break;
    case fleet_order::in:
      weight = -rates_of(a, before, now.taken_at).in;
      break;
    case fleet_order::out:
      weight = -rates_of(a, before, now.taken_at).out;
      break;
    case fleet_order::queue:
      weight = -static_cast<double>(a.queue);
      break;
    case fleet_order::restarts:
      weight = -static_cast<double>(a.restarts);
      break;
    }
    auto name = a.name;
    keyed.emplace_back(group, weight, std::move(name), std::move(a));
  }
  std::sort(keyed.begin(), keyed.end(), [](const auto& x, const auto& y) {
    return std::tie(std::get<0>(x), std::get<1>(x), std::get<2>(x)) <
           std::tie(std::get<0>(y), std::get<1>(y), std::get<2>(y));
  });
  now.accounts.clear();
  for (auto& k : keyed)
    now.accounts.push_back(std::move(std::get<3>(k)));
}

std::string fleet_summary(const fleet_sample& now, const fleet_sample* before, bool colour) {
  std::map<std::pair<std::size_t, std::string>, std::size_t> counts;
  message_rates sum;
  std::uint64_t queue = 0;
  for (const auto& a : now.accounts) {
    ++counts[{trouble_of(a.state), a.state}];
    auto r = rates_of(a, before, now.taken_at);
    sum.in += r.in;
    sum.out += r.out;
    queue += a.queue;
  }
  auto total = now.accounts.size();
  std::string text = std::to_string(total) + (total == 1 ? " account" : " accounts");
  const char* between = ": ";
  for (const auto& [key, count] : counts) {
    const auto& state = key.second;
    text += between + tinted(printable(state), tone_of(state), colour) + " " + std::to_string(count);
    between = ", ";
  }
  text += "\n";
  if (before != nullptr) text += tenths(sum.in) + " messages/s in, " + tenths(sum.out) + " out; ";
  return text + std::to_string(queue) + " queued\n";
}

table fleet_table(const fleet_sample& now, const fleet_sample* before, std::size_t rows) {
  table t{{{.title = "NAME", .max_columns = 32},
           {.title = "STATE"},
           {.title = "SINCE"},
           {.title = "LAST-POLL"},
           {.title = "IN/S", .right = true},
           {.title = "OUT/S", .right = true},
           {.title = "QUEUE", .right = true},
           {.title = "RESTARTS", .right = true},
           {.title = "REASON", .max_columns = 40}}};
  for (const auto& a : now.accounts) {
    if (rows-- == 0) break;
    auto r = rates_of(a, before, now.taken_at);
    t.add({{a.name},
           {a.state, tone_of(a.state)},
           {since(a.state_since, now.server_time)},
           {since(a.last_poll_at, now.server_time)},
           {before == nullptr ? "" : tenths(r.in)},
           {before == nullptr ? "" : tenths(r.out)},
           {std::to_string(a.queue)},
           {std::to_string(a.restarts)},
           {a.reason}});
  }
  return t;
}

} // namespace weixin::ctl
