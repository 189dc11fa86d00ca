#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/pages.hpp"
#include "ctl/send_view.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/object.hpp>

#include <ostream>

namespace weixin::ctl {
namespace {

outcome<std::string> send_target(const std::string& name, const std::string& id, std::string_view rest = {}) {
  return account_target(name, "/outbox/" + segment(id) + std::string{rest});
}

} // namespace

outcome<exit_code> execute(session& s, const outbox_list& c) {
  auto target = account_target(c.name, "/outbox");
  if (!target) return target.error();
  auto found = read_pages(s, {.target = *target,
                              .key = "sends",
                              .filters = {{"state", c.state}},
                              .after = c.after,
                              .limit = c.limit});
  if (!found) return found.error();
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(boost::json::object{{"sends", found->rows}, {"next", found->next}}) << '\n';
    return exit_code::ok;
  }
  if (s.wants_name()) {
    for (const auto& entry : found->rows)
      out << printable(text_of(object_of(entry), "id")) << '\n';
  } else {
    out << send_table(found->rows, found->at, s.wants_wide()).to_text(s.terminal.colours_on_out());
    if (found->rows.empty()) say(s.terminal, "no sends found");
  }
  say_where_to_go_on(s, *found);
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const outbox_show& c) {
  auto target = send_target(c.name, c.id);
  if (!target) return target.error();
  auto a = s.server.get(*target);
  if (!a) return a.error();
  if (s.is_for_a_program())
    write_send(s, a->body);
  else
    s.terminal.out << send_details(object_of(a->body), c.name, a->at, s.terminal.colours_on_out());
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const outbox_verb& c) {
  auto target = send_target(c.name, c.id, "/" + c.verb);
  if (!target) return target.error();
  auto a = c.outcome.empty() ? s.server.post(*target)
                             : s.server.post(*target, boost::json::object{{"outcome", c.outcome}});
  if (!a) return a.error();
  write_send(s, a->body);
  return exit_code::ok;
}

} // namespace weixin::ctl
