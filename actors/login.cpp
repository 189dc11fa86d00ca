#include "actors/login.hpp"

#include "protocol/webwx/client_ids.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/init.hpp"
#include "protocol/webwx/login.hpp"
#include "protocol/webwx/push_login.hpp"

#include <algorithm>

namespace weixin {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t groups_per_call = 50;
constexpr std::size_t max_groups = 1'000;
constexpr unsigned max_contact_failures = 3;
constexpr unsigned max_moves = 2;
/// A 201 may be answered at once and again and again (weixin-protocol.md 3.3).
constexpr auto pause_after_scan = 500ms;
constexpr auto pause_after_408 = 50ms;

} // namespace

login::login(caf::actor_config& cfg, std::shared_ptr<account_context> context, account_actor supervisor,
             std::uint64_t seed, std::shared_ptr<const webwx::session> to_resume,
             std::shared_ptr<const webwx::session> to_push)
    : child_actor(cfg, std::move(context), std::move(supervisor), seed), resumes_(to_resume != nullptr) {
  if (resumes_) {
    // A copy: what a failed try does to it is of no consequence.
    draft_ = std::make_shared<webwx::session>(*to_resume);
    return;
  }
  if (to_push) {
    draft_ = std::make_shared<webwx::session>(*to_push);
    login_host_ = draft_->host.login;
    for (auto& host : webwx::push_login_hosts(*draft_))
      push_hosts_.push_back(std::move(host));
    return;
  }
  const auto& settings = context_->service->webwx;
  draft_ = std::make_shared<webwx::session>();
  draft_->device_id = webwx::make_device_id(random_digits(context_->service->entropy, 15));
  draft_->user_agent = settings.user_agent;
  draft_->host = webwx::hosts_for_entry(settings.entry_host);
  if (context_->login_choice == webwx::login_choice::desktop) draft_->mode = webwx::login_mode::desktop;
  login_host_ = settings.login_host;
}

login::behavior_type login::make_behavior() {
  started_ = now();
  proceed(resumes_ ? step::init : push_hosts_.empty() ? step::get_uuid : step::push);
  return {[this](try_again) { run_step(); }, answer_heartbeats(),
          [this](timer t) {
            if (is_current(t)) run_step();
          },
          run_continuations()};
}

void login::proceed(step next) {
  current_ = next;
  run_step();
}

void login::run_step() {
  switch (current_) {
  case step::push:
    return push();
  case step::get_uuid:
    return get_uuid();
  case step::poll:
    return poll();
  case step::exchange:
    return exchange();
  case step::init:
    return init();
  case step::notify:
    return notify();
  case step::get_contacts:
    return get_contacts();
  case step::get_groups:
    return get_groups();
  }
}

void login::failed(error e) {
  clear_timer();
  report(child::login, std::move(e));
}

void login::push() {
  if (push_hosts_.empty()) return proceed(step::get_uuid);
  auto host = std::move(push_hosts_.front());
  push_hosts_.pop_front();
  call_weixin(webwx::endpoint::webwxpushloginurl, draft_, webwx::make_push_login(*draft_, host),
              webwx::parse_push_login, [this](result<std::string> uuid) {
                if (!uuid) {
                  log_info("login.push_refused",
                           {{"account", context_->name}, {"errc", to_string(uuid.error().code)}});
                  // A host that knows the account and says no speaks for all of them.
                  if (uuid.error().code == errc::login_refused) push_hosts_.clear();
                  return push();
                }
                push_hosts_.clear();
                uuid_ = std::move(*uuid);
                log_info("login.pushed", {{"account", context_->name}});
                send(supervisor_, qr_scanned{});
                proceed(step::poll);
              });
}

