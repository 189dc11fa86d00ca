#pragma once

#include "actors/bot_host.hpp"
#include "runtime/supervised_children.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace weixin {

/// The ROUTER of one shard: hands what its shard's accounts received to the bots that each account chose.
/// Every shard has a router and a host for every bot, so a message is answered without leaving its shard; the
/// bots themselves are shared. Supervises its bot hosts one for one: a host that ends is started again; when
/// that happens more than three times a minute, the router ends with them, and the fleet decides.
class router final : public runtime::actor_base<router_actor> {
public:
  router(caf::actor_config& cfg, std::shared_ptr<const services> service, std::vector<bot_entry> bots);
  const char* name() const override { return "router"; }

protected:
  behavior_type make_behavior() override;

private:
  void configure(const std::vector<bot_entry>& bots);
  void start_host(const std::string& bot);

  std::shared_ptr<const services> service_;
  std::map<std::string, std::shared_ptr<bot_entry>> bots_; ///< shared with the hosts
  runtime::supervised_children hosts_;                     ///< by the bots' names
};

} // namespace weixin
