#include "ctl/commands.hpp"
#include "ctl/contact_table.hpp"
#include "ctl/json_text.hpp"
#include "ctl/operation_view.hpp"
#include "ctl/table.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <ostream>

namespace weixin::ctl {
namespace {

table request_table(const boost::json::array& requests, bool wide) {
  const int longest = wide ? 0 : 40;
  table t{{{.title = "ID"},
           {.title = "RECEIVED"},
           {.title = "NICK", .max_columns = longest},
           {.title = "GREETING", .max_columns = longest},
           {.title = "ACCEPTABLE"}}};
  for (const auto& entry : requests) {
    const auto& r = object_of(entry);
    bool acceptable = is_true(r, "acceptable");
    t.add({{text_of(r, "id")},
           {text_of(r, "received_at")},
           {text_of(r, "nick")},
           {text_of(r, "greeting")},
           {acceptable ? "yes" : "no", acceptable ? tone::good : tone::quiet}});
  }
  return t;
}

outcome<exit_code> confirm(session& s, const friend_verb& c) {
  auto target = account_target(c.name, "/contacts/" + segment(c.who) + "/confirm");
  if (!target) return target.error();
  boost::json::object body;
  if (!c.text.empty()) body["contact"] = c.text;
  auto a = s.server.post(*target, body);
  if (!a) return a.error();
  auto& out = s.terminal.out;
  if (s.wants_json())
    out << to_json_text(a->body) << '\n';
  else if (s.wants_name())
    out << printable(text_of(object_of(a->body), "ref")) << '\n';
  else
    out << contact_table({a->body}, s.wants_wide()).to_text(s.terminal.colours_on_out());
  return exit_code::ok;
}

} // namespace

outcome<exit_code> execute(session& s, const friend_list& c) {
  auto target = account_target(c.name, "/friend-requests");
  if (!target) return target.error();
  auto a = s.server.get(*target);
  if (!a) return a.error();
  const auto& requests = list_of(object_of(a->body), "friend_requests");
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(a->body) << '\n';
  } else if (s.wants_name()) {
    for (const auto& entry : requests)
      out << printable(text_of(object_of(entry), "id")) << '\n';
  } else {
    out << request_table(requests, s.wants_wide()).to_text(s.terminal.colours_on_out());
    if (requests.empty()) say(s.terminal, "nobody waits for an answer");
  }
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const friend_verb& c) {
  if (c.verb == "confirm") return confirm(s, c);
  if (c.verb == "ignore") {
    auto target = account_target(c.name, "/friend-requests/" + segment(c.who) + "/ignore");
    if (!target) return target.error();
    auto a = s.server.post(*target);
    if (!a) return a.error();
    return exit_code::ok;
  }
  wanted_operation o{c.name, "POST", {}, boost::json::object{}, c.no_wait};
  if (c.verb == "accept" || c.verb == "reject") {
    o.path = "/friend-requests/" + segment(c.who) + "/" + c.verb;
  } else if (c.verb == "reply") {
    o.path = "/friend-requests/" + segment(c.who) + "/reply";
    boost::json::object body{{"text", c.text}};
    if (c.as_sender) body["as_sender"] = true;
    o.body = std::move(body);
  } else if (c.verb == "request") {
    o.path = "/friends";
    boost::json::object body{{"to", c.who}};
    if (!c.group.empty()) body["group"] = c.group;
    if (!c.text.empty()) body["greeting"] = c.text;
    if (c.direct) body["direct"] = true;
    o.body = std::move(body);
  } else {
    o.method = "PATCH";
    o.path = "/contacts/" + segment(c.who);
    o.body = c.verb == "remark" ? boost::json::object{{"remark", c.text}}
                                : boost::json::object{{"pinned", c.verb == "pin"}};
  }
  return run_operation(s, o);
}

} // namespace weixin::ctl
