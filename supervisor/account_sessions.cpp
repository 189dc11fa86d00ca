// The account supervisor's dealings with sessions: from the store, from a login, and their end.
#include "actors/webwx_call.hpp"
#include "protocol/webwx/endpoint.hpp"
#include "protocol/webwx/logout.hpp"
#include "protocol/webwx/push_login.hpp"
#include "supervisor/account_supervisor.hpp"

#include <string>
#include <unordered_set>

namespace weixin::supervisor {

void account_supervisor::load_session() {
  service_->store->load_session(context_->name, inside([this, generation = ++login_timer_](
                                                           result<std::optional<webwx::session>> loaded) {
                                  if (generation == login_timer_) session_loaded(std::move(loaded));
                                }));
}

void account_supervisor::session_loaded(result<std::optional<webwx::session>> loaded) {
  using outcome = event::session_loaded::outcome;
  if (!loaded && loaded.error().code == errc::store_corrupt) {
    log_error("session.unreadable", {{"account", context_->name}});
    return apply(event::session_loaded{outcome::unreadable});
  }
  if (!loaded) return failure_of(child::login, loaded.error());
  if (*loaded && webwx::is_retired(**loaded)) {
    if (service_->webwx.push_login) retired_ = std::make_shared<webwx::session>(std::move(**loaded));
    loaded->reset();
  }
  if (!*loaded) return apply(event::session_loaded{outcome::none});
  kept_session_ = std::make_shared<webwx::session>(std::move(**loaded));
  apply(event::session_loaded{outcome::found});
}

void account_supervisor::save_contacts(std::function<void(result<void>)> reply) {
  auto records = std::make_shared<std::vector<store::contact_record>>(context_->contacts.take_changed());
  if (records->empty()) return reply({});
  // Older ones that wait for a commit must not have the last word.
  if (auto& waiting = context_->contacts_to_store; !waiting.empty())
    waiting.insert(waiting.end(), records->begin(), records->end());
  service_->store->save_contacts(context_->name, *records,
                                 inside([this, records, reply = std::move(reply)](result<void> stored) {
                                   if (!stored) keep_for_commit(std::move(*records));
                                   reply(stored);
                                   if (!stored) store_failed(stored.error());
                                 }));
}

/// The next commit takes them; what waits already was known later. Not in front of what waits: a commit that
/// is under way takes as many off there as it stored.
void account_supervisor::keep_for_commit(std::vector<store::contact_record> records) {
  auto& waiting = context_->contacts_to_store;
  std::unordered_set<std::string> newer;
  for (const auto& r : waiting)
    newer.insert(r.ref);
  for (auto& r : records)
    if (!newer.contains(r.ref)) waiting.push_back(std::move(r));
}

void account_supervisor::drop_session(bool for_good) {
  std::shared_ptr<const webwx::session> last = context_->session;
  if (!last) last = kept_session_;
  retired_.reset();
  if (last && !for_good && service_->webwx.push_login)
    if (auto kept = webwx::retired(*last)) retired_ = std::make_shared<webwx::session>(std::move(*kept));
  context_->session.reset();
  kept_session_.reset();
  writer_->save_session(retired_);
}

void account_supervisor::login_arrived(const login_done& login) {
  auto uin = login.session->uin;
  session_.stop({std::string{to_string(child::login)}});
  if (setup_.record.uin != 0 && setup_.record.uin != uin)
    return failure_of(child::login, fail(errc::different_user, "login"));
  if (!setup_.claims->claim(uin, context_->name))
    return failure_of(child::login, fail(errc::duplicate_user, "login"));
  arrived_ = login;
  finish_login();
}

/// The contacts of earlier sessions give those of this one their references.
void account_supervisor::finish_login() {
  service_->store->load_contacts(
      context_->name,
      inside([this, generation = ++login_timer_](result<std::vector<store::contact_record>> known) {
        if (generation != login_timer_) return;
        if (!known && known.error().code != errc::store_corrupt)
          return failure_of(child::login, known.error());
        if (!known) log_error("contacts.unreadable", {{"account", context_->name}});
        begin_session(known ? std::move(*known) : std::vector<store::contact_record>{});
      }));
}

void account_supervisor::begin_session(std::vector<store::contact_record> known) {
  auto login = std::move(*arrived_);
  arrived_.reset();
  kept_session_.reset();
  retired_.reset();
  context_->session = login.session;
  ++context_->session_number;
  context_->contacts.begin_session(login.session->user_name, std::move(known));
  context_->contacts.put_all(std::move(*login.contacts));
  service_->users->add(login.session->nick_name);
  if (!login.resumed || context_->session_number == 1)
    context_->metrics->set_session_start(service_->clock->now());
  context_->status->update([&](account_view& v) { v.nickname = login.session->nick_name; });
  qr_attempt_ = 0;
  // The contacts first: what is received from now on names them.
  save_contacts([](result<void>) {});
  writer_->save_session(login.session);
  if (setup_.record.uin == 0) {
    setup_.record.uin = login.session->uin;
    writer_->save_record(setup_.record);
  }
  log_info(login.resumed ? "account.resumed" : "account.logged_in",
           {{"account", context_->name}, {"contacts", context_->contacts.size()}});
  if (login.resumed)
    apply(event::resumed{});
  else
    apply(event::logged_in{});
  start_session_children();
  open_gate(!login.resumed);
}

void account_supervisor::log_out(view_reply reply) {
  if (policy_.session != session_state::unknown) return end_session(std::move(reply));
  // Nobody asked the store yet: Weixin is to hear of the end of that session, too.
  service_->store->load_session(
      context_->name, inside([this, reply = std::move(reply)](result<std::optional<webwx::session>> loaded) {
        if (loaded && *loaded && !webwx::is_retired(**loaded))
          kept_session_ = std::make_shared<webwx::session>(std::move(**loaded));
        end_session(reply);
      }));
}

void account_supervisor::end_session(view_reply reply) {
  std::shared_ptr<webwx::session> session = context_->session;
  if (!session && kept_session_) session = std::make_shared<webwx::session>(*kept_session_);
  if (session) {
    // What Weixin answers does not matter: the session is forgotten here either way.
    context_->metrics->logged_out(metrics::logout_reason::user);
    call(
        context_, session, webwx::endpoint::webwxlogout, webwx::make_logout(*session),
        [this](auto f) { return inside(std::move(f)); }, webwx::parse_logout,
        [this](result<void>) {
          if (policy_.state == account_state::stopped) context_->http->close();
        });
  }
  // Not through stop_session_children's close: it would cancel the logout itself.
  end_session_children();
  auto before = policy_.state;
  auto reason_before = policy_.reason;
  decide(policy_, event::halt{"logged out", false}, now(), random_, setup_.limits);
  show_state(before, reason_before);
  drop_session(false);
  setup_.record.held.clear();
  set_desired(store::desired_state::paused, std::move(reply));
}

} // namespace weixin::supervisor
