#include "config/reload.hpp"

#include <array>

namespace weixin::config {

namespace {

/// Compares one value of two configurations; `Path` are the members on the way to it.
template <auto... Path>
bool differ(const server_config& a, const server_config& b) {
  return !((a.*....*Path) == (b.*....*Path));
}

using c = server_config;

constexpr auto rules = std::to_array<key_rule>({
    {"data_dir", false, differ<&c::data_dir>},
    {"admin.*", false, differ<&c::admin>},
    {"api.*", false, differ<&c::api>},
    {"metrics.*", false, differ<&c::metrics>},
    {"network.*", false, differ<&c::network>},
    {"limits.*", true, differ<&c::limits>},
    {"pacing.*", true, differ<&c::pacing>},
    {"store.durability", false, differ<&c::store, &store_config::survives>},
    {"store.inbox_age", true, differ<&c::store, &store_config::inbox_age>},
    {"store.inbox_bytes_per_account", true, differ<&c::store, &store_config::inbox_bytes_per_account>},
    {"store.outbox_age", true, differ<&c::store, &store_config::outbox_age>},
    {"store.history_age", true, differ<&c::store, &store_config::history_age>},
    {"store.reserve_bytes", false, differ<&c::store, &store_config::reserve_bytes>},
    {"log.level", true, differ<&c::log, &log_config::level>},
    {"log.format", true, differ<&c::log, &log_config::format>},
    {"log.file", false, differ<&c::log, &log_config::file>},
    {"runtime.shards", false, differ<&c::shards>},
    {"webwx.*", false, differ<&c::webwx>},
    {"media.max_file_bytes", true, differ<&c::media, &media_config::max_file_bytes>},
    {"media.quota_bytes", true, differ<&c::media, &media_config::quota_bytes>},
    {"media.account_quota_bytes", true, differ<&c::media, &media_config::account_quota_bytes>},
    {"media.max_age", true, differ<&c::media, &media_config::max_age>},
    {"sends.*", false, differ<&c::sends>},
    {"notify.*", true, differ<&c::notify>},
    {"defaults.bots", true, differ<&c::default_bots>},
    {"defaults.media", true, differ<&c::media, &media_config::policy>},
    {"defaults.login", true, differ<&c::default_login>},
    {"bots.*", true, differ<&c::bots>},
    {"account.*", true, differ<&c::accounts>},
});

std::vector<std::string> differing(const server_config& before, const server_config& after, bool reloadable) {
  std::vector<std::string> keys;
  for (const auto& rule : rules)
    if (rule.reloadable == reloadable && rule.differs(before, after)) keys.emplace_back(rule.keys);
  return keys;
}

} // namespace

std::span<const key_rule> key_rules() noexcept { return rules; }

std::vector<std::string> changes_for_a_restart(const server_config& before, const server_config& after) {
  return differing(before, after, false);
}

std::vector<std::string> reloadable_changes(const server_config& before, const server_config& after) {
  return differing(before, after, true);
}

} // namespace weixin::config
