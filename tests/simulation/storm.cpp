#include "tests/simulation/storm.hpp"

#include "tests/simulation/world.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

namespace weixin::simulation {
namespace {

constexpr auto outage_settles = 120;       ///< seconds until the rate must be down
constexpr std::uint32_t most_requests = 2; ///< a second, from then on
constexpr auto longest_recovery = 300.0;
constexpr double most_returns_at_once = 0.10; ///< of all accounts, in one second

/// Counts what goes out, second by second.
class gauge final : public call_observer {
public:
  explicit gauge(timeline& time) : time_(time) {}
  void begin() {
    start_ = time_.now();
    attempts_.clear();
    returns_.clear();
    seen_.clear();
  }
  std::vector<std::uint32_t> attempts(std::size_t seconds) const { return padded(attempts_, seconds); }
  std::vector<std::uint32_t> returns(std::size_t seconds) const { return padded(returns_, seconds); }

  void attempted(const std::string& account, const std::string&) override {
    add(attempts_);
    if (seen_.insert(account).second) add(returns_);
  }
  void started(const std::string&, const transport::http_call&) override {}
  void left(const std::string&, const httpd::request&, std::string_view) override {}
  void answered(const std::string&, const httpd::request&, std::string_view,
                const simulator::answer&) override {}
  void completed(const std::string&, const http_request&, std::string_view,
                 const result<http_response>&) override {}

private:
  void add(std::vector<std::uint32_t>& counts) {
    auto second = static_cast<std::size_t>((time_.now() - start_) / 1s);
    if (counts.size() <= second) counts.resize(second + 1);
    ++counts[second];
  }
  static std::vector<std::uint32_t> padded(std::vector<std::uint32_t> counts, std::size_t seconds) {
    counts.resize(seconds);
    return counts;
  }

