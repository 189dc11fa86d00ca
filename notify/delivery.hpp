#pragma once

#include "notify/rendering.hpp"
#include "notify/retry.hpp"
#include "notify/settings.hpp"
#include "notify/stop_signal.hpp"
#include "protocol/result.hpp"
#include "runtime/wall_clock.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weixin::notify {

/// What one delivery carries: one notification, except for an Alertmanager that is told all open problems
/// again.
struct job {
  std::string id; ///< stable over all tries, so that a receiver can leave out what it has
  std::vector<notification> what;
  bool is_refresh = false;
};

/// Makes one try. Blocks, for some 10 s at most; the worker's thread.
using deliver = std::function<attempt(const job&, const stop_signal&)>;

struct delivery_context {
  std::shared_ptr<const wall_clock> clock;
  qr_lookup qr; ///< asked at each try, and only for targets with `include_qr`
  bool loopback_only = false;
};

/// Error: config_invalid (the secret cannot be read).
result<deliver> make_delivery(const target_settings& target, delivery_context context);

/// True when the target is to get that notification.
bool wants(const target_settings& target, const notification& n);

} // namespace weixin::notify
