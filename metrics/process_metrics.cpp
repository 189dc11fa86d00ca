#include "metrics/process_metrics.hpp"

#include "metrics/sampled_family.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

namespace weixin::metrics {

namespace {

std::string read_text(const char* path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

double boot_time() {
  std::ifstream file{"/proc/stat"};
  std::string key;
  while (file >> key) {
    double value = 0;
    if (key == "btime" && file >> value) return value;
    std::getline(file, key);
  }
  return 0;
}

std::optional<double> open_descriptors() {
  struct closer {
    void operator()(DIR* d) const { ::closedir(d); }
  };
  std::unique_ptr<DIR, closer> directory{::opendir("/proc/self/fd")};
  if (!directory) return std::nullopt;
  double count = 0;
  while (auto* entry = ::readdir(directory.get()))
    if (entry->d_name[0] != '.') ++count;
  return count - 1; // the descriptor that reads the directory
}

void single(std::vector<prometheus::MetricFamily>& families, metric id, double value) {
  sampled_family family{id};
  family.sample(value);
  family.append_to(families);
}

} // namespace

std::optional<process_sample> parse_process_stat(const std::string& stat, double boot_time,
                                                 double ticks_per_second, double page_bytes) {
  auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields{stat.substr(name_end + 1)};
  std::string state;
  fields >> state;
  // Numbered as in proc(5): 4 is ppid, the first after the state.
  std::array<double, 25> field{};
  for (std::size_t i = 4; i < field.size(); ++i)
    fields >> field[i];
  if (!fields) return std::nullopt;
  process_sample sample;
  sample.cpu_seconds = (field[14] + field[15]) / ticks_per_second;
  sample.threads = field[20];
  sample.start_time_seconds = boot_time + field[22] / ticks_per_second;
  sample.virtual_bytes = field[23];
  sample.resident_bytes = field[24] * page_bytes;
  return sample;
}

std::vector<prometheus::MetricFamily> process_collector::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  auto sample = parse_process_stat(read_text("/proc/self/stat"), boot_time(),
                                   static_cast<double>(::sysconf(_SC_CLK_TCK)),
                                   static_cast<double>(::sysconf(_SC_PAGESIZE)));
  if (sample) {
    single(families, metric::process_cpu, sample->cpu_seconds);
    single(families, metric::process_resident_memory, sample->resident_bytes);
    single(families, metric::process_virtual_memory, sample->virtual_bytes);
    single(families, metric::process_threads, sample->threads);
    single(families, metric::process_start_time, sample->start_time_seconds);
  }
  if (auto count = open_descriptors()) single(families, metric::process_open_fds, *count);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    single(families, metric::process_max_fds, static_cast<double>(limit.rlim_cur));
  return families;
}

} // namespace weixin::metrics
