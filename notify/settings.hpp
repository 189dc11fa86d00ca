#pragma once

#include "notify/decider.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace weixin::notify {

enum class target_type : std::uint8_t { command, webhook, alertmanager };

inline constexpr std::size_t max_targets = 16;
inline constexpr std::size_t max_command_words = 64;

/// One `[[notify.targets]]` of the configuration. The secret itself is not in it.
struct target_settings {
  std::string name; ///< [A-Za-z0-9][A-Za-z0-9_-]{0,62}: a label of a metric
  target_type type = target_type::webhook;
  std::set<kind> events{selectable_kinds.begin(), selectable_kinds.end()};
  bool include_qr =
      false; ///< the link of the waiting QR code goes out: whoever has it can log in as the account
  std::vector<std::string> command; ///< command: the program's absolute path and its arguments
  std::chrono::seconds timeout{10}; ///< command
  std::string url;                  ///< webhook and alertmanager; may hold a token, so it is never logged
  std::string secret_file;          ///< webhook
  std::string ca_file; ///< webhook and alertmanager: PEM instead of the system's roots; empty: those
  friend bool operator==(const target_settings&, const target_settings&) = default;
};

/// `[notify]`
struct notify_settings {
  decision_rules rules;
  std::vector<target_settings> targets;
  friend bool operator==(const notify_settings&, const notify_settings&) = default;
};

} // namespace weixin::notify
