#include "protocol/errc.hpp"

#include <array>

namespace weixin {

namespace {

constexpr auto names = std::to_array<std::string_view>({
    "dns_failed",
    "connect_failed",
    "proxy_failed",
    "tls_failed",
    "timed_out",
    "connection_lost",
    "http_status",
    "malformed_answer",
    "answer_too_large",
    "server_error",
    "breaker_open",
    "cancelled",
    "too_frequent",
    "session_ended",
    "ticket_rejected",
    "login_expired",
    "login_cancelled",
    "login_refused",
    "barred",
    "host_not_allowed",
    "kicked",
    "different_user",
    "duplicate_user",
    "rejected_request",
    "not_a_friend",
    "contact_not_found",
    "contact_ambiguous",
    "target_lost",
    "account_not_found",
    "account_exists",
    "invalid_name",
    "unknown_bot",
    "invalid_argument",
    "idempotency_conflict",
    "send_not_found",
    "operation_not_found",
    "friend_request_not_found",
    "unauthorized",
    "forbidden_scope",
    "code_rejected",
    "token_not_found",
    "member_not_found",
    "wrong_kind",
    "plan_changed",
    "restart_needed",
    "wrong_state",
    "file_exists",
    "message_not_found",
    "media_not_found",
    "media_not_ready",
    "media_failed",
    "media_not_allowed",
    "file_missing",
    "queue_full",
    "body_too_large",
    "disk_full",
    "not_online",
    "not_forwardable",
    "unsupported_file",
    "path_not_allowed",
    "file_empty",
    "file_gone",
    "file_changed",
    "too_late",
    "store_failed",
    "store_busy",
    "store_corrupt",
    "store_newer",
    "data_dir_in_use",
    "config_invalid",
    "io_failed",
    "internal",
});
static_assert(names.size() == errc_count);

} // namespace

std::string_view to_string(errc code) noexcept {
  auto index = static_cast<std::size_t>(code);
  return index < names.size() ? names[index] : "internal";
}

bool is_transient(errc code) noexcept { return code <= errc::too_frequent; }

} // namespace weixin
