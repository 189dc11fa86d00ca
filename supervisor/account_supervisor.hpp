#pragma once

#include "actors/account_context.hpp"
#include "actors/interfaces.hpp"
#include "supervisor/restart_policy.hpp"
#include "supervisor/user_claims.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace weixin::supervisor {

class account_supervisor;

/// Work from the fleet, done inside the account supervisor.
struct account_request {
  std::function<void(account_supervisor&)> run;
};

} // namespace weixin::supervisor

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::supervisor::account_request)

namespace weixin::supervisor {

/// The ACCOUNT SUPERVISOR as the fleet sees it.
using account_root_actor = account_actor::extend<caf::reacts_to<account_request>>;

/// What an account supervisor needs besides the services.
struct account_setup {
  store::account_record record;
  std::shared_ptr<account_status> status;
  std::shared_ptr<user_claims> claims;
  router_actor router; ///< of the account's shard
  policy_limits limits;
};

/// The ACCOUNT SUPERVISOR: the root of one account's tree. It starts and watches the children (one_for_one),
/// translates what they report into events for the restart policy, and carries out what the policy decides.
/// It decides nothing itself.
///
/// The sender lives as long as the account; login, poller and media fetcher only while the policy wants them.
/// Start order: sender, then login; after a login media fetcher, then poller. Stop order is the reverse.
class account_supervisor final : public runtime::actor_base<account_root_actor> {
public:
  account_supervisor(caf::actor_config& cfg, std::shared_ptr<const services> service, account_setup setup);
  const char* name() const override { return "account_supervisor"; }

  // What an account_request may ask.
  using view_reply = std::function<void(result<account_view>)>;
  void command(account_command c, view_reply reply);
  void set_bots(std::vector<std::string> bots, view_reply reply);
  void submit(submit_text text);
  const address_book& contacts() const { return context_->contacts; }
  void set_router(router_actor router) { context_->router = std::move(router); }

protected:
  behavior_type make_behavior() override;

private:
  struct running_child {
    caf::strong_actor_ptr handle;
    std::uint64_t answered = 0; ///< the last heartbeat it answered
  };

  // Policy.
  void apply(const policy_event& e);
  void carry_out(const decision& d);
  void show_state(account_state before, const std::string& reason_before);
  void failure_of(child who, const error& e);

  // Children.
  template <class Actor, class... Args>
  auto start_child(child who, Args&&... args);
  void start_sender();
  void start_login(std::chrono::milliseconds delay);
  void start_session_children();
  void start_poller();
  void restart(child who);
  void stop_child(child who);
  void stop_session_children();
  void child_ended(const caf::down_msg& down);
  bool is_from(child who);
  void child_lost(child who, metrics::restart_reason why);
  void open_gate(bool new_session);
  void close_gate();
  void beat();

  // Login.
  void logged_in(const login_done& login);
  void log_out(view_reply reply);
  void store_record(view_reply reply);
  void set_desired(store::desired_state desired, view_reply reply);

  std::uint64_t child_seed();

  std::shared_ptr<const services> service_;
  account_setup setup_;
  std::shared_ptr<account_context> context_;
  policy_state policy_;
  random_generator random_;
  std::map<child, running_child> children_;
  sync_poller_actor poller_;
  child failed_child_ = child::poller;
  std::uint64_t beat_number_ = 0;
  std::uint64_t login_timer_ = 0; // generation of delayed starts and retries
  unsigned qr_attempt_ = 0;
  bool polls_slowly_ = false;
};

} // namespace weixin::supervisor
