#include "config/notify_section.hpp"

#include "config/value_forms.hpp"
#include "notify/url_policy.hpp"

#include <algorithm>

namespace weixin::config {

namespace {

using namespace std::chrono_literals;
using notify::target_settings;
using notify::target_type;

constexpr std::size_t longest_word = 4'095;

void read_events(section& s, std::set<notify::kind>& out) {
  std::set<std::string> names;
  for (auto kind : notify::selectable_kinds)
    names.emplace(notify::to_string(kind));
  std::vector<std::string> chosen;
  s.words("events", chosen, "an array of the names of events", names);
  if (!s.has("events")) return;
  out.clear();
  for (const auto& name : chosen)
    out.insert(*notify::parse_kind(name));
}

void read_command(section& s, target_settings& out) {
  s.texts("command", out.command,
          "an array of 1 to 64 words, the first one a program's path that begins with \"/\"",
          [](const std::vector<std::string>& words) {
            return !words.empty() && words.size() <= notify::max_command_words && words[0].starts_with('/') &&
                   std::all_of(words.begin(), words.end(), [](const std::string& word) {
                     return word.size() <= longest_word && word.find('\0') == std::string::npos;
                   });
          });
}

/// Keys that only other types have: what is not used should not look as if it were.
void refuse_keys(section& s, std::string_view type, std::initializer_list<std::string_view> keys) {
  for (auto key : keys)
    if (s.has(key)) s.problem_at(key, "is not a key of a target of type " + shown(type));
}

void want_key(section& s, std::string_view key, std::string_view type) {
  if (!s.has(key)) s.problem_at("", "wants " + std::string{key} + ": its type is " + shown(type));
}

void check_keys_of_type(section& s, target_type type) {
  switch (type) {
  case target_type::command:
    want_key(s, "command", "command");
    return refuse_keys(s, "command", {"url", "secret_file", "ca_file"});
  case target_type::webhook:
    want_key(s, "url", "webhook");
    want_key(s, "secret_file", "webhook");
    return refuse_keys(s, "webhook", {"command", "timeout"});
  case target_type::alertmanager:
    want_key(s, "url", "alertmanager");
    return refuse_keys(s, "alertmanager", {"command", "timeout", "secret_file"});
  }
}

target_settings read_target(section s, const file_check& check_secret) {
  target_settings out;
  auto is_path = [](const std::string& text) {
    return !text.empty() && text.size() <= longest_word && is_printable(text);
  };
  s.text("name", out.name, "a name of at most 63 letters, digits, - and _", is_bot_name);
  if (!s.has("name")) s.problem_at("", "has no name");
  std::string type;
  bool has_type = s.word_out_of("type", type, {"alertmanager", "command", "webhook"});
  if (!has_type && !s.has("type")) s.problem_at("", "has no type");
  out.type = type == "command"        ? target_type::command
             : type == "alertmanager" ? target_type::alertmanager
                                      : target_type::webhook;
  read_events(s, out.events);
  s.boolean("include_qr", out.include_qr);
  read_command(s, out);
  s.duration("timeout", out.timeout, 1s, 5min);
  std::string_view wrong_url;
  s.text("url", out.url, "a URL", [&](const std::string& text) {
    wrong_url = notify::wrong_with_url(text);
    return true;
  });
  if (!wrong_url.empty()) s.problem_at("url", std::string{wrong_url});
  s.text("secret_file", out.secret_file, "the path of a file that holds the secret", is_path);
  if (!out.secret_file.empty())
    if (auto wrong = check_secret(out.secret_file); !wrong.empty())
      s.problem_at("secret_file", shown(out.secret_file) + " " + wrong);
  s.text("ca_file", out.ca_file, R"(the path of a PEM file, or "" for the system's roots)",
         [&](const std::string& text) { return text.empty() || is_path(text); });
  s.refuse_unknown();
  if (has_type) check_keys_of_type(s, out.type);
  return out;
}

} // namespace

notify::notify_settings read_notify(section s, const file_check& check_secret) {
  notify::notify_settings out;
  auto& rules = out.rules;
  s.duration("settle", rules.settle, 0s, 10min);
  s.duration("repeat_after", rules.repeat_after, 0s, 24h);
  s.duration("quiet_at_start", rules.quiet_at_start, 0s, 1h);
  s.integer("fleet_down_percent", rules.fleet_down_percent, 0, 100);
  s.integer("fleet_down_least", rules.fleet_down_least, 1, 100'000);
  s.duration("fleet_down_for", rules.fleet_down_for, 0s, 1h);
  std::set<std::string> names;
  for (auto& one : s.list("targets")) {
    auto target = read_target(one, check_secret);
    if (!target.name.empty() && !names.insert(target.name).second)
      one.problem_at("name", "found " + shown(target.name) + " again, expected each name once");
    out.targets.push_back(std::move(target));
  }
  if (out.targets.size() > notify::max_targets)
    s.problem_at("targets", "found " + std::to_string(out.targets.size()) + " targets, expected at most " +
                                std::to_string(notify::max_targets));
  s.refuse_unknown();
  return out;
}

} // namespace weixin::config
