#include "ctl/account.hpp"
#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/terminal_text.hpp"
#include "version.hpp"

#include <ostream>

namespace weixin::ctl {
namespace {

/// "takes writes, 12.5 MiB": the store in a few words.
std::string store_words(const boost::json::object& store, bool colour) {
  auto waiting = number_of(store, "waiting_calls");
  auto rest = bytes_text(number_of(store, "database_bytes")) +
              (waiting == 0 ? std::string{} : ", " + std::to_string(waiting) + " calls wait");
  if (is_true(store, "accepting")) return tinted("takes writes", tone::good, colour) + ", " + rest;
  return tinted("takes nothing", tone::bad, colour) + ", " + rest +
         "; the disk is full, or the log says what else is wrong";
}

} // namespace

outcome<exit_code> execute(session& s, const show_status& c) {
  static_cast<void>(c);
  auto a = s.server.get("/v1/status");
  if (!a) return a.error();
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(a->body) << '\n';
    return exit_code::ok;
  }
  const auto& o = object_of(a->body);
  bool colour = s.terminal.colours_on_out();
  auto line = [&](std::string title, const std::string& value) {
    title.resize(12, ' ');
    out << title << (value.empty() ? "-" : value) << '\n';
  };
  auto started = time_of(o, "started_at");
  bool ready = is_true(o, "ready");
  line("Version:", printable(text_of(o, "version")));
  line("PID:", std::to_string(number_of(o, "pid")));
  line("Started:", printable(text_of(o, "started_at")) +
                       (started && a->at ? " (" + age(*started, *a->at) + " ago)" : std::string{}));
  line("Ready:", tinted(ready ? "yes" : "no", ready ? tone::good : tone::bad, colour));
  line("Metrics:", printable(text_of(o, "metrics_listen")));
  line("API:", printable(text_of(o, "api_listen")));
  if (const auto* store = o.if_contains("store"); store != nullptr && store->is_object())
    line("Store:", store_words(store->get_object(), colour));
  std::string counts;
  std::uint64_t total = 0;
  const auto* accounts = o.if_contains("accounts");
  if (accounts != nullptr)
    for (const auto& [state, count] : object_of(*accounts)) {
      boost::json::error_code ec;
      auto number = count.to_number<std::uint64_t>(ec);
      if (ec || number == 0) continue;
      total += number;
      counts +=
          (counts.empty() ? "" : ", ") + std::to_string(number) + " " +
          tinted(printable({state.data(), state.size()}), tone_of({state.data(), state.size()}), colour);
    }
  line("Accounts:", std::to_string(total) + (counts.empty() ? "" : " (" + counts + ")"));
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const show_version& c) {
  static_cast<void>(c);
  auto a = s.server.get("/v1/status");
  auto server = a ? text_of(object_of(a->body), "version") : std::string{};
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    boost::json::object versions{{"weixinctl", version}, {"weixind", nullptr}};
    if (a) versions["weixind"] = server;
    out << to_json_text(versions) << '\n';
    return exit_code::ok;
  }
  out << "weixinctl " << version << '\n';
  // The own version is the answer; a server that is down is worth a word, not a failure.
  if (a)
    out << "weixind " << printable(server) << '\n';
  else
    say(s.terminal, "weixind: " + a.error().text);
  return exit_code::ok;
}

} // namespace weixin::ctl
