#include "ctl/account.hpp"

#include "ctl/json_text.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/array.hpp>

#include <array>
#include <cstdio>
#include <utility>

namespace weixin::ctl {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& n : names)
    text += (text.empty() ? "" : ",") + n;
  return text;
}

std::string held_advice(const account& a) {
  const auto& why = a.reason;
  if (why == "kicked")
    return "Weixin ended the session again and again, or right after a login. Check on the phone who else "
           "uses this "
           "account, then: weixinctl account relogin " +
           a.name;
  if (why == "barred")
    return "Weixin does not let this account log in on the web. Waiting or another account may help; then: "
           "weixinctl account relogin " +
           a.name;
  if (why == "different_user")
    return "another person's phone scanned this account's code. Nothing of the first user was touched. Scan "
           "with the "
           "right phone: weixinctl account relogin " +
           a.name;
  if (why == "duplicate_user")
    return "this user is served under another account name already. Remove one of the two accounts, or scan "
           "with "
           "another phone: weixinctl account relogin " +
           a.name;
  return "it waits for you; when the cause is dealt with: weixinctl account relogin " + a.name;
}

} // namespace

std::string to_text(moment t) {
  using namespace std::chrono;
  auto day = floor<days>(t);
  year_month_day date{day};
  hh_mm_ss time{floor<seconds>(t - day)};
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

std::string since(std::optional<moment> then, std::optional<moment> now) {
  if (!then) return {};
  return now ? age(*then, *now) : to_text(*then);
}

account read_account(const boost::json::object& o) {
  account a;
  a.name = text_of(o, "name");
  a.kind = text_of(o, "kind");
  a.state = text_of(o, "state");
  a.state_since = time_of(o, "state_since");
  a.reason = text_of(o, "reason");
  a.retry_at = time_of(o, "retry_at");
  a.desired = text_of(o, "desired");
  a.nickname = text_of(o, "nickname");
  for (const auto& b : list_of(o, "bots"))
    if (b.is_string()) a.bots.emplace_back(b.get_string());
  a.login = text_of(o, "login");
  a.proxy = text_of(o, "proxy");
  a.proxy_error = text_of(o, "proxy_error");
  a.proxy_checked_at = time_of(o, "proxy_checked_at");
  a.last_poll_at = time_of(o, "last_poll_at");
  a.last_event_at = time_of(o, "last_event_at");
  a.last_send_at = time_of(o, "last_send_at");
  a.messages_in = number_of(o, "messages_in");
  a.messages_out = number_of(o, "messages_out");
  a.queue = number_of(o, "queue");
  a.restarts = number_of(o, "restarts");
  a.media = text_of(o, "media");
  if (const auto* kinds = o.if_contains("pacing"); kinds != nullptr && kinds->is_object())
    for (const auto& [kind, value] : kinds->get_object()) {
      const auto& paced = object_of(value);
      a.pacing.push_back({std::string{kind}, number_of(paced, "waiting"), time_of(paced, "next_at"),
                          text_of(paced, "reason")});
    }
  return a;
}

tone tone_of(std::string_view state) {
  if (state == "online") return tone::good;
  if (state == "stopped") return tone::quiet;
  if (state == "cooling_off" || state == "needs_login" || state == "held") return tone::bad;
  return tone::waiting;
}

std::string advice_for(const account& a) {
  if (a.state == "needs_login")
    return "nobody scanned the code in time. For a new one: weixinctl account relogin " + a.name;
  if (a.state == "held") return held_advice(a);
  if (a.state == "cooling_off")
    return "it failed too often and rests" + (a.retry_at ? " until " + to_text(*a.retry_at) : std::string{}) +
           ". See weixind's log; to try at once: weixinctl account restart " + a.name;
  if (a.state == "stopped" && a.desired == "paused")
    return "it was paused or logged out. To go on: weixinctl account resume " + a.name;
  if (a.state == "throttled")
    return "Weixin asks for fewer calls; weixind slows down by itself. Send less with this account for a "
           "while.";
  if (a.state == "degraded") return "the last good poll is too long ago; weixind goes on trying.";
  if (a.state == "awaiting_scan") return "to see the code: weixinctl account qr " + a.name;
  if (a.state == "awaiting_confirm") return "the code was scanned; confirm on the phone.";
  return {};
}

table account_table(const std::vector<account>& accounts, std::optional<moment> now, bool wide) {
  std::vector<column> columns{{.title = "NAME"},
                              {.title = "STATE"},
                              {.title = "NICKNAME", .max_columns = wide ? 0 : 24},
                              {.title = "SINCE"},
                              {.title = "LAST-POLL"},
                              {.title = "IN", .right = true},
                              {.title = "OUT", .right = true},
                              {.title = "QUEUE", .right = true},
                              {.title = "RESTARTS", .right = true}};
  if (wide)
    for (const char* title : {"KIND", "DESIRED", "BOTS", "RETRY-AT", "REASON"})
      columns.push_back({.title = title});
  table t{std::move(columns)};
  for (const auto& a : accounts) {
    std::vector<cell> row{{a.name},
                          {a.state, tone_of(a.state)},
                          {a.nickname},
                          {since(a.state_since, now)},
                          {since(a.last_poll_at, now)},
                          {std::to_string(a.messages_in)},
                          {std::to_string(a.messages_out)},
                          {std::to_string(a.queue)},
                          {std::to_string(a.restarts)}};
    if (wide)
      for (auto text : {a.kind, a.desired, joined(a.bots), a.retry_at ? to_text(*a.retry_at) : "", a.reason})
        row.push_back({std::move(text)});
    t.add(std::move(row));
  }
  return t;
}

std::string account_details(const account& a, std::optional<moment> now, bool colour) {
  std::string text;
  auto fact = [&](std::string title, const std::string& value, tone mood = tone::neutral) {
    title.resize(12, ' ');
    text += title + (value.empty() ? "-" : tinted(printable(value), mood, colour)) + "\n";
  };
  auto when = [&](std::optional<moment> t) {
    if (!t) return std::string{};
    return to_text(*t) + (now ? " (" + age(*t, *now) + " ago)" : std::string{});
  };
  fact("Name:", a.name);
  fact("Kind:", a.kind);
  fact("State:", a.state, tone_of(a.state));
  fact("Since:", when(a.state_since));
  fact("Reason:", a.reason);
  if (a.retry_at) fact("Retry at:", to_text(*a.retry_at));
  fact("Desired:", a.desired);
  fact("Nickname:", a.nickname);
  fact("Bots:", joined(a.bots));
  fact("Login as:", a.login);
  fact("Proxy:", a.proxy.empty() ? "none" : a.proxy);
  if (!a.proxy_error.empty()) fact("", a.proxy_error, tone::bad);
  if (a.proxy_checked_at) fact("Checked:", when(a.proxy_checked_at));
  fact("Last poll:", when(a.last_poll_at));
  fact("Last event:", when(a.last_event_at));
  fact("Last send:", when(a.last_send_at));
  fact("Messages:", std::to_string(a.messages_in) + " in, " + std::to_string(a.messages_out) + " out, " +
                        std::to_string(a.queue) + " queued");
  for (const auto& p : a.pacing) {
    if (p.waiting == 0) continue;
    auto line = std::to_string(p.waiting) + " " + p.kind;
    if (p.next_at) line += ", next at " + to_text(*p.next_at);
    if (!p.reason.empty()) line += " (" + p.reason + ")";
    fact("Waiting:", line);
  }
  fact("Media:", a.media);
  fact("Restarts:", std::to_string(a.restarts));
  if (auto advice = advice_for(a); !advice.empty()) fact("Note:", advice);
  return text;
}

} // namespace weixin::ctl
