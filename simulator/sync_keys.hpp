#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace weixin::simulator {

/// The two lists of a session: SyncKey belongs into webwxsync, SyncCheckKey into synccheck. They are made
/// distinguishable, and a SyncKey lags behind the SyncCheckKey of the same position, so that a client which
/// confuses them meets the endless selector of the real service (weixin-protocol.md 4.5).
enum class key_purpose { sync, check };

/// After how many of the session's events a list stands. Before the first webwxsync only the short form
/// exists.
struct key_position {
  std::uint64_t events = 0;
  bool first_form = false;
};

using key_list = std::vector<std::pair<std::int64_t, std::int64_t>>;

/// `{"Count":n,"List":[{"Key":k,"Val":v}, ...]}`. `base` differs from session to session.
boost::json::object make_sync_key(std::int64_t base, key_position at, key_purpose purpose);

/// The pairs of a SyncKey object; nothing when it has another shape or Count lies.
std::optional<key_list> read_sync_key(const boost::json::value& object);
/// The pairs of synccheck's `1_123|2_456`; nothing when it has another shape.
std::optional<key_list> read_sync_check_text(std::string_view text);

struct key_verdict {
  enum class kind {
    good,
    wrong_list, ///< the other purpose's list; `events` is what it means when taken literally
    foreign,    ///< of another session, or changed
  };
  kind what = kind::foreign;
  std::uint64_t events = 0;
};

key_verdict judge_sync_key(const key_list& keys, std::int64_t base, key_purpose purpose);

} // namespace weixin::simulator
