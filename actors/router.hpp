#pragma once

#include "actors/bot_host.hpp"

#include <map>

namespace weixin {

/// The ROUTER of one shard: hands what its shard's accounts received to the bots that each account chose.
/// Every shard has a router and a host for every bot, so a message is answered without leaving its shard; the
/// bots themselves are shared. A bot host that ends is started again; when that happens more than three times
/// a minute, the router ends with it, and the fleet decides.
class router final : public runtime::actor_base<router_actor> {
public:
  router(caf::actor_config& cfg, std::shared_ptr<const services> service, std::vector<bot_entry> bots);
  const char* name() const override { return "router"; }

protected:
  behavior_type make_behavior() override;

private:
  void start_bot(const std::string& bot);

  struct running {
    bot_entry entry;
    bot_actor host;
    std::vector<std::chrono::steady_clock::time_point> restarts;
  };

  std::shared_ptr<const services> service_;
  std::map<std::string, running> bots_;
};

} // namespace weixin
