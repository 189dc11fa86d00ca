#include "runtime/memory_watch.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

namespace weixin::runtime {
namespace {

using enum memory_pressure;

TEST(MemoryPressure, RisesAtItsThresholds) {
  EXPECT_EQ(pressure_at(0.0, none), none);
  EXPECT_EQ(pressure_at(0.85, none), none);
  EXPECT_EQ(pressure_at(0.86, none), high);
  EXPECT_EQ(pressure_at(0.93, none), critical);
  EXPECT_EQ(pressure_at(0.96, none), extreme);
  EXPECT_EQ(pressure_at(7.0, none), extreme);
}

TEST(MemoryPressure, DoesNotFlapAtAThreshold) {
  EXPECT_EQ(pressure_at(0.94, extreme), extreme);
  EXPECT_EQ(pressure_at(0.91, extreme), critical);
  EXPECT_EQ(pressure_at(0.90, critical), critical);
  EXPECT_EQ(pressure_at(0.88, critical), high);
  EXPECT_EQ(pressure_at(0.83, high), high);
  EXPECT_EQ(pressure_at(0.81, high), none);
}

TEST(MemoryUse, IsReadFromStatm) {
  auto use = parse_statm("2048 512 300 10 0 400 0\n", 4096);
  ASSERT_TRUE(use);
  EXPECT_EQ(use->address_space, 2048U * 4096U);
  EXPECT_EQ(use->resident, 512U * 4096U);
  for (const char* text : {"", "x", "12", "12 ", "12 y"})
    EXPECT_FALSE(parse_statm(text, 4096)) << text;
}

TEST(MemoryUse, OfThisProcessIsMeasured) {
  EXPECT_GE(used_share_of_memory(), 0.0);
  EXPECT_LT(used_share_of_memory(), 2.0);
}

struct CgroupLimit : ::testing::Test {
  std::filesystem::path mount =
      std::filesystem::temp_directory_path() / ("weixin-cgroup-" + std::to_string(::getpid()));
  ~CgroupLimit() override { std::filesystem::remove_all(mount); }
  void write(const std::string& file, const std::string& text) {
    auto path = mount / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path} << text;
  }
};

TEST_F(CgroupLimit, IsTheSmallestOnTheWayToTheRoot) {
  write("system.slice/weixind.service/memory.max", "2000000\n");
  write("system.slice/memory.max", "1000000\n");
  write("memory.max", "max\n");
  EXPECT_EQ(cgroup_memory_limit("0::/system.slice/weixind.service\n", mount), 1'000'000U);
  write("system.slice/memory.max", "max\n");
  EXPECT_EQ(cgroup_memory_limit("0::/system.slice/weixind.service\n", mount), 2'000'000U);
}

TEST_F(CgroupLimit, OfAContainerIsAtTheRootOfWhatItSees) {
  write("memory.max", "3000000\n");
  EXPECT_EQ(cgroup_memory_limit("0::/\n", mount), 3'000'000U);
}

TEST_F(CgroupLimit, IsFoundInVersionOne) {
  write("memory/docker/abc/memory.limit_in_bytes", "4000000\n");
  write("memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(cgroup_memory_limit("5:cpu,cpuacct:/x\n9:memory:/docker/abc\n0::/y\n", mount), 4'000'000U);
}

TEST_F(CgroupLimit, IsNoneWhereNothingSaysSo) {
  write("memory.max", "max\n");
  for (const char* text : {"", "0::/\n", "0::/a/b\n", "nonsense", "1:\n", "::"})
    EXPECT_FALSE(cgroup_memory_limit(text, mount)) << text;
}

TEST(MemoryWatch, TellsEachChangeOfTheLevel) {
  std::atomic<double> share{0.5};
  std::promise<memory_pressure> risen, fallen;
  int changes = 0;
  memory_watch watch{
      {.period = std::chrono::milliseconds{1},
       .measure = [&] { return share.load(); },
       .changed = [&](memory_pressure level) { (changes++ == 0 ? risen : fallen).set_value(level); }}};
  EXPECT_EQ(watch.level(), none);
  share = 0.93;
  EXPECT_EQ(risen.get_future().get(), critical);
  share = 0.5;
  EXPECT_EQ(fallen.get_future().get(), none);
  EXPECT_EQ(watch.level(), none);
}

} // namespace
} // namespace weixin::runtime
