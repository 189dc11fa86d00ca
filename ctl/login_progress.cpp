#include "ctl/login_progress.hpp"

#include "ctl/json_text.hpp"

namespace weixin::ctl {

waiting_code read_code(const boost::json::object& o) {
  return {text_of(o, "uuid"), text_of(o, "url"), number_of(o, "attempt")};
}

bool login_progress::is_unchanged(const account& now) const {
  return before_ && before_->state == now.state && before_->state_since == now.state_since;
}

void login_progress::tell_state(const account& now, news& n) {
  if (now.state == state_ && now.reason == reason_) return;
  if (now.state == "starting") {
    if (now.reason == "qr_expired")
      n.messages.push_back("the code has expired, asking for a new one");
    else if (state_ == "awaiting_confirm" || state_ == "awaiting_scan")
      n.messages.push_back("confirmed, loading contacts");
    else if (!now.reason.empty())
      n.messages.push_back("starting: " + now.reason);
    else
      n.messages.push_back("starting, asking for a QR code");
  } else if (now.state == "awaiting_confirm") {
    n.messages.push_back("scanned, confirm on the phone");
  } else if (now.state == "degraded" || now.state == "throttled") {
    // No outcome: a login can be slowed down before it is through.
    n.messages.push_back(now.state + ": " + advice_for(now));
  }
  state_ = now.state;
  reason_ = now.reason;
}

login_progress::news login_progress::look(const account& now, const std::optional<waiting_code>& code) {
  news n;
  if (is_unchanged(now)) return n;
  before_.reset();
  tell_state(now, n);
  if (now.state == "awaiting_scan" && code && code->uuid != uuid_) {
    n.messages.push_back(uuid_.empty() ? "scan this code with Weixin on the account's phone:"
                                       : "a new code, number " + std::to_string(code->attempt) + ":");
    uuid_ = code->uuid;
    n.draw = code;
  }
  // A paused account is stopped; one that is stopped and wants to run is about to start.
  bool is_paused = now.state == "stopped" && now.desired == "paused";
  if (now.state == "online") {
    n.end = exit_code::ok;
  } else if (is_paused || now.state == "needs_login" || now.state == "held" || now.state == "cooling_off") {
    n.end = exit_code::failure;
    n.advice = advice_for(now);
  }
  return n;
}

} // namespace weixin::ctl
