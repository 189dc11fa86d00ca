#include "ctl/redaction.hpp"

#include "ctl/json_text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace weixin::ctl {
namespace {

bool is_name_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

template <std::size_t N>
boost::json::object only(const boost::json::object& from, const std::array<const char*, N>& keys) {
  boost::json::object kept;
  for (const auto* key : keys)
    if (const auto* value = from.if_contains(key)) kept[key] = *value;
  return kept;
}

bool is_there(const boost::json::object& o, std::string_view key) {
  const auto* value = o.if_contains(key);
  return value != nullptr && !value->is_null();
}

struct label_of_names {
  std::string label;
  std::string kind; ///< of what it names
};
/// Every label of metrics/catalog.cpp whose values somebody chose.
const std::array<label_of_names, 4> labels_of_names{
    {{"account", "account"}, {"bot", "bot"}, {"consumer", "bot"}, {"target", "target"}}};

/// Replaces what stands between the quotes behind `label="` in a line of Prometheus' text form.
std::string with_label_replaced(const std::string& line, const std::string& label, const std::string& kind,
                                pseudonyms& names) {
  auto begin = line.find("{" + label + "=\"");
  if (begin == std::string::npos) begin = line.find("," + label + "=\"");
  if (begin == std::string::npos) return line;
  begin += label.size() + 3;
  auto end = line.find('"', begin);
  if (end == std::string::npos) return line;
  return line.substr(0, begin) + names.of(kind, line.substr(begin, end - begin)) + line.substr(end);
}

} // namespace

std::string pseudonyms::of(std::string_view kind, std::string_view name) {
  if (keep_ || name.empty()) return std::string{name};
  auto found = known_.find(name);
  if (found == known_.end()) {
    auto number = ++counts_[std::string{kind}];
    std::array<char, 32> digits{};
    std::snprintf(digits.data(), digits.size(), "-%03zu", number);
    found = known_.emplace(std::string{name}, std::string{kind} + digits.data()).first;
  }
  return found->second;
}

std::string pseudonyms::in_text(std::string_view text) const {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (!is_name_letter(text[at])) {
      out += text[at++];
      continue;
    }
    auto end = at;
    while (end < text.size() && is_name_letter(text[end]))
      ++end;
    auto word = text.substr(at, end - at);
    auto found = known_.find(word);
    out += found == known_.end() ? word : std::string_view{found->second};
    at = end;
  }
  return out;
}

boost::json::object report_status(const boost::json::object& status) {
  static constexpr std::array keys{"version", "started_at", "ready", "store", "accounts"};
  return only(status, keys);
}

boost::json::object report_account(const boost::json::object& account, pseudonyms& names) {
  static constexpr std::array keys{"kind",         "state",         "state_since",  "reason",
                                   "retry_at",     "desired",       "media",        "login",
                                   "last_poll_at", "last_event_at", "last_send_at", "messages_in",
                                   "messages_out", "queue",         "restarts",     "pacing"};
  auto kept = only(account, keys);
  kept["name"] = names.of("account", text_of(account, "name"));
  kept["bots"] = list_of(account, "bots").size();
  kept["proxy"] = !is_there(account, "proxy") ? "none" : is_there(account, "proxy_error") ? "fails" : "works";
  return kept;
}

boost::json::object report_change(const boost::json::object& change) {
  static constexpr std::array keys{"id", "at", "from", "to", "reason"};
  return only(change, keys);
}

std::string report_metrics(std::string_view text, pseudonyms& names) {
  std::string out;
  while (!text.empty()) {
    auto end = text.find('\n');
    std::string line{text.substr(0, end)};
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    for (const auto& [label, kind] : labels_of_names)
      line = with_label_replaced(line, label, kind, names);
    out += line + "\n";
  }
  return out;
}

std::string report_log(std::string_view text, std::size_t most, const pseudonyms& names) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  auto begin = text.size();
  for (std::size_t lines = 0; lines < most && begin > 0; ++lines) {
    auto before = text.rfind('\n', begin - 1);
    if (before == std::string_view::npos) {
      begin = 0;
      break;
    }
    begin = before;
  }
  if (begin > 0) ++begin; // behind the line break
  return names.in_text(text.substr(std::min(begin, text.size())));
}

} // namespace weixin::ctl
