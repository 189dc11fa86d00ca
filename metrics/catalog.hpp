#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace weixin::metrics {

/// Every metric of the server. catalog.cpp holds name, labels and help text; nothing else names a metric.
enum class metric : std::uint8_t {
  build_info,
  start_time,
  accounts,
  account_series_exported,
  account_state,
  account_state_changes,
  account_last_sync,
  account_last_event,
  account_session_start,
  logins,
  login_duration,
  qr_codes_issued,
  logouts,
  syncchecks,
  synccheck_duration,
  sync_failures,
  event_lag,
  messages_set_aside,
  messages_undecoded,
  contacts_set_aside,
  inbox_appends,
  inbox_append_duration,
  stored_messages,
  stored_message_bytes,
  stored_sends,
  messages_received,
  messages_sent,
  messages_received_by_type,
  messages_sent_by_type,
  send_failures,
  send_failures_by_reason,
  send_drops,
  send_duration,
  send_queue_length,
  send_queue_wait,
  pacing_delay,
  contact_operations,
  media_transfers,
  media_bytes,
  media_files,
  media_dropped,
  media_store_bytes,
  media_quota_bytes,
  bot_dispatches,
  bot_handler_duration,
  router_duplicates,
  consumer_lag,
  actor_restarts,
  actors,
  actor_failures,
  actor_giveups,
  mailbox_length,
  mailbox_max_length,
  scheduler_lag,
  scheduler_queue_length,
  scheduler_queue_wait,
  scheduler_run_duration,
  scheduler_utilization,
  upstream_requests,
  upstream_request_duration,
  breaker_state,
  tls_handshakes,
  tls_handshake_duration,
  connections_open,
  dns_lookups,
  dns_lookup_duration,
  http_requests,
  http_request_duration,
  notifications,
  notification_delivery,
  notifications_waiting,
  notification_oldest,
  store_queue_length,
  store_calls,
  store_transaction_duration,
  store_failures,
  store_accepting,
  store_unreadable_rows,
  store_rows_dropped,
  database_bytes,
  database_log_bytes,
  disk_free_bytes,
  disk_size_bytes,
  config_reloads,
  config_last_reload_successful,
  config_last_reload_success,
  process_cpu,
  process_resident_memory,
  process_virtual_memory,
  process_open_fds,
  process_max_fds,
  process_threads,
  process_start_time,
};
inline constexpr std::size_t metric_count = static_cast<std::size_t>(metric::process_start_time) + 1;

enum class metric_type : std::uint8_t { counter, gauge, histogram };

struct metric_info {
  metric id;
  metric_type type;
  std::string_view name;
  std::array<std::string_view, 3> labels; ///< empty where there are fewer
  std::string_view help;
  std::span<const double> buckets{}; ///< upper bounds in seconds; histograms only
};

const metric_info& describe(metric id) noexcept;
/// All of them, in the order of the enumeration.
std::span<const metric_info> catalog() noexcept;

} // namespace weixin::metrics
