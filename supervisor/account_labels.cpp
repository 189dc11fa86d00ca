#include "supervisor/account_labels.hpp"

namespace weixin::supervisor {

metrics::logout_reason logout_reason_of(const error& e) noexcept {
  switch (e.code == errc::session_ended ? e.ret : 0) {
  case 1100:
    return metrics::logout_reason::session_unknown;
  case 1101:
    return metrics::logout_reason::session_invalid;
  case 1102:
    return metrics::logout_reason::cookie_invalid;
  default:
    return metrics::logout_reason::other;
  }
}

metrics::actor_kind kind_of(child who) noexcept {
  switch (who) {
  case child::login:
    return metrics::actor_kind::login;
  case child::poller:
    return metrics::actor_kind::sync_poller;
  case child::sender:
    return metrics::actor_kind::sender;
  case child::media:
    return metrics::actor_kind::media_fetcher;
  case child::inbox:
    return metrics::actor_kind::inbox_reader;
  case child::contacts:
    return metrics::actor_kind::contact_operator;
  }
  return metrics::actor_kind::other;
}

} // namespace weixin::supervisor
