// The account supervisor's part for what an operator sets: bots, media, and the way to Weixin.
#include "supervisor/account_supervisor.hpp"

namespace weixin::supervisor {

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
  if (!(settings == before)) use_settings();
  store_record(std::move(reply));
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
  });
  context_->http->use_proxy(std::move(through));
}

} // namespace weixin::supervisor
