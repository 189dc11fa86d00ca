#include "metrics/labels.hpp"

#include <algorithm>
#include <array>

namespace weixin::metrics {

namespace {

template <class Enum, std::size_t N>
std::string_view name_of(const std::array<std::string_view, N>& names, Enum value) noexcept {
  auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : other;
}

constexpr std::array<std::string_view, account_state_count> account_states{
    "stopped",  "starting",  "awaiting_scan", "awaiting_confirm", "online",
    "degraded", "throttled", "cooling_off",   "needs_login",      "held"};
constexpr std::array<std::string_view, login_result_count> login_results{
    "ok", "resumed", "resume_failed", "qr_expired", "cancelled", "refused", "failed"};
constexpr std::array<std::string_view, logout_reason_count> logout_reasons{"1100", "1101", "1102", "user",
                                                                           "other"};
constexpr std::array<std::string_view, sync_failure_count> sync_failures{
    "network",      "http",  "malformed", "session_ended", "too_frequent",
    "breaker_open", "proxy", "store",     "other"};
constexpr std::array<std::string_view, contact_answer_count> contact_answers{"webwxinit", "webwxgetcontact",
                                                                             "webwxbatchgetcontact"};
constexpr std::array<std::string_view, send_drop_count> send_drops{"expired", "cancelled", "queue_full",
                                                                   "disk_full", "store_failed"};
constexpr std::array<std::string_view, actor_kind_count> actor_kinds{
    "fleet_supervisor", "router",       "bot_host",      "account_supervisor", "login", "sync_poller",
    "sender",           "inbox_reader", "media_fetcher", "contact_operator",   "other"};
constexpr std::array<std::string_view, store_access_count> store_accesses{"reads", "writes"};
constexpr std::array<std::string_view, dropped_rows_count> rows_dropped{"messages", "sends", "state_changes"};
constexpr std::array<std::string_view, tls_result_count> tls_results{"full", "resumed", "failed"};
constexpr std::array<std::string_view, lookup_result_count> lookup_results{"ok", "cached", "failed"};
constexpr std::array<std::string_view, restart_reason_count> restart_reasons{"exception", "heartbeat",
                                                                             "requested"};
constexpr std::array<std::string_view, media_direction_count> media_directions{"download", "upload"};
constexpr std::array<std::string_view, media_kind_count> media_kinds{
    "image", "emoticon", "voice", "video", "file", "map", "avatar", "thumbnail"};
constexpr std::array<std::string_view, media_result_count> media_results{"ok", "failed", "too_large",
                                                                         "disk_full", "cancelled"};
constexpr std::array<std::string_view, bot_result_count> bot_results{"ok", "ignored", "stale", "failed",
                                                                     "overload"};
constexpr std::array<std::string_view, notification_result_count> notification_results{"ok", "failed",
                                                                                       "refused", "dropped"};
constexpr std::array<std::string_view, paced_operation_count> paced_operations{"text", "media", "groups",
                                                                               "friends", "batch_contacts"};
constexpr std::array<std::string_view, contact_operation_kind_count> contact_operations{
    "friend_accept", "friend_reject",  "friend_reply", "friend_request", "friend_add",   "contact_remark",
    "contact_pin",   "group_create",   "group_add",    "group_remove",   "group_rename", "group_quit",
    "group_details", "contact_search", "link_check",   "activity_report"};
constexpr std::array<std::string_view, contact_operation_outcome_count> contact_outcomes{
    "confirmed", "answered", "refused", "unknown", "expired"};

} // namespace

std::string_view to_string(account_state state) noexcept { return name_of(account_states, state); }
std::string_view to_string(login_result result) noexcept { return name_of(login_results, result); }
std::string_view to_string(logout_reason reason) noexcept { return name_of(logout_reasons, reason); }
std::string_view to_string(sync_failure kind) noexcept { return name_of(sync_failures, kind); }
std::string_view to_string(contact_answer answer) noexcept { return name_of(contact_answers, answer); }
std::string_view to_string(send_drop reason) noexcept { return name_of(send_drops, reason); }
std::string_view to_string(actor_kind kind) noexcept { return name_of(actor_kinds, kind); }
std::string_view to_string(store_access access) noexcept { return name_of(store_accesses, access); }
std::string_view to_string(dropped_rows rows) noexcept { return name_of(rows_dropped, rows); }
std::string_view to_string(tls_result result) noexcept { return name_of(tls_results, result); }
std::string_view to_string(lookup_result result) noexcept { return name_of(lookup_results, result); }
std::string_view to_string(restart_reason reason) noexcept { return name_of(restart_reasons, reason); }
std::string_view to_string(media_direction direction) noexcept {
  return name_of(media_directions, direction);
}
std::string_view to_string(media_kind kind) noexcept { return name_of(media_kinds, kind); }
std::string_view to_string(media_result result) noexcept { return name_of(media_results, result); }
std::string_view to_string(bot_result result) noexcept { return name_of(bot_results, result); }

std::string_view to_string(notification_result result) noexcept {
  return name_of(notification_results, result);
}

std::string_view to_string(paced_operation operation) noexcept {
  return name_of(paced_operations, operation);
}
std::string_view to_string(contact_operation_kind kind) noexcept { return name_of(contact_operations, kind); }
std::string_view to_string(contact_operation_outcome outcome) noexcept {
  return name_of(contact_outcomes, outcome);
}

std::optional<account_state> parse_account_state(std::string_view name) noexcept {
  auto found = std::find(account_states.begin(), account_states.end(), name);
  if (found == account_states.end()) return std::nullopt;
  return static_cast<account_state>(found - account_states.begin());
}

actor_kind actor_kind_of(std::string_view name) noexcept {
  auto found = std::find(actor_kinds.begin(), actor_kinds.end(), name);
  return found == actor_kinds.end() ? actor_kind::other
                                    : static_cast<actor_kind>(found - actor_kinds.begin());
}

std::string_view retcode_label(int retcode) noexcept {
  switch (retcode) {
  case 0:
    return "0";
  case 1100:
    return "1100";
  case 1101:
    return "1101";
  case 1102:
    return "1102";
  case 1205:
    return "1205";
  default:
    return other;
  }
}

std::string_view selector_label(int selector) noexcept {
  switch (selector) {
  case 0:
    return "0";
  case 2:
    return "2";
  case 3:
    return "3";
  case 4:
    return "4";
  case 6:
    return "6";
  case 7:
    return "7";
  default:
    return other;
  }
}

std::string status_label(int status) {
  return status >= 100 && status <= 599 ? std::to_string(status) : std::string{other};
}

} // namespace weixin::metrics
