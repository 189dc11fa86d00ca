#pragma once

#include "actors/inbound.hpp"

#include <optional>
#include <string>

namespace weixin::bots {

/// A bot: decides what to answer. One object serves all accounts on all shards at the same time, so it is
/// immutable after construction. `reply_to` must not block; what it may look at comes in with the message.
/// It is asked only about messages that `may_answer` let through.
class bot {
public:
  virtual ~bot() = default;
  /// The text to send to the chat the message came from, or nothing.
  virtual std::optional<std::string> reply_to(const inbound& message) const = 0;
};

} // namespace weixin::bots
