#include "store/records.hpp"

#include <array>

namespace weixin::store {

namespace {

constexpr std::array all_states{send_state::queued,  send_state::attempting, send_state::sent,
                                send_state::refused, send_state::unknown,    send_state::expired};

} // namespace

std::string_view to_string(send_state state) noexcept {
  switch (state) {
  case send_state::queued:
    return "queued";
  case send_state::attempting:
    return "attempting";
  case send_state::sent:
    return "sent";
  case send_state::refused:
    return "refused";
  case send_state::unknown:
    return "unknown";
  case send_state::expired:
    return "expired";
  }
  return "unknown";
}

std::optional<send_state> parse_send_state(std::string_view name) noexcept {
  for (auto state : all_states)
    if (to_string(state) == name) return state;
  return std::nullopt;
}

bool is_unfinished(send_state state) noexcept {
  return state == send_state::queued || state == send_state::attempting;
}

bool may_follow(send_state from, send_state to) noexcept {
  if (from == to) return true;
  switch (from) {
  case send_state::queued:
    // `unknown`: one that was to be tried again after an attempt that may have arrived, and cannot be any
    // more.
    return to != send_state::sent;
  case send_state::attempting:
    return true;
  case send_state::unknown:
    return to == send_state::sent || to == send_state::refused || to == send_state::queued;
  case send_state::refused:
  case send_state::expired:
    return to == send_state::queued;
  case send_state::sent:
    return false;
  }
  return false;
}

std::string_view to_string(unknown_policy policy) noexcept {
  return policy == unknown_policy::report ? "report" : "resend";
}

std::optional<unknown_policy> parse_unknown_policy(std::string_view name) noexcept {
  if (name == "report") return unknown_policy::report;
  if (name == "resend") return unknown_policy::resend;
  return std::nullopt;
}

} // namespace weixin::store
