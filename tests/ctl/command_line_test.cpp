#include "ctl/command_line.hpp"

#include "ctl/access_grammar.hpp"
#include "version.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

namespace weixin::ctl {
namespace {

using namespace std::chrono_literals;
using strings = std::vector<std::string>;

invocation understood(const strings& arguments) {
  auto parsed = parse_command_line(arguments);
  if (auto* i = std::get_if<invocation>(&parsed)) return *i;
  ADD_FAILURE() << std::get<early_exit>(parsed).err;
  return {};
}

template <class Verb>
Verb verb(const strings& arguments) {
  auto i = understood(arguments);
  if (auto* v = std::get_if<Verb>(&i.what)) return *v;
  ADD_FAILURE() << "another verb";
  return {};
}

early_exit refused(const strings& arguments) {
  auto parsed = parse_command_line(arguments);
  if (auto* e = std::get_if<early_exit>(&parsed)) return *e;
  ADD_FAILURE() << "was understood";
  return {};
}

TEST(CommandLine, ReadsAccountAdd) {
  auto add =
      verb<account_add>({"account", "add", "shop-01", "--bot", "echo", "--bot", "b2", "--kind", "webwx"});
  EXPECT_EQ(add.name, "shop-01");
  EXPECT_EQ(add.bots, (strings{"echo", "b2"}));
  EXPECT_EQ(add.kind, "webwx");
  EXPECT_FALSE(add.no_wait);
  EXPECT_TRUE(verb<account_add>({"account", "add", "--no-wait", "--bot", "echo", "shop-01"}).no_wait);
}

TEST(CommandLine, TakesOneNameForEachBotOption) {
  EXPECT_EQ(verb<account_add>({"account", "add", "--bot", "echo", "shop-01"}).name, "shop-01");
}

TEST(CommandLine, ReadsTheVerbsOfAnAccount) {
  for (const char* name : {"pause", "resume", "restart", "logout"}) {
    auto v = verb<account_verb>({"account", name, "shop-01"});
    EXPECT_EQ(v.verb, name);
    EXPECT_EQ(v.name, "shop-01");
  }
  EXPECT_TRUE(verb<account_relogin>({"account", "relogin", "shop-01", "--no-wait"}).no_wait);
  EXPECT_TRUE(verb<account_remove>({"account", "remove", "shop-01", "--yes"}).yes);
  EXPECT_EQ(verb<account_qr>({"account", "qr", "shop-01", "--png", "-"}).png_file, "-");
}

TEST(CommandLine, TakesTheWayOfAnAccount) {
  auto way = verb<account_add>({"account", "add", "a", "--login", "desktop", "--proxy-file", "p.txt"}).way;
  EXPECT_EQ(way.login, "desktop");
  EXPECT_EQ(way.proxy_file, "p.txt");
  auto set = verb<account_set>({"account", "set", "a", "--proxy", "socks5://127.0.0.1:1080"});
  EXPECT_EQ(set.way.proxy, "socks5://127.0.0.1:1080");
  EXPECT_FALSE(set.bots) << "they stay as they are";
  EXPECT_TRUE(verb<account_set>({"account", "set", "a", "--no-proxy"}).way.no_proxy);
  for (const strings& wrong : {strings{"--login", "phone"}, strings{"--proxy", "http://a:1", "--no-proxy"},
                               strings{"--proxy", "http://a:1", "--proxy-file", "f"}}) {
    strings line{"account", "set", "a"};
    line.insert(line.end(), wrong.begin(), wrong.end());
    EXPECT_EQ(refused(line).code, exit_code::usage) << wrong[0];
  }
}

TEST(CommandLine, WantsAProxysPasswordInAFileWhereNobodyElseSeesIt) {
  auto no = refused({"account", "set", "a", "--proxy", "http://anna:canary@proxy.example.com:1"});
  EXPECT_EQ(no.code, exit_code::usage);
  EXPECT_NE(no.err.find("--proxy-file"), std::string::npos) << no.err;
  EXPECT_EQ(no.err.find("canary"), std::string::npos) << no.err;
}

TEST(CommandLine, WantsSomethingToSetForAccountSet) {
  EXPECT_EQ(verb<account_set>({"account", "set", "shop-01", "--bot", "echo"}).bots, strings{"echo"});
  EXPECT_EQ(verb<account_set>({"account", "set", "shop-01", "--no-bots"}).bots, strings{});
  EXPECT_FALSE(verb<account_set>({"account", "set", "shop-01", "--media", "all"}).bots) << "they stay";
  EXPECT_EQ(verb<account_set>({"account", "set", "shop-01", "--media", "all"}).media, "all");
  EXPECT_EQ(refused({"account", "set", "shop-01"}).code, exit_code::usage);
  EXPECT_EQ(refused({"account", "set", "shop-01", "--bot", "echo", "--no-bots"}).code, exit_code::usage);
}

TEST(CommandLine, ReadsTheVerbsOfTheOutbox) {
  auto list = verb<outbox_list>({"outbox", "list", "shop-01", "--state", "unknown", "--after", "s-1"});
  EXPECT_EQ(list.name, "shop-01");
  EXPECT_EQ(list.state, "unknown");
  EXPECT_EQ(list.after, "s-1");
  EXPECT_EQ(list.limit, 100U);
  EXPECT_EQ(verb<outbox_show>({"outbox", "show", "shop-01", "s-1"}).id, "s-1");
  for (const char* name : {"cancel", "retry"})
    EXPECT_EQ(verb<outbox_verb>({"outbox", name, "shop-01", "s-1"}).verb, name);
  auto settle = verb<outbox_verb>({"outbox", "settle", "shop-01", "s-1", "refused"});
  EXPECT_EQ(settle.verb, "settle");
  EXPECT_EQ(settle.id, "s-1");
  EXPECT_EQ(settle.outcome, "refused");
}

TEST(CommandLine, ReadsHowLongALinkIsShared) {
  EXPECT_EQ(verb<account_share>({"account", "share", "shop-01"}).expires_in, 0U);
  EXPECT_EQ(verb<account_share>({"account", "share", "shop-01", "--expires-in", "86400"}).expires_in,
            86'400U);
  for (const char* wrong : {"0", "86401", "-1", "soon"})
    EXPECT_EQ(refused({"account", "share", "shop-01", "--expires-in", wrong}).code, exit_code::usage);
}

TEST(CommandLine, ReadsMessagesAndHistory) {
  auto messages = verb<list_messages>(
      {"messages", "shop-01", "--with", "Lin", "--after", "7", "--limit", "5", "--follow"});
  EXPECT_EQ(messages.with, "Lin");
  EXPECT_EQ(messages.after, "7");
  EXPECT_EQ(messages.limit, 5U);
  EXPECT_TRUE(messages.follow);
  EXPECT_EQ(verb<account_history>({"account", "history", "shop-01", "--limit", "9"}).limit, 9U);
}

TEST(CommandLine, ReadsHowASendMayEnd) {
  auto send = verb<send_message>(
      {"send", "a", "filehelper", "x", "--key", "k", "--expires-in", "604800", "--on-unknown", "resend"});
  EXPECT_EQ(send.idempotency_key, "k");
  EXPECT_EQ(send.expires_in, 604'800U);
  EXPECT_EQ(send.on_unknown, "resend");
  EXPECT_EQ(verb<send_message>({"send", "a", "b", "x", "--idempotency-key", "k"}).idempotency_key, "k");
}

TEST(CommandLine, ReadsTheVerbsOfTheStore) {
  EXPECT_EQ(verb<backup_store>({"backup", "w.db"}).file, "w.db");
  verb<check_store>({"store", "check"});
}

TEST(CommandLine, ReadsTheVerbOfNotifications) {
  EXPECT_EQ(verb<notify_test>({"notify", "test"}).target, "");
  EXPECT_EQ(verb<notify_test>({"notify", "test", "web"}).target, "web");
}

TEST(CommandLine, TakesNamesOfVerbsAsText) {
  auto send = verb<send_message>({"send", "shop-01", "filehelper", "send", "account", "status"});
  EXPECT_EQ(send.words, (strings{"send", "account", "status"}));
}

TEST(CommandLine, TakesDashesAsTextAfterTwoDashes) {
  auto i = understood({"send", "shop-01", "filehelper", "-o", "json", "--", "-5", "--wait", "-o"});
  EXPECT_EQ(std::get<send_message>(i.what).words, (strings{"-5", "--wait", "-o"}));
  EXPECT_EQ(i.output, output_format::json);
  EXPECT_FALSE(std::get<send_message>(i.what).wait);
}

TEST(CommandLine, TakesASingleDashAsText) {
  EXPECT_EQ(verb<send_message>({"send", "shop-01", "filehelper", "-"}).words, strings{"-"});
}

TEST(CommandLine, TakesCommonOptionsBeforeAndAfterTheVerb) {
  EXPECT_EQ(understood({"-o", "wide", "account", "list"}).output, output_format::wide);
  EXPECT_EQ(understood({"account", "list", "-o", "name"}).output, output_format::name);
  EXPECT_EQ(understood({"account", "list", "--socket", "/tmp/x"}).socket, "/tmp/x");
  EXPECT_EQ(understood({"status", "--timeout", "0.5"}).timeout, 500ms);
  EXPECT_TRUE(understood({"account", "list", "--watch"}).watch);
  EXPECT_EQ(understood({"status", "--color", "never"}).colour, colour_choice::never);
}

TEST(CommandLine, HasTheDocumentedSocketAsDefault) {
  EXPECT_EQ(understood({"status"}).socket, "/run/weixind/admin.sock");
}

TEST(CommandLine, RefusesASocketPathThatIsTooLong) {
  EXPECT_EQ(understood({"status", "--socket", "/" + std::string(106, 'x')}).socket.size(), 107U);
  auto e = refused({"status", "--socket", "/" + std::string(107, 'x')});
  EXPECT_EQ(e.code, exit_code::usage);
  EXPECT_NE(e.err.find("108 bytes"), std::string::npos) << e.err;
  EXPECT_NE(e.err.find("at most 107"), std::string::npos) << e.err;
}

TEST(CommandLine, ReadsTheVerbsOfAccess) {
  auto create = verb<token_create>({"token", "create", "shop", "--scope", "operator", "--account", "shop-01",
                                    "--account", "shop-02", "--expires-in", "90d"});
  EXPECT_EQ(create.name, "shop");
  EXPECT_EQ(create.scope, "operator");
  EXPECT_EQ(create.accounts, (strings{"shop-01", "shop-02"}));
  EXPECT_EQ(create.expires_in, 90u * 86'400);
  EXPECT_EQ(verb<token_create>({"token", "create", "x", "--scope", "read", "--expires-in", "60"}).expires_in,
            60u);
  verb<token_list>({"token", "list"});
  EXPECT_EQ(verb<token_revoke>({"token", "revoke", "t-1"}).id, "t-1");
  EXPECT_EQ(verb<show_audit>({"audit", "--after", "7", "--limit", "3"}).limit, 3u);
  EXPECT_EQ(verb<console_link>({"console", "--scope", "read"}).scope, "read");
}

TEST(CommandLine, TakesAServerByUrl) {
  auto i = understood({"--url", "https://a:1", "--token-file", "f", "--ca-file", "ca.pem", "status"});
  EXPECT_EQ(i.url, "https://a:1");
  EXPECT_EQ(i.token_file, "f");
  EXPECT_EQ(i.ca_file, "ca.pem");
  EXPECT_FALSE(i.plain_http);
  EXPECT_EQ(understood({"--url", "http://a:1", "--token", "wxd_x", "status"}).token.reveal(), "wxd_x");
  EXPECT_TRUE(understood({"status"}).url.empty());
}

TEST(CommandLine, LetsWhatIsTypedWinOverTheEnvironment) {
  ::setenv("WEIXIND_URL", "https://a:1", 1);
  ::setenv("WEIXIND_TOKEN", "wxd_of_environment", 1);
  auto by_environment = understood({"status"});
  auto with_token = understood({"--token", "wxd_typed", "status"});
  auto with_file = understood({"--token-file", "f", "status"});
  auto by_socket = understood({"--socket", "/tmp/s", "status"});
  ::unsetenv("WEIXIND_URL");
  ::unsetenv("WEIXIND_TOKEN");
  EXPECT_EQ(by_environment.url, "https://a:1");
  EXPECT_EQ(by_environment.token.reveal(), "wxd_of_environment");
  EXPECT_EQ(with_token.token.reveal(), "wxd_typed");
  EXPECT_EQ(with_file.token_file, "f");
  EXPECT_EQ(by_socket.url, "");
  EXPECT_EQ(by_socket.socket, "/tmp/s");
}

TEST(CommandLine, RefusesToReachAServerInTwoWays) {
  for (const auto& arguments : {strings{"--url", "https://a", "--socket", "/tmp/s", "status"},
                                {"--url", "https://a", "--token", "x", "--token-file", "f", "status"},
                                {"--token", "x", "status"},
                                {"--ca-file", "x", "status"},
                                {"--plain-http", "status"},
                                {"token", "create", "x"},
                                {"token", "create", "x", "--scope", "root"},
                                {"token", "create", "x", "--scope", "read", "--expires-in", "soon"},
                                {"token", "list", "x"},
                                {"token", "create", "x", "--scope", "read", "-o", "name"}})
    EXPECT_EQ(refused(arguments).code, exit_code::usage) << arguments.front();
}

TEST(CommandLine, HidesATokenFromWhoListsProcesses) {
  std::array<std::string, 6> words{"weixinctl", "--token", "wxd_a", "--token=wxd_b", "--token-file", "kept"};
  std::array<char*, 6> argv{};
  for (std::size_t i = 0; i < words.size(); ++i)
    argv[i] = words[i].data();
  hide_token(static_cast<int>(argv.size()), argv.data());
  EXPECT_EQ(words, (std::array<std::string, 6>{"weixinctl", "--token", "xxxxx", "--token=xxxxx",
                                               "--token-file", "kept"}));
}

TEST(CommandLine, RefusesWhatItDoesNotUnderstand) {
  for (const auto& arguments : {strings{},
                                {"account"},
                                {"acount", "list"},
                                {"account", "add"},
                                {"account", "add", "a", "b"},
                                {"send", "a", "b"},
                                {"status", "-o", "xml"},
                                {"status", "--timeout", "0"},
                                {"status", "--timeout", "soon"},
                                {"status", "--nonsense"},
                                {"account", "qr", "a", "-o", "name"},
                                {"account", "pause", "a", "--watch"},
                                {"messages"},
                                {"messages", "a", "--limit", "0"},
                                {"messages", "a", "--limit", "100001"},
                                {"messages", "a", "--after", "-1"},
                                {"messages", "a", "-o", "name"},
                                {"account", "history", "a", "--limit", "1001"},
                                {"outbox"},
                                {"outbox", "list"},
                                {"outbox", "show", "a"},
                                {"outbox", "settle", "a", "s-1"},
                                {"outbox", "settle", "a", "s-1", "perhaps"},
                                {"send", "a", "b", "c", "--expires-in", "0"},
                                {"send", "a", "b", "c", "--expires-in", "604801"},
                                {"send", "a", "b", "c", "--on-unknown", "pray"},
                                {"backup"},
                                {"store"},
                                {"events", "--count", "0"}}) {
    auto e = refused(arguments);
    EXPECT_EQ(e.code, exit_code::usage) << testing::PrintToString(arguments);
    EXPECT_FALSE(e.err.empty()) << testing::PrintToString(arguments);
    EXPECT_TRUE(e.out.empty()) << testing::PrintToString(arguments);
  }
}

TEST(CommandLine, HelpsWithExamplesFirst) {
  for (const auto& arguments :
       {strings{"--help"}, {"account", "--help"}, {"account", "add", "-h"}, {"send", "-h"}}) {
    auto e = refused(arguments);
    EXPECT_EQ(e.code, exit_code::ok);
    EXPECT_TRUE(e.err.empty());
    EXPECT_LT(e.out.find("Examples:\n  weixinctl "), e.out.find("Usage:")) << e.out;
  }
}

TEST(CommandLine, TellsTheExitCodesInItsHelp) {
  EXPECT_NE(refused({"--help"})
                .out.find("0 ok, 1 failure, 2 usage, 3 not found, 4 server unreachable, 5 timed out"),
            std::string::npos);
}

TEST(CommandLine, TellsItsVersion) {
  EXPECT_EQ(refused({"--version"}).out, std::string{"weixinctl "} + version + "\n");
}

} // namespace
} // namespace weixin::ctl
