#pragma once

#include "actors/bots/bot.hpp"
#include "actors/interfaces.hpp"
#include "actors/services.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace weixin {

/// One configured bot, as it serves all accounts.
struct bot_entry {
  std::string name;
  std::chrono::seconds max_age{120};
  std::shared_ptr<const bots::bot> object;
};

/// A BOT HOST: asks one bot about each message, gives its answer to the account's sender, and tells the
/// account's inbox reader once that is stored, or at once when there is no answer. A bot that throws loses
/// that message and nothing else. An answer that the store cannot take now is not reported as done: the inbox
/// reader hands the message over again, until it is too old for an answer.
class bot_host final : public runtime::actor_base<bot_actor> {
public:
  /// The router may put another bot of the same name into `entry`: it lives on the same shard, so there is no
  /// lock, and what waits in the mailbox is answered by that one.
  bot_host(caf::actor_config& cfg, std::shared_ptr<const services> service,
           std::shared_ptr<const bot_entry> entry);
  const char* name() const override { return "bot_host"; }

protected:
  behavior_type make_behavior() override;

private:
  /// False when the message is done: there is no answer to it.
  bool consider(const inbound& message, const sender_actor& to, const inbox_reader_actor& from);

  std::shared_ptr<const services> service_;
  std::shared_ptr<const bot_entry> entry_;
};

} // namespace weixin
