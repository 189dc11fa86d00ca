#pragma once

#include "actors/bots/bot.hpp"
#include "actors/bots/bot_settings.hpp"
#include "protocol/result.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::bots {

inline constexpr std::size_t max_rules = 200;              ///< of one bot
inline constexpr std::size_t max_condition_bytes = 1'000;  ///< exact, contains or pattern
inline constexpr std::size_t max_matched_bytes = 8 * 1024; ///< of a text; rules do not see what follows

/// What is wrong with a rule: the key to look at, and why. `key` is "exact", "contains", "pattern" or
/// "reply", and empty when it is the rule as a whole.
struct rule_problem {
  std::string_view key;
  std::string what;
};

/// Looks a rule over as `make_auto_reply` does. A pattern that RE2 refuses is told with the place in the
/// pattern.
std::optional<rule_problem> check(const rule& r);

/// Answers texts by the settings' rules; the first rule that matches wins. Patterns are RE2's, so their time
/// is linear in the text, whatever a stranger sends; each compiled rule may take 1 MiB. Errors:
/// invalid_argument naming the rule (counted from 1), the key and the reason.
result<std::shared_ptr<const bot>> make_auto_reply(const bot_settings& settings);

} // namespace weixin::bots
