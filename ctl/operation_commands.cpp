#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/operation_view.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/object.hpp>

#include <ostream>

namespace weixin::ctl {

outcome<exit_code> execute(session& s, const operation_list& c) {
  auto target = account_target(c.name, "/operations");
  if (!target) return target.error();
  auto a = s.server.get(*target);
  if (!a) return a.error();
  const auto& operations = list_of(object_of(a->body), "operations");
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(a->body) << '\n';
  } else if (s.wants_name()) {
    for (const auto& entry : operations)
      out << printable(text_of(object_of(entry), "id")) << '\n';
  } else {
    out << operation_table(operations, a->at, s.wants_wide()).to_text(s.terminal.colours_on_out());
    if (operations.empty()) say(s.terminal, "no operations since weixind was started");
  }
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const operation_show& c) {
  auto target = account_target(c.name, "/operations/" + segment(c.id));
  if (!target) return target.error();
  auto a = s.server.get(*target);
  if (!a) return a.error();
  if (s.is_for_a_program())
    write_operation(s, a->body);
  else
    s.terminal.out << operation_details(object_of(a->body), a->at, s.terminal.colours_on_out());
  return exit_code::ok;
}

} // namespace weixin::ctl
