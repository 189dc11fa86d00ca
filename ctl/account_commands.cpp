#include "ctl/account.hpp"
#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/login_wait.hpp"
#include "ctl/operator_input.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/array.hpp>

#include <ostream>

namespace weixin::ctl {
namespace {

boost::json::array to_array(const std::vector<std::string>& names) {
  boost::json::array list;
  for (const auto& n : names)
    list.emplace_back(n);
  return list;
}

/// What a verb leaves the account in: one line, or the account itself for programs.
exit_code write_changed(session& s, const answer& a) {
  auto now = read_account(object_of(a.body));
  auto& out = s.terminal.out;
  if (s.wants_json())
    out << to_json_text(a.body) << '\n';
  else if (s.wants_name())
    out << printable(now.name) << '\n';
  else
    out << printable(now.name) << ": "
        << tinted(printable(now.state), tone_of(now.state), s.terminal.colours_on_out()) << '\n';
  return exit_code::ok;
}

/// Adds what `way` names to the body of a request.
outcome<void> add_way(session& s, const account_way& way, boost::json::object& body) {
  if (!way.login.empty()) body["login"] = way.login;
  if (!way.proxy.empty()) body["proxy"] = way.proxy;
  if (way.no_proxy) body["proxy"] = nullptr;
  if (way.proxy_file.empty()) return {};
  auto url = read_proxy_file(s, way.proxy_file);
  if (!url) return url.error();
  body["proxy"] = *url;
  return {};
}

} // namespace

outcome<exit_code> execute(session& s, const account_add& c) {
  boost::json::object body{{"name", c.name}};
  if (!c.kind.empty()) body["kind"] = c.kind;
  if (!c.bots.empty()) body["bots"] = to_array(c.bots);
  if (!c.media.empty()) body["media"] = c.media;
  if (auto added = add_way(s, c.way, body); !added) return added.error();
  auto a = s.server.post("/v1/accounts", body);
  if (!a) return a.error();
  if (c.no_wait) {
    auto code = write_changed(s, *a);
    if (!s.is_for_a_program())
      say(s.terminal, "the login has begun; for its QR code: weixinctl account qr " + c.name);
    return code;
  }
  return wait_for_login(s, c.name);
}

outcome<exit_code> execute(session& s, const account_list& c) {
  static_cast<void>(c);
  auto a = s.server.get("/v1/accounts");
  if (!a) return a.error();
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(a->body) << '\n';
    return exit_code::ok;
  }
  std::vector<account> accounts;
  for (const auto& entry : list_of(object_of(a->body), "accounts"))
    accounts.push_back(read_account(object_of(entry)));
  if (s.wants_name()) {
    for (const auto& one : accounts)
      out << printable(one.name) << '\n';
    return exit_code::ok;
  }
  out << account_table(accounts, a->at, s.wants_wide()).to_text(s.terminal.colours_on_out());
  if (accounts.empty()) say(s.terminal, "no accounts yet; the first one: weixinctl account add NAME");
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const account_show& c) {
  auto target = account_target(c.name);
  if (!target) return target.error();
  auto a = s.server.get(*target);
  if (!a) return a.error();
  if (s.is_for_a_program()) return write_changed(s, *a);
  s.terminal.out << account_details(read_account(object_of(a->body)), a->at, s.terminal.colours_on_out());
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const account_set& c) {
  auto target = account_target(c.name);
  if (!target) return target.error();
  boost::json::object body;
  if (c.bots) body["bots"] = to_array(*c.bots);
  if (!c.media.empty()) body["media"] = c.media;
  if (auto added = add_way(s, c.way, body); !added) return added.error();
  auto a = s.server.patch(*target, body);
  if (!a) return a.error();
  return write_changed(s, *a);
}

outcome<exit_code> execute(session& s, const account_verb& c) {
  auto target = account_target(c.name, "/" + c.verb);
  if (!target) return target.error();
  auto a = s.server.post(*target);
  if (!a) return a.error();
  return write_changed(s, *a);
}

outcome<exit_code> execute(session& s, const account_relogin& c) {
  auto target = account_target(c.name);
  if (!target) return target.error();
  // The state that the verb finds must not be taken for its outcome.
  auto before = s.server.get(*target);
  if (!before) return before.error();
  auto a = s.server.post(*target + "/relogin");
  if (!a) return a.error();
  if (c.no_wait) return write_changed(s, *a);
  return wait_for_login(s, c.name, read_account(object_of(before->body)));
}

outcome<exit_code> execute(session& s, const account_remove& c) {
  auto target = account_target(c.name);
  if (!target) return target.error();
  if (!c.yes) {
    if (s.options.no_input || !s.terminal.in_is_terminal)
      return failure{exit_code::usage, "account remove asks first, and nobody can answer here",
                     "--yes removes without asking"};
    if (auto known = s.server.get(*target); !known) return known.error();
    if (!asked_and_sure(s, "Remove account " + c.name + " and all that is stored for it?"))
      return failure{exit_code::failure, "nothing was removed"};
  }
  if (auto a = s.server.remove(*target); !a) return a.error();
  if (s.is_for_a_program()) return exit_code::ok;
  s.terminal.out << printable(c.name) << ": removed\n";
  return exit_code::ok;
}

} // namespace weixin::ctl
