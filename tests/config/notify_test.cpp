#include "config/config.hpp"

#include "tests/config/refusal.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace weixin::config {
namespace {

using namespace std::chrono_literals;
using notify::kind;
using notify::target_type;
using test::refusal;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

notify::notify_settings section_of(std::string_view text) {
  auto parsed = parse_config(text, "w.toml");
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().context);
  return parsed ? parsed->notify : notify::notify_settings{};
}

std::string target(const std::string& keys) { return "[[notify.targets]]\nname = 'x'\n" + keys; }

TEST(NotifySection, TellsNobodyByDefault) {
  auto s = section_of("");
  EXPECT_TRUE(s.targets.empty());
  EXPECT_EQ(s.rules, notify::decision_rules{});
  EXPECT_EQ(s.rules.settle, 10s);
  EXPECT_EQ(s.rules.repeat_after, 15min);
  EXPECT_EQ(s.rules.quiet_at_start, 60s);
}

TEST(NotifySection, ReadsEveryRule) {
  auto s = section_of(R"([notify]
settle = "0s"
repeat_after = "1h"
quiet_at_start = "5m"
fleet_down_percent = 5
fleet_down_least = 10
fleet_down_for = "2m"
)");
  EXPECT_EQ(s.rules, (notify::decision_rules{0s, 1h, 5min, 5, 10, 2min}));
}

TEST(NotifySection, ReadsEveryTypeOfTarget) {
  auto s = section_of(R"(
[[notify.targets]]
name = "a"
type = "command"
command = ["/bin/tell", "me"]
timeout = "3s"
events = ["held", "kicked"]
include_qr = true
[[notify.targets]]
name = "b"
type = "webhook"
url = "https://example.com/hook?token=1"
secret_file = "/s"
ca_file = "/ca.pem"
[[notify.targets]]
name = "c"
type = "alertmanager"
url = "http://[::1]:9093/api/v2/alerts"
)");
  ASSERT_EQ(s.targets.size(), 3U);
  EXPECT_EQ(s.targets[0].type, target_type::command);
  EXPECT_THAT(s.targets[0].command, ElementsAre("/bin/tell", "me"));
  EXPECT_EQ(s.targets[0].timeout, 3s);
  EXPECT_THAT(s.targets[0].events, ElementsAre(kind::held, kind::kicked));
  EXPECT_TRUE(s.targets[0].include_qr);
  EXPECT_EQ(s.targets[1].type, target_type::webhook);
  EXPECT_EQ(s.targets[1].secret_file, "/s");
  EXPECT_EQ(s.targets[1].ca_file, "/ca.pem");
  EXPECT_EQ(s.targets[1].events.size(), notify::selectable_kinds.size()) << "all by default";
  EXPECT_FALSE(s.targets[1].include_qr) << "a credential is given away on demand only";
  EXPECT_EQ(s.targets[2].type, target_type::alertmanager);
  EXPECT_EQ(s.targets[2].url, "http://[::1]:9093/api/v2/alerts");
}

TEST(NotifySection, WantsANameAndAType) {
  EXPECT_EQ(refusal("[[notify.targets]]\ntype = 'alertmanager'\nurl = 'http://a/'"),
            "w.toml:1:1: notify.targets: has no name");
  EXPECT_EQ(refusal(target("")), "w.toml:1:1: notify.targets: has no type");
  EXPECT_EQ(
      refusal(target("type = 'web'")),
      R"(w.toml:3:8: notify.targets.type: found "web", expected "alertmanager" or "command" or "webhook")");
}

TEST(NotifySection, WantsWhatTheTypeNeeds) {
  EXPECT_EQ(refusal(target("type = 'command'")),
            R"(w.toml:1:1: notify.targets: wants command: its type is "command")");
  EXPECT_EQ(refusal(target("type = 'webhook'\nurl = 'http://a/'")),
            R"(w.toml:1:1: notify.targets: wants secret_file: its type is "webhook")");
  EXPECT_EQ(refusal(target("type = 'alertmanager'")),
            R"(w.toml:1:1: notify.targets: wants url: its type is "alertmanager")");
}

TEST(NotifySection, RefusesKeysThatTheTypeDoesNotUse) {
  EXPECT_THAT(
      refusal(target("type = 'alertmanager'\nurl = 'http://a/'\nsecret_file = '/s'")),
      EndsWith(R"(5:15: notify.targets.secret_file: is not a key of a target of type "alertmanager")"));
  EXPECT_THAT(refusal(target("type = 'command'\ncommand = ['/a']\nurl = 'http://a/'")),
              HasSubstr("targets.url"));
}

