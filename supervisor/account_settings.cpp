// The account supervisor's part for what an operator sets: bots, media, and the way to Weixin.
#include "supervisor/account_supervisor.hpp"

namespace weixin::supervisor {

namespace {
using namespace std::chrono_literals;
constexpr auto proxy_check_period = 5min;
} // namespace

void account_supervisor::change(account_change what, view_reply reply) {
  if (what.bots) {
    setup_.record.bots = *what.bots;
    context_->bots = *what.bots;
    send(context_->inbox, weixin::set_bots{*what.bots});
    context_->status->update([&](account_view& v) { v.bots = *what.bots; });
  }
  if (what.media) {
    setup_.record.media = *what.media;
    context_->media_policy = *what.media;
    context_->status->update([&](account_view& v) { v.media = to_string(*what.media); });
  }
  auto& settings = setup_.record.settings;
  auto before = settings;
  if (what.login) settings.login = *what.login;
  if (what.proxy) settings.proxy = std::move(*what.proxy);
  bool has_other_proxy = !(settings.proxy == before.proxy);
  if (!(settings == before)) use_settings();
  if (has_other_proxy && !settings.proxy.empty()) check_proxy();
  store_record(std::move(reply));
}

void account_supervisor::change(account_change what, std::optional<store::desired_state> desired,
                                view_reply reply) {
  bool turns = desired && *desired != setup_.record.desired;
  if (turns) want(*desired);
  change(std::move(what), std::move(reply));
  if (!turns) return;
  if (*desired == store::desired_state::running)
    run_again();
  else
    apply(event::halt{"paused"});
}

void account_supervisor::want(store::desired_state desired) {
  setup_.record.desired = desired;
  context_->status->update(
      [&](account_view& v) { v.desired = desired == store::desired_state::running ? "running" : "paused"; });
}

void account_supervisor::run_again() {
  base_.forget_restarts();
  start_base();
  if (policy_.state == account_state::stopped || policy_.state == account_state::held ||
      policy_.state == account_state::needs_login)
    apply(event::run{});
}

void account_supervisor::use_defaults(const pacing_settings& pacing, store::media_policy media) {
  context_->pacing.use(pacing);
  // Who waits for the old turn looks for the new one.
  if (context_->session && policy_.running) open_gate(false);
  if (setup_.record.media) return;
  context_->media_policy = media;
  context_->status->update([&](account_view& v) { v.media = to_string(media); });
}

void account_supervisor::use_settings() {
  const auto& settings = setup_.record.settings;
  context_->login_choice = settings.login;
  std::shared_ptr<transport::proxy> through;
  if (!settings.proxy.empty()) {
    auto parsed = transport::parse_proxy(settings.proxy.reveal());
    // Never without its proxy: what nobody can read leads nowhere.
    through = std::make_shared<transport::proxy>(
        parsed ? std::move(*parsed) : *transport::parse_proxy("http://settings-unreadable.invalid:1"));
  }
  context_->status->update([&](account_view& v) {
    v.login = to_string(settings.login);
    v.proxy = through ? to_display(*through) : "";
    v.proxy_error.clear();
    v.proxy_checked_at.reset();
  });
  context_->http->use_proxy(std::move(through));
  ++proxy_check_;
  checking_proxy_ = false;
  proxy_seen_ = now();
}

void account_supervisor::proxy_showed(const std::string& problem) {
  if (setup_.record.settings.proxy.empty()) return;
  proxy_seen_ = now();
  context_->status->update([&](account_view& v) {
    v.proxy_error = problem;
    v.proxy_checked_at = service_->clock->now();
  });
}

/// An account that polls shows by that whether its proxy works. One that rests would find out only when it is
/// needed.
void account_supervisor::watch_proxy() {
  bool due = now() - proxy_seen_ >= proxy_check_period;
  if (due && !checking_proxy_ && !setup_.record.settings.proxy.empty()) check_proxy();
}

void account_supervisor::check_proxy() {
  checking_proxy_ = true;
  transport::http_call c;
  c.only_connects = true;
  c.request.host = context_->session ? context_->session->host.entry : service_->webwx.entry_host;
  c.label = "proxy_check";
  context_->http->start(std::move(c), inside([this, check = proxy_check_](result<http_response> answer) {
                          if (check != proxy_check_) return;
                          checking_proxy_ = false;
                          proxy_seen_ = now();
                          if (answer) return proxy_showed("");
                          // Else it went wrong beyond the proxy, or never came so far.
                          if (answer.error().code == errc::proxy_failed) proxy_showed(answer.error().context);
                        }));
}

} // namespace weixin::supervisor
