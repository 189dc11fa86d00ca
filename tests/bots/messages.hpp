#pragma once

#include "actors/inbound.hpp"

namespace weixin::bots::test {

inline const wall_time noon = wall_time{} + std::chrono::hours{24 * 365 * 56};

/// What a friend just wrote to the account.
inline inbound friend_says(std::string text) {
  inbound m;
  m.account = "shop-01";
  m.msg_id = "1";
  m.sent_at = noon;
  m.kind = inbound_kind::text;
  m.msg_type = 1;
  m.chat = "c-1";
  m.chat_display = m.sender_nick = m.sender_display = "Ada";
  m.text = std::move(text);
  return m;
}

/// What a member wrote in a group, without naming anybody.
inline inbound member_says(std::string text) {
  auto m = friend_says(std::move(text));
  m.is_group = true;
  m.chat_display = "Chess club";
  return m;
}

/// What a member wrote to the account in a group.
inline inbound member_says_to_me(std::string text) {
  auto m = member_says(std::move(text));
  m.mentions_me = true;
  return m;
}

} // namespace weixin::bots::test
