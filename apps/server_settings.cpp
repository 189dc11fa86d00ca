#include "apps/server_settings.hpp"

#include "actors/bots/registry.hpp"
#include "apps/api_listener.hpp"
#include "runtime/log.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <utility>

namespace weixin {

store::media_quota quota_of(const config::media_config& c) { return {c.quota_bytes, c.account_quota_bytes}; }

store::retention retention_of(const config::store_config& c, const config::media_config& media) {
  using std::chrono::ceil;
  using std::chrono::hours;
  store::retention keep;
  keep.inbox_age = ceil<hours>(c.inbox_age);
  keep.inbox_bytes_per_account = c.inbox_bytes_per_account;
  keep.outbox_age = ceil<hours>(c.outbox_age);
  keep.history_age = ceil<hours>(c.history_age);
  keep.media_age = ceil<hours>(media.max_age);
  keep.media = quota_of(media);
  return keep;
}

media_settings media_of(const config::media_config& c) { return {c.policy, c.max_file_bytes, quota_of(c)}; }

result<std::vector<bot_entry>> make_bots(const config::server_config& c) {
  std::vector<bot_entry> entries;
  for (const auto& settings : c.bots) {
    auto object = bots::make_bot(settings);
    if (!object) return object.error();
    entries.push_back({settings.name, settings.max_age, std::move(*object)});
  }
  return entries;
}

supervisor::fleet_configuration fleet_configuration_of(const config::server_config& c,
                                                       const runtime::descriptor_limit& descriptors,
                                                       std::vector<bot_entry> bots) {
  supervisor::fleet_configuration by;
  by.bots = std::move(bots);
  by.default_bots = c.default_bots;
  by.default_login = c.default_login;
  by.max_accounts = c.limits.max_accounts;
  by.max_accounts_reason = "limits.max_accounts is reached";
  if (descriptors.accounts < by.max_accounts) {
    by.max_accounts = descriptors.accounts;
    by.max_accounts_reason = descriptors.explanation();
  }
  by.keep = retention_of(c.store, c.media);
  by.pacing = c.pacing;
  by.media = media_of(c.media);
  return by;
}

void allow_bots(metrics::registry& m, const std::vector<bot_entry>& bots) {
  for (const auto& bot : bots)
    m.allow(metrics::checked_label::bot, bot.name);
}

/// First what can still be refused; then the fleet, which takes over all of it or nothing; then what cannot
/// fail.
result<admin::reload_report> change_configuration(const running_parts& running,
                                                  const config::server_config& before,
                                                  const config::server_config& next, bool check_only) {
  auto bots = make_bots(next);
  if (!bots) return fail(errc::config_invalid, bots.error().context);
  auto told = running.notifier.prepare(next.notify);
  if (!told) return told.error();
  auto certificate = load_certificate(next.api);
  if (!certificate) return certificate.error();
  if (!check_only) allow_bots(*running.service.metrics, *bots);
  auto by = fleet_configuration_of(next, running.descriptors, std::move(*bots));
  auto kept = by.keep;
  // Shared, because who sets it may not be through with it when it is read.
  auto answer = std::make_shared<std::promise<result<supervisor::fleet_verdict>>>();
  running.fleet.configure(std::move(by), {next.accounts, false, {}, {}}, check_only,
                          [answer](auto verdict) { answer->set_value(std::move(verdict)); });
  auto verdict = answer->get_future().get();
  if (!verdict) return verdict.error();
  if (!verdict->problems.empty())
    return fail(errc::config_invalid, to_text(verdict->problems, next.accounts));
  admin::reload_report report;
  report.accounts = std::move(verdict->plan);
  if (check_only) return report;
  auto now = std::chrono::steady_clock::now();
  const auto& limits = next.limits;
  running.service.logins->set_rate(now, limits.logins_per_second, limits.logins_per_second);
  running.service.reconnects->set_rate(now, limits.reconnects_per_second, 1.0);
  running.network.set_handshake_rate(limits.tls_handshakes_per_second);
  running.keep.set(kept);
  running.notifier.use(std::move(*told));
  if (*certificate) running.use_certificate(std::move(*certificate));
  if (!(next.log == before.log) && !open_log(next.log)) log_error("log.not_reopened");
  return report;
}

} // namespace weixin
