// deploy/weixind.toml is the manual of the configuration: it may not drift from what the server reads. Its
// lines that start with "#" and no space are examples, to be used by taking the "#" away.
#include "config/config.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>

namespace weixin::config {
namespace {

struct ShippedFile : ::testing::Test {
  std::string text = read();

  static std::string read() {
    std::ostringstream all;
    all << std::ifstream{WEIXIN_SHIPPED_CONFIG}.rdbuf();
    return all.str();
  }

  std::string with_examples() const {
    std::istringstream lines{text};
    std::string all;
    for (std::string line; std::getline(lines, line);)
      all += (line.size() > 1 && line[0] == '#' && line[1] != ' ' ? line.substr(1) : line) + "\n";
    return all;
  }

  /// The keys that the file sets when its examples count.
  std::set<std::string> keys_with_examples() const {
    std::istringstream lines{with_examples()};
    std::set<std::string> keys;
    std::string table;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("[")) {
        auto from = line.find_first_not_of('[');
        table = line.substr(from, line.find(']') - from) + ".";
        // Whatever the example's bots are called.
        if (table.starts_with("bots.")) table = "bots.NAME" + table.substr(table.find('.', 5));
      } else if (auto equals = line.find(" = "); equals != std::string::npos && !line.starts_with("#")) {
        keys.insert(table + line.substr(0, equals));
      }
    }
    return keys;
  }
};

TEST_F(ShippedFile, EqualsTheDefaults) {
  auto parsed = parse_config(text, "weixind.toml");
  ASSERT_TRUE(parsed) << parsed.error().context;
  EXPECT_EQ(*parsed, server_config{});
}

TEST_F(ShippedFile, ShowsEveryKeyThatIsKnown) {
  auto known = known_keys();
  EXPECT_EQ(keys_with_examples(), (std::set<std::string>{known.begin(), known.end()}));
  EXPECT_GE(known.size(), 30U);
}

TEST_F(ShippedFile, HasExamplesThatWork) {
  auto parsed = parse_config(with_examples(), "weixind.toml");
  ASSERT_TRUE(parsed) << parsed.error().context;
  ASSERT_EQ(parsed->bots.size(), 2U);
  EXPECT_EQ(parsed->bots[0], (bots::bot_settings{.name = "echo", .type = "echo"}))
      << "the example shows the defaults";
  EXPECT_EQ(parsed->bots[1].rules.size(), 3U);
  ASSERT_EQ(parsed->accounts.size(), 2U);
  EXPECT_EQ(parsed->accounts[0].what.bots, std::vector<std::string>{"faq"});
  ASSERT_EQ(parsed->notify.targets.size(), 3U);
  EXPECT_EQ(parsed->notify.targets[0].events, notify::target_settings{}.events)
      << "the example shows the defaults";
}

} // namespace
} // namespace weixin::config
