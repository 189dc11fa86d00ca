// [[account]]: what an operator declares of accounts.
#include "config/config.hpp"

#include "tests/config/refusal.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace weixin::config {
namespace {

using supervisor::account_change;
using supervisor::wanted_account;
using test::refusal;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using names = std::vector<std::string>;

constexpr const char* bots = "[bots.echo]\ntype = 'echo'\n[bots.faq]\ntype = 'echo'\n";

std::vector<wanted_account> accepted(const std::string& text) {
  auto parsed = parse_config(bots + text, "w.toml");
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().context);
  return parsed ? parsed->accounts : std::vector<wanted_account>{};
}
std::string refused(const std::string& text) { return refusal(bots + text); }

TEST(AccountSection, IsEmptyByDefault) { EXPECT_THAT(accepted(""), IsEmpty()); }

TEST(AccountSection, NamesNothingButWhatTheFileNames) {
  EXPECT_THAT(accepted("[[account]]\nname = 'shop-01'"), ElementsAre(wanted_account{"shop-01", "", {}, {}}));
}

TEST(AccountSection, ReadsEveryKey) {
  auto read = accepted("[webwx]\nextspam_file = '/e'\n[[account]]\nname = 'shop-01'\nkind = 'webwx'\n"
                       "bots = ['faq', 'echo']\nmedia = 'all'\nlogin = 'desktop'\nproxy = 'http://proxy:1'\n"
                       "desired = 'paused'\n[[account]]\nname = 'shop-02'\nbots = []\nproxy = ''");
  account_change what{names{"faq", "echo"}, store::media_policy::all, webwx::login_choice::desktop,
                      secret{"http://proxy:1"}};
  EXPECT_THAT(read, ElementsAre(wanted_account{"shop-01", "webwx", what, store::desired_state::paused},
                                wanted_account{"shop-02", "", {.bots = names{}, .proxy = secret{}}, {}}));
}

TEST(AccountSection, TellsTheLineAndTheKeyOfEveryMistake) {
  auto text = refused("[[account]]\nname = 'Shop'\nbots = ['ecko']\nmedia = 'some'\ndesired = 'off'\n"
                      "kind = 'ilink'\nlogin = 'phone'\nbot = 'echo'\n[[account]]\nbots = 'echo'\n");
  EXPECT_THAT(text, HasSubstr("w.toml:6:8: account.name: found \"Shop\", expected 1 to 63 of a-z"));
  EXPECT_THAT(text,
              HasSubstr("w.toml:7:9: account.bots: found \"ecko\", expected \"echo\" or \"faq\"; did you "
                        "mean \"echo\"?"));
  EXPECT_THAT(text, HasSubstr("w.toml:8:9: account.media: "));
  EXPECT_THAT(text, HasSubstr("w.toml:9:11: account.desired: "));
  EXPECT_THAT(text, HasSubstr("w.toml:10:8: account.kind: "));
  EXPECT_THAT(text, HasSubstr("w.toml:11:9: account.login: "));
  EXPECT_THAT(text, HasSubstr("w.toml:12:1: account.bot: unknown key, did you mean account.bots?"));
  EXPECT_THAT(text, HasSubstr("account: has no name"));
  EXPECT_THAT(text, HasSubstr("account.bots: found \"echo\", expected an array"));
}

TEST(AccountSection, RefusesASecondAccountOfTheSameName) {
  EXPECT_THAT(refused("[[account]]\nname = 'a'\n[[account]]\nname = 'a'"),
              HasSubstr("w.toml:8:8: account.name: found \"a\", which an account above is called already"));
}

TEST(AccountSection, RefusesMoreAccountsThanThereMayBe) {
  EXPECT_THAT(refused("[limits]\nmax_accounts = 1\n[[account]]\nname = 'a'\n[[account]]\nname = 'b'"),
              HasSubstr("found 2 accounts, and limits.max_accounts is 1"));
}

TEST(AccountSection, WantsTheTokenOfTheDesktopClient) {
  EXPECT_THAT(refused("[[account]]\nname = 'a'\nlogin = 'desktop'"),
              HasSubstr("account.login: the desktop client needs webwx.extspam_file"));
}

TEST(AccountSection, NeverRepeatsAProxy) {
  for (const std::string url :
       {"http://anna:canary-password@proxy:1", "canary-password", "ftp://canary-password:1"}) {
    auto text = refused("[[account]]\nname = 'a'\nproxy = '" + url + "'");
    EXPECT_THAT(text, HasSubstr("account.proxy: "));
    EXPECT_THAT(text, Not(HasSubstr("canary")));
  }
  EXPECT_THAT(refused("[[account]]\nname = 'a'\nproxy = 7"), HasSubstr("account.proxy: expected a string"));
}

TEST(AccountSection, RefusesAProxyBesideItsFile) {
  EXPECT_THAT(refused("[[account]]\nname = 'a'\nproxy = 'http://proxy:1'\nproxy_file = 'p'"),
              HasSubstr("account.proxy_file: stands beside proxy: name one"));
}

TEST(AccountSection, IsNoTableOfItsOwn) {
  EXPECT_THAT(refused("[account]\nname = 'a'"), HasSubstr("expected tables, each under [[account]]"));
  EXPECT_THAT(refusal("account = 7"), HasSubstr("expected tables, each under [[account]]"));
}

struct ProxyFile : ::testing::Test {
  std::filesystem::path directory =
      std::filesystem::path{::testing::TempDir()} / ("account-section-" + std::to_string(::getpid()));

  ProxyFile() { std::filesystem::create_directories(directory); }
  ~ProxyFile() override { std::filesystem::remove_all(directory); }

  result<server_config> load(const std::string& proxy) {
    std::ofstream{directory / "proxy.txt"} << proxy;
    std::ofstream{directory / "w.toml"} << "[[account]]\nname = 'a'\nproxy_file = '"
                                        << (directory / "proxy.txt").string() << "'\n";
    return load_config(directory / "w.toml");
  }
};

TEST_F(ProxyFile, HoldsTheUrlInItsFirstLine) {
  auto loaded = load("http://anna:canary-password@proxy:1\nand more\n");
  ASSERT_TRUE(loaded) << loaded.error().context;
  EXPECT_EQ(loaded->accounts.at(0).what.proxy, secret{"http://anna:canary-password@proxy:1"});
}

TEST_F(ProxyFile, IsRefusedWithoutItsTextWhenItHoldsNoUrl) {
  for (const std::string text : {"", "\nhttp://proxy:1", "canary", "http://canary@"}) {
    auto loaded = load(text);
    ASSERT_FALSE(loaded) << text;
    EXPECT_THAT(loaded.error().context, HasSubstr("account.proxy_file: "));
    EXPECT_THAT(loaded.error().context, Not(HasSubstr("canary")));
  }
  EXPECT_THAT(load(std::string(4096, 'x')).error().context, HasSubstr("is larger than 2048 bytes"));
}

TEST_F(ProxyFile, IsRefusedWhenItIsMissing) {
  std::ofstream{directory / "w.toml"} << "[[account]]\nname = 'a'\nproxy_file = '/nowhere/at/all'\n";
  EXPECT_THAT(
      load_config(directory / "w.toml").error().context,
      HasSubstr("w.toml:3:14: account.proxy_file: \"/nowhere/at/all\" cannot be opened: No such file"));
}

} // namespace
} // namespace weixin::config
