#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/redaction.hpp"
#include "ctl/saved_file.hpp"
#include "ctl/terminal_text.hpp"
#include "version.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <ostream>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>

namespace weixin::ctl {
namespace {

constexpr std::size_t most_accounts = 1'000;
constexpr std::size_t most_histories = 50; // of those that are not online, or not only so
constexpr std::size_t most_log_lines = 2'000;
constexpr std::streamoff most_log_bytes = std::streamoff{4} << 20;

/// PRETTY_NAME of os-release(5).
std::string distribution() {
  std::ifstream file{"/etc/os-release"};
  constexpr std::string_view key = "PRETTY_NAME=";
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    line.erase(0, key.size());
    std::erase(line, '"');
    return line;
  }
  return "unknown";
}

/// About the machine that weixinctl runs on, which is the server's unless it is reached over the network.
boost::json::object machine() {
  boost::json::object o{{"distribution", distribution()}, {"cpus", std::thread::hardware_concurrency()}};
  utsname name{};
  if (::uname(&name) == 0) o["kernel"] = std::string{name.sysname} + " " + name.release + " " + name.machine;
  auto pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGE_SIZE);
  if (pages > 0 && page > 0) o["memory_bytes"] = static_cast<std::int64_t>(pages) * page;
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) o["open_files_limit"] = files.rlim_cur;
  return o;
}

/// The answer, or why there is none: a report about a server that is down is worth something, too.
boost::json::value ask(session& s, const std::string& target) {
  auto a = s.server.get(target);
  if (!a) return {{"problem", printable(a.error().text)}};
  return a->body;
}

bool is_quiet(const boost::json::object& account) {
  return text_of(account, "state") == "online" && number_of(account, "restarts") == 0;
}

boost::json::array histories(session& s, const boost::json::array& accounts, pseudonyms& names) {
  boost::json::array list;
  for (const auto& value : accounts) {
    const auto& account = object_of(value);
    if (is_quiet(account)) continue;
    if (list.size() == most_histories) break;
    auto name = text_of(account, "name");
    auto target = account_target(name, "/history?limit=100");
    if (!target) continue;
    boost::json::array changes;
    auto history = ask(s, *target);
    for (const auto& change : list_of(object_of(history), "history"))
      changes.push_back(report_change(object_of(change)));
    list.push_back({{"name", names.of("account", name)}, {"changes", std::move(changes)}});
  }
  return list;
}

boost::json::object about_server(session& s, pseudonyms& names) {
  auto status = ask(s, "/v1/status");
  if (object_of(status).contains("problem")) return {{"status", status}};
  boost::json::object o{{"status", report_status(object_of(status))}};
  o["store"] = ask(s, "/v1/store");
  auto listed = ask(s, "/v1/accounts");
  const auto& accounts = list_of(object_of(listed), "accounts");
  boost::json::array shown;
  for (const auto& a : accounts) {
    if (shown.size() == most_accounts) break;
    shown.push_back(report_account(object_of(a), names));
  }
  o["accounts"] = std::move(shown);
  o["accounts_left_out"] = accounts.size() - std::min(accounts.size(), most_accounts);
  o["histories"] = histories(s, accounts, names);
  auto metrics = s.server.get_file("/v1/metrics");
  o["metrics"] =
      metrics ? report_metrics(metrics->raw, names) : "problem: " + printable(metrics.error().text);
  return o;
}

outcome<std::string> end_of_log(const std::string& name) {
  std::ifstream file{name, std::ios::binary | std::ios::ate};
  if (!file)
    return failure{exit_code::failure, "cannot read " + printable(name) + ": " + std::strerror(errno)};
  auto size = static_cast<std::streamoff>(file.tellg());
  auto begin = std::max(std::streamoff{0}, size - most_log_bytes);
  file.seekg(begin);
  std::string text(static_cast<std::size_t>(std::max(std::streamoff{0}, size - begin)), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max(std::streamsize{0}, file.gcount())));
  // What begins in the middle of a line is no line.
  if (begin > 0) text.erase(0, text.find('\n') + 1);
  return text;
}

outcome<void> write_report(session& s, const diagnose& c, const std::string& text) {
  if (c.file == "-") {
    s.terminal.out << text;
    return {};
  }
  auto file = saved_file::begin(c.file, c.force);
  if (!file) return file.error();
  file->write(text);
  return file->keep();
}

} // namespace

outcome<exit_code> execute(session& s, const diagnose& c) {
  pseudonyms names{c.keep_names};
  std::string log;
  if (!c.log.empty()) {
    auto read = end_of_log(c.log);
    if (!read) return read.error();
    log = std::move(*read);
  }
  auto server = about_server(s, names);
  bool is_down = object_of(server.at("status")).contains("problem");
  boost::json::object report{{"weixinctl", version}, {"machine", machine()}, {"server", std::move(server)}};
  // Last: by now all names are known.
  if (!c.log.empty()) report["log"] = report_log(log, most_log_lines, names);
  if (auto written = write_report(s, c, to_json_text(report) + "\n"); !written) return written.error();
  if (is_down) say(s.terminal, "the server does not answer: the report says so, and nothing else of it");
  if (c.file != "-")
    say(s.terminal, "wrote " + c.file + ". No texts, names of people, addresses and credentials are in it" +
                        (c.log.empty() ? "" : " but for what the log says") +
                        (c.keep_names ? "" : "; names that you chose are replaced") +
                        ". Read it before you give it away.");
  return exit_code::ok;
}

} // namespace weixin::ctl
