#include "supervisor/fleet_supervisor.hpp"

#include <algorithm>

namespace weixin::supervisor {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t service_intensity = 3;
constexpr auto service_period = 60s;
/// A supervisor that ends by a fault of its own is started again, but not in a tight loop.
constexpr auto account_restart_delay = 1s;

account_view initial_view(const store::account_record& r, wall_time now) {
  account_view v;
  v.name = r.name;
  v.kind = r.kind;
  v.state = to_string(account_state::stopped);
  v.state_since = now;
  v.desired = r.desired == store::desired_state::running ? "running" : "paused";
  v.bots = r.bots;
  return v;
}

} // namespace

fleet_supervisor::fleet_supervisor(caf::actor_config& cfg, std::shared_ptr<const services> service,
                                   fleet_options options, std::shared_ptr<fleet_directory> directory)
    : actor_base(cfg), service_(std::move(service)), options_(std::move(options)),
      directory_(std::move(directory)) {}

fleet_supervisor::behavior_type fleet_supervisor::make_behavior() {
  set_down_handler([this](caf::down_msg& down) { ended(down); });
  set_exit_handler([this](caf::exit_msg& e) {
    // Reverse start order: accounts, then routers.
    for (auto& [name, a] : accounts_) {
      demonitor(a.root.address());
      send_exit(a.root, e.reason);
    }
    for (auto& r : routers_) {
      demonitor(r.address());
      send_exit(r, e.reason);
    }
    quit(e.reason);
  });
  routers_.resize(std::max<std::size_t>(options_.account_shards, 1));
  for (std::size_t shard = 0; shard < routers_.size(); ++shard)
    start_router(shard);
  return {[this](const fleet_request& r) { r.run(*this); }, [](timer) {}, run_continuations()};
}

void fleet_supervisor::start_router(std::size_t shard) {
  routers_[shard] = runtime::spawn_on<router>(system(), shard, service_, options_.bots);
  monitor(routers_[shard]);
}

void fleet_supervisor::start(std::function<void(result<std::size_t>)> started) {
  service_->store->list_accounts(
      inside([this, started = std::move(started)](result<std::vector<store::account_record>> accounts) {
        if (!accounts) return started(accounts.error());
        // All claims before the first login: a stored user keeps its account, whoever scans first.
        for (const auto& r : *accounts)
          if (r.uin != 0) claims_->claim(r.uin, r.name);
        for (auto& r : *accounts)
          start_account(std::move(r));
        started(accounts->size());
      }));
}

result<void> fleet_supervisor::check_bots(const std::vector<std::string>& bots) const {
  for (const auto& bot : bots) {
    bool known =
        std::any_of(options_.bots.begin(), options_.bots.end(), [&](const auto& b) { return b.name == bot; });
    if (!known) return fail(errc::unknown_bot, "no bot of that name is configured");
  }
  return {};
}

void fleet_supervisor::add(const std::string& name, const std::string& kind,
                           const std::optional<std::vector<std::string>>& bots, view_reply reply) {
  if (!is_valid_account_name(name))
    return reply(
        fail(errc::invalid_name, "a name is 1 to 63 of a-z, 0-9 and '-', and does not begin with '-'"));
  if (kind != "webwx") return reply(fail(errc::invalid_argument, "kind must be \"webwx\""));
  if (accounts_.contains(name) || being_added_.contains(name))
    return reply(fail(errc::account_exists, "an account of that name exists"));
  if (accounts_.size() >= options_.max_accounts)
    return reply(fail(errc::queue_full, "limits.max_accounts is reached"));
  store::account_record record;
  record.name = name;
  record.kind = kind;
  record.bots = bots.value_or(options_.default_bots);
  record.created_at = service_->clock->now();
  if (auto ok = check_bots(record.bots); !ok) return reply(ok.error());
  being_added_.insert(name);
  service_->store->add_account(record, inside([this, record, reply = std::move(reply)](result<void> stored) {
                                 being_added_.erase(record.name);
                                 if (!stored) return reply(stored.error());
                                 log_info("account.added", {{"account", record.name}});
                                 start_account(record);
                                 reply(accounts_.at(record.name).status->view());
                               }));
}

void fleet_supervisor::start_account(store::account_record record) {
  auto& a = accounts_[record.name];
  a.status = std::make_shared<account_status>(initial_view(record, service_->clock->now()));
  a.shard = next_shard_++ % routers_.size();
  a.record = std::move(record);
  directory_->put(a.record.name, a.status);
  spawn_account(a);
}

void fleet_supervisor::spawn_account(running_account& a) {
  a.root = runtime::spawn_on<account_supervisor>(
      system(), a.shard, service_,
      account_setup{a.record, a.status, claims_, routers_[a.shard], options_.limits});
  monitor(a.root);
}

void fleet_supervisor::set_bots(const std::string& name, const std::vector<std::string>& bots,
                                view_reply reply) {
  if (auto ok = check_bots(bots); !ok) return reply(ok.error());
  with_account(name, reply, [=](account_supervisor& a) { a.set_bots(bots, reply); });
}

void fleet_supervisor::remove(const std::string& name, std::function<void(result<void>)> reply) {
  auto found = accounts_.find(name);
  if (found == accounts_.end() || found->second.removing)
    return reply(fail(errc::account_not_found, "no account is called " + name));
  found->second.removing = true;
  // The record goes when nothing of the account can write any more.
  found->second.when_ended = [this, name, reply = std::move(reply)] {
    service_->store->remove_account(name, inside([this, name, reply](result<void> removed) {
                                      if (!removed) {
                                        // Still stored, so still an account: it runs on.
                                        auto& a = accounts_.at(name);
                                        a.removing = false;
                                        spawn_account(a);
                                        return reply(removed.error());
                                      }
                                      claims_->release(name);
                                      directory_->erase(name);
                                      accounts_.erase(name);
                                      log_info("account.removed", {{"account", name}});
                                      reply({});
                                    }));
  };
  send_exit(found->second.root, caf::exit_reason::user_shutdown);
}

void fleet_supervisor::ended(const caf::down_msg& down) {
  for (std::size_t shard = 0; shard < routers_.size(); ++shard) {
    if (routers_[shard].address() != down.source) continue;
    log_error("router.ended", {{"shard", shard}});
    std::erase_if(router_restarts_, [&](auto t) { return now() - t > service_period; });
    router_restarts_.push_back(now());
    if (router_restarts_.size() >= service_intensity && options_.fatal) return options_.fatal("router");
    start_router(shard);
    for (auto& [name, a] : accounts_)
      if (a.shard == shard)
        send(a.root, account_request{[r = routers_[shard]](account_supervisor& s) { s.set_router(r); }});
    return;
  }
  for (auto& [name, a] : accounts_) {
    if (a.root.address() != down.source) continue;
    if (a.removing) return a.when_ended();
    log_error("account.supervisor_ended", {{"account", name}});
    // A delayed continuation: the delay keeps a supervisor that cannot start from spinning.
    delayed_send(this, account_restart_delay, continuation{[this, account = name] { revive(account); }});
    return;
  }
}

/// What the operator last wanted is in the store: the account may have changed since it was started.
void fleet_supervisor::revive(const std::string& name) {
  service_->store->list_accounts(inside([this, name](result<std::vector<store::account_record>> stored) {
    auto found = accounts_.find(name);
    if (found == accounts_.end() || found->second.removing) return;
    if (stored)
      for (auto& r : *stored)
        if (r.name == name) found->second.record = std::move(r);
    spawn_account(found->second);
  }));
}

} // namespace weixin::supervisor
