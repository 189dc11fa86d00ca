#pragma once

#include "simulator/moment.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace weixin::simulator {

/// What is to be done at which time, without a timer of its own: whoever drives the simulator asks for the
/// next time and runs what is due. Equal times keep their order of entry.
class agenda {
public:
  using entry_id = std::uint64_t;
  using action = std::function<void()>;

  entry_id at(steady_time when, action what);
  /// Unknown and past ids are ignored.
  void cancel(entry_id id);
  /// Runs what is due at `now`. What these actions add for `now` or earlier waits for the next call.
  void run_due(steady_time now);
  std::optional<steady_time> next() const;

private:
  using key = std::pair<steady_time, entry_id>;
  std::map<key, action> entries_;
  std::unordered_map<entry_id, steady_time> times_;
  entry_id last_id_ = 0;
};

} // namespace weixin::simulator
