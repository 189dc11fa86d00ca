#pragma once

#include "actors/inbound.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace weixin::bots {

/// Whether a bot may answer a message, or the first reason why not.
enum class answer_verdict : std::uint8_t {
  yes,
  own_message,    ///< sent by the account itself, here or on the phone
  wrong_kind,     ///< a notice of the system: no person said it
  official,       ///< from an official or special account
  own_account,    ///< from somebody who is called as an account of this server
  unknown_sender, ///< a group member whose name is not known yet, so that `own_account` cannot be ruled out
  too_old,        ///< older than the bot's max_age
  from_future,    ///< one of the clocks is wrong, so that its age is not known
  wrong_chat,     ///< a group where the bot is for direct chats, or the other way round
  not_mentioned,  ///< group text that does not name the account
};

/// The stable name, for example "too_old".
std::string_view to_string(answer_verdict verdict) noexcept;

/// The rules that hold for every bot; they keep two bots from talking to each other for ever, and a backlog
/// from being answered hours late. Pure: the time comes in.
///
/// `is_own_nick` tells whether an account of this server has that nick name. Nick names are not unique, so
/// this is deliberately cautious: a stranger of the same name gets no answer, but no two accounts of one
/// server ever start a loop. Nothing lasting identifies a sender better on the web protocol
/// (weixin-protocol.md 7.2).
///
/// A message may be ahead of `now` by `max_age` or two minutes, whichever is more.
answer_verdict may_answer(const inbound& message, std::chrono::seconds max_age, wall_time now,
                          const std::function<bool(const std::string&)>& is_own_nick);

/// Where one bot answers.
struct chat_scope {
  bool direct = true;
  bool group = false;
  bool only_when_mentioned = true; ///< in groups
};

/// Whether the message comes from a chat that the bot is for: yes, wrong_chat or not_mentioned.
answer_verdict in_scope(const inbound& message, const chat_scope& scope) noexcept;

} // namespace weixin::bots
