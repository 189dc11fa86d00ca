#include "ctl/account.hpp"
#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/pages.hpp"

#include <boost/json/object.hpp>

#include <ostream>

namespace weixin::ctl {

outcome<exit_code> execute(session& s, const account_history& c) {
  auto target = account_target(c.name, "/history");
  if (!target) return target.error();
  auto found =
      read_pages(s, {.target = *target, .key = "history", .filters = {}, .after = c.after, .limit = c.limit});
  if (!found) return found.error();
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(boost::json::object{{"history", found->rows}, {"next", found->next}}) << '\n';
    return exit_code::ok;
  }
  table t{{{.title = "ID", .right = true},
           {.title = "AT"},
           {.title = "FROM"},
           {.title = "TO"},
           {.title = "REASON"}}};
  for (const auto& entry : found->rows) {
    const auto& o = object_of(entry);
    auto to = text_of(o, "to");
    t.add({{std::to_string(number_of(o, "id"))},
           {text_of(o, "at")},
           {text_of(o, "from")},
           {to, tone_of(to)},
           {text_of(o, "reason")}});
  }
  out << t.to_text(s.terminal.colours_on_out());
  if (found->rows.empty()) say(s.terminal, "no changes of state are stored");
  say_where_to_go_on(s, *found);
  return exit_code::ok;
}

} // namespace weixin::ctl
