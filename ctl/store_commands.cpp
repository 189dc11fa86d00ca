#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/table.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <filesystem>
#include <ostream>

namespace weixin::ctl {

outcome<exit_code> execute(session& s, const backup_store& c) {
  // The server has another working directory than the person who names the file.
  std::error_code ec;
  auto file = std::filesystem::absolute(c.file, ec).lexically_normal();
  if (ec || c.file.empty()) return failure{exit_code::usage, "FILE must be the path of a new file"};
  auto a = s.server.post("/v1/store/backup", boost::json::object{{"file", file.native()}});
  if (!a) return a.error();
  if (s.wants_json()) {
    s.terminal.out << to_json_text(a->body) << '\n';
    return exit_code::ok;
  }
  s.terminal.out << printable(text_of(object_of(a->body), "file")) << ": written\n";
  say(s.terminal, "sessions and texts in it are sealed: keep a copy of the key file too, in another place");
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const check_store& c) {
  static_cast<void>(c);
  auto a = s.server.post("/v1/store/check");
  if (!a) return a.error();
  const auto& report = object_of(a->body);
  bool is_well = is_true(report, "ok");
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(a->body) << '\n';
    return is_well ? exit_code::ok : exit_code::failure;
  }
  for (const char* what : {"accounts", "messages", "sends", "contacts"})
    out << number_of(report, what) << ' ' << what << " read\n";
  for (const auto& fault : list_of(report, "faults"))
    if (fault.is_string()) out << "fault: " << printable(std::string{fault.get_string()}) << '\n';
  if (is_well) {
    out << tinted("all is well", tone::good, s.terminal.colours_on_out()) << '\n';
    return exit_code::ok;
  }
  return failure{
      exit_code::failure,
      std::to_string(number_of(report, "fault_count")) + " faults were found in the database",
      "a damaged row is left out and harms no other; to go back to a backup: stop weixind, move its "
      "database away, weixind --restore FILE"};
}

} // namespace weixin::ctl
