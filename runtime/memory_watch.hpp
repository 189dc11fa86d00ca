#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace weixin::runtime {

/// How close the process is to the memory it may have.
enum class memory_pressure {
  none,
  high,     ///< above 85 %: what can be had again is dropped
  critical, ///< above 92 %: new work is refused
  extreme,  ///< above 95 %: not even new connections are taken
};
std::string_view to_string(memory_pressure level) noexcept;

/// The level at this share of the limit (1.0: all of it). A level that was reached is left only 3 % of the
/// limit below where it began, so that it does not flap.
memory_pressure pressure_at(double share, memory_pressure before) noexcept;

/// What /proc/self/statm says, in bytes.
struct memory_use {
  std::uint64_t address_space = 0;
  std::uint64_t resident = 0;
};
/// Nothing when the text is not what proc(5) describes.
std::optional<memory_use> parse_statm(std::string_view text, std::uint64_t page_bytes);

/// The smallest memory limit of this process's control groups, from memory.max (version 2, at every level up
/// to the root) or memory.limit_in_bytes (version 1); nothing where there is none. `self_cgroup` is the text
/// of /proc/self/cgroup, `mount` where the hierarchy is mounted.
std::optional<std::uint64_t> cgroup_memory_limit(std::string_view self_cgroup, const std::string& mount);

/// The largest share of a limit that this process uses: of its control groups' by what is resident, of
/// RLIMIT_AS by its address space. 0 where there is no limit.
double used_share_of_memory();

/// Measures once a second, on a thread of its own.
class memory_watch {
public:
  struct options {
    std::chrono::milliseconds period{1'000};
    std::function<double()> measure = used_share_of_memory;
    /// Called with each new level, on this object's thread.
    std::function<void(memory_pressure)> changed = [](memory_pressure) {};
  };

  explicit memory_watch(options opts);
  ~memory_watch();
  memory_watch(const memory_watch&) = delete;
  memory_watch& operator=(const memory_watch&) = delete;

  memory_pressure level() const noexcept { return level_.load(std::memory_order_relaxed); } ///< any thread

private:
  void run(const std::stop_token& stop);

  options options_;
  std::atomic<memory_pressure> level_{memory_pressure::none};
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

} // namespace weixin::runtime
