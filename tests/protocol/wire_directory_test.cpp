#include "tests/protocol/wire_comparison.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace weixin::webwx {
namespace {

/// The directory that the build was given; see CMakeLists.txt.
wire_comparison compare_directory() {
  wire_comparison sum;
  std::set<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(WEIXIN_WIRE_DIR))
    if (entry.path().extension() == ".jsonl") paths.insert(entry.path().string());
  for (const auto& file : paths)
    EXPECT_TRUE(compare_file(file, sum)) << file;
  return sum;
}

TEST(WireDirectory, HoldsNothingThatWeWouldNotSend) {
  auto sum = compare_directory();
  EXPECT_EQ(sum.differences, std::vector<std::string>{});
  std::size_t requests = 0;
  for (const auto& [endpoint, count] : sum.compared)
    requests += count;
  std::printf("%zu requests to %zu endpoints compared\n", requests, sum.compared.size());
  EXPECT_GT(requests, 0U);
}

TEST(WireDirectory, HasNearlyAllThatWeSend) {
  // What the official client sends and none of the others (weixin-protocol.md 1.2, 4.1, 4.7).
  const std::set<std::string> ours{"webwxcheckupload lang", "webwxcheckupload pass_ticket",
                                   "webwxgetcontact lang",  "webwxinit lang",
                                   "webwxlogout sid",       "webwxlogout uin",
                                   "webwxrevokemsg lang",   "webwxrevokemsg pass_ticket"};
  std::vector<std::string> unknown;
  for (const auto& name : compare_directory().ours_alone())
    if (!ours.contains(name)) unknown.push_back(name);
  EXPECT_EQ(unknown, std::vector<std::string>{});
}

} // namespace
} // namespace weixin::webwx
