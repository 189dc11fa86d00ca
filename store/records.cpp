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

std::string_view to_string(media_kind kind) noexcept {
  static constexpr std::array<std::string_view, media_kind_count> names{"image", "emoticon", "voice", "video",
                                                                        "file",  "map",      "avatar"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(media_state state) noexcept {
  static constexpr std::array<std::string_view, media_state_count> names{"waiting", "available", "failed",
                                                                         "dropped"};
  return names[static_cast<std::size_t>(state)];
}

namespace {

constexpr std::array<std::string_view, media_policy_count> policies{"none", "on_demand", "images_and_voices",
                                                                    "all"};

} // namespace

std::string_view to_string(media_policy policy) noexcept {
  return policies[static_cast<std::size_t>(policy)];
}

std::optional<media_policy> parse_media_policy(std::string_view name) noexcept {
  for (std::size_t i = 0; i < policies.size(); ++i)
    if (policies[i] == name) return static_cast<media_policy>(i);
  return std::nullopt;
}

} // namespace weixin::store
