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

/// A BOT HOST: asks one bot about each message and gives its answer to the account's sender. A bot that
/// throws loses that message and nothing else.
class bot_host final : public runtime::actor_base<bot_actor> {
public:
  bot_host(caf::actor_config& cfg, std::shared_ptr<const services> service, bot_entry entry);
  const char* name() const override { return "bot_host"; }

protected:
  behavior_type make_behavior() override;

private:
  void consider(const inbound& message, const sender_actor& to);

  std::shared_ptr<const services> service_;
  bot_entry entry_;
};

} // namespace weixin
