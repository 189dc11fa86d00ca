#include "ctl/access_grammar.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>

namespace weixin::ctl {
namespace {

constexpr std::size_t most_rows = 100'000;

CLI::App* verb(CLI::App* parent, const char* name, const char* help) {
  auto* v = parent->add_subcommand(name, help);
  v->fallthrough();
  return v;
}

CLI::Option* scope_option(CLI::App* v, std::string& into, const char* help) {
  return v->add_option("--scope", into, help)
      ->check(CLI::IsMember({"read", "operator", "admin"}).description(""))
      ->type_name("SCOPE");
}

void account_option(CLI::App* v, std::vector<std::string>& into) {
  v->add_option("--account", into, "Only this account; may be repeated")->type_name("NAME");
}

bool is_typed(const std::vector<std::string>& arguments, const std::string& option) {
  return std::any_of(arguments.begin(), arguments.end(),
                     [&](const std::string& a) { return a == option || a.starts_with(option + "="); });
}

} // namespace

void access_grammar::add_options(CLI::App& app) {
  app.add_option("--url", url_, "A server by TCP, https://HOST:PORT, instead of the socket")
      ->envname("WEIXIND_URL")
      ->type_name("URL");
  app.add_option("--token-file", token_file_, "Holds the token to show there")->type_name("FILE");
  app.add_option("--token", token_, "The token itself: other users of this machine may see it for a moment")
      ->envname("WEIXIND_TOKEN")
      ->type_name("TOKEN");
  app.add_option("--ca-file", ca_file_, "PEM certificates to believe instead of the system's")
      ->envname("WEIXIND_CA_FILE")
      ->type_name("FILE");
  app.add_flag("--plain-http", plain_http_, "Show the token also by http:// to another machine");
}

void access_grammar::add_verbs(CLI::App& app, const add_examples& help, const take_command& choose) {
  auto* token = verb(&app, "token", "Tokens for the API by TCP");
  token->require_subcommand(1, 1);
  help(token, "  weixinctl token create grafana --scope read\n"
              "  weixinctl token create shop --scope operator --account shop-01 --expires-in 90d\n"
              "  weixinctl token revoke t-01hf7yat000000000000000abc\n");
  auto* create = verb(token, "create", "Make a token, and show it once");
  create->add_option("LABEL", create_.name, "What it is for: a-z, 0-9 and '-'")->required();
  scope_option(create, create_.scope, "read, operator or admin")->required();
  account_option(create, create_.accounts);
  create->add_option("--expires-in", create_.expires_in, "From a minute to ten years, such as 12h or 90d")
      ->transform(CLI::AsNumberWithUnit(
          std::map<std::string, std::uint64_t>{{"s", 1}, {"m", 60}, {"h", 3'600}, {"d", 86'400}},
          CLI::AsNumberWithUnit::CASE_SENSITIVE))
      ->type_name("TIME");
  create->callback([this, choose] { choose(create_); });
  verb(token, "list", "List tokens and sessions")->callback([choose] { choose(token_list{}); });
  auto* revoke = verb(token, "revoke", "Refuse a token from now on, or end a session");
  revoke->add_option("ID", revoke_.id, "As token list shows it")->required();
  revoke->callback([this, choose] { choose(revoke_); });

  auto* audit = verb(&app, "audit", "Who changed what through the API, and who was refused");
  audit->add_option("--after", audit_.after, "Only what came after this one")->type_name("ID");
  audit->add_option("--limit", audit_.limit, "At most so many")
      ->check(CLI::Range(std::size_t{1}, most_rows).description(""))
      ->type_name("N");
  audit->callback([this, choose] { choose(audit_); });

  auto* console =
      verb(&app, "console", "Print a link that signs in to the console, once, within five minutes");
  scope_option(console, console_.scope, "What it may do: read, operator or admin");
  account_option(console, console_.accounts);
  console->callback([this, choose] { choose(console_); });
  help(console, "  xdg-open \"$(weixinctl console)\"\n"
                "  weixinctl console --scope operator --account shop-01\n");
}

std::string access_grammar::complete(invocation& into, const std::vector<std::string>& arguments) const {
  bool names_url = is_typed(arguments, "--url");
  bool names_socket = is_typed(arguments, "--socket");
  if (names_url && names_socket) return "--url and --socket: one of them at a time";
  if (is_typed(arguments, "--token") && is_typed(arguments, "--token-file"))
    return "--token and --token-file: one of them at a time";
  if (!names_socket) into.url = url_;
  if (into.url.empty()) {
    for (const char* option : {"--token", "--token-file", "--ca-file", "--plain-http"})
      if (is_typed(arguments, option)) return std::string{option} + ": only with --url";
    return {};
  }
  if (!is_typed(arguments, "--token")) into.token_file = token_file_;
  into.token = secret{token_};
  into.ca_file = ca_file_;
  into.plain_http = plain_http_;
  return {};
}

void hide_token(int argc, char** argv) noexcept {
  constexpr std::string_view option = "--token";
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (argument == option && i + 1 < argc) {
      std::memset(argv[i + 1], 'x', std::strlen(argv[i + 1]));
    } else if (argument.starts_with(option) && argument.size() > option.size() &&
               argument[option.size()] == '=') {
      auto* value = argv[i] + option.size() + 1;
      std::memset(value, 'x', std::strlen(value));
    }
  }
}

} // namespace weixin::ctl
