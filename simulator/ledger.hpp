#pragma once

#include "simulator/moment.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weixin::simulator {

/// The account of every message that was put in and of the replies to it. A reply belongs to a message when
/// it holds the message's token (`msg-<number>-<check>`), or, for a message without one, its whole text.
/// Remembers the newest `max_entries`; of older ones only the totals.
class ledger {
public:
  struct totals {
    std::uint64_t injected = 0;
    std::uint64_t delivered = 0;         ///< handed out by at least one webwxsync
    std::uint64_t redelivered = 0;       ///< further times
    std::uint64_t answered = 0;          ///< with exactly one reply
    std::uint64_t unanswered = 0;        ///< with none so far
    std::uint64_t doubled = 0;           ///< with more than one reply
    std::uint64_t misdirected = 0;       ///< replies by another user, or into another conversation
    std::uint64_t unrelated_replies = 0; ///< sends that belong to no known message
    std::uint64_t forgotten = 0;         ///< entries beyond the bound; their last counts stay
    std::optional<std::chrono::microseconds> reply_p50; ///< from injection to the first reply
    std::optional<std::chrono::microseconds> reply_p99;
  };

  explicit ledger(std::uint64_t seed) : seed_(seed) {}

  /// Opens an entry. `conversation` is the peer's lasting id. The text's `{token}` becomes the token; a text
  /// without one is matched as a whole when `match_text` is set.
  std::uint64_t open(std::size_t user, std::string_view conversation, std::string& text, bool match_text,
                     steady_time now);
  void delivered(std::uint64_t number);
  /// A client sent this text. Returns the entry it replies to.
  std::optional<std::uint64_t> replied(std::size_t user, std::string_view conversation, std::string_view text,
                                       steady_time now);
  totals summary() const;
  /// The numbers of messages without a reply, oldest first, at most `limit`.
  std::vector<std::uint64_t> unanswered(std::size_t limit) const;
  void clear();

  static constexpr std::size_t max_entries = 1'000'000;
  static constexpr std::size_t max_whole_texts = 100; ///< per user, newest

private:
  struct entry {
    steady_time injected;
    std::uint64_t conversation; ///< its hash
    std::uint32_t user;
    std::int32_t latency_us; ///< of the first reply, -1: none
    std::uint16_t replies;
    std::uint16_t deliveries;
  };

  std::string token_of(std::uint64_t number) const;
  entry* find(std::uint64_t number);
  std::optional<std::uint64_t> number_in(std::string_view text) const;
  std::optional<std::uint64_t> whole_text(std::size_t user, std::string_view text) const;

  std::uint64_t seed_;
  std::deque<entry> entries_;
  std::uint64_t first_number_ = 1;
  totals totals_;
  struct known_text {
    std::uint64_t number;
    std::string text;
  };
  std::unordered_map<std::size_t, std::deque<known_text>> whole_texts_;
};

} // namespace weixin::simulator
