#include "apps/reload.hpp"

#include "admin/json.hpp"
#include "config/reload.hpp"
#include "runtime/log.hpp"

#include <algorithm>
#include <utility>

namespace weixin {

namespace {

constexpr std::size_t most_waiting = 8;
constexpr std::size_t most_names_in_a_line = 20;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < most_names_in_a_line; ++i)
    text += (text.empty() ? "" : ", ") + words[i];
  if (words.size() > most_names_in_a_line)
    text += " and " + std::to_string(words.size() - most_names_in_a_line) + " more";
  return text;
}

std::vector<std::string> no_longer_declared(const config::server_config& before,
                                            const config::server_config& next) {
  std::vector<std::string> names;
  for (const auto& a : before.accounts)
    if (std::none_of(next.accounts.begin(), next.accounts.end(),
                     [&](const auto& b) { return b.name == a.name; }))
      names.push_back(a.name);
  return names;
}

} // namespace

reloader::reloader(config::server_config running, options o)
    : running_(std::move(running)), options_(std::move(o)), thread_(1, most_waiting) {}

void reloader::reload(bool check_only, std::function<void(result<admin::reload_report>)> done) {
  bool taken = thread_.submit([this, check_only, done] {
    if (check_only) return done(attempt(true));
    options_.begins();
    auto report = attempt(false);
    options_.metrics->config_reloaded(report.has_value(), options_.clock->now());
    if (!report) {
      log_error("config.reload", {{"result", "rejected"}, {"error", to_string(report.error())}});
    } else {
      log_info("config.reload", {{"result", "ok"},
                                 {"changed", joined(report->changed)},
                                 {"accounts_changed", report->accounts.changes.size()}});
      if (!report->undeclared.empty())
        log_warn("config.undeclared", {{"accounts", report->undeclared.size()},
                                       {"names", joined(report->undeclared)},
                                       {"note", "they run on: weixinctl account remove removes one"}});
    }
    options_.ended();
    done(std::move(report));
  });
  if (!taken) done(fail(errc::queue_full, "reloads of the configuration wait already"));
}

result<admin::reload_report> reloader::attempt(bool check_only) {
  if (options_.file.empty()) return fail(errc::config_invalid, "the server was started without a file");
  auto next = config::load_config(options_.file);
  if (!next) return next.error();
  if (auto keys = config::changes_for_a_restart(running_, *next); !keys.empty())
    return fail(errc::restart_needed,
                "only a restart changes " + joined(keys) + "; nothing was changed, the rest neither");
  auto report = options_.carry_out(running_, *next, check_only);
  if (!report) return report.error();
  report->changed = config::reloadable_changes(running_, *next);
  report->undeclared = no_longer_declared(running_, *next);
  if (!check_only) {
    for (const auto& note : next->notes)
      log_warn("config.note", {{"note", note}});
    running_ = std::move(*next);
  }
  return report;
}

void audit_signal(admin::audit_trail& trail, httpd::peer_credentials sender,
                  const result<admin::reload_report>& report) {
  store::audit_record row;
  row.call = "SIGHUP";
  row.status = report ? 200 : admin::problem_of(report.error()).status;
  if (!report) row.code = to_string(report.error().code);
  trail.done({.peer = sender}, std::move(row));
}

} // namespace weixin
