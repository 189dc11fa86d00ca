#pragma once

#include "ctl/account.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::ctl {

/// The fleet at one moment.
struct fleet_sample {
  std::vector<account> accounts;
  std::optional<moment> server_time;
  std::chrono::steady_clock::time_point taken_at{}; ///< by weixinctl's clock: rates are told by it
};

/// What stands first.
enum class fleet_order {
  trouble, ///< who needs a person, then who does not work, longest first
  name,
  in,  ///< the busiest receivers
  out, ///< the busiest senders
  queue,
  restarts,
};
std::optional<fleet_order> parse_fleet_order(std::string_view name) noexcept;

/// Messages a second between two samples; 0 for an account that is new, or whose counter began anew.
struct message_rates {
  double in = 0;
  double out = 0;
};
message_rates rates_of(const account& now, const fleet_sample* before,
                       std::chrono::steady_clock::time_point taken_at);

/// Sorts the accounts; names decide between equals.
void sort_fleet(fleet_sample& now, const fleet_sample* before, fleet_order order);

/// "300 accounts: online 290, held 2, ..." and "12.4 messages/s in, 3.0 out; 25 queued", a line each. Without
/// an earlier sample there are no rates.
std::string fleet_summary(const fleet_sample& now, const fleet_sample* before, bool colour);
/// NAME STATE SINCE LAST-POLL IN/S OUT/S QUEUE RESTARTS REASON of the first `rows`.
table fleet_table(const fleet_sample& now, const fleet_sample* before, std::size_t rows);

} // namespace weixin::ctl
