#include "metrics/process_metrics.hpp"
#include "metrics/registry.hpp"
#include "tests/metrics/exposition.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace weixin::metrics {
namespace {

// Fields 4 to 24 of proc(5): utime 14, stime 15, threads 20, starttime 22, vsize 23, rss 24.
const std::string tail = " S 1 2 3 4 5 6 7 8 9 10 250 50 13 14 15 16 8 18 12000 65536 16 19";

TEST(ProcessMetrics, ReadCpuMemoryThreadsAndStartTime) {
  auto sample = parse_process_stat("42 (weixind)" + tail, 1'000'000, 100, 4096);
  ASSERT_TRUE(sample);
  EXPECT_DOUBLE_EQ(sample->cpu_seconds, 3);
  EXPECT_DOUBLE_EQ(sample->threads, 8);
  EXPECT_DOUBLE_EQ(sample->start_time_seconds, 1'000'120);
  EXPECT_DOUBLE_EQ(sample->virtual_bytes, 65536);
  EXPECT_DOUBLE_EQ(sample->resident_bytes, 65536);
}

TEST(ProcessMetrics, AreNotConfusedByTheProcessName) {
  auto sample = parse_process_stat("42 (a) S 9 (b) )" + tail, 0, 100, 4096);
  ASSERT_TRUE(sample);
  EXPECT_DOUBLE_EQ(sample->cpu_seconds, 3);
}

TEST(ProcessMetrics, AreLeftOutWhenTheyCannotBeRead) {
  EXPECT_FALSE(parse_process_stat("", 0, 100, 4096));
  EXPECT_FALSE(parse_process_stat("42 (weixind) S 1 2 3", 0, 100, 4096));
  EXPECT_FALSE(parse_process_stat("42 (weixind) S one two", 0, 100, 4096));
}

TEST(ProcessMetrics, DescribeTheRunningProcess) {
  registry r;
  auto before = parse_exposition(r.render());
  EXPECT_GT(before.value("process_resident_memory_bytes"), 1024.0 * 1024.0);
  EXPECT_GE(before.value("process_cpu_seconds_total"), 0);
  EXPECT_GT(before.value("process_start_time_seconds"), 1.5e9);
  EXPECT_GE(before.value("process_max_fds"), before.value("process_open_fds"));
  int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(parse_exposition(r.render()).value("process_open_fds"), before.value("process_open_fds") + 1);
  ::close(fd);
}

} // namespace
} // namespace weixin::metrics
