#include "notify/notification.hpp"

#include <algorithm>

namespace weixin::notify {

namespace {
constexpr std::array<std::string_view, kind_count> names{"needs_scan",      "held",        "kicked",
                                                         "cooling_off",     "back_online", "fleet_down",
                                                         "fleet_recovered", "withdrawn",   "test"};
} // namespace

std::string_view to_string(kind k) noexcept {
  auto index = static_cast<std::size_t>(k);
  return index < names.size() ? names[index] : "unknown";
}

std::optional<kind> parse_kind(std::string_view name) noexcept {
  auto found = std::find_if(selectable_kinds.begin(), selectable_kinds.end(),
                            [name](kind k) { return to_string(k) == name; });
  if (found == selectable_kinds.end()) return std::nullopt;
  return *found;
}

bool is_problem(kind k) noexcept {
  return k == kind::needs_scan || k == kind::held || k == kind::kicked || k == kind::cooling_off ||
         k == kind::fleet_down;
}

} // namespace weixin::notify
