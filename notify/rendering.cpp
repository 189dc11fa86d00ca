#include "notify/rendering.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace weixin::notify {

namespace {

std::string alert_name(kind k) {
  switch (k) {
  case kind::needs_scan:
    return "WeixinAccountNeedsScan";
  case kind::held:
    return "WeixinAccountHeld";
  case kind::kicked:
    return "WeixinAccountKicked";
  case kind::cooling_off:
    return "WeixinAccountCoolingOff";
  case kind::fleet_down:
    return "WeixinFleetDown";
  default:
    return "WeixinTest";
  }
}

std::string fleet_counts(const notification& n) {
  return std::to_string(n.not_online) + " of " + std::to_string(n.running) + " accounts";
}

std::string advice_for_held(const std::string& account, const std::string& reason) {
  if (reason == "barred")
    return "Weixin does not let this user, or this network, log in on the web. Try another day: weixinctl "
           "account "
           "relogin " +
           account;
  if (reason == "different_user")
    return "Somebody scanned with a phone that is not this account's: weixinctl account relogin " + account +
           ", and scan with the right one.";
  if (reason == "duplicate_user")
    return "This user is served under another account's name: remove one of the two.";
  return "It waits for a decision: weixinctl account show " + account;
}

std::string plain_description(const notification& n) {
  switch (n.what) {
  case kind::needs_scan:
    return n.state == "needs_login"
               ? "Nobody scanned its QR codes. With the phone at hand: weixinctl account relogin " + n.account
               : "Its session ended. Scan the new QR code: weixinctl account qr " + n.account;
  case kind::held:
    return advice_for_held(n.account, n.reason);
  case kind::kicked:
    return "Weixin ended its session right after a login, or three within an hour. Look at the phone, and "
           "wait days, "
           "not minutes, before weixinctl account relogin " +
           n.account;
  case kind::cooling_off:
    return "Its actors crashed too often, which is a bug; it tries again by itself: weixinctl account show " +
           n.account;
  case kind::back_online:
    return "The problem is over; nothing to do.";
  case kind::fleet_down:
    return "Look at the network and at Weixin, then at weixinctl account list.";
  case kind::fleet_recovered:
    return "The share of accounts that are not online is below the limit again.";
  case kind::withdrawn:
    return "The problem is over, or another one took its place.";
  case kind::test:
    return "Somebody asked weixind to send this; nothing is wrong.";
  }
  return {};
}

boost::json::object alert(kind what, const notification& n, wall_time starts, wall_time ends) {
  boost::json::object labels{{"alertname", alert_name(what)}, {"severity", severity_of(what)}};
  if (!n.account.empty()) labels["account"] = n.account;
  return {{"labels", std::move(labels)},
          {"annotations", {{"summary", summary_of(n)}, {"description", description_of(n)}}},
          {"startsAt", to_rfc3339(starts)},
          {"endsAt", to_rfc3339(ends)}};
}

} // namespace

std::string_view severity_of(kind k) noexcept {
  switch (k) {
  case kind::held:
  case kind::kicked:
  case kind::fleet_down:
    return "critical";
  case kind::needs_scan:
  case kind::cooling_off:
    return "warning";
  default:
    return "info";
  }
}

std::string summary_of(const notification& n) {
  switch (n.what) {
  case kind::needs_scan:
    return n.account + " needs a scan";
  case kind::held:
    return n.account + " is held: " + n.reason;
  case kind::kicked:
    return n.account + " was kicked";
  case kind::cooling_off:
    return n.account + " is cooling off";
  case kind::back_online:
    return n.account + " is back online";
  case kind::fleet_down:
    return fleet_counts(n) + " are not online";
  case kind::fleet_recovered:
    return "The fleet recovered: " + fleet_counts(n) + " are not online";
  case kind::withdrawn:
    return n.account + " is " + n.state;
  case kind::test:
    return "A test notification";
  }
  return {};
}

std::string description_of(const notification& n) {
  auto text = plain_description(n);
  if (n.count > 1) text += " (" + std::to_string(n.count) + " times since it was told last)";
  return text;
}

std::string to_json(const notification& n, const std::string& id, const qr_lookup& qr) {
  boost::json::object o{{"id", id}, {"event", to_string(n.what)}};
  if (n.account.empty()) {
    o["account"] = nullptr;
  } else {
    o["account"] = n.account;
    o["state"] = n.state;
    o["reason"] = n.reason;
  }
  o["severity"] = severity_of(n.what);
  o["summary"] = summary_of(n);
  o["description"] = description_of(n);
  o["count"] = n.count;
  o["since"] = to_rfc3339(n.since);
  o["at"] = to_rfc3339(n.at);
  if (n.what == kind::fleet_down || n.what == kind::fleet_recovered)
    o["fleet"] = {{"running", n.running}, {"not_online", n.not_online}};
  if (n.what == kind::needs_scan)
    if (auto url = qr(n.account)) o["qr"] = {{"url", *url}};
  return boost::json::serialize(o);
}

std::string to_alerts(const std::vector<notification>& all, const std::set<kind>& wanted, wall_time now,
                      const qr_lookup& qr) {
  boost::json::array alerts;
  for (const auto& n : all) {
    if (n.ends && wanted.contains(n.ends->what))
      alerts.push_back(alert(n.ends->what, n, n.ends->since, n.at));
    if (n.what == kind::test) alerts.push_back(alert(n.what, n, n.since, now + std::chrono::minutes{1}));
    if (!is_problem(n.what) || !wanted.contains(n.what)) continue;
    auto firing = alert(n.what, n, n.since, now + alert_lasts);
    if (n.what == kind::needs_scan)
      if (auto url = qr(n.account)) firing["annotations"].as_object()["qr_url"] = *url;
    alerts.push_back(std::move(firing));
  }
  return alerts.empty() ? std::string{} : boost::json::serialize(alerts);
}

} // namespace weixin::notify
