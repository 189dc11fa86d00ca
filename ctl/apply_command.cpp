#include "ctl/commands.hpp"
#include "ctl/fleet_file.hpp"
#include "ctl/fleet_view.hpp"
#include "ctl/json_text.hpp"
#include "ctl/operator_input.hpp"
#include "ctl/terminal_text.hpp"

#include <array>
#include <ostream>

namespace weixin::ctl {
namespace {

std::string count(std::size_t n, const char* what) {
  return std::to_string(n) + (n == 1 ? " account" : " accounts") + what;
}

/// What the server says of single accounts, with the lines that they stand in.
failure placed(failure f, const fleet_file& fleet, const std::string& file) {
  if (f.parts.empty()) return f;
  f.list.clear();
  for (const auto& part : f.parts)
    f.list += "  " + printable(fleet.place_of(part.pointer, file) + part.detail) + "\n";
  return f;
}

outcome<fleet_file> read_fleet(session& s, const apply_fleet& c, const std::string& file) {
  auto text = read_whole(s, c.file, max_fleet_file_bytes);
  if (!text) return text.error();
  return parse_fleet_file(*text, file, [&s](const std::string& path) -> outcome<std::string> {
    if (path == "-") return failure{exit_code::failure, "proxy_file must be the path of a file"};
    return read_proxy_file(s, path);
  });
}

void write_plan(session& s, const answer& a) {
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(a.body) << '\n';
  } else if (s.wants_name()) {
    for (const auto& entry : list_of(object_of(a.body), "changes"))
      out << printable(text_of(object_of(entry), "name")) << '\n';
  }
}

std::string summary(const plan_counts& n, bool is_done) {
  if (n.changes() == 0)
    return "0 changes; " + count(n.unchanged, n.unchanged == 1 ? " is as it is" : " are as they are");
  auto words = is_done ? std::array{" added", " changed", " removed"}
                       : std::array{" to add", " to change", " to remove"};
  return std::to_string(n.added) + words[0] + ", " + std::to_string(n.changed) + words[1] + ", " +
         std::to_string(n.removed) + words[2] + ", " + std::to_string(n.unchanged) + " unchanged";
}

/// Whether what the plan removes may go.
outcome<void> allowed(session& s, const apply_fleet& c, const plan_counts& n) {
  if (n.removed == 0 || c.yes) return {};
  if (s.options.no_input || !s.terminal.in_is_terminal || c.file == "-")
    return failure{exit_code::usage,
                   "apply --prune asks before accounts are removed, and nobody can answer here",
                   "--yes removes without asking"};
  if (!asked_and_sure(s, "Remove " + count(n.removed, "") + " and all that is stored for them?"))
    return failure{exit_code::failure, "nothing was changed"};
  return {};
}

} // namespace

outcome<exit_code> execute(session& s, const apply_fleet& c) {
  auto file = c.file == "-" ? std::string{"standard input"} : c.file;
  auto fleet = read_fleet(s, c, file);
  if (!fleet) return fleet.error();
  boost::json::object body{{"accounts", fleet->accounts}, {"prune", c.prune}, {"dry_run", true}};
  auto plan = s.server.post("/v1/apply", body);
  if (!plan) return placed(plan.error(), *fleet, file);
  const auto& planned = object_of(plan->body);
  auto n = count_changes(planned);
  auto& out = s.terminal.out;
  if (!s.is_for_a_program()) out << plan_lines(planned, s.terminal.colours_on_out()) << std::flush;
  if (c.dry_run || n.changes() == 0) {
    if (s.is_for_a_program())
      write_plan(s, *plan);
    else
      out << summary(n, false) << '\n';
    return exit_code::ok;
  }
  if (auto may = allowed(s, c, n); !may) return may.error();
  body["dry_run"] = false;
  body["revision"] = text_of(planned, "revision");
  auto done = s.server.post("/v1/apply", body);
  if (!done) return placed(done.error(), *fleet, file);
  if (s.is_for_a_program())
    write_plan(s, *done);
  else
    out << summary(count_changes(object_of(done->body)), true) << '\n';
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const reload_configuration& c) {
  boost::json::object body;
  if (c.check) body["check"] = true;
  auto a = s.server.post("/v1/reload", body);
  if (!a) return a.error();
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(a->body) << '\n';
    return exit_code::ok;
  }
  const auto& report = object_of(a->body);
  const auto* accounts = report.if_contains("accounts");
  if (accounts != nullptr) out << plan_lines(object_of(*accounts), s.terminal.colours_on_out());
  std::string changed;
  for (const auto& key : list_of(report, "changed"))
    if (key.is_string()) changed += (changed.empty() ? "" : ", ") + printable(std::string{key.get_string()});
  out << (c.check ? "would be taken over: " : "reloaded: ") << (changed.empty() ? "nothing changed" : changed)
      << '\n';
  for (const auto& name : list_of(report, "undeclared"))
    if (name.is_string())
      say(s.terminal, std::string{name.get_string()} +
                          " is not in the file any more, and runs on; weixinctl account remove removes it");
  return exit_code::ok;
}

} // namespace weixin::ctl
