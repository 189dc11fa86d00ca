#pragma once

#include "runtime/wall_clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::notify {

/// What an operator is told. The first five are of one account, the next two of the whole fleet.
enum class kind : std::uint8_t {
  needs_scan,      ///< its session is gone and a QR code waits, or nobody scanned any of them
  held,            ///< barred, different_user or duplicate_user: it does nothing until the operator decides
  kicked,          ///< held because Weixin ended its sessions too soon or too often
  cooling_off,     ///< its actors crashed too often; it tries again by itself
  back_online,     ///< a problem that was told is over
  fleet_down,      ///< too many accounts are not online
  fleet_recovered, ///< no longer
  withdrawn,       ///< a problem is none any more and nobody needs to hear it: only an open alert is closed
  test,            ///< the operator wants to see whether it arrives
};
inline constexpr std::size_t kind_count = 9;
std::string_view to_string(kind k) noexcept;

/// What a target can choose from: all but `withdrawn` and `test`.
inline constexpr std::array selectable_kinds{kind::needs_scan,     kind::held,        kind::kicked,
                                             kind::cooling_off,    kind::back_online, kind::fleet_down,
                                             kind::fleet_recovered};
/// Nothing for a name that a target cannot choose.
std::optional<kind> parse_kind(std::string_view name) noexcept;
/// True for what stays true until something ends it, and is an alert for that long.
bool is_problem(kind k) noexcept;

/// One thing to tell, as a value. It holds no credential and no name of a person.
struct notification {
  /// A problem that is over: the alert to close.
  struct ended_problem {
    kind what;
    wall_time since{};
    friend bool operator==(const ended_problem&, const ended_problem&) = default;
  };

  kind what = kind::test;
  std::string account; ///< empty for the fleet and a test
  std::string state;   ///< of the account, as the admin API names it
  std::string reason;
  wall_time since{};          ///< when it began
  wall_time at{};             ///< when it was decided to tell it
  unsigned count = 1;         ///< how often it happened since it was told last
  std::size_t running = 0;    ///< fleet: accounts that should be online
  std::size_t not_online = 0; ///< fleet: those of them that are not
  std::optional<ended_problem> ends;

  friend bool operator==(const notification&, const notification&) = default;
};

} // namespace weixin::notify
