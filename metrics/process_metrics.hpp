#pragma once

#include <prometheus/collectable.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weixin::metrics {

/// What /proc says of this process. Internal to metrics/.
struct process_sample {
  double cpu_seconds = 0;
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double threads = 0;
  double start_time_seconds = 0; ///< Unix time
};

/// Reads the text of /proc/self/stat; `boot_time` is btime of /proc/stat. The process's name may hold
/// anything, parentheses and spaces included. Nothing when the text is not what proc(5) describes.
std::optional<process_sample> parse_process_stat(const std::string& stat, double boot_time,
                                                 double ticks_per_second, double page_bytes);

/// The standard process_* metrics, read at each scrape. What cannot be read is left out, never shown as 0.
class process_collector final : public prometheus::Collectable {
public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

} // namespace weixin::metrics
