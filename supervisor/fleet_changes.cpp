// The fleet supervisor's part for changes of many accounts at once, and of the configuration they work by.
#include "supervisor/fleet_supervisor.hpp"

#include <algorithm>

namespace weixin::supervisor {

namespace {

constexpr std::size_t most_names_in_a_line = 20;

/// "a, b and 3 more"
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < most_names_in_a_line; ++i)
    text += (text.empty() ? "" : ", ") + names[i];
  if (names.size() > most_names_in_a_line)
    text += " and " + std::to_string(names.size() - most_names_in_a_line) + " more";
  return text;
}

/// Calls `then` when the last copy goes: whoever was to do something has done it, or never will.
std::shared_ptr<void> when_all_are_done(std::function<void()> then) {
  return {nullptr, [then = std::move(then)](void*) { then(); }};
}

} // namespace

fleet_rules fleet_supervisor::rules() const {
  fleet_rules r;
  for (const auto& bot : options_.bots)
    r.bots.insert(bot.name);
  r.default_bots = options_.default_bots;
  r.default_login = options_.default_login;
  r.may_be_desktop = !service_->webwx.desktop.extspam.empty();
  r.max_accounts = options_.max_accounts;
  r.max_accounts_reason = options_.max_accounts_reason;
  return r;
}

void fleet_supervisor::edit_stored(
    fleet_wish wish, fleet_rules by,
    std::function<void(result<fleet_verdict>, std::vector<std::string>)> then) {
  // Written on the store's thread, read here when the store has answered.
  auto verdict = std::make_shared<fleet_verdict>();
  auto decide = [verdict, wish = std::move(wish), by = std::move(by), at = service_->clock->now()](
                    const std::vector<store::account_record>& stored) -> result<store::account_edits> {
    *verdict = make_plan(stored, wish, by, at);
    if (!verdict->problems.empty()) return store::account_edits{};
    if (!wish.revision.empty() && wish.revision != verdict->plan.revision) return fail(errc::plan_changed);
    return edits_of(verdict->plan);
  };
  service_->store->edit_accounts(
      std::move(decide), inside([verdict, then = std::move(then)](result<std::vector<std::string>> files) {
        if (!files) return then(files.error(), {});
        then(std::move(*verdict), std::move(*files));
      }));
}

void fleet_supervisor::apply(fleet_wish wish, bool dry_run, fleet_reply reply) {
  change_by(
      std::move(wish), rules(), dry_run, [] {}, std::move(reply));
}

void fleet_supervisor::configure(fleet_configuration by, fleet_wish wish, bool dry_run, fleet_reply reply) {
  auto r = rules();
  r.bots.clear();
  for (const auto& bot : by.bots)
    r.bots.insert(bot.name);
  r.default_bots = by.default_bots;
  r.default_login = by.default_login;
  r.max_accounts = by.max_accounts;
  r.max_accounts_reason = by.max_accounts_reason;
  change_by(
      std::move(wish), std::move(r), dry_run, [this, by = std::move(by)] { adopt(by); }, std::move(reply));
}

void fleet_supervisor::change_by(fleet_wish wish, fleet_rules by, bool dry_run,
                                 std::function<void()> take_over, fleet_reply reply) {
  if (dry_run)
    return service_->store->list_accounts(
        [wish = std::move(wish), by = std::move(by), at = service_->clock->now(),
         reply = std::move(reply)](result<std::vector<store::account_record>> stored) {
          if (!stored) return reply(stored.error());
          auto verdict = make_plan(*stored, wish, by, at);
          if (verdict.problems.empty() && !wish.revision.empty() && wish.revision != verdict.plan.revision)
            return reply(fail(errc::plan_changed));
          reply(std::move(verdict));
        });
  // Its name is not free before the store has answered, which an account of the wish would not wait for.
  for (const auto& wanted : wish.accounts)
    if (auto found = accounts_.find(wanted.name); found != accounts_.end() && found->second.removing)
      return reply(fail(errc::wrong_state, "account " + wanted.name + " is being removed: try again"));
  edit_stored(std::move(wish), std::move(by),
              [this, take_over = std::move(take_over),
               reply = std::move(reply)](result<fleet_verdict> verdict, std::vector<std::string> files) {
                if (!verdict || !verdict->problems.empty()) return reply(std::move(verdict));
                auto shown = std::make_shared<fleet_verdict>(std::move(*verdict));
                auto finished = when_all_are_done([shown, reply] { reply(std::move(*shown)); });
                take_over();
                carry_out(shown->plan, std::move(files), std::move(finished));
              });
}

