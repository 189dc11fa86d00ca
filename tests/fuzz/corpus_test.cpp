// Every input of tests/fuzz/corpus, through its target: seeds, and what a fuzzer once found.
#include "tests/fuzz/targets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace weixin::fuzz {
namespace {

class Corpus : public testing::TestWithParam<target> {
protected:
  static std::vector<std::filesystem::path> files() {
    std::vector<std::filesystem::path> found;
    for (const auto& entry :
         std::filesystem::directory_iterator(WEIXIN_FUZZ_CORPUS "/" + std::string{GetParam().name}))
      if (entry.is_regular_file()) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
  }
  static std::string content_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>{in}, {}};
  }
};

TEST_P(Corpus, HoldsForEveryInput) {
  auto inputs = files();
  EXPECT_GE(inputs.size(), 2U) << "a fuzzer wants to begin somewhere";
  for (const auto& file : inputs)
    GetParam().run(content_of(file));
}

TEST_P(Corpus, HoldsForEveryInputCutOff) {
  constexpr std::size_t most_cuts = 400;
  for (const auto& file : files()) {
    auto whole = content_of(file);
    auto step = whole.size() / most_cuts + 1;
    for (std::size_t n = 0; n < whole.size(); n += step)
      GetParam().run(std::string_view{whole}.substr(0, n));
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, Corpus, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& p) { return std::string{p.param.name}; });

} // namespace
} // namespace weixin::fuzz
