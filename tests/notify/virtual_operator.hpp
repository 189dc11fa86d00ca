#pragma once

#include "notify/decider.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace weixin::notify::test {

using namespace std::chrono_literals;

/// A decider whose time is moved by hand, and a record of what it told: "60s shop-01 needs_scan", with the
/// number of times behind it when there were several.
class virtual_operator {
public:
  explicit virtual_operator(decision_rules rules = {}) : decides_(rules, now()) {}

  void was_there(const std::string& state, const std::string& reason = {}, const std::string& account = "a") {
    decides_.was_there({account, state, reason, {}}, now());
    states_[account] = state;
  }
  void state(const std::string& to, const std::string& reason = {}, const std::string& account = "a") {
    decides_.state_changed({account, to, reason, std::exchange(states_[account], to)}, now());
    listen();
  }
  void fleet(std::size_t running, std::size_t not_online) {
    running_ = running;
    not_online_ = not_online;
    has_fleet_ = true;
  }
  void pass(std::chrono::seconds time) {
    for (auto end = passed_ + time; passed_ < end;) {
      passed_ += 1s;
      if (has_fleet_) decides_.counted(running_, not_online_, now());
      listen();
    }
  }
  void remove_all() {
    decides_.keep_only({}, now());
    listen();
  }

  /// What was told since the last call.
  std::vector<std::string> told() { return std::exchange(told_, {}); }
  std::vector<notification> all_told() { return std::exchange(all_, {}); }
  std::vector<std::string> open() const {
    std::vector<std::string> names;
    for (const auto& n : decides_.open())
      names.push_back((n.account.empty() ? "" : n.account + " ") + std::string{to_string(n.what)});
    return names;
  }
  moment now() const {
    return {std::chrono::steady_clock::time_point{1'000h + passed_}, wall_time{1'700'000'000s + passed_}};
  }

private:
  void listen() {
    for (auto& n : decides_.take(now())) {
      auto line = std::to_string(passed_.count()) + "s " + (n.account.empty() ? "" : n.account + " ") +
                  std::string{to_string(n.what)};
      if (n.count > 1) line += " x" + std::to_string(n.count);
      if (n.what == kind::withdrawn) line += " of " + std::string{to_string(n.ends->what)};
      told_.push_back(line);
      all_.push_back(std::move(n));
    }
  }

  std::chrono::seconds passed_{0};
  decider decides_;
  std::map<std::string, std::string> states_;
  bool has_fleet_ = false;
  std::size_t running_ = 0;
  std::size_t not_online_ = 0;
  std::vector<std::string> told_;
  std::vector<notification> all_;
};

} // namespace weixin::notify::test
