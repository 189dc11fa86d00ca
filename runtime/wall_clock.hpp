#pragma once

#include <chrono>
#include <string>

namespace weixin {

using wall_time = std::chrono::system_clock::time_point;

/// The time of day, injected wherever a timestamp is needed. Durations are never measured with it: it jumps.
class wall_clock {
public:
  virtual ~wall_clock() = default;
  virtual wall_time now() const = 0; ///< any thread
};

/// The machine's clock: the only place that reads it.
class system_wall_clock final : public wall_clock {
public:
  wall_time now() const override;
};

/// Stands where it is put; for tests.
class manual_wall_clock final : public wall_clock {
public:
  explicit manual_wall_clock(wall_time start) : now_(start) {}
  wall_time now() const override { return now_; }
  void set(wall_time t) { now_ = t; }
  void advance(std::chrono::nanoseconds d) { now_ += std::chrono::duration_cast<wall_time::duration>(d); }

private:
  wall_time now_;
};

/// RFC 3339 in UTC with milliseconds, "2026-01-31T08:00:00.000Z". Out of range years are clamped to
/// 0000-9999.
std::string to_rfc3339(wall_time t);

/// Milliseconds since the epoch, as the protocol's cache busters and ids want them.
std::int64_t to_milliseconds(wall_time t);

} // namespace weixin
