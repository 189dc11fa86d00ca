#include "config/config.hpp"

#include "config/account_section.hpp"
#include "config/api_section.hpp"
#include "config/bot_section.hpp"
#include "config/notify_section.hpp"
#include "config/section.hpp"
#include "config/value_forms.hpp"
#include "runtime/secret_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace weixin::config {

namespace {

constexpr std::size_t longest_path = 4'095;
constexpr std::size_t longest_socket_path = 107; // sun_path holds 108 with the end's NUL
constexpr std::size_t longest_user_agent = 512;
/// Short: nothing but a URL is to be read by mistake.
constexpr std::size_t longest_proxy_file = 2'048;
using namespace std::chrono_literals;
constexpr auto longest_age = 24h * 3'650;
/// Idempotency keys are promised for a week.
constexpr auto shortest_outbox_age = 24h * 7;
constexpr std::int64_t most_bytes = std::int64_t{1} << 50;
constexpr double most_per_second = 100'000;

bool is_path(const std::string& text) {
  return !text.empty() && text.size() <= longest_path && is_printable(text);
}

bool is_user_agent(const std::string& text) {
  return !text.empty() && text.size() <= longest_user_agent && text.front() != ' ' && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

void read_admin(section s, admin_config& out) {
  s.text("socket", out.socket, "a path of at most 107 bytes",
         [](const std::string& text) { return is_path(text) && text.size() <= longest_socket_path; });
  std::string mode;
  s.text("socket_mode", mode,
         R"(an octal mode such as "0660" that lets the owner read and write and others nothing)",
         [&out](const std::string& text) {
           auto parsed = parse_mode(text);
           if (!parsed || (*parsed & 0600U) != 0600U || (*parsed & ~0770U) != 0) return false;
           out.socket_mode = *parsed;
           return true;
         });
  s.number("requests_per_second", out.requests_per_second, 0.1, most_per_second);
  s.integer("max_connections", out.max_connections, 1, 10'000);
  s.refuse_unknown();
}

void read_metrics(section s, metrics_config& out, std::vector<std::string>& notes) {
  s.text("listen", out.listen, R"(an address and a port such as "127.0.0.1:9464" or "[::1]:9464")",
         [](const std::string& text) { return parse_listen_address(text).has_value(); });
  using metrics::account_series;
  s.choice<account_series>(
      "account_label", out.account_label,
      {{"auto", account_series::automatic}, {"full", account_series::full}, {"off", account_series::off}});
  s.refuse_unknown();
  if (auto address = parse_listen_address(out.listen); address && !address->is_loopback)
    notes.push_back("metrics.listen: whoever reaches " + out.listen + " can read the metrics" +
                    (out.account_label != account_series::off ? ", with the accounts' names" : ""));
}

void read_network(section s, network_config& out) {
  s.text("connect_to", out.connect_to,
         R"(a host and a port such as "127.0.0.1:8443", or "" for the real hosts)",
         [](const std::string& text) { return text.empty() || is_host_and_port(text); });
  s.text("ca_file", out.ca_file, R"(the path of a PEM file, or "" for the system's roots)",
         [](const std::string& text) { return text.empty() || is_path(text); });
  s.refuse_unknown();
}

void read_limits(section s, limits_config& out) {
  s.number("logins_per_second", out.logins_per_second, 0.01, most_per_second);
  s.number("reconnects_per_second", out.reconnects_per_second, 0.01, most_per_second);
  s.number("tls_handshakes_per_second", out.tls_handshakes_per_second, 0.01, most_per_second);
  s.integer("max_accounts", out.max_accounts, 1, 100'000);
  s.refuse_unknown();
}

void read_pacing(section s, pacing_settings& out) {
  s.choice<pacing_profile>("profile", out.profile,
                           {{"conservative", pacing_profile::conservative}, {"none", pacing_profile::none}});
  s.number("jitter", out.jitter, 0, 10);
  s.duration("slow_start", out.slow_start, 0s, 24h);
  s.number("slow_start_factor", out.slow_start_factor, 1, 100);
  for (std::size_t i = 0; i < paced_operation_count; ++i) {
    auto operation = static_cast<paced_operation>(i);
    auto& budget = out.of(operation);
    auto b = s.subsection(to_string(operation));
    double interval = std::chrono::duration<double>(budget.interval).count();
    b.number("interval", interval, 0, 86'400);
    budget.interval = std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>(interval));
    b.integer("per_hour", budget.per_hour, 0, pacing_settings::max_per_hour);
    b.refuse_unknown();
  }
  s.refuse_unknown();
}

void read_store(section s, store_config& out) {
  s.choice<durability>("durability", out.survives,
                       {{"power", durability::power}, {"process", durability::process}});
  s.duration("inbox_age", out.inbox_age, 1h, longest_age);
  s.integer("inbox_bytes_per_account", out.inbox_bytes_per_account, 1 << 20, most_bytes);
  s.duration("outbox_age", out.outbox_age, shortest_outbox_age, longest_age);
  s.duration("history_age", out.history_age, 1h, longest_age);
  s.integer("reserve_bytes", out.reserve_bytes, 0, most_bytes);
  s.refuse_unknown();
}

void read_log(section s, log_config& out) {
  s.choice<log_level>("level", out.level,
                      {{"debug", log_level::debug},
                       {"info", log_level::info},
                       {"warn", log_level::warn},
                       {"error", log_level::error},
                       {"off", log_level::off}});
  s.choice<log_format>("format", out.format, {{"logfmt", log_format::logfmt}, {"json", log_format::json}});
  s.text("file", out.file, R"(a path, or "" for standard error)",
         [](const std::string& text) { return text.empty() || is_path(text); });
  s.refuse_unknown();
}

bool is_version(const std::string& text) {
  return !text.empty() && text.size() <= 32 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

void read_webwx(section s, webwx_config& out, const file_check& check_secret) {
  s.word_out_of("login_host", out.login_host, {"login.wx.qq.com", "login.weixin.qq.com"});
  s.word_out_of("entry_host", out.entry_host,
                {"wx.qq.com", "wx2.qq.com", "wx8.qq.com", "web.wechat.com", "web2.wechat.com"});
  s.text("user_agent", out.user_agent, "a browser's User-Agent of 1 to 512 printable ASCII characters",
         is_user_agent);
  s.boolean("push_login", out.push_login);
  s.text("client_version", out.client_version, "a version of digits and dots", is_version);
  s.text("extspam_file", out.extspam_file, R"(the path of a file that holds the token, or "" for none)",
         [](const std::string& text) { return text.empty() || is_path(text); });
  if (!out.extspam_file.empty())
    if (auto wrong = check_secret(out.extspam_file); !wrong.empty())
      s.problem_at("extspam_file", shown(out.extspam_file) + " " + wrong);
  s.refuse_unknown();
}

void read_media(section s, media_config& out) {
  s.integer("max_file_bytes", out.max_file_bytes, 1'024, 1'073'741'824);
  s.integer("quota_bytes", out.quota_bytes, 1 << 20, most_bytes);
  s.integer("account_quota_bytes", out.account_quota_bytes, 1 << 20, most_bytes);
  s.duration("max_age", out.max_age, 1h, longest_age);
  s.refuse_unknown();
}

void read_sends(section s, sends_config& out) {
  constexpr std::size_t most_directories = 64;
  s.texts("allowed_paths", out.allowed_paths, "an array of at most 64 absolute paths of directories",
          [](const std::vector<std::string>& paths) {
            return paths.size() <= most_directories &&
                   std::all_of(paths.begin(), paths.end(), [](const auto& p) {
                     return is_path(p) && p.front() == '/' && p.find("/../") == std::string::npos &&
                            !p.ends_with("/..");
                   });
          });
  s.integer("max_file_bytes", out.max_file_bytes, 1'024, 1'073'741'824);
  s.integer("max_spool_bytes", out.max_spool_bytes, 1'048'576, most_bytes);
  s.refuse_unknown();
}

/// A table that has a single key.
template <class Read>
void read_single(section s, Read read) {
  read(s);
  s.refuse_unknown();
}

server_config read(const value& document, const file_check& check_secret, const text_source& read_text,
                   problems& found) {
  server_config out;
  section root{&document, "", found};
  root.text("data_dir", out.data_dir, "a path", is_path);
  read_admin(root.subsection("admin"), out.admin);
  out.api = read_api(root.subsection("api"));
  read_metrics(root.subsection("metrics"), out.metrics, out.notes);
  read_network(root.subsection("network"), out.network);
  read_limits(root.subsection("limits"), out.limits);
  read_pacing(root.subsection("pacing"), out.pacing);
  read_store(root.subsection("store"), out.store);
  read_log(root.subsection("log"), out.log);
  read_single(root.subsection("runtime"), [&](section& s) { s.integer("shards", out.shards, 0, 256); });
  read_webwx(root.subsection("webwx"), out.webwx, check_secret);
  read_media(root.subsection("media"), out.media);
  read_sends(root.subsection("sends"), out.sends);
  out.notify = read_notify(root.subsection("notify"), check_secret);
  auto all_bots = root.subsection("bots");
  out.bots = read_bots(all_bots, found);
  std::set<std::string> names;
  for (const auto& bot : out.bots)
    names.insert(bot.name);
  read_single(root.subsection("defaults"), [&](section& s) {
    s.words("bots", out.default_bots, "an array of the names of configured bots", names);
    s.choice<media_policy>("media", out.media.policy,
                           {{"none", media_policy::none},
                            {"on_demand", media_policy::on_demand},
                            {"images_and_voices", media_policy::images_and_voices},
                            {"all", media_policy::all}});
    s.choice<webwx::login_choice>("login", out.default_login,
                                  {{"web", webwx::login_choice::web},
                                   {"desktop", webwx::login_choice::desktop},
                                   {"web_then_desktop", webwx::login_choice::web_then_desktop}});
    if (out.default_login != webwx::login_choice::web && out.webwx.extspam_file.empty())
      s.problem_at("login", "the desktop client needs webwx.extspam_file");
  });
  out.accounts =
      read_accounts(root, names, !out.webwx.extspam_file.empty(), out.limits.max_accounts, read_text);
  root.refuse_unknown();
  return out;
}

result<std::string> read_file(const std::filesystem::path& path, std::size_t most) {
  auto refused = [](const std::string& why) { return fail(errc::config_invalid, why); };
  struct closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  std::unique_ptr<std::FILE, closer> file{std::fopen(path.c_str(), "rbe")};
  if (!file) return refused("cannot be opened: " + std::generic_category().message(errno));
  std::string text(most + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0)
    return refused("cannot be read: " + std::generic_category().message(errno));
  if (text.size() > most) return refused("is larger than " + std::to_string(most) + " bytes");
  return text;
}

} // namespace

result<server_config> parse_config(std::string_view text, const std::string& file_name,
                                   const file_check& check_secret, const text_source& read_text) {
  auto document = parse_document(text, file_name);
  if (!document) return document.error();
  problems found{file_name};
  auto config = read(*document, check_secret, read_text, found);
  if (found.any()) return found.as_error();
  return config;
}

result<server_config> load_config(const std::filesystem::path& path) {
  auto text = read_file(path, max_file_bytes);
  if (!text) return fail(errc::config_invalid, path.string() + ": " + text.error().context);
  return parse_config(
      *text, path.string(),
      [](const std::string& file) {
        auto secret = read_secret_file(file);
        return secret ? std::string{} : secret.error().context;
      },
      [](const std::string& file) { return read_file(file, longest_proxy_file); });
}

std::vector<std::string> known_keys() {
  auto document = parse_document("[[bots.NAME.rules]]\n[[notify.targets]]\n[[account]]", "");
  problems found{""};
  if (document)
    read(
        *document, [](const std::string&) { return std::string{}; },
        [](const std::string&) { return std::string{}; }, found);
  std::vector<std::string> keys;
  for (const auto& key : found.known()) {
    bool is_table = found.known().lower_bound(key + ".") != found.known().end() &&
                    found.known().lower_bound(key + ".")->starts_with(key + ".");
    if (!is_table) keys.push_back(key);
  }
  return keys;
}

} // namespace weixin::config
