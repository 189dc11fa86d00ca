#pragma once

#include "runtime/wall_clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weixin {

/// What a message is, as far as it is understood. `app` and `unsupported` are what is left, passed on with
/// their raw form, never dropped.
enum class inbound_kind : std::uint8_t {
  text,
  image,
  voice,
  video,
  emoticon,
  location,
  card,
  link,
  music,
  file,
  mini_program,
  quote, ///< text that answers another message
  chat_record,
  transfer,
  red_packet,
  channels,
  group_invitation,
  app,
  friend_request,
  possible_friend,
  call,
  news,
  recalled,
  pat,
  system,
  unsupported,
};
inline constexpr std::size_t inbound_kind_count = static_cast<std::size_t>(inbound_kind::unsupported) + 1;
/// The enumerator's name.
std::string_view to_string(inbound_kind kind) noexcept;
std::optional<inbound_kind> parse_inbound_kind(std::string_view name) noexcept;

/// True for what a person wrote as text: `inbound::text` is what they wrote and no description.
constexpr bool is_written(inbound_kind kind) noexcept {
  return kind == inbound_kind::text || kind == inbound_kind::quote;
}
/// True for what no person said to anybody: nobody waits for an answer to it.
constexpr bool is_notice(inbound_kind kind) noexcept {
  return kind == inbound_kind::system || kind == inbound_kind::recalled || kind == inbound_kind::pat ||
         kind == inbound_kind::call || kind == inbound_kind::possible_friend;
}

/// A received message as bots, events and outside consumers see it: it names no protocol, no session and no
/// UserName, only the server's own references.
struct inbound {
  std::string account;  ///< the operator's name for the account that received it
  std::string msg_id;   ///< Weixin's, unique within the account
  std::int64_t seq = 0; ///< where it stands in the account's inbox; 0 before it is stored
  wall_time sent_at{};
  inbound_kind kind = inbound_kind::unsupported;
  int msg_type = 0; ///< Weixin's MsgType (weixin-protocol.md 7.5)

  std::string chat;         ///< reference of the contact or group to answer to
  std::string chat_display; ///< how a person would call it
  bool is_group = false;
  std::string sender_nick;    ///< the sender's own nick name, for loop protection
  std::string sender_display; ///< the sender as shown in this chat
  std::string sender_ref;     ///< the sender's reference; empty when he or she is no contact
  std::string sender_id;      ///< in a group the sender's `member_id`, which lives as long as the session
  bool is_own = false;        ///< sent by the account itself, on the phone or here
  bool from_official = false; ///< from an official or special account
  bool mentions_me = false;   ///< group text that names the account with @

  std::string text;   ///< decoded text; for other kinds a short description such as "[Voice 3 s]"
  std::string detail; ///< what else is known of its kind: a JSON object, or empty
  std::string raw;    ///< the entry as Weixin sent it (JSON); empty for text, image and system
};

} // namespace weixin
