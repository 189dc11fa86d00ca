// Which keys change while the server runs, and which want a restart: one rule for every key, and the manual
// says the same.
#include "config/reload.hpp"

#include <gmock/gmock.h>
#include <re2/re2.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

namespace weixin::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

bool covers(const key_rule& rule, std::string_view key) {
  if (!rule.keys.ends_with("*")) return rule.keys == key;
  return key.starts_with(rule.keys.substr(0, rule.keys.size() - 1));
}

TEST(ReloadRules, HaveOneForEveryKey) {
  for (const auto& key : known_keys()) {
    std::vector<std::string_view> found;
    for (const auto& rule : key_rules())
      if (covers(rule, key)) found.push_back(rule.keys);
    EXPECT_THAT(found, SizeIs(1)) << key;
  }
}

TEST(ReloadRules, HaveNoneForAKeyThatIsNone) {
  auto known = known_keys();
  for (const auto& rule : key_rules())
    EXPECT_TRUE(std::any_of(known.begin(), known.end(), [&](const auto& key) { return covers(rule, key); }))
        << rule.keys;
}

TEST(ReloadRules, AreThoseOfTheManual) {
  std::map<std::string, std::string> told;
  std::ifstream page{WEIXIN_OPERATING_PAGE};
  std::string key, what;
  for (std::string line; std::getline(page, line);)
    if (RE2::FullMatch(line, R"(\| `([a-z_.*]+)` \| (reload|restart) \|.*)", &key, &what)) told[key] = what;
  std::map<std::string, std::string> rules;
  for (const auto& rule : key_rules())
    rules[std::string{rule.keys}] = rule.reloadable ? "reload" : "restart";
  EXPECT_EQ(told, rules);
}

server_config of(std::string_view text) {
  auto parsed = parse_config(text, "w.toml");
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().context);
  return parsed ? *parsed : server_config{};
}

TEST(ReloadRules, FindNothingBetweenEqualFiles) {
  auto c = of("[[account]]\nname = 'a'\n[bots.echo]\ntype = 'echo'");
  EXPECT_THAT(changes_for_a_restart(c, c), IsEmpty());
  EXPECT_THAT(reloadable_changes(c, c), IsEmpty());
}

TEST(ReloadRules, NameWhatARestartIsNeededFor) {
  auto after = of("data_dir = '/else'\n[admin]\nsocket = '/s'\n[store]\ndurability = 'process'\n"
                  "[log]\nfile = '/l'\nlevel = 'debug'\n[sends]\nmax_file_bytes = 2048");
  EXPECT_THAT(changes_for_a_restart({}, after),
              ElementsAre("data_dir", "admin.*", "store.durability", "log.file", "sends.*"));
  EXPECT_THAT(reloadable_changes({}, after), ElementsAre("log.level"));
}

TEST(ReloadRules, SeeEveryReloadableChange) {
  auto after =
      of("[limits]\nmax_accounts = 3\n[pacing]\njitter = 0.1\n[store]\ninbox_age = '2d'\n"
         "outbox_age = '8d'\nhistory_age = '3d'\ninbox_bytes_per_account = 2000000\n"
         "[log]\nlevel = 'warn'\nformat = 'json'\n[media]\nmax_file_bytes = 2048\nquota_bytes = 2000000\n"
         "account_quota_bytes = 2000000\nmax_age = '2d'\n[notify]\nsettle = '1s'\n"
         "[defaults]\nbots = ['echo']\nmedia = 'none'\n[bots.echo]\ntype = 'echo'\n"
         "[[account]]\nname = 'a'");
  EXPECT_THAT(changes_for_a_restart({}, after), IsEmpty());
  std::vector<std::string> expected;
  for (const auto& rule : key_rules())
    if (rule.reloadable && rule.keys != "defaults.login") expected.emplace_back(rule.keys);
  EXPECT_EQ(reloadable_changes({}, after), expected);
}

} // namespace
} // namespace weixin::config
