#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace weixin::bots {

/// One rule of an auto_reply bot: what a text must be, and what is answered. Exactly one of `exact`,
/// `contains` and `pattern` is set.
struct rule {
  std::string exact{};    ///< the whole text, white space around it ignored
  std::string contains{}; ///< anywhere in the text
  std::string pattern{};  ///< RE2 syntax, found anywhere in the text unless it is anchored
  /// At most 4,000 characters. After a pattern \1 to \9 stand for its groups, \0 for all it matched and
  /// \\ for a backslash; after `exact` and `contains` the reply is sent as it is.
  std::string reply{};
  bool ignore_case = false; ///< by Unicode's simple case folding

  friend bool operator==(const rule&, const rule&) = default;
};

/// One bot as the operator configured it.
struct bot_settings {
  std::string name{};
  std::string type{}; ///< one of bot_types()
  /// Older messages are not answered: after an outage a backlog arrives at once.
  std::chrono::seconds max_age{120};
  bool direct = true; ///< answers in chats with one person
  bool group = false; ///< answers in groups
  /// In groups only: answers just those messages that name the account with @.
  bool only_when_mentioned = true;
  std::vector<rule> rules{}; ///< of auto_reply; the first one that matches answers

  friend bool operator==(const bot_settings&, const bot_settings&) = default;
};

} // namespace weixin::bots
