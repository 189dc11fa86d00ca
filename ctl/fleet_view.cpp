#include "ctl/fleet_view.hpp"

#include "ctl/json_text.hpp"
#include "ctl/table.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/array.hpp>

namespace weixin::ctl {
namespace {

/// "[echo, faq]", "all", "none".
std::string words_of(std::string_view field, const boost::json::value& v) {
  if (const auto* list = v.if_array()) {
    std::string words;
    for (const auto& item : *list)
      words +=
          (words.empty() ? "" : ", ") + (item.is_string() ? printable(std::string{item.get_string()}) : "?");
    return "[" + words + "]";
  }
  if (const auto* text = v.if_string()) return printable(std::string{*text});
  return field == "media" ? "default" : "none";
}

const boost::json::value& member(const boost::json::object& o, std::string_view key) {
  static const boost::json::value nothing;
  const auto* found = o.if_contains(key);
  return found == nullptr ? nothing : *found;
}

/// Of a new account only what is not plain to everybody.
bool is_worth_a_word(std::string_view field, const boost::json::value& v) {
  if (v.is_null()) return false;
  if (field == "desired") return v != boost::json::value("running");
  if (field == "login") return v != boost::json::value("web");
  return !v.is_array() || !v.get_array().empty();
}

std::string details(const boost::json::object& change, bool is_new) {
  std::string text;
  for (const auto& entry : list_of(change, "fields")) {
    const auto& f = object_of(entry);
    auto field = text_of(f, "field");
    const auto& before = member(f, "before");
    const auto& after = member(f, "after");
    if (is_new && !is_worth_a_word(field, after)) continue;
    text += (text.empty() ? " " : ", ") + printable(field) + ": ";
    if (!is_new) text += words_of(field, before) + " -> ";
    text += words_of(field, after);
    if (!is_new && before == after) text += " (other credentials)";
  }
  return text;
}

} // namespace

std::string plan_lines(const boost::json::object& plan, bool colour) {
  std::string lines;
  for (const auto& entry : list_of(plan, "changes")) {
    const auto& change = object_of(entry);
    auto action = text_of(change, "action");
    auto name = printable(text_of(change, "name"));
    if (action == "add")
      lines += tinted("+ " + name, tone::good, colour) + details(change, true) + "\n";
    else if (action == "remove")
      lines += tinted("- " + name, tone::bad, colour) + "\n";
    else
      lines += tinted("~ " + name, tone::waiting, colour) + details(change, false) + "\n";
  }
  return lines;
}

plan_counts count_changes(const boost::json::object& plan) {
  plan_counts counts;
  for (const auto& entry : list_of(plan, "changes")) {
    auto action = text_of(object_of(entry), "action");
    ++(action == "add" ? counts.added : action == "remove" ? counts.removed : counts.changed);
  }
  counts.unchanged = number_of(plan, "unchanged");
  return counts;
}

} // namespace weixin::ctl
