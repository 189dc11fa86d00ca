#pragma once

#include "ctl/admin_client.hpp"
#include "ctl/command_line.hpp"
#include "ctl/console.hpp"

#include <chrono>

namespace weixin::ctl {

/// What every command works with.
struct session {
  console& terminal;
  const admin_client& server;
  const invocation& options;
  std::chrono::milliseconds poll_period{500}; ///< between two questions while waiting

  bool wants_json() const noexcept { return options.output == output_format::json; }
  bool wants_name() const noexcept { return options.output == output_format::name; }
  bool wants_wide() const noexcept { return options.output == output_format::wide; }
  /// Nothing but the result is wanted on standard output.
  bool is_for_a_program() const noexcept { return wants_json() || wants_name(); }
};

} // namespace weixin::ctl