void login::get_uuid() {
  call_weixin(
      webwx::endpoint::jslogin, draft_,
      webwx::make_jslogin(login_host_, draft_->host.entry, draft_->user_agent, wall_ms(), draft_->mode),
      webwx::parse_jslogin, [this](result<std::string> uuid) {
        if (!uuid) return failed(uuid.error());
        uuid_ = std::move(*uuid);
        context_->service->metrics->qr_code_issued();
        send(supervisor_, qr_issued{uuid_});
        proceed(step::poll);
      });
}

void login::poll() {
  call_weixin(webwx::endpoint::login, draft_,
              webwx::make_login_poll(login_host_, uuid_, scanned_, draft_->user_agent, wall_ms()),
              webwx::parse_login_poll, [this](result<webwx::login_poll> answer) {
                if (!answer) return failed(answer.error());
                polled_login(*answer);
              });
}

void login::polled_login(const webwx::login_poll& answer) {
  using status = webwx::login_status;
  switch (answer.status) {
  case status::waiting:
    return set_timer(pause_after_408);
  case status::scanned:
    if (!scanned_) tell_scan(answer.avatar);
    scanned_ = true;
    return set_timer(pause_after_scan);
  case status::confirmed: {
    auto redirect = webwx::parse_redirect_uri(answer.redirect_uri);
    if (!redirect) return failed(redirect.error());
    redirect_ = std::move(*redirect);
    draft_->host = webwx::hosts_for_entry(redirect_.host);
    return proceed(step::exchange);
  }
  case status::cancelled:
    return failed(fail(errc::login_cancelled, "login", answer.code));
  case status::expired:
    return failed(fail(errc::login_expired, "login", answer.code));
  }
}

void login::tell_scan(const std::string& avatar) {
  qr_scanned told;
  if (auto picture = webwx::read_scan_picture(avatar))
    told.picture = std::make_shared<const webwx::scan_picture>(std::move(*picture));
  send(supervisor_, std::move(told));
}

void login::exchange() {
  auto request = draft_->mode == webwx::login_mode::desktop
                     ? webwx::make_new_login_page(*draft_, redirect_, context_->service->webwx.desktop)
                     : webwx::make_new_login_page(*draft_, redirect_);
  if (!request) return failed(request.error());
  call_weixin(
      webwx::endpoint::webwxnewloginpage, draft_, std::move(*request),
      [](const http_response& r) { return webwx::parse_new_login_page(r); },
      [this](result<webwx::login_tickets> tickets) {
        if (!tickets && tickets.error().code == errc::barred && may_try_desktop()) return try_desktop();
        if (!tickets) return failed(tickets.error());
        auto begun = webwx::begin_session(*draft_, *tickets);
        if (!begun && !tickets->other_entry_host.empty()) return move_to(tickets->other_entry_host);
        if (!begun) return failed(begun.error());
        proceed(step::init);
      });
}

void login::move_to(const std::string& entry_host) {
  if (++moves_ > max_moves) return failed(fail(errc::login_refused, "sent from host to host"));
  log_info("login.moved", {{"account", context_->name}, {"host", entry_host}});
  draft_->host = webwx::hosts_for_entry(entry_host);
  login_host_ = draft_->host.login;
  begin_anew();
}

bool login::may_try_desktop() const {
  return context_->login_choice == webwx::login_choice::web_then_desktop &&
         draft_->mode == webwx::login_mode::web && !context_->service->webwx.desktop.extspam.empty();
}

void login::try_desktop() {
  log_info("login.as_desktop", {{"account", context_->name}});
  draft_->mode = webwx::login_mode::desktop;
  begin_anew();
}

void login::begin_anew() {
  scanned_ = false;
  proceed(step::get_uuid);
}

void login::init() {
  call_weixin(webwx::endpoint::webwxinit, draft_, webwx::make_init(*draft_, wall_ms()), webwx::parse_init,
              [this](result<webwx::init_answer> answer) {
                if (!answer) return failed(answer.error());
                initialised(std::move(*answer));
              });
}

