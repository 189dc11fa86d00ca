#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/terminal_text.hpp"
#include "ctl/top_view.hpp"

#include <boost/json/array.hpp>

#include <limits>
#include <ostream>

namespace weixin::ctl {
namespace {

constexpr std::chrono::milliseconds period{2'000};
constexpr std::string_view clear_screen = "\x1b[H\x1b[2J\x1b[3J";
constexpr int lines_around_rows = 4; // the summary, the titles, and where the cursor stands

outcome<fleet_sample> look(session& s) {
  auto a = s.server.get("/v1/accounts");
  if (!a) return a.error();
  fleet_sample sample;
  sample.taken_at = std::chrono::steady_clock::now();
  sample.server_time = a->at;
  for (const auto& o : list_of(object_of(a->body), "accounts"))
    sample.accounts.push_back(read_account(object_of(o)));
  return sample;
}

std::size_t rows_for(const session& s, const top& c) {
  if (c.rows != 0) return c.rows;
  if (s.terminal.out_is_terminal && s.terminal.rows > lines_around_rows)
    return static_cast<std::size_t>(s.terminal.rows - lines_around_rows);
  return std::numeric_limits<std::size_t>::max();
}

std::string to_json_line(const fleet_sample& now, const fleet_sample* before, std::size_t rows) {
  boost::json::array list;
  for (const auto& a : now.accounts) {
    if (list.size() == rows) break;
    auto r = rates_of(a, before, now.taken_at);
    boost::json::object o{{"name", a.name},           {"state", a.state},          {"reason", nullptr},
                          {"in_per_second", nullptr}, {"out_per_second", nullptr}, {"queue", a.queue},
                          {"restarts", a.restarts}};
    if (!a.reason.empty()) o["reason"] = a.reason;
    if (before != nullptr) {
      o["in_per_second"] = r.in;
      o["out_per_second"] = r.out;
    }
    list.push_back(std::move(o));
  }
  boost::json::object line{{"at", nullptr}, {"accounts", std::move(list)}};
  if (now.server_time) line["at"] = to_text(*now.server_time);
  return to_json_text(line) + "\n";
}

} // namespace

outcome<exit_code> execute(session& s, const top& c) {
  auto order = parse_fleet_order(c.order).value_or(fleet_order::trouble);
  bool redraw = s.terminal.out_is_terminal && !s.wants_json();
  bool colour = s.terminal.colours_on_out();
  auto rows = rows_for(s, c);
  auto& out = s.terminal.out;
  std::optional<fleet_sample> before;
  for (std::uint64_t turn = 1;; ++turn) {
    auto now = look(s);
    if (!now) return now.error();
    const auto* earlier = before ? &*before : nullptr;
    auto shown = *now;
    sort_fleet(shown, earlier, order);
    if (s.wants_json()) {
      out << to_json_line(shown, earlier, rows);
    } else {
      if (redraw) out << clear_screen;
      out << fleet_summary(shown, earlier, colour) << fleet_table(shown, earlier, rows).to_text(colour);
    }
    if (!out.flush()) return exit_code::failure;
    if (turn == c.count) return exit_code::ok;
    before = std::move(*now);
    s.terminal.sleep(period);
  }
}

} // namespace weixin::ctl
