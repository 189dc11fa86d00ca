#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/operation_view.hpp"
#include "ctl/table.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <ostream>

namespace weixin::ctl {
namespace {

table group_table(const boost::json::array& groups, bool wide) {
  const int longest = wide ? 0 : 40;
  table t{{{.title = "REF"},
           {.title = "DISPLAY", .max_columns = longest},
           {.title = "MEMBERS", .right = true},
           {.title = "OWNED"},
           {.title = "PINNED"}}};
  for (const auto& entry : groups) {
    const auto& g = object_of(entry);
    auto yes_no = [&](const char* key) { return cell{is_true(g, key) ? "yes" : "no"}; };
    t.add({{text_of(g, "ref")},
           {text_of(g, "display")},
           {std::to_string(number_of(g, "members"))},
           yes_no("owned"),
           yes_no("pinned")});
  }
  return t;
}

table member_table(const boost::json::array& members, bool wide) {
  const int longest = wide ? 0 : 30;
  table t{{{.title = "ID"},
           {.title = "REF"},
           {.title = "NICK", .max_columns = longest},
           {.title = "NAME-IN-GROUP", .max_columns = longest},
           {.title = "ROLE"}}};
  for (const auto& entry : members) {
    const auto& m = object_of(entry);
    std::string role = is_true(m, "owner") ? "owner" : "";
    if (is_true(m, "self")) role += role.empty() ? "self" : ",self";
    t.add({{text_of(m, "id")},
           {text_of(m, "ref")},
           {text_of(m, "nick")},
           {text_of(m, "display_name")},
           {role}});
  }
  return t;
}

/// The list in an answer, in the form that is wanted.
outcome<exit_code> show(session& s, const std::string& path, const std::string& name, const char* key,
                        const char* id, table (*to_table)(const boost::json::array&, bool)) {
  auto target = account_target(name, path);
  if (!target) return target.error();
  auto a = s.server.get(*target);
  if (!a) return a.error();
  const auto& rows = list_of(object_of(a->body), key);
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(a->body) << '\n';
  } else if (s.wants_name()) {
    for (const auto& entry : rows)
      out << printable(text_of(object_of(entry), id)) << '\n';
  } else {
    out << to_table(rows, s.wants_wide()).to_text(s.terminal.colours_on_out());
    if (rows.empty()) say(s.terminal, std::string{"no "} + key + " found");
  }
  return exit_code::ok;
}

boost::json::array to_array(const std::vector<std::string>& members) {
  boost::json::array list;
  for (const auto& m : members)
    list.emplace_back(m);
  return list;
}

} // namespace

outcome<exit_code> execute(session& s, const group_list& c) {
  return show(s, "/groups", c.name, "groups", "ref", group_table);
}

outcome<exit_code> execute(session& s, const group_members& c) {
  return show(s, "/groups/" + segment(c.group) + "/members", c.name, "members", "id", member_table);
}

outcome<exit_code> execute(session& s, const group_verb& c) {
  wanted_operation o{c.name, "POST", "/groups", boost::json::object{}, c.no_wait};
  auto group = "/groups/" + segment(c.group);
  if (c.verb == "create") {
    boost::json::object body{{"members", to_array(c.members)}};
    if (!c.text.empty()) body["topic"] = c.text;
    o.body = std::move(body);
  } else if (c.verb == "add" || c.verb == "remove") {
    if (c.verb == "remove") o.method = "DELETE";
    o.path = group + "/members";
    o.body = boost::json::object{{"members", to_array(c.members)}};
  } else if (c.verb == "names") {
    o.path = group + "/members/names";
  } else if (c.verb == "rename") {
    o.method = "PATCH";
    o.path = group;
    o.body = boost::json::object{{"topic", c.text}};
  } else {
    o.method = "DELETE";
    o.path = group;
  }
  return run_operation(s, o);
}

} // namespace weixin::ctl
