#pragma once

#include "notify/notification.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weixin::notify {

/// The link of the account's waiting QR code; nothing when there is none or the target may not have it.
using qr_lookup = std::function<std::optional<std::string>(const std::string& account)>;

std::string_view severity_of(kind k) noexcept; ///< "critical", "warning" or "info"
std::string summary_of(const notification& n); ///< "shop-01 needs a scan"
std::string description_of(const notification& n);

/// The JSON object that webhooks and commands get.
std::string to_json(const notification& n, const std::string& id, const qr_lookup& qr);

/// A firing alert is declared to last so long after it was sent; Alertmanager is told again well before.
inline constexpr std::chrono::minutes alert_lasts{15};

/// What Alertmanager's `POST /api/v2/alerts` takes: alerts that fire, and alerts that ended, of the kinds
/// that are wanted. Empty when there are none.
std::string to_alerts(const std::vector<notification>& all, const std::set<kind>& wanted, wall_time now,
                      const qr_lookup& qr);

} // namespace weixin::notify
