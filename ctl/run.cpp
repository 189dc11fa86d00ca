#include "ctl/run.hpp"

#include "ctl/command_line.hpp"
#include "ctl/commands.hpp"

#include <ostream>

namespace weixin::ctl {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds call_deadline = 30s;
constexpr std::chrono::milliseconds whole_store_deadline = 1h; // a backup or a check reads everything
constexpr std::chrono::milliseconds fleet_deadline = 5min;     // of many accounts
constexpr std::chrono::milliseconds watch_period = 2s;
constexpr std::string_view clear_screen = "\x1b[H\x1b[2J\x1b[3J";

/// The verbs that wait use --timeout for the waiting; the calls in between keep their own deadline.
bool waits(const command& c) {
  if (const auto* add = std::get_if<account_add>(&c)) return !add->no_wait;
  if (const auto* relogin = std::get_if<account_relogin>(&c)) return !relogin->no_wait;
  if (const auto* qr = std::get_if<account_qr>(&c)) return qr->wait;
  if (const auto* send = std::get_if<send_message>(&c)) return send->wait;
  if (const auto* media = std::get_if<media_get>(&c)) return !media->file.empty();
  if (std::holds_alternative<friend_verb>(c) || std::holds_alternative<group_verb>(c) ||
      std::holds_alternative<question>(c))
    return true;
  if (const auto* messages = std::get_if<list_messages>(&c)) return messages->follow;
  return std::holds_alternative<follow_events>(c);
}

bool reads_the_whole_store(const command& c) {
  return std::holds_alternative<backup_store>(c) || std::holds_alternative<check_store>(c);
}

bool is_for_the_fleet(const command& c) {
  return std::holds_alternative<apply_fleet>(c) || std::holds_alternative<reload_configuration>(c);
}

std::chrono::milliseconds deadline_of(const invocation& options) {
  if (!options.timeout)
    return reads_the_whole_store(options.what) ? whole_store_deadline
           : is_for_the_fleet(options.what)    ? fleet_deadline
                                               : call_deadline;
  return waits(options.what) ? std::min(call_deadline, *options.timeout) : *options.timeout;
}

exit_code run_once(session& s) {
  auto done = std::visit([&](const auto& c) { return execute(s, c); }, s.options.what);
  return done ? *done : report(s.terminal, done.error());
}

/// Ends when the server cannot be asked any more or nobody takes the output.
exit_code run_again_and_again(session& s) {
  bool redraw = s.terminal.out_is_terminal && !s.wants_json();
  for (;;) {
    if (redraw) s.terminal.out << clear_screen;
    if (auto code = run_once(s); code != exit_code::ok) return code;
    if (!s.terminal.out.flush()) return exit_code::failure;
    s.terminal.sleep(watch_period);
  }
}

} // namespace

exit_code run(const std::vector<std::string>& arguments, console& terminal) noexcept {
  try {
    auto parsed = parse_command_line(arguments);
    if (const auto* end = std::get_if<early_exit>(&parsed)) {
      terminal.out << end->out << std::flush;
      terminal.err << end->err << std::flush;
      return end->code;
    }
    const auto& options = std::get<invocation>(parsed);
    terminal.colour = options.colour;
    auto found = find_server(options);
    if (!found) return report(terminal, found.error());
    admin_client server{std::move(*found), deadline_of(options), terminal.sleep};
    session s{terminal, server, options};
    auto code = options.watch ? run_again_and_again(s) : run_once(s);
    // A full disk behind a redirection must not look like success.
    if (!terminal.out.flush() && code == exit_code::ok)
      return report(terminal, {exit_code::failure, "cannot write the result"});
    return code;
  } catch (const std::exception& e) {
    try {
      return report(terminal, {exit_code::failure, e.what()});
    } catch (const std::exception&) {
      return exit_code::failure; // not even that could be said
    }
  }
}

} // namespace weixin::ctl
