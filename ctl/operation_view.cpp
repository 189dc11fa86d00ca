#include "ctl/operation_view.hpp"

#include "ctl/account.hpp"
#include "ctl/contact_table.hpp"
#include "ctl/json_text.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <ostream>

namespace weixin::ctl {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds longest_operation = 5min;
/// The server answers when it is done, or after this.
constexpr auto served_wait = 20s;

bool is_open(std::string_view state) {
  return state == "queued" || state == "attempting" || state == "confirming";
}

outcome<answer> ask(const session& s, const wanted_operation& o, std::chrono::seconds wait) {
  auto target = account_target(o.name, o.path + "?wait=" + std::to_string(wait.count()));
  if (!target) return target.error();
  if (o.method == "PATCH") return s.server.patch(*target, o.body);
  if (o.method == "DELETE") return s.server.remove(*target, o.body);
  return s.server.post(*target, o.body);
}

tone tone_of_operation(std::string_view state) {
  if (state == "confirmed" || state == "answered") return tone::good;
  if (is_open(state)) return tone::waiting;
  return tone::bad;
}

/// Weixin's number, which may be negative; empty for 0.
std::string ret_of(const boost::json::object& operation) {
  const auto* ret = operation.if_contains("ret");
  return ret != nullptr && ret->is_int64() && ret->get_int64() != 0 ? std::to_string(ret->get_int64())
                                                                    : std::string{};
}

/// " (in 35s)"; empty when it is not ahead.
std::string until(moment then, std::optional<moment> now) {
  return now && *now < then ? " (in " + age(*now, then) + ")" : std::string{};
}

} // namespace

void write_operation(session& s, const boost::json::value& operation) {
  const auto& o = object_of(operation);
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(operation) << std::endl;
    return;
  }
  out << printable(text_of(o, "id"));
  if (!s.wants_name()) {
    out << ' ' << printable(text_of(o, "state")) << '\n';
    if (const auto& found = list_of(o, "found"); !found.empty())
      out << contact_table(found, s.wants_wide()).to_text(s.terminal.colours_on_out());
    if (auto leads_to = text_of(o, "leads_to"); !leads_to.empty())
      out << "leads to " << printable(leads_to) << '\n';
    out << std::flush;
    return;
  }
  out << std::endl;
}

std::string advice_for_operation(const boost::json::object& operation) {
  auto state = text_of(operation, "state");
  auto kind = text_of(operation, "operation");
  if (state == "answered") {
    if (text_of(operation, "way") == "invite") return "they were invited: they are members once they accept.";
    if (kind == "contact_search" || kind == "link_check" || kind == "activity_report") return {};
    if (kind == "friend_reply") return "Weixin took it, and does not tell whether it was read.";
    if (kind == "group_details")
      return "some members have no name yet: fifty are asked for at a time, and Weixin may not tell all.";
    return "Weixin said yes, but the change was not seen: it may ignore this kind of call. Look on the "
           "phone.";
  }
  if (state == "unknown") return "it may have happened or not. Look on the phone before you try again.";
  if (state == "expired") return "nothing was sent. Try again when the account is online.";
  if (state == "queued") return "it waits for its turn: weixind keeps a distance between such calls.";
  return {};
}

table operation_table(const boost::json::array& operations, std::optional<moment> now, bool wide) {
  std::vector<column> columns{{.title = "ID"},   {.title = "OPERATION"}, {.title = "STATE"},
                              {.title = "TO"},   {.title = "UPDATED"},   {.title = "NOT-BEFORE"},
                              {.title = "ERROR"}};
  if (wide)
    for (const char* title : {"CREATED", "RET", "WAY"})
      columns.push_back({.title = title});
  table t{std::move(columns)};
  for (const auto& entry : operations) {
    const auto& o = object_of(entry);
    auto state = text_of(o, "state");
    std::vector<cell> row{{text_of(o, "id")},
                          {text_of(o, "operation")},
                          {state, tone_of_operation(state)},
                          {text_of(o, "to")},
                          {since(time_of(o, "updated_at"), now)},
                          {text_of(o, "not_before")},
                          {text_of(o, "error")}};
    if (wide) {
      row.push_back({since(time_of(o, "created_at"), now)});
      row.push_back({ret_of(o)});
      row.push_back({text_of(o, "way")});
    }
    t.add(std::move(row));
  }
  return t;
}

std::string operation_details(const boost::json::object& operation, std::optional<moment> now, bool colour) {
  std::string text;
  auto fact = [&](std::string title, const std::string& value, tone mood = tone::neutral) {
    title.resize(12, ' ');
    text += title + (value.empty() ? "-" : tinted(printable(value), mood, colour)) + "\n";
  };
  auto when = [&](std::string_view key) {
    auto t = time_of(operation, key);
    if (!t) return std::string{};
    return to_text(*t) + (now ? " (" + age(*t, *now) + " ago)" : std::string{});
  };
  auto state = text_of(operation, "state");
  auto not_before = time_of(operation, "not_before");
  fact("ID:", text_of(operation, "id"));
  fact("Operation:", text_of(operation, "operation"));
  fact("State:", state, tone_of_operation(state));
  fact("Not before:", not_before ? to_text(*not_before) + until(*not_before, now) : std::string{});
  fact("Error:", text_of(operation, "error"));
  if (auto ret = ret_of(operation); !ret.empty()) fact("Weixin's:", ret);
  fact("To:", text_of(operation, "to"));
  fact("Created:", when("created_at"));
  fact("Updated:", when("updated_at"));
  if (auto way = text_of(operation, "way"); !way.empty()) fact("Way:", way);
  for (const auto& ref : list_of(operation, "left_out"))
    if (ref.is_string()) fact("Left out:", std::string{ref.get_string()});
  for (const auto& entry : list_of(operation, "found"))
    fact("Found:", text_of(object_of(entry), "ref") + " " + text_of(object_of(entry), "display"));
  if (operation.contains("leads_to")) fact("Leads to:", text_of(operation, "leads_to"));
  if (auto advice = advice_for_operation(operation); !advice.empty()) fact("Note:", advice);
  return text;
}

outcome<exit_code> run_operation(session& s, const wanted_operation& o) {
  const auto limit = s.options.timeout.value_or(longest_operation);
  const auto end = clock::now() + limit;
  auto wait = std::min<std::chrono::seconds>(
      served_wait, std::max(0s, std::chrono::floor<std::chrono::seconds>(limit) - 2s));
  auto a = ask(s, o, o.no_wait ? 0s : wait);
  if (!a) return a.error();
  auto id = text_of(object_of(a->body), "id");
  auto target = account_target(o.name, "/operations/" + segment(id));
  if (!target) return target.error();
  for (;;) {
    const auto& now = object_of(a->body);
    auto state = text_of(now, "state");
    if (o.no_wait || !is_open(state)) break;
    if (clock::now() >= end)
      return failure{exit_code::timed_out, id + " is still " + state, advice_for_operation(now)};
    s.terminal.sleep(
        std::min(s.poll_period, std::chrono::ceil<std::chrono::milliseconds>(end - clock::now())));
    a = s.server.get(*target);
    if (!a) return a.error();
  }
  write_operation(s, a->body);
  const auto& done = object_of(a->body);
  auto state = text_of(done, "state");
  auto advice = advice_for_operation(done);
  if (state == "refused" || state == "unknown" || state == "expired") {
    auto why = text_of(done, "error");
    return failure{exit_code::failure, id + " is " + state + (why.empty() ? "" : " (" + why + ")"), advice};
  }
  if (!advice.empty()) say(s.terminal, advice);
  return exit_code::ok;
}

} // namespace weixin::ctl