void fleet_supervisor::carry_out(const fleet_plan& plan, std::vector<std::string> files,
                                 std::shared_ptr<void> finished) {
  std::vector<std::string> gone;
  for (const auto& change : plan.changes) {
    auto found = accounts_.find(change.name());
    if (!change.before && found == accounts_.end()) {
      log_info("account.added", {{"account", change.name()}});
      start_account(*change.after);
    } else if (change.before && change.after && found != accounts_.end()) {
      log_info("account.changed", {{"account", change.name()}});
      tell(change, finished);
    } else if (!change.after && found != accounts_.end() && !found->second.removing) {
      found->second.removing = true;
      gone.push_back(change.name());
    }
  }
  if (gone.empty()) return;
  account_trees_.stop(gone, [this, gone, files = std::move(files), finished = std::move(finished)]() mutable {
    if (service_->remove_media && !files.empty()) service_->remove_media(std::move(files));
    for (const auto& name : gone)
      forget(name);
    finished.reset();
  });
}

void fleet_supervisor::tell(const planned_change& change, const std::shared_ptr<void>& finished) {
  auto& a = accounts_.at(change.name());
  // For a tree that is not there at the moment: it starts with this.
  a.record = *change.after;
  std::optional<store::desired_state> desired;
  if (change.before->desired != change.after->desired) desired = change.after->desired;
  auto answered = [finished](const result<account_view>&) {};
  with_account(change.name(), answered,
               [what = supervisor::difference(*change.before, *change.after), desired,
                answered](account_supervisor& s) { s.change(what, desired, answered); });
}

void fleet_supervisor::forget(const std::string& name) {
  claims_->release(name);
  directory_->erase(name);
  accounts_.erase(name);
  log_info("account.removed", {{"account", name}});
}

void fleet_supervisor::adopt(fleet_configuration by) {
  options_.bots = by.bots;
  options_.default_bots = std::move(by.default_bots);
  options_.default_login = by.default_login;
  options_.max_accounts = by.max_accounts;
  options_.max_accounts_reason = std::move(by.max_accounts_reason);
  options_.keep = by.keep;
  service_->media->set(by.media);
  service_->pacing->set(by.pacing);
  // Before the accounts hear of anything: what one of them hands over is for bots that are there.
  auto bots = std::make_shared<const std::vector<bot_entry>>(std::move(by.bots));
  for (const auto& r : routers_)
    if (r) send(r, bots_configured{bots});
  for (const auto& [name, a] : accounts_)
    if (auto root = root_of(name))
      send(root, account_request{[pacing = by.pacing, media = by.media.policy](account_supervisor& s) {
             s.use_defaults(pacing, media);
           }});
}

void fleet_supervisor::start_declared(std::function<void(result<std::size_t>)> started) {
  edit_stored(
      {options_.declared, false, {}, {}}, rules(),
      [this, started = std::move(started)](result<fleet_verdict> verdict, std::vector<std::string>) {
        auto why = !verdict                    ? to_string(verdict.error())
                   : verdict->problems.empty() ? std::string{}
                                               : to_text(verdict->problems, options_.declared);
        if (!why.empty()) {
          // Accounts that live do not go down because others cannot come up.
          log_error("config.accounts_not_applied", {{"error", why}});
          service_->metrics->config_reloaded(false, service_->clock->now());
        } else {
          for (const auto& change : verdict->plan.changes)
            log_info(change.before ? "account.changed" : "account.added", {{"account", change.name()}});
        }
        start_stored([this, started](result<std::size_t> accounts) {
          std::set<std::string> declared;
          for (const auto& d : options_.declared)
            declared.insert(d.name);
          std::vector<std::string> others;
          for (const auto& [name, a] : accounts_)
            if (!declared.contains(name)) others.push_back(name);
          if (!others.empty())
            log_info("config.undeclared", {{"accounts", others.size()}, {"names", listed(others)}});
          started(std::move(accounts));
        });
      });
}

} // namespace weixin::supervisor
