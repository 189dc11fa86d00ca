#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/pages.hpp"
#include "ctl/table.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <ostream>

namespace weixin::ctl {
namespace {

boost::json::array names_of(const std::vector<std::string>& names) {
  boost::json::array list;
  for (const auto& name : names)
    list.emplace_back(name);
  return list;
}

std::string accounts_of(const boost::json::object& o) {
  std::string text;
  for (const auto& name : list_of(o, "accounts"))
    if (name.is_string()) text += (text.empty() ? "" : ",") + std::string{name.get_string()};
  return text.empty() ? "all" : text;
}

/// "uid 1000", "token shop t-...", "session console t-...", "nobody".
std::string who_of(const boost::json::object& o) {
  auto who = text_of(o, "who");
  if (who == "local") return "uid " + std::to_string(number_of(o, "uid"));
  auto name = text_of(o, "name");
  return name.empty() ? who : who + " " + name + " " + text_of(o, "token");
}

} // namespace

outcome<exit_code> execute(session& s, const token_create& c) {
  boost::json::object body{{"name", c.name}, {"scope", c.scope}};
  if (!c.accounts.empty()) body["accounts"] = names_of(c.accounts);
  if (c.expires_in > 0) body["expires_in"] = c.expires_in;
  auto a = s.server.post("/v1/tokens", body);
  if (!a) return a.error();
  const auto& o = object_of(a->body);
  if (s.wants_json()) {
    s.terminal.out << to_json_text(a->body) << '\n';
    return exit_code::ok;
  }
  s.terminal.out << printable(text_of(o, "token")) << '\n';
  say(s.terminal, "token " + text_of(o, "id") + " (" + text_of(o, "name") + ", " + text_of(o, "scope") +
                      "): it is shown only this once; keep it in a file that only its user can read");
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const token_list& c) {
  static_cast<void>(c);
  auto a = s.server.get("/v1/tokens");
  if (!a) return a.error();
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(a->body) << '\n';
    return exit_code::ok;
  }
  const auto& tokens = list_of(object_of(a->body), "tokens");
  if (s.wants_name()) {
    for (const auto& one : tokens)
      out << printable(text_of(object_of(one), "id")) << '\n';
    return exit_code::ok;
  }
  table t({{"ID"},
           {"LABEL"},
           {"KIND"},
           {"SCOPE"},
           {.title = "ACCOUNTS", .max_columns = 40},
           {"CREATED"},
           {"EXPIRES"},
           {"LAST USED"}});
  for (const auto& one : tokens) {
    const auto& o = object_of(one);
    auto end = time_of(o, "expires_at");
    bool expired = end && a->at && *end <= *a->at;
    t.add({{text_of(o, "id")},
           {text_of(o, "name")},
           {text_of(o, "kind")},
           {text_of(o, "scope")},
           {accounts_of(o)},
           {text_of(o, "created_at")},
           {text_of(o, "expires_at"), expired ? tone::bad : tone::neutral},
           {text_of(o, "last_used_at")}});
  }
  out << t.to_text(s.terminal.colours_on_out());
  if (tokens.empty())
    say(s.terminal, "there are no tokens; weixinctl token create LABEL --scope read makes one");
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const token_revoke& c) {
  auto a = s.server.remove("/v1/tokens/" + segment(c.id));
  if (!a) return a.error();
  if (!s.is_for_a_program()) say(s.terminal, c.id + ": refused from now on");
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const show_audit& c) {
  auto found = read_pages(
      s, {.target = "/v1/audit", .key = "audit", .filters = {}, .after = c.after, .limit = c.limit});
  if (!found) return found.error();
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(boost::json::object{{"audit", found->rows}, {"next", found->next}}) << '\n';
    return exit_code::ok;
  }
  table t({{.title = "ID", .right = true},
           {"AT"},
           {"WHO"},
           {"FROM"},
           {"CALL"},
           {"ACCOUNT"},
           {"OBJECT"},
           {.title = "STATUS", .right = true},
           {"CODE"}});
  for (const auto& entry : found->rows) {
    const auto& o = object_of(entry);
    auto status = number_of(o, "status");
    t.add({{std::to_string(number_of(o, "id"))},
           {text_of(o, "at")},
           {who_of(o)},
           {text_of(o, "from")},
           {text_of(o, "call")},
           {text_of(o, "account")},
           {text_of(o, "object")},
           {std::to_string(status), status < 400 ? tone::good : tone::bad},
           {text_of(o, "code")}});
  }
  out << t.to_text(s.terminal.colours_on_out());
  if (found->rows.empty()) say(s.terminal, "nothing was changed so far");
  say_where_to_go_on(s, *found);
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const console_link& c) {
  boost::json::object body;
  if (!c.scope.empty()) body["scope"] = c.scope;
  if (!c.accounts.empty()) body["accounts"] = names_of(c.accounts);
  auto a = s.server.post("/v1/sign-in-codes", body);
  if (!a) return a.error();
  const auto& o = object_of(a->body);
  auto url = text_of(o, "url");
  if (url.empty())
    return failure{exit_code::failure, "the console needs the API's listener, and there is none",
                   "set api.listen in weixind's configuration, for example to \"127.0.0.1:9463\", and start "
                   "weixind again"};
  if (s.wants_json()) {
    s.terminal.out << to_json_text(a->body) << '\n';
    return exit_code::ok;
  }
  s.terminal.out << printable(url + "#code=" + text_of(o, "code")) << '\n';
  say(s.terminal, "it signs in once, until " + text_of(o, "expires_at"));
  return exit_code::ok;
}

} // namespace weixin::ctl