  timeline& time_;
  steady_time start_{};
  std::vector<std::uint32_t> attempts_;
  std::vector<std::uint32_t> returns_;
  std::set<std::string> seen_;
};

std::size_t online(const world& w) {
  auto counts = w.fleet->count_by_state();
  auto found = counts.find("online");
  return found == counts.end() ? 0 : found->second;
}

/// Until everybody is online, at most so long.
bool wait_for_all(world& w, std::chrono::seconds longest) {
  auto end = w.time.now() + longest;
  while (online(w) < w.options().accounts) {
    if (w.time.now() >= end) return false;
    w.time.run_until(w.time.now() + 250ms, [] {});
  }
  return true;
}

std::uint64_t logins(const world& w) {
  std::uint64_t count = 0;
  for (const auto& u : w.weixin.state().users)
    count += u->logins;
  return count;
}

void judge(storm_report& r, const storm_options& o) {
  auto say = [&](std::string what) { r.breaches.push_back(std::move(what)); };
  if (r.online_before != r.accounts) say("not all accounts came online before the outage");
  for (std::size_t second = outage_settles; second < r.outage.size(); ++second)
    if (r.outage[second] > most_requests) {
      say(std::to_string(r.outage[second]) + " requests in second " + std::to_string(second) +
          " of the outage");
      break;
    }
  // Few accounts spread by themselves, many by the limit.
  auto most = std::min(std::max(most_returns_at_once * static_cast<double>(r.accounts), 1.0),
                       o.reconnects_per_second);
  for (std::size_t second = 0; second < r.returns.size(); ++second)
    if (r.returns[second] > most + 1) { // one more where a second of ours is not one of the limit's

      say(std::to_string(r.returns[second]) + " accounts returned in second " + std::to_string(second));
      break;
    }
  if (r.seconds_to_all_online < 0 || r.seconds_to_all_online > longest_recovery)
    say("only " + std::to_string(r.online_after) + " accounts were online after " +
        std::to_string(r.seconds_to_all_online) + " s");
  if (r.scans_needed != 0) say(std::to_string(r.scans_needed) + " accounts needed a new scan");
}

struct window {
  std::uint32_t most = 0;
  double mean = 0;
};

window over(const std::vector<std::uint32_t>& counts, std::size_t from, std::size_t to) {
  window w;
  to = std::min(to, counts.size());
  for (auto i = from; i < to; ++i) {
    w.most = std::max(w.most, counts[i]);
    w.mean += counts[i];
  }
  if (to > from) w.mean /= static_cast<double>(to - from);
  return w;
}

} // namespace

storm_report simulate_storm(const storm_options& o) {
  world_options wo;
  wo.seed = o.seed * 2; // even: the service forgets nobody
  wo.accounts = o.accounts;
  wo.strangers = 0;
  wo.people = {.friends = 2, .officials = 0, .formers = 0, .chatrooms = 0, .members = 0};
  wo.shuffle = false;
  wo.bots = false;
  wo.logins_per_second = std::max(10.0, static_cast<double>(o.accounts) / 20);
  wo.reconnects_per_second = o.reconnects_per_second;
  world w{wo};
  w.plan.stop();
  gauge counts{w.time};
  w.net.observe(counts);
  auto phones = w.weixin.state().options;
  phones.auto_phones = true;
  w.weixin.set_options(phones, w.moment());

  storm_report r;
  r.accounts = o.accounts;
  w.boot();
  for (std::size_t n = 1; n <= o.accounts; ++n)
    w.fleet->add(w.account_name(n), "webwx", {}, [](result<account_view>) {});
  wait_for_all(w, 600s);
  w.time.run_until(w.time.now() + 60s, [] {});
  r.online_before = online(w);
  auto logins_before = logins(w);

  counts.begin();
  w.net.set_state(o.kind);
  w.time.run_until(w.time.now() + o.outage, [] {});
  r.outage = counts.attempts(static_cast<std::size_t>(std::chrono::seconds{o.outage}.count()));

  counts.begin();
  auto back = w.time.now();
  w.net.set_state(network_state::up);
  constexpr auto observed = 600s;
  if (wait_for_all(w, observed))
    r.seconds_to_all_online = std::chrono::duration<double>(w.time.now() - back).count();
  auto seconds = static_cast<std::size_t>((w.time.now() - back) / 1s) + 1;
  r.recovery = counts.attempts(seconds);
  r.returns = counts.returns(seconds);
  r.online_after = online(w);
  r.scans_needed = logins(w) - logins_before;
  judge(r, o);
  return r;
}

std::string to_table(const storm_options& o, const storm_report& r) {
  std::string table;
  auto row = [&](const char* what, const std::string& value) {
    char line[160];
    std::snprintf(line, sizeof line, "  %-58s %s\n", what, value.c_str());
    table += line;
  };
  auto number = [](double v) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", v);
    return std::string{text};
  };
  auto of = [&](const window& w) { return number(w.mean) + " mean, " + std::to_string(w.most) + " at most"; };
  row("accounts", std::to_string(r.accounts));
  row("outage", std::to_string(o.outage.count()) + " min, " +
                    (o.kind == network_state::refusing ? "connections refused" : "no answers"));
  row("online before", std::to_string(r.online_before));
  row("requests a second, first 10 s of the outage", of(over(r.outage, 0, 10)));
  row("requests a second, until 2 min", of(over(r.outage, 10, outage_settles)));
  row("requests a second, after 2 min (goal: at most 2)",
      of(over(r.outage, outage_settles, r.outage.size())));
  row("accounts returning in one second, after it", of(over(r.returns, 0, r.returns.size())));
  row("requests a second while they return", of(over(r.recovery, 0, r.recovery.size())));
  row("all online after (goal: at most 300 s)",
      r.seconds_to_all_online < 0 ? "not within 600 s" : number(r.seconds_to_all_online) + " s");
  row("new scans needed", std::to_string(r.scans_needed));
  for (const auto& b : r.breaches)
    row("BROKEN PROMISE", b);
  return table;
}

} // namespace weixin::simulation