TEST(NotifySection, TellsWhatIsWrongWithAUrlWithoutRepeatingIt) {
  for (auto bad : {"ftp://token-7f/", "token-7f", "https://u:token-7f@a/", "https:///token-7f",
                   "http://a/#token-7f", "http://a:0/token-7f", ""}) {
    auto said = refusal(target("type = 'alertmanager'\nurl = '" + std::string{bad} + "'"));
    EXPECT_THAT(said, HasSubstr("w.toml:4:7: notify.targets.url: ")) << bad;
    EXPECT_THAT(said, ::testing::Not(HasSubstr("7f")));
  }
}

TEST(NotifySection, WantsAnAbsoluteProgram) {
  for (auto bad : {"[]", "['tell']", "'/bin/tell'", "['/bin/tell', 3]", "['']"})
    EXPECT_THAT(refusal(target("type = 'command'\ncommand = " + std::string{bad})), HasSubstr("w.toml:4:"))
        << bad;
}

TEST(NotifySection, KnowsItsEvents) {
  EXPECT_THAT(refusal(target("type = 'command'\ncommand = ['/a']\nevents = ['needs_scn']")),
              EndsWith(R"(did you mean "needs_scan"?)"));
  EXPECT_THAT(refusal(target("type = 'command'\ncommand = ['/a']\nevents = ['withdrawn']")),
              HasSubstr("expected"));
}

TEST(NotifySection, NamesEveryTargetOnce) {
  auto one = target("type = 'command'\ncommand = ['/a']\n");
  EXPECT_EQ(refusal(one + one),
            R"(w.toml:6:8: notify.targets.name: found "x" again, expected each name once)");
  EXPECT_THAT(refusal("[[notify.targets]]\nname = 'a b'\ntype = 'command'\ncommand = ['/a']"),
              HasSubstr("2:8: notify.targets.name"));
}

TEST(NotifySection, BoundsTheNumberOfTargets) {
  std::string text;
  for (std::size_t i = 0; i < notify::max_targets; ++i)
    text += "[[notify.targets]]\ntype = 'command'\ncommand = ['/a']\nname = 'x" + std::to_string(i) + "'\n";
  EXPECT_EQ(section_of(text).targets.size(), notify::max_targets);
  EXPECT_THAT(refusal(text + target("type = 'command'\ncommand = ['/a']")),
              HasSubstr("notify.targets: found 17 targets, expected at most 16"));
}

TEST(NotifySection, RefusesUnknownKeys) {
  EXPECT_THAT(refusal("[notify]\nsettel = '1s'"), EndsWith("did you mean notify.settle?"));
  EXPECT_THAT(refusal(target("type = 'command'\ncommand = ['/a']\ninclude_qrs = true")),
              EndsWith("did you mean notify.targets.include_qr?"));
}

struct SecretFile : ::testing::Test {
  std::filesystem::path directory =
      std::filesystem::path{::testing::TempDir()} / ("notify-config-" + std::to_string(::getpid()));

  void SetUp() override { std::filesystem::create_directory(directory); }
  void TearDown() override { std::filesystem::remove_all(directory); }

  std::string load_with_secret(const std::string& secret) {
    std::ofstream{directory / "secret"} << secret;
    std::ofstream{directory / "w.toml"} << target("type = 'webhook'\nurl = 'http://a/'\nsecret_file = '" +
                                                  (directory / "secret").string() + "'");
    auto loaded = load_config(directory / "w.toml");
    return loaded ? "accepted" : loaded.error().context;
  }
};

TEST_F(SecretFile, IsLookedInto) {
  EXPECT_EQ(load_with_secret("0123456789abcdef\n"), "accepted");
  auto said = load_with_secret("too short 7f");
  EXPECT_THAT(said, HasSubstr("w.toml:5:15: notify.targets.secret_file: "));
  EXPECT_THAT(said, EndsWith("holds 12 bytes, expected 16 to 4096"));
}

TEST_F(SecretFile, ThatIsNotThereIsAProblem) {
  std::ofstream{directory / "w.toml"}
      << target("type = 'webhook'\nurl = 'http://a/'\nsecret_file = '/nowhere/x'");
  auto loaded = load_config(directory / "w.toml");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, errc::config_invalid);
  EXPECT_THAT(
      loaded.error().context,
      EndsWith(
          R"(w.toml:5:15: notify.targets.secret_file: "/nowhere/x" cannot be opened: No such file or directory)"));
}

} // namespace
} // namespace weixin::config
