#pragma once

#include "actors/router.hpp"
#include "runtime/supervised_children.hpp"
#include "supervisor/account_supervisor.hpp"
#include "supervisor/believed_time.hpp"
#include "supervisor/fleet.hpp"
#include "supervisor/fleet_directory.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace weixin::supervisor {

class fleet_supervisor;

/// Work for the fleet supervisor, done inside it.
struct fleet_request {
  std::function<void(fleet_supervisor&)> run;
};

} // namespace weixin::supervisor

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::supervisor::fleet_request)

namespace weixin::supervisor {

using fleet_actor =
    caf::typed_actor<caf::reacts_to<fleet_request>, caf::reacts_to<timer>, caf::reacts_to<continuation>>;

/// The FLEET SUPERVISOR: the root of everything. Starts a router on every account shard and a supervisor for
/// every account, starts them again when they end by a fault, and gives up on the process when a router or
/// the store keeps failing. Has the store drop what is older than it has to be kept.
class fleet_supervisor final : public runtime::actor_base<fleet_actor> {
public:
  using view_reply = fleet::view_reply;
  using fleet_reply = fleet::fleet_reply;

  fleet_supervisor(caf::actor_config& cfg, std::shared_ptr<const services> service, fleet_options options,
                   std::shared_ptr<fleet_directory> directory);
  const char* name() const override { return "fleet_supervisor"; }

  void start(std::function<void(result<std::size_t>)> started);
  void add(const std::string& name, const std::string& kind, account_change initial, view_reply reply);
  void change(const std::string& name, account_change what, view_reply reply);
  void remove(const std::string& name, std::function<void(result<void>)> reply);
  void apply(fleet_wish wish, bool dry_run, fleet_reply reply);
  void configure(fleet_configuration by, fleet_wish wish, bool dry_run, fleet_reply reply);

  /// The routers, by shard.
  const std::vector<router_actor>& routers() const noexcept { return routers_; }

  /// Runs `work` inside the account's supervisor, or answers account_not_found.
  template <class Reply, class Work>
  void with_account(const std::string& name, const Reply& reply, Work work) {
    auto found = accounts_.find(name);
    if (found == accounts_.end() || found->second.removing)
      return reply(fail(errc::account_not_found, "no account is called " + name));
    auto root = root_of(name);
    if (!root) return reply(fail(errc::not_online, "the account is being restarted; try again"));
    send(root, account_request{std::move(work)});
  }

protected:
  behavior_type make_behavior() override;

private:
  struct account {
    store::account_record record;
    std::shared_ptr<account_status> status;
    std::size_t shard = 0;
    bool removing = false;
    bool refreshing = false; ///< the record is being read again
  };

  // fleet_changes.cpp
  fleet_rules rules() const;
  /// Plans and stores; `then` hears the verdict, and the files that nobody needs any more.
  void edit_stored(fleet_wish wish, fleet_rules by,
                   std::function<void(result<fleet_verdict>, std::vector<std::string>)> then);
  void change_by(fleet_wish wish, fleet_rules by, bool dry_run, std::function<void()> take_over,
                 fleet_reply reply);
  void carry_out(const fleet_plan& plan, std::vector<std::string> files, std::shared_ptr<void> finished);
  void tell(const planned_change& change, const std::shared_ptr<void>& finished);
  void adopt(fleet_configuration by);
  void start_stored(std::function<void(result<std::size_t>)> started);
  void start_declared(std::function<void(result<std::size_t>)> started);
  void forget(const std::string& name);

  result<void> check_bots(const std::vector<std::string>& bots) const;
  result<void> check(const account_change& what) const;
  account_root_actor root_of(const std::string& name) const {
    return account_trees_.get<account_root_actor>(name);
  }
  void start_account(store::account_record record);
  void add_tree(const std::string& name);
  caf::strong_actor_ptr spawn_tree(const std::string& name);
  void tree_ended(const std::string& name);
  void refresh(const std::string& name);
  void start_router(std::size_t shard);
  void upkeep();
  void count(const store::upkeep_report& r);

  std::shared_ptr<const services> service_;
  fleet_options options_;
  std::shared_ptr<fleet_directory> directory_;
  std::shared_ptr<user_claims> claims_ = std::make_shared<user_claims>();
  std::shared_ptr<service_faults> store_faults_;
  std::map<std::string, account> accounts_;
  std::set<std::string> being_added_;
  std::vector<router_actor> routers_;            // by shard
  runtime::supervised_children router_children_; ///< by shard
  runtime::supervised_children account_trees_;   ///< by name
  std::size_t next_shard_ = 0;
  believed_time believed_time_; ///< for dropping what is old
};

} // namespace weixin::supervisor
