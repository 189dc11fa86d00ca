#include "runtime/memory_watch.hpp"

#include "runtime/log.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <unistd.h>

namespace weixin::runtime {

namespace {

struct step {
  memory_pressure level;
  double from;
};
constexpr std::array<step, 3> steps{
    {{memory_pressure::high, 0.85}, {memory_pressure::critical, 0.92}, {memory_pressure::extreme, 0.95}}};
constexpr double hysteresis = 0.03;

std::string read_text(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

/// What version 1 shows where there is no limit is near the largest number that counts pages.
constexpr std::uint64_t no_limit_from = std::uint64_t{1} << 60;

std::optional<std::uint64_t> limit_in(const std::string& file) {
  auto limit = parse_number(read_text(file)); // "max" is no number
  if (!limit || *limit == 0 || *limit >= no_limit_from) return std::nullopt;
  return limit;
}

/// The path behind the second colon of the line for this controller; version 2's line names none.
std::optional<std::string> path_of(std::string_view self_cgroup, std::string_view controller) {
  while (!self_cgroup.empty()) {
    auto line = self_cgroup.substr(0, self_cgroup.find('\n'));
    self_cgroup.remove_prefix(std::min(line.size() + 1, self_cgroup.size()));
    auto first = line.find(':');
    auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    auto controllers = "," + std::string{line.substr(first + 1, second - first - 1)} + ",";
    bool is_it = controller.empty()
                     ? controllers == ",,"
                     : controllers.find("," + std::string{controller} + ",") != std::string::npos;
    if (is_it) return std::string{line.substr(second + 1)};
  }
  return std::nullopt;
}

/// The smallest limit from the group at `path` up to the root of the hierarchy.
std::optional<std::uint64_t> smallest_limit(const std::string& root, std::string path,
                                            const std::string& file) {
  std::optional<std::uint64_t> smallest;
  while (true) {
    auto limit = limit_in(root + (path == "/" ? "" : path) + "/" + file);
    if (limit && (!smallest || *limit < *smallest)) smallest = limit;
    auto cut = path.rfind('/');
    if (path.size() <= 1 || cut == std::string::npos) return smallest;
    path.resize(std::max<std::size_t>(cut, 1));
  }
}

} // namespace

std::string_view to_string(memory_pressure level) noexcept {
  switch (level) {
  case memory_pressure::none:
    return "none";
  case memory_pressure::high:
    return "high";
  case memory_pressure::critical:
    return "critical";
  case memory_pressure::extreme:
    return "extreme";
  }
  return "?";
}

memory_pressure pressure_at(double share, memory_pressure before) noexcept {
  auto level = memory_pressure::none;
  for (const auto& s : steps) {
    auto from = s.level <= before ? s.from - hysteresis : s.from;
    if (share > from) level = s.level;
  }
  return level;
}

std::optional<memory_use> parse_statm(std::string_view text, std::uint64_t page_bytes) {
  auto size = parse_number(text);
  auto space = text.find(' ');
  if (!size || space == std::string_view::npos) return std::nullopt;
  auto resident = parse_number(text.substr(space + 1));
  if (!resident) return std::nullopt;
  return memory_use{*size * page_bytes, *resident * page_bytes};
}

std::optional<std::uint64_t> cgroup_memory_limit(std::string_view self_cgroup, const std::string& mount) {
  std::optional<std::uint64_t> smallest;
  auto consider = [&](const std::optional<std::uint64_t>& limit) {
    if (limit && (!smallest || *limit < *smallest)) smallest = limit;
  };
  if (auto path = path_of(self_cgroup, "")) consider(smallest_limit(mount, *path, "memory.max"));
  if (auto path = path_of(self_cgroup, "memory"))
    consider(smallest_limit(mount + "/memory", *path, "memory.limit_in_bytes"));
  return smallest;
}

double used_share_of_memory() {
  auto use = parse_statm(read_text("/proc/self/statm"), static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
  if (!use) return 0;
  double share = 0;
  if (auto limit = cgroup_memory_limit(read_text("/proc/self/cgroup"), "/sys/fs/cgroup"))
    share = static_cast<double>(use->resident) / static_cast<double>(*limit);
  rlimit space{};
  if (::getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY && space.rlim_cur > 0)
    share = std::max(share, static_cast<double>(use->address_space) / static_cast<double>(space.rlim_cur));
  return share;
}

memory_watch::memory_watch(options opts)
    : options_(std::move(opts)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

memory_watch::~memory_watch() = default;

void memory_watch::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    auto share = options_.measure();
    auto before = level_.load();
    auto now = pressure_at(share, before);
    if (now != before) {
      level_ = now;
      log_event(now > memory_pressure::none ? log_level::warn : log_level::info, "memory.pressure",
                {{"level", to_string(now)}, {"percent", static_cast<int>(share * 100)}});
      options_.changed(now);
    }
    wake_.wait_for(lock, stop, options_.period, [] { return false; });
  }
}

} // namespace weixin::runtime
