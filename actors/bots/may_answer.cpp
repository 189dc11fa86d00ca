#include "actors/bots/may_answer.hpp"

#include <algorithm>

namespace weixin::bots {

namespace {
constexpr std::chrono::seconds clock_skew = std::chrono::minutes{2};
} // namespace

std::string_view to_string(answer_verdict verdict) noexcept {
  switch (verdict) {
  case answer_verdict::yes:
    return "yes";
  case answer_verdict::own_message:
    return "own_message";
  case answer_verdict::wrong_kind:
    return "wrong_kind";
  case answer_verdict::official:
    return "official";
  case answer_verdict::own_account:
    return "own_account";
  case answer_verdict::unknown_sender:
    return "unknown_sender";
  case answer_verdict::too_old:
    return "too_old";
  case answer_verdict::from_future:
    return "from_future";
  case answer_verdict::wrong_chat:
    return "wrong_chat";
  case answer_verdict::not_mentioned:
    break;
  }
  return "not_mentioned";
}

answer_verdict may_answer(const inbound& message, std::chrono::seconds max_age, wall_time now,
                          const std::function<bool(const std::string&)>& is_own_nick) {
  if (message.is_own) return answer_verdict::own_message;
  if (is_notice(message.kind)) return answer_verdict::wrong_kind;
  if (message.from_official) return answer_verdict::official;
  // A direct chat without a name is a stranger's first message, and no account of ours writes first by
  // itself.
  if (message.is_group && message.sender_nick.empty()) return answer_verdict::unknown_sender;
  if (!message.sender_nick.empty() && is_own_nick(message.sender_nick)) return answer_verdict::own_account;
  // Compared without a subtraction of times: an absurd CreateTime would overflow it.
  if (message.sent_at < now - max_age) return answer_verdict::too_old;
  if (message.sent_at > now + std::max(max_age, clock_skew)) return answer_verdict::from_future;
  return answer_verdict::yes;
}

answer_verdict in_scope(const inbound& message, const chat_scope& scope) noexcept {
  if (!message.is_group) return scope.direct ? answer_verdict::yes : answer_verdict::wrong_chat;
  if (!scope.group) return answer_verdict::wrong_chat;
  if (scope.only_when_mentioned && !message.mentions_me) return answer_verdict::not_mentioned;
  return answer_verdict::yes;
}

} // namespace weixin::bots
