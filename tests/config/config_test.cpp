#include "config/config.hpp"

#include "tests/config/refusal.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

namespace weixin::config {
namespace {

using test::refusal;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::chrono_literals;

server_config accepted(std::string_view text) {
  auto parsed = parse_config(text, "w.toml");
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().context);
  return parsed ? *parsed : server_config{};
}

std::size_t lines_of(const std::string& text) {
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(Config, TakesTheEmptyFileAsTheDefaults) { EXPECT_EQ(accepted(""), server_config{}); }

TEST(Config, ReadsEveryKey) {
  auto c = accepted(R"(
data_dir = "data"
[admin]
socket = "admin.sock"
socket_mode = "0600"
requests_per_second = 5
max_connections = 7
[metrics]
listen = "[::1]:0"
account_label = "off"
[network]
connect_to = "localhost:8443"
ca_file = "ca.pem"
[limits]
logins_per_second = 0.5
reconnects_per_second = 1000
tls_handshakes_per_second = 2.5
max_accounts = 20
[pacing]
profile = "none"
jitter = 0.25
slow_start = "2m"
slow_start_factor = 2
[pacing.text]
interval = 0.5
per_hour = 900
[pacing.friends]
interval = 90
per_hour = 5
[store]
durability = "process"
inbox_age = "1d"
inbox_bytes_per_account = 2097152
outbox_age = "30d"
history_age = "7d"
reserve_bytes = 0
[log]
level = "debug"
format = "json"
file = "weixind.log"
[runtime]
shards = 4
[webwx]
login_host = "login.weixin.qq.com"
entry_host = "web.wechat.com"
user_agent = "Browser/1.0"
push_login = false
extspam_file = "/etc/weixind/extspam"
client_version = "2.1"
[media]
max_file_bytes = 4096
quota_bytes = 20971520
account_quota_bytes = 2097152
max_age = "3d"
[sends]
allowed_paths = ["/srv/outgoing", "/var/lib/reports/"]
max_file_bytes = 104857600
max_spool_bytes = 1073741824
[bots.parrot]
type = "echo"
max_age = "90s"
[defaults]
bots = ["parrot"]
media = "on_demand"
)");
  EXPECT_EQ(c.data_dir, "data");
  EXPECT_EQ(c.admin.socket, "admin.sock");
  EXPECT_EQ(c.admin.socket_mode, 0600U);
  EXPECT_EQ(c.admin.requests_per_second, 5);
  EXPECT_EQ(c.admin.max_connections, 7U);
  EXPECT_EQ(c.metrics.listen, "[::1]:0");
  EXPECT_EQ(c.metrics.account_label, metrics::account_series::off);
  EXPECT_EQ(c.network.connect_to, "localhost:8443");
  EXPECT_EQ(c.network.ca_file, "ca.pem");
  EXPECT_EQ(c.limits.logins_per_second, 0.5);
  EXPECT_EQ(c.limits.reconnects_per_second, 1000);
  EXPECT_EQ(c.limits.tls_handshakes_per_second, 2.5);
  EXPECT_EQ(c.limits.max_accounts, 20U);
  EXPECT_EQ(c.pacing.profile, pacing_profile::none);
  EXPECT_EQ(c.pacing.jitter, 0.25);
  EXPECT_EQ(c.pacing.slow_start, 2min);
  EXPECT_EQ(c.pacing.slow_start_factor, 2);
  EXPECT_EQ(c.pacing.of(paced_operation::text), (pacing_budget{500ms, 900}));
  EXPECT_EQ(c.pacing.of(paced_operation::friends), (pacing_budget{90s, 5}));
  EXPECT_EQ(c.pacing.of(paced_operation::groups), (pacing_budget{30s, 20})) << "what is not said stays";
  EXPECT_EQ(c.store.survives, durability::process);
  EXPECT_EQ(c.store.inbox_age, 24h);
  EXPECT_EQ(c.store.inbox_bytes_per_account, 2'097'152U);
  EXPECT_EQ(c.store.outbox_age, 24h * 30);
  EXPECT_EQ(c.store.history_age, 24h * 7);
  EXPECT_EQ(c.store.reserve_bytes, 0U);
  EXPECT_EQ(c.log.level, log_level::debug);
  EXPECT_EQ(c.log.format, log_format::json);
  EXPECT_EQ(c.log.file, "weixind.log");
  EXPECT_EQ(c.shards, 4U);
  EXPECT_EQ(c.webwx.login_host, "login.weixin.qq.com");
  EXPECT_EQ(c.webwx.entry_host, "web.wechat.com");
  EXPECT_EQ(c.webwx.user_agent, "Browser/1.0");
  EXPECT_FALSE(c.webwx.push_login);
  EXPECT_EQ(c.media.policy, media_policy::on_demand);
  EXPECT_EQ(c.media.max_file_bytes, 4096U);
  EXPECT_EQ(c.media.quota_bytes, 20'971'520U);
  EXPECT_EQ(c.media.account_quota_bytes, 2'097'152U);
  EXPECT_EQ(c.media.max_age, 24h * 3);
  EXPECT_THAT(c.sends.allowed_paths, ElementsAre("/srv/outgoing", "/var/lib/reports/"));
  EXPECT_EQ(c.sends.max_file_bytes, 104857600U);
  EXPECT_EQ(c.sends.max_spool_bytes, 1073741824U);
  EXPECT_EQ(c.webwx.extspam_file, "/etc/weixind/extspam");
  EXPECT_EQ(c.webwx.client_version, "2.1");
  ASSERT_EQ(c.bots.size(), 1U);
  EXPECT_EQ(c.bots[0].name, "parrot");
  EXPECT_EQ(c.bots[0].type, "echo");
  EXPECT_EQ(c.bots[0].max_age, std::chrono::seconds{90});
  EXPECT_THAT(c.default_bots, ElementsAre("parrot"));
  EXPECT_THAT(c.notes, IsEmpty());
}

// -- what a refusal says
// ------------------------------------------------------------------------------------------

TEST(Config, WantsTheDesktopClientsTokenWhereItIsTheDefault) {
  EXPECT_THAT(refusal("[defaults]\nlogin = 'desktop'"), HasSubstr("webwx.extspam_file"));
  EXPECT_THAT(refusal("[defaults]\nlogin = 'phone'"), HasSubstr("defaults.login"));
  auto c = parse_config("[webwx]\nextspam_file = '/e'\n[defaults]\nlogin = 'web_then_desktop'", "w.toml");
  ASSERT_TRUE(c) << c.error().context;
  EXPECT_EQ(c->default_login, webwx::login_choice::web_then_desktop);
}

TEST(Config, TellsPlaceKeyFindingAndExpectation) {
  EXPECT_EQ(refusal("[limits]\nlogins_per_second = \"ten\"\n"),
            "w.toml:2:21: limits.logins_per_second: found \"ten\", expected a number from 0.01 to 100000");
}

TEST(Config, TellsAllProblemsInTheOrderOfTheFile) {
  auto said = refusal(R"(data_dir = 3
[store]
durability = "never"
[limits]
max_acounts = 5
reconnects_per_second = -1
[admin]
socket = ""
)");
  EXPECT_EQ(said, R"(w.toml:1:12: data_dir: found 3, expected a path
w.toml:3:14: store.durability: found "never", expected "power" or "process"
w.toml:5:1: limits.max_acounts: unknown key, did you mean limits.max_accounts?
w.toml:6:25: limits.reconnects_per_second: found -1, expected a number from 0.01 to 100000
w.toml:8:10: admin.socket: found "", expected a path of at most 107 bytes)");
}

TEST(Config, ListsAtMostFiftyProblems) {
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += "unknown-" + std::to_string(i) + " = 1\n";
  auto said = refusal(text);
  EXPECT_EQ(lines_of(said), 51U);
  EXPECT_THAT(said, EndsWith("\nand 10 more"));
}

TEST(Config, TellsWhereATextIsNotToml) {
  EXPECT_THAT(refusal("[limits]\nmax_accounts = = 3\n"), StartsWith("w.toml:2:16: not TOML: "));
  EXPECT_THAT(refusal("data_dir = \"a\"\ndata_dir = \"b\"\n"), StartsWith("w.toml:2:"));
  EXPECT_THAT(refusal("data_dir = \"\xff\""), HasSubstr("not TOML"));
  EXPECT_EQ(lines_of(refusal("[limits\n")), 1U);
}

TEST(Config, RefusesADocumentThatIsNestedWithoutEnd) {
  EXPECT_THAT(refusal("x = " + std::string(100'000, '[')), HasSubstr("not TOML"));
}

TEST(Config, RefusesANameOfEndlessParts) {
  for (std::string part : {"a", "'a=b'", "\"a\\\"b\"", " a-1\t"}) {
    auto name = part;
    for (int i = 0; i < 100'000; ++i)
      name += "." + part;
    for (const auto& text : {name + " = 1", "[" + name + "]", "x = [\n{" + name + " = 1}]"})
      EXPECT_THAT(refusal(text), HasSubstr("a name of more than 16 parts"));
  }
  EXPECT_THAT(refusal("\n x = {a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = 1}"), StartsWith("w.toml:2:7: "));
}

TEST(Config, TakesTheDeepestDocumentItLetsThrough) {
  std::string name = "a";
  for (int i = 0; i < 15; ++i)
    name += ".a";
  std::string text = name + " = ";
  for (int i = 0; i < 250; ++i)
    text += "{" + name + " = ";
  text += "1" + std::string(250, '}');
  EXPECT_THAT(refusal(text), HasSubstr("unknown key"));
}

TEST(Config, TakesATextWithManyDots) {
  auto dots = "Menu" + std::string(500, '.') + " 3. One. Two. Three words. 1.2.3.4 ...";
  std::string sentences;
  for (int i = 0; i < 50; ++i)
    sentences += "It is so. ";
  EXPECT_TRUE(parse_config("data_dir = '" + dots + sentences + "'", "w.toml"));
}

TEST(Config, NeverFallsOverADamagedFile) {
  std::ifstream shipped{WEIXIN_SHIPPED_CONFIG};
  const std::string good{std::istreambuf_iterator<char>{shipped}, {}};
  ASSERT_FALSE(good.empty());
  std::minstd_rand random{7};
  int refused = 0;
  for (int i = 0; i < 3'000; ++i) {
    auto text = good;
    for (auto edits = 1 + random() % 4; edits > 0; --edits) {
      auto at = random() % text.size();
      if (auto kind = random() % 3; kind == 0)
        text[at] = static_cast<char>(random() % 256);
      else if (kind == 1)
        text.erase(at, random() % 200);
      else
        text.insert(at, text.substr(random() % text.size(), random() % 200));
    }
    auto parsed = parse_config(text, "w.toml");
    if (parsed) continue;
    ++refused;
    EXPECT_EQ(parsed.error().code, errc::config_invalid);
    EXPECT_THAT(parsed.error().context, StartsWith("w.toml:"));
  }
  EXPECT_GT(refused, 500);
}

TEST(Config, EscapesAndCutsWhatItFound) {
  EXPECT_THAT(refusal("data_dir = \"a\\u001b[31m\""), HasSubstr(R"(found "a\u001b[31m", expected)"));
  auto said = refusal("[pacing]\nprofile = \"" + std::string(5'000, 'x') + "\"");
  EXPECT_LT(said.size(), 200U);
  EXPECT_THAT(said, HasSubstr("xxx\"..."));
  EXPECT_THAT(refusal("\"a\\u001bb.c\" = 1"), HasSubstr(R"("a\u001bb.c": unknown key)"));
}

TEST(Config, CutsBetweenCharactersOnly) {
  std::string text = "a";
  for (int i = 0; i < 100; ++i)
    text += "\u4f60";
  auto parsed = parse_config("[pacing]\nprofile = \"" + text + "\"", "w.toml");
  EXPECT_THAT(parsed.error().context, HasSubstr("\u4f60\"..., expected"));
}

TEST(Config, NamesTheTypeOfWhatItFound) {
  EXPECT_THAT(refusal("data_dir = 1.5"), HasSubstr("found 1.5"));
  EXPECT_THAT(refusal("data_dir = true"), HasSubstr("found true"));
  EXPECT_THAT(refusal("data_dir = []"), HasSubstr("found an array"));
  EXPECT_THAT(refusal("[data_dir]"), HasSubstr("found a table"));
  EXPECT_THAT(refusal("data_dir = 2026-01-31"), HasSubstr("found a date or time"));
  EXPECT_THAT(refusal("limits = 3"), HasSubstr("limits: found 3, expected a table"));
  EXPECT_THAT(refusal("[[limits]]"), HasSubstr("limits: found an array, expected a table"));
}

// -- hints for unknown keys
// ---------------------------------------------------------------------------------------

TEST(Config, GuessesAMisspeltKey) {
  EXPECT_EQ(refusal("[admin]\nsokcet = 'x'"),
            "w.toml:2:1: admin.sokcet: unknown key, did you mean admin.socket?");
  EXPECT_EQ(refusal("[limit]"), "w.toml:1:2: limit: unknown key, did you mean limits?");
}

TEST(Config, GuessesTheTableOfAKeyThatStandsElsewhere) {
  EXPECT_THAT(refusal("socket = 'x'"), EndsWith("socket: unknown key, did you mean admin.socket?"));
  EXPECT_THAT(refusal("[limits]\nshards = 3"), EndsWith("did you mean runtime.shards?"));
}

TEST(Config, GuessesNothingWhenNothingIsNear) {
  EXPECT_THAT(refusal("weather = 'fine'"), EndsWith("weather: unknown key"));
}

TEST(Config, GuessesAMisspeltWord) {
  EXPECT_THAT(refusal("[pacing]\nprofile = 'conservativ'"), EndsWith("did you mean \"conservative\"?"));
}

// -- single keys
// --------------------------------------------------------------------------------------------------

TEST(Config, BoundsTheLengthOfTheAdminSocket) {
  EXPECT_EQ(accepted("[admin]\nsocket = \"" + std::string(107, 'a') + "\"").admin.socket.size(), 107U);
  EXPECT_THAT(refusal("[admin]\nsocket = \"" + std::string(108, 'a') + "\""), HasSubstr("at most 107 bytes"));
}

TEST(Config, RefusesAPathWithAControlCharacter) {
  for (auto key : {"data_dir = ", "[admin]\nsocket = ", "[log]\nfile = ", "[network]\nca_file = "})
    EXPECT_THAT(refusal(std::string{key} + R"("a\u0000b")"), HasSubstr("expected")) << key;
}

TEST(Config, RefusesASocketModeThatOthersProfitFrom) {
  for (auto mode :
       {"'0666'", "'0661'", "'0400'", "'1660'", "'rw'", "''", "'06600'", "'-660'", "0o660", "660"})
    EXPECT_THAT(refusal(std::string{"[admin]\nsocket_mode = "} + mode), HasSubstr("octal mode")) << mode;
  EXPECT_EQ(accepted("[admin]\nsocket_mode = '770'").admin.socket_mode, 0770U);
}

TEST(Config, WantsAnAddressForTheMetrics) {
  for (auto listen :
       {"localhost:9464", "127.0.0.1", "9464", ":9464", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x",
        "u@127.0.0.1:1", "::1:9464", "[::1]", "127.0.0.1:1/x", "300.0.0.1:1", "", "127.0.0.1:-1"})
    EXPECT_THAT(refusal("[metrics]\nlisten = '" + std::string{listen} + "'"), HasSubstr("metrics.listen"))
        << listen;
}

TEST(Config, AllowsMetricsBeyondLoopbackWithANote) {
  EXPECT_THAT(
      accepted("[metrics]\nlisten = '0.0.0.0:9464'").notes,
      ElementsAre(
          "metrics.listen: whoever reaches 0.0.0.0:9464 can read the metrics, with the accounts' names"));
  EXPECT_THAT(accepted("[metrics]\nlisten = '[::]:1'\naccount_label = 'off'").notes,
              ElementsAre(Not(HasSubstr("names"))));
  EXPECT_THAT(accepted("[metrics]\nlisten = '127.8.9.1:1'").notes, IsEmpty());
  EXPECT_THAT(accepted("[metrics]\nlisten = '[::1]:1'").notes, IsEmpty());
}

TEST(Config, HasSeriesOfAccountsAsLongAsThereAreNotTooManyUnlessSaidOtherwise) {
  using metrics::account_series;
  EXPECT_EQ(accepted("").metrics.account_label, account_series::automatic);
  for (auto [word, meaning] : {std::pair{"auto", account_series::automatic},
                               {"full", account_series::full},
                               {"off", account_series::off}})
    EXPECT_EQ(accepted("[metrics]\naccount_label = '" + std::string{word} + "'").metrics.account_label,
              meaning);
  EXPECT_THAT(refusal("[metrics]\naccount_label = true"), HasSubstr("metrics.account_label"));
  EXPECT_THAT(refusal("[metrics]\naccount_label = 'top_n'"), HasSubstr("metrics.account_label"));
}

TEST(Config, WantsAHostAndAPortToConnectTo) {
  for (auto to : {"localhost:8443", "127.0.0.1:1", "[::1]:65535", "sim.example:443", ""})
    EXPECT_EQ(accepted("[network]\nconnect_to = '" + std::string{to} + "'").network.connect_to, to);
  for (auto to : {"localhost", "localhost:0", "localhost:65536", ":8443", "https://localhost:8443", "a@b:1",
                  "a b:1", "::1:8443"})
    EXPECT_THAT(refusal("[network]\nconnect_to = '" + std::string{to} + "'"), HasSubstr("network.connect_to"))
        << to;
}

TEST(Config, BoundsItsNumbers) {
  for (auto bad : {"0", "0.001", "-1", "100001", "nan", "inf", "true", "'10'"})
    EXPECT_THAT(refusal("[limits]\nlogins_per_second = " + std::string{bad}), HasSubstr("a number from"))
        << bad;
  for (auto bad : {"0", "100001", "1.5", "9223372036854775807"})
    EXPECT_THAT(refusal("[limits]\nmax_accounts = " + std::string{bad}), HasSubstr("a whole number from"))
        << bad;
  EXPECT_THAT(refusal("[runtime]\nshards = 257"), HasSubstr("from 0 to 256"));
  EXPECT_THAT(refusal("[media]\nmax_file_bytes = 1"), HasSubstr("from 1024 to 1073741824"));
}

TEST(Config, KnowsWhatOfMediaMayBeFetched) {
  EXPECT_EQ(accepted("").media.policy, media_policy::images_and_voices);
  EXPECT_EQ(accepted("[defaults]\nmedia = 'all'").media.policy, media_policy::all);
  EXPECT_THAT(refusal("[defaults]\nmedia = 'some'"), HasSubstr("defaults.media"));
  EXPECT_THAT(refusal("[media]\nquota_bytes = 1000"), HasSubstr("media.quota_bytes"));
  EXPECT_THAT(refusal("[media]\nmax_age = '1m'"), HasSubstr("media.max_age"));
}

TEST(Config, SendsFilesOnlyFromAbsoluteDirectories) {
  for (const char* bad : {"['outgoing']", "['/srv/../etc']", "['/srv/..']", "['']", "[7]", "'/srv'"})
    EXPECT_THAT(refusal("[sends]\nallowed_paths = " + std::string{bad}), HasSubstr("sends.allowed_paths"))
        << bad;
  EXPECT_THAT(refusal("[sends]\nmax_file_bytes = 1"), HasSubstr("from 1024 to 1073741824"));
}

TEST(Config, KnowsTheHostsOfWeixinOnly) {
  EXPECT_THAT(refusal("[webwx]\nlogin_host = 'login.example.org'"), HasSubstr("webwx.login_host"));
  EXPECT_THAT(refusal("[webwx]\nentry_host = 'wx.qq.com.example.org'"), HasSubstr("webwx.entry_host"));
}

TEST(Config, RefusesAUserAgentThatWouldBreakAHeader) {
  for (auto bad : {R"("a\r\nX: y")", R"("")", R"(" a")", R"("a ")", R"("caf\u00e9")"})
    EXPECT_THAT(refusal(std::string{"[webwx]\nuser_agent = "} + bad), HasSubstr("webwx.user_agent")) << bad;
  EXPECT_THAT(refusal("[webwx]\nuser_agent = '" + std::string(513, 'a') + "'"), HasSubstr("1 to 512"));
}

// -- files
// --------------------------------------------------------------------------------------------------------

struct ConfigFile : ::testing::Test {
  std::filesystem::path path = std::filesystem::path{::testing::TempDir()} /
                               ("weixind-config-test-" + std::to_string(::getpid()) + ".toml");

  void write(const std::string& text) const { std::ofstream{path, std::ios::binary} << text; }
  void TearDown() override { std::filesystem::remove(path); }
};

TEST_F(ConfigFile, IsReadFromItsPath) {
  write("data_dir = \"here\"");
  auto loaded = load_config(path);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->data_dir, "here");
}

TEST_F(ConfigFile, IsNamedInItsProblems) {
  write("data_dir = 1");
  EXPECT_THAT(load_config(path).error().context, StartsWith(path.string() + ":1:12: data_dir"));
}

TEST_F(ConfigFile, IsAClearErrorWhenMissing) {
  auto loaded = load_config(path);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, errc::config_invalid);
  EXPECT_EQ(loaded.error().context, path.string() + ": cannot be opened: No such file or directory");
}

TEST_F(ConfigFile, IsAClearErrorWhenItIsADirectory) {
  auto loaded = load_config(::testing::TempDir());
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().context, EndsWith("Is a directory"));
}

TEST_F(ConfigFile, IsRefusedWhenTooLarge) {
  write(std::string(max_file_bytes, '\n'));
  EXPECT_TRUE(load_config(path));
  write(std::string(max_file_bytes + 1, '\n'));
  EXPECT_THAT(load_config(path).error().context, HasSubstr("is larger than 1048576 bytes"));
}

TEST_F(ConfigFile, MayStartWithAByteOrderMark) {
  write("\xEF\xBB\xBF"
        "data_dir = \"here\"");
  EXPECT_TRUE(load_config(path));
}

TEST(Config, KeepsIdempotencyKeysForAWeekAtLeast) {
  EXPECT_THAT(refusal("[store]\noutbox_age = \"6d\""), HasSubstr("store.outbox_age"));
}

} // namespace
} // namespace weixin::config
