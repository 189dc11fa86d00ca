#include "store/ids.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <thread>
#include <vector>

namespace weixin::store {
namespace {

using namespace std::chrono_literals;

constexpr wall_time noon{1'700'000'000'000ms};

entropy_source always(std::uint64_t value) {
  return [value] { return value; };
}

TEST(SendId, IsThePrefixAnd26CharactersOfTimeAndRandomness) {
  id_source ids{'s', always(0)};
  // 1,700,000,000,000 in base 32 with the digits 0-9 a-z without i, l, o, u.
  EXPECT_EQ(ids.next(noon), "s-01hf7yat000000000000000000");
  id_source ones{'s', always(std::numeric_limits<std::uint64_t>::max())};
  EXPECT_EQ(ones.next(noon), "s-01hf7yat00zzzzzzzzzzzzzzzz");
}

TEST(SendId, HoldsEveryBitOfItsRandomness) {
  std::uint64_t value = 0x0123456789abcdef;
  id_source ids{'s', always(value)};
  auto id = ids.next(noon).substr(12);
  unsigned __int128 bits = 0;
  for (char c : id)
    bits = bits << 5 | std::string_view{"0123456789abcdefghjkmnpqrstvwxyz"}.find(c);
  EXPECT_EQ(static_cast<std::uint64_t>(bits), value);
  EXPECT_EQ(static_cast<std::uint16_t>(bits >> 64), 0xcdef);
}

TEST(SendId, AscendsWithinOneMillisecond) {
  id_source ids{'s', always(7)};
  auto last = ids.next(noon);
  for (int i = 0; i < 1000; ++i) {
    auto id = ids.next(noon);
    EXPECT_LT(last, id);
    last = id;
  }
}

TEST(SendId, AscendsWhenTheClockIsSetBack) {
  id_source ids{'s', always(7)};
  auto before = ids.next(noon);
  EXPECT_LT(before, ids.next(noon - 24h));
  EXPECT_LT(before, ids.next(wall_time{-5h}));
}

TEST(SendId, AscendsWhenAllRandomnessOfAMillisecondIsUsedUp) {
  id_source ids{'s', always(std::numeric_limits<std::uint64_t>::max())};
  auto full = ids.next(noon);
  auto next = ids.next(noon);
  EXPECT_LT(full, next);
  EXPECT_LT(next, ids.next(noon));
}

TEST(SendId, CarriesFromTheLowIntoTheHighRandomBits) {
  std::vector<std::uint64_t> draws{5, std::numeric_limits<std::uint64_t>::max()};
  id_source ids{'s', [&draws, at = std::size_t{0}]() mutable { return draws[at++ % 2]; }};
  auto first = ids.next(noon);
  auto second = ids.next(noon);
  EXPECT_LT(first, second);
  EXPECT_EQ(second.substr(0, 12), first.substr(0, 12));
  EXPECT_EQ(second.substr(16), std::string(12, '0'));
}

TEST(SendId, IsUniqueOverThreads) {
  id_source ids{'s', always(1)};
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (auto& mine : made)
    threads.emplace_back([&ids, &mine] {
      for (int i = 0; i < 500; ++i)
        mine.push_back(ids.next(noon));
    });
  for (auto& t : threads)
    t.join();
  std::set<std::string> all;
  for (const auto& mine : made) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    all.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(all.size(), 2000u);
}

TEST(SendId, IsRecognisedAndNothingElseIs) {
  id_source ids{'m', always(123)};
  auto id = ids.next(noon);
  EXPECT_TRUE(is_id('m', id));
  EXPECT_FALSE(is_id('s', id));
  for (const std::string& text :
       {std::string{}, std::string{"m-"}, std::string{"m-../../../../etc/passwd000"}, id + "0", id.substr(1),
        "m-" + std::string(26, 'u'), "m-" + std::string(26, 'Z'), "m-8" + std::string(25, '0'),
        "m-" + std::string(26, '\0'), "m-0" + std::string(24, '0') + "/"})
    EXPECT_FALSE(is_id('m', text)) << text;
}

} // namespace
} // namespace weixin::store
