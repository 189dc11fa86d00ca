#pragma once

#include "actors/child_actor.hpp"

#include <deque>
#include <map>

namespace weixin {

/// The INBOX READER: hands an account's stored messages to its bots, at least once and in order, each bot at
/// its own durable position.
///
/// A bot that keeps up gets new messages straight from the sync poller, without a look into the store. One
/// that has `max_waiting` messages to answer gets no more; what came meanwhile is read from the store when it
/// has room again. What is not handled for `lost_after` is handed over again, from the first such message on:
/// a router or a bot host that ends takes what it was given with it. Positions are saved some time after they
/// moved and when the actor ends, so a restart repeats a little and skips nothing. Lives as long as the
/// account, with or without a session.
class inbox_reader final : public child_actor<inbox_reader_actor> {
public:
  static constexpr std::size_t max_waiting = 1'000; ///< messages of one bot that are handed over and not done
  static constexpr std::size_t page_size = 100;     ///< messages read from the store at once
  static constexpr std::chrono::seconds lost_after{30};
  static constexpr std::chrono::seconds save_period{1};

  /// Takes bots, router and sender from the context.
  inbox_reader(caf::actor_config& cfg, std::shared_ptr<account_context> context, account_actor supervisor,
               std::uint64_t seed);
  const char* name() const override { return "inbox_reader"; }

protected:
  behavior_type make_behavior() override;

  void on_exit() override;

private:
  using steady_time = std::chrono::steady_clock::time_point;

  struct handed_over {
    std::int64_t seq = 0;
    bool done = false;
  };
  /// One bot's way through the inbox.
  struct reader {
    std::int64_t position = 0;       // everything up to here is done
    std::int64_t saved = -1;         // the position that the store has; -1: none
    std::int64_t delivered = 0;      // everything up to here was handed over
    std::deque<handed_over> waiting; // by seq: handed over, and not known to be done in all that is before
    steady_time first_since{};       // since when the first of `waiting` is the first
    bool behind = false;             // the store may have more than was handed over
    bool reading = false;            // and was asked for it
    bool grew = false;               // since it was asked
    std::uint64_t generation = 0;    // of `reading`: an answer to an older one is dropped
    std::size_t unread = 0;          // messages that came while it was behind, as far as is known
    metrics::consumer_lag lag;       // what this makes together, for all to see
  };

  void load_positions();
  void begin(const std::string& bot, std::int64_t position, std::int64_t saved, bool behind,
             std::size_t unread);
  void change_bots(const std::vector<std::string>& bots);
  void may_have_grown();
  void grew(const inbox_grew& g);
  void read_on(const std::string& bot, reader& r);
  void read(const std::string& bot, reader& r, const std::vector<store::stored_message>& page);
  void hand_over(std::shared_ptr<const std::vector<inbound>> messages, std::vector<std::string> bots);
  void hand_over_again(const std::string& bot, reader& r);
  void handled(const messages_handled& h);
  void put_to_waiting(reader& r, const std::vector<inbound>& messages);
  /// Moves the position over everything that is done at the front.
  void advance(reader& r);
  static void show_lag(reader& r);

  void tick();
  /// Sees to it that there is a next tick; without anything to do there is none.
  void arm();
  void save_positions();
  void store_failed(const error& e);

  std::map<std::string, reader> readers_; // by bot
  bool loaded_ = false;
  bool loading_ = false;
  bool grew_while_loading_ = false;
  bool armed_ = false;
  unsigned failures_ = 0; // of the store, in a row
  steady_time store_not_before_{};
};

} // namespace weixin
