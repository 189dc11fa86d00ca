#pragma once

#include "config/config.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::config {

/// What a change of some keys takes.
struct key_rule {
  std::string_view keys; ///< "data_dir", or with all that is below: "pacing.*"
  bool reloadable;       ///< while the server runs; else by a restart
  bool (*differs)(const server_config& a, const server_config& b);
};

/// One rule for every key.
std::span<const key_rule> key_rules() noexcept;

/// The keys that differ and that only a restart changes; empty: everything that differs is reloadable.
std::vector<std::string> changes_for_a_restart(const server_config& before, const server_config& after);

/// The keys that differ and are reloadable.
std::vector<std::string> reloadable_changes(const server_config& before, const server_config& after);

} // namespace weixin::config
