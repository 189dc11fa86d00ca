#include "supervisor/fleet_supervisor.hpp"

#include <algorithm>

namespace weixin::supervisor {

namespace {

using namespace std::chrono_literals;

/// A supervisor that ends by a fault of its own is started again, but not in a tight loop.
constexpr auto account_restart_delay = 1s;
/// Together less than the time in which the process has to end: an account ends its children in it.
constexpr auto account_stop_deadline = 5s;
constexpr auto router_stop_deadline = 1s;
constexpr auto kill_deadline = 1s;
constexpr auto first_upkeep = 1min;
constexpr auto upkeep_period = 10min;

account_view initial_view(const store::account_record& r, store::media_policy default_media, wall_time now) {
  account_view v;
  v.name = r.name;
  v.kind = r.kind;
  v.created_at = r.created_at;
  v.state = to_string(account_state::stopped);
  v.state_since = now;
  v.desired = r.desired == store::desired_state::running ? "running" : "paused";
  v.bots = r.bots;
  v.media = to_string(r.media.value_or(default_media));
  v.login = to_string(r.settings.login);
  return v;
}

} // namespace

fleet_supervisor::fleet_supervisor(caf::actor_config& cfg, std::shared_ptr<const services> service,
                                   fleet_options options, std::shared_ptr<fleet_directory> directory)
    : actor_base(cfg), service_(std::move(service)), options_(std::move(options)),
      directory_(std::move(directory)),
      store_faults_(std::make_shared<service_faults>([fatal = options_.fatal] {
        if (fatal) fatal("store");
      })),
      router_children_(*this,
                       {.strategy = runtime::restart_strategy::one_for_one,
                        .limit = shared_service_limit,
                        .kill_deadline = kill_deadline},
                       {.ended =
                            [this](const std::string& shard, runtime::exit_kind) {
                              service_->metrics->actor_failed(metrics::actor_kind::router);
                              log_error("router.ended", {{"shard", shard}});
                              return true;
                            },
                        .gave_up =
                            [this] {
                              service_->metrics->actor_gave_up(metrics::actor_kind::router);
                              if (options_.fatal) options_.fatal("router");
                            }}),
      account_trees_(*this,
                     {.strategy = runtime::restart_strategy::one_for_one,
                      .limit = std::nullopt,
                      .stops_together = true,
                      .kill_deadline = kill_deadline},
                     {.ended = [this](const std::string& name, runtime::exit_kind) {
                       tree_ended(name);
                       return true;
                     }}) {}

fleet_supervisor::behavior_type fleet_supervisor::make_behavior() {
  set_down_handler([this](caf::down_msg& down) {
    if (!account_trees_.handle_down(down)) router_children_.handle_down(down);
  });
  set_exit_handler([this](caf::exit_msg& e) {
    account_trees_.stop_all(
        [this, why = e.reason] { router_children_.stop_all([this, why] { quit(why); }); });
  });
  routers_.resize(std::max<std::size_t>(options_.account_shards, 1));
  for (std::size_t shard = 0; shard < routers_.size(); ++shard)
    start_router(shard);
  believed_time_.at(service_->clock->now(), now());
  after(first_upkeep, timer{});
  return {[this](const fleet_request& r) { r.run(*this); }, [this](timer) { upkeep(); }, run_continuations()};
}

void fleet_supervisor::upkeep() {
  after(upkeep_period, timer{});
  service_->store->upkeep(believed_time_.at(service_->clock->now(), now()), options_.keep,
                          inside([this](result<store::upkeep_report> dropped) {
                            if (!dropped) {
                              log_warn("store.upkeep_failed", {{"errc", to_string(dropped.error().code)}});
                              if (dropped.error().code == errc::store_corrupt) store_faults_->note(now());
                              return;
                            }
                            count(*dropped);
                            if (service_->remove_media && !dropped->media_files.empty())
                              service_->remove_media(dropped->media_files);
                            if (dropped->messages + dropped->sends + dropped->state_changes + dropped->media >
                                0)
                              log_info("store.upkeep", {{"messages", dropped->messages},
                                                        {"sends", dropped->sends},
                                                        {"state_changes", dropped->state_changes},
                                                        {"media", dropped->media}});
                          }));
}

void fleet_supervisor::count(const store::upkeep_report& r) {
  using metrics::dropped_rows;
  auto& m = *service_->metrics;
  m.media_dropped(r.media);
  m.store_dropped(dropped_rows::messages, r.messages);
  m.store_dropped(dropped_rows::sends, r.sends);
  m.store_dropped(dropped_rows::state_changes, r.state_changes);
  m.set_stored({r.held.messages, r.held.message_bytes, r.held.sends});
}

void fleet_supervisor::start_router(std::size_t shard) {
  router_children_.add({.id = std::to_string(shard), .stop_deadline = router_stop_deadline}, [this, shard] {
    routers_[shard] = runtime::spawn_on<router>(system(), shard, service_, options_.bots);
    for (auto& [name, a] : accounts_)
      if (a.shard == shard)
        send(root_of(name),
             account_request{[r = routers_[shard]](account_supervisor& s) { s.set_router(r); }});
    return caf::actor_cast<caf::strong_actor_ptr>(routers_[shard]);
  });
}

void fleet_supervisor::start(std::function<void(result<std::size_t>)> started) {
  if (options_.declared.empty()) return start_stored(std::move(started));
  start_declared(std::move(started));
}

void fleet_supervisor::start_stored(std::function<void(result<std::size_t>)> started) {
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

result<void> fleet_supervisor::check(const account_change& what) const {
  if (what.bots)
    if (auto ok = check_bots(*what.bots); !ok) return ok.error();
  if (what.login && *what.login != webwx::login_choice::web && service_->webwx.desktop.extspam.empty())
    return fail(errc::invalid_argument,
                "login as the desktop client needs webwx.extspam_file in the configuration");
  if (what.proxy && !what.proxy->empty())
    if (auto parsed = transport::parse_proxy(what.proxy->reveal()); !parsed) return parsed.error();
  return {};
}

void fleet_supervisor::add(const std::string& name, const std::string& kind, account_change initial,
                           view_reply reply) {
  if (!is_valid_account_name(name))
    return reply(
        fail(errc::invalid_name, "a name is 1 to 63 of a-z, 0-9 and '-', and does not begin with '-'"));
  if (kind != "webwx") return reply(fail(errc::invalid_argument, "kind must be \"webwx\""));
  if (accounts_.contains(name) || being_added_.contains(name))
    return reply(fail(errc::account_exists, "an account of that name exists"));
  if (accounts_.size() >= options_.max_accounts)
    return reply(fail(errc::queue_full, options_.max_accounts_reason));
  store::account_record record;
  record.name = name;
  record.kind = kind;
  if (!initial.bots) initial.bots = options_.default_bots;
  if (!initial.login) initial.login = options_.default_login;
  if (auto ok = check(initial); !ok) return reply(ok.error());
  record.bots = std::move(*initial.bots);
  record.media = initial.media;
  record.settings = {*initial.login, std::move(initial.proxy).value_or(secret{})};
  record.created_at = service_->clock->now();
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
  a.status = std::make_shared<account_status>(
      initial_view(record, service_->media->get().policy, service_->clock->now()));
  a.shard = next_shard_++ % routers_.size();
  a.record = std::move(record);
  directory_->put(a.record.name, a.status);
  add_tree(a.record.name);
}

void fleet_supervisor::add_tree(const std::string& name) {
  account_trees_.add(
      {.id = name, .stop_deadline = account_stop_deadline, .restart_delay = account_restart_delay},
      [this, name] { return spawn_tree(name); });
}

/// Nobody while the account's record is not known; then it is tried again.
caf::strong_actor_ptr fleet_supervisor::spawn_tree(const std::string& name) {
  const auto& a = accounts_.at(name);
  if (a.refreshing) return nullptr;
  return caf::actor_cast<caf::strong_actor_ptr>(runtime::spawn_on<account_supervisor>(
      system(), a.shard, service_,
      account_setup{a.record, a.status, claims_, routers_[a.shard], options_.limits, store_faults_}));
}

void fleet_supervisor::change(const std::string& name, account_change what, view_reply reply) {
  if (auto ok = check(what); !ok) return reply(ok.error());
  with_account(name, reply, [=](account_supervisor& a) { a.change(what, reply); });
}

void fleet_supervisor::remove(const std::string& name, std::function<void(result<void>)> reply) {
  auto found = accounts_.find(name);
  if (found == accounts_.end() || found->second.removing)
    return reply(fail(errc::account_not_found, "no account is called " + name));
  found->second.removing = true;
  // The record goes when nothing of the account can write any more.
  account_trees_.stop({name}, [this, name, reply = std::move(reply)] {
    service_->store->remove_account(name,
                                    inside([this, name, reply](result<std::vector<std::string>> removed) {
                                      // Of one that is gone already, somebody else was quicker.
                                      if (!removed && removed.error().code != errc::account_not_found) {
                                        // Still stored, so still an account: it runs on.
                                        auto& a = accounts_.at(name);
                                        a.removing = false;
                                        add_tree(name);
                                        return reply(removed.error());
                                      }
                                      if (removed && service_->remove_media && !removed->empty())
                                        service_->remove_media(std::move(*removed));
                                      forget(name);
                                      reply({});
                                    }));
  });
}

void fleet_supervisor::tree_ended(const std::string& name) {
  auto& a = accounts_.at(name);
  if (a.refreshing) return; // it was not there: it waited for its record
  service_->metrics->actor_failed(metrics::actor_kind::account_supervisor);
  log_error("account.supervisor_ended", {{"account", name}});
  ++a.status->restarts;
  service_->store->append_history(name,
                                  {0, service_->clock->now(), a.status->view().state,
                                   std::string{to_string(account_state::stopped)}, "supervisor ended"},
                                  [](result<void>) {});
  refresh(name);
}

/// What the operator last wanted is in the store: the account may have changed since it was started.
void fleet_supervisor::refresh(const std::string& name) {
  accounts_.at(name).refreshing = true;
  service_->store->list_accounts(inside([this, name](result<std::vector<store::account_record>> stored) {
    auto found = accounts_.find(name);
    if (found == accounts_.end()) return;
    found->second.refreshing = false;
    if (!stored) return;
    for (auto& r : *stored)
      if (r.name == name) found->second.record = std::move(r);
  }));
}

} // namespace weixin::supervisor