void login::initialised(webwx::init_answer answer) {
  if (resumes_ && answer.uin > 0 && answer.uin != draft_->uin)
    return failed(fail(errc::different_user, "webwxinit"));
  bool keep_keys = resumes_ && !draft_->keys.sync_key.empty();
  webwx::apply(*draft_, answer, keep_keys);
  note_set_aside(metrics::contact_answer::init, answer.set_aside);
  for (auto& c : answer.contacts)
    contacts_->push_back(std::move(c));
  for (auto& name : answer.chat_set)
    if (webwx::is_group_user_name(name) && groups_.size() < max_groups) groups_.push_back(name);
  proceed(step::notify);
}

void login::notify() {
  // Without it the login is good as well: the answer is looked at only for a session that is already dead.
  call_weixin(webwx::endpoint::webwxstatusnotify, draft_,
              webwx::make_status_notify(*draft_, webwx::notify_code::inited, draft_->user_name, wall_ms()),
              webwx::parse_status_notify, [this](result<void> answer) {
                if (!answer && answer.error().code == errc::session_ended) return failed(answer.error());
                proceed(step::get_contacts);
              });
}

bool login::tries_contacts_again(const error& e) {
  if (e.code == errc::session_ended) return true; // dead already: its supervisor decides
  // Without its address book an account finds the recipients of its sends no more, but it can still receive
  // and answer: worth a few tries, not the login.
  return is_transient(e.code) && ++contact_failures_ <= max_contact_failures;
}

void login::get_contacts() {
  auto seq = paging_.next();
  if (!seq) return contacts_done();
  call_weixin(webwx::endpoint::webwxgetcontact, draft_, webwx::make_get_contact(*draft_, *seq, wall_ms()),
              webwx::parse_get_contact, [this](result<webwx::contact_page> page) {
                if (!page) {
                  if (tries_contacts_again(page.error())) return failed(page.error());
                  log_warn("contacts.incomplete",
                           {{"account", context_->name}, {"errc", to_string(page.error().code)}});
                  return contacts_done();
                }
                paging_.add(std::move(*page));
                get_contacts();
              });
}

void login::contacts_done() {
  note_set_aside(metrics::contact_answer::get_contact, paging_.set_aside());
  for (auto& c : std::move(paging_).take())
    contacts_->push_back(std::move(c));
  proceed(step::get_groups);
}

void login::get_groups() {
  if (groups_.empty()) return finish();
  auto t = now();
  if (auto turn = context_->pacing.next(paced_operation::batch_contacts, t); turn.at > t) {
    note_delay(paced_operation::batch_contacts, turn, delay_told_);
    return set_timer(turn.at - t);
  }
  delay_told_ = false;
  context_->pacing.used(paced_operation::batch_contacts, t, random_);
  std::vector<webwx::batch_item> wanted;
  auto count = std::min(groups_.size(), groups_per_call);
  for (std::size_t i = 0; i < count; ++i)
    wanted.push_back({groups_[i], ""});
  call_weixin(webwx::endpoint::webwxbatchgetcontact, draft_,
              webwx::make_batch_get_contact(*draft_, wanted, wall_ms()), webwx::parse_batch_get_contact,
              [this, count](result<webwx::contact_list> groups) {
                if (!groups) {
                  if (tries_contacts_again(groups.error())) return failed(groups.error());
                  log_warn("groups.incomplete",
                           {{"account", context_->name}, {"errc", to_string(groups.error().code)}});
                  return finish();
                }
                groups_.erase(groups_.begin(), groups_.begin() + static_cast<std::ptrdiff_t>(count));
                note_set_aside(metrics::contact_answer::batch_get_contact, groups->set_aside);
                for (auto& g : groups->contacts)
                  contacts_->push_back(std::move(g));
                get_groups();
              });
}

void login::finish() {
  auto result = resumes_ ? metrics::login_result::resumed : metrics::login_result::ok;
  context_->service->metrics->login_finished(result, now() - started_);
  send(supervisor_, login_done{draft_, contacts_, resumes_});
  quit();
}

} // namespace weixin
