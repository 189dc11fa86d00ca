#include "ctl/login_wait.hpp"

#include "ctl/json_text.hpp"
#include "ctl/login_progress.hpp"
#include "ctl/terminal_text.hpp"
#include "qr/qr.hpp"

#include <ostream>

namespace weixin::ctl {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds longest_login = 30min;
constexpr int max_misses = 20; // looks in a row that found no server

struct look {
  account now;
  std::optional<waiting_code> code;
  boost::json::value raw;
};

outcome<look> look_at(const session& s, const std::string& target) {
  auto shown = s.server.get(target);
  if (!shown) return shown.error();
  look l{read_account(object_of(shown->body)), {}, shown->body};
  if (l.now.state != "awaiting_scan") return l;
  auto code = s.server.get(target + "/qr");
  if (!code) return code.error();
  if (code->body.is_object()) l.code = read_code(code->body.get_object());
  return l;
}

void tell_end(session& s, const look& l) {
  if (s.wants_json()) {
    s.terminal.out << to_json_text(l.raw) << std::endl;
  } else if (s.wants_name()) {
    s.terminal.out << printable(l.now.name) << std::endl;
  } else {
    auto nick = l.now.nickname.empty() ? std::string{} : " as " + printable(l.now.nickname);
    s.terminal.out << tinted("online" + nick, tone::good, s.terminal.colours_on_out()) << std::endl;
  }
}

failure bad_end(const look& l, const std::string& advice) {
  auto why = l.now.reason.empty() ? std::string{} : " (" + l.now.reason + ")";
  return {exit_code::failure, l.now.name + " is " + l.now.state + why, advice};
}

} // namespace

void draw_code(session& s, const std::string& url) {
  auto& c = s.terminal;
  bool on_err = s.is_for_a_program();
  auto& stream = on_err ? c.err : c.out;
  auto how = c.has_light_background ? qr::ink::plain_on_light : qr::ink::plain;
  if (on_err ? c.colours_on_err() : c.colours_on_out()) how = qr::ink::colour;
  auto symbol = qr::encode(url);
  if (!symbol) return say(c, "weixind sent a link that makes no QR code");
  auto width = c.is_utf8 ? qr::half_block_columns(*symbol) : qr::ascii_columns(*symbol);
  if (c.columns > 0 && c.columns < width)
    say(c, "the terminal is too narrow for the code: it needs " + std::to_string(width) + " columns");
  else
    stream << '\n' << (c.is_utf8 ? qr::to_half_blocks(*symbol, how) : qr::to_ascii(*symbol, how));
  stream << printable(url) << '\n' << std::endl;
}

outcome<exit_code> wait_for_login(session& s, const std::string& name, std::optional<account> before) {
  auto target = account_target(name);
  if (!target) return target.error();
  const auto limit = s.options.timeout.value_or(longest_login);
  const auto end = clock::now() + limit;
  login_progress progress{std::move(before)};
  std::string state = "starting";
  for (int misses = 0;;) {
    auto l = look_at(s, *target);
    if (!l) {
      bool may_come_back = l.error().code == exit_code::unreachable || l.error().code == exit_code::timed_out;
      if (!may_come_back || ++misses > max_misses) return l.error();
      if (misses == 1) say(s.terminal, "weixind does not answer, trying again");
    } else {
      misses = 0;
      state = l->now.state;
      auto n = progress.look(l->now, l->code);
      for (const auto& m : n.messages)
        say(s.terminal, m);
      if (n.draw) draw_code(s, n.draw->url);
      if (n.end == exit_code::ok) return tell_end(s, *l), exit_code::ok;
      if (n.end) return bad_end(*l, n.advice);
    }
    if (clock::now() >= end)
      return failure{exit_code::timed_out, "waited in vain: " + name + " is still " + state,
                     "the login goes on without weixinctl; to come back to it: weixinctl account qr " + name +
                         " --wait"};
    s.terminal.sleep(std::min<std::chrono::milliseconds>(
        s.poll_period, std::chrono::ceil<std::chrono::milliseconds>(end - clock::now())));
  }
}

} // namespace weixin::ctl
