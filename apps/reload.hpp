#pragma once

#include "admin/audit.hpp"
#include "admin/reload_calls.hpp"
#include "config/config.hpp"
#include "metrics/registry.hpp"
#include "runtime/wall_clock.hpp"
#include "runtime/worker_pool.hpp"

#include <functional>
#include <memory>
#include <string>

namespace weixin {

/// Reads the configuration file again while the server runs. On a thread of its own, one time after the
/// other: a file may be slow, and patterns take their time. What the file says is judged as a whole, and
/// refused as a whole.
class reloader {
public:
  struct options {
    std::string file; ///< empty: there is none, and every reload is refused
    std::shared_ptr<metrics::registry> metrics;
    std::shared_ptr<const wall_clock> clock;
    /// Carries a configuration out, or refuses it without effect; called on the reloader's thread.
    std::function<result<admin::reload_report>(const config::server_config& before,
                                               const config::server_config& next, bool check_only)>
        carry_out;
    /// Around everything that is no mere check; on the reloader's thread.
    std::function<void()> begins = [] {};
    std::function<void()> ended = [] {};
  };

  reloader(config::server_config running, options o);
  /// Ends what waits, then returns.
  ~reloader() = default;

  /// Any thread. See `admin::reload_function`.
  void reload(bool check_only, std::function<void(result<admin::reload_report>)> done);

private:
  result<admin::reload_report> attempt(bool check_only);

  config::server_config running_; ///< used by the thread alone
  options options_;
  runtime::worker_pool thread_; // last: it uses everything above
};

/// The row of the audit for a reload that a signal of `sender` asked for. Any thread.
void audit_signal(admin::audit_trail& trail, httpd::peer_credentials sender,
                  const result<admin::reload_report>& report);

} // namespace weixin
