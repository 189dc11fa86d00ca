#include "simulator/records.hpp"

namespace weixin::simulator {

std::string_view to_string(violation_kind kind) noexcept {
  constexpr std::array<std::string_view, violation_kind_count> names{
      "unknown_host", "wrong_host",       "wrong_method",          "unknown_endpoint", "missing_cookie",
      "wrong_cookie", "bad_base_request", "bad_device_id",         "bad_user_agent",   "bad_pass_ticket",
      "stale_skey",   "bad_sync_key",     "unknown_user_name",     "bad_query",        "bad_body",
      "too_many",     "late_login_poll",  "repeated_client_msg_id"};
  return names[static_cast<std::size_t>(kind)];
}

} // namespace weixin::simulator
