#include "tests/metrics/exposition.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <sstream>
#include <tuple>

namespace weixin::metrics {

namespace {

/// Reads `{a="b",c="d"}` at the start of `rest` and removes it; false when it is malformed.
bool take_labels(std::string_view& rest, std::map<std::string, std::string>& labels) {
  if (rest.empty() || rest.front() != '{') return true;
  rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != '}') {
    auto equals = rest.find("=\"");
    if (equals == std::string_view::npos) return false;
    std::string name{rest.substr(0, equals)};
    rest.remove_prefix(equals + 2);
    std::string value;
    while (!rest.empty() && rest.front() != '"') {
      if (rest.front() == '\\') rest.remove_prefix(1);
      if (rest.empty()) return false;
      value += rest.front();
      rest.remove_prefix(1);
    }
    if (rest.empty()) return false;
    rest.remove_prefix(1);
    if (!labels.emplace(std::move(name), std::move(value)).second) return false;
    if (!rest.empty() && rest.front() == ',') rest.remove_prefix(1);
  }
  if (rest.empty()) return false;
  rest.remove_prefix(1);
  return true;
}

std::string family_of(const std::string& name, const std::map<std::string, family_head>& families) {
  for (std::string_view suffix : {"_bucket", "_sum", "_count"}) {
    if (!name.ends_with(suffix)) continue;
    auto base = name.substr(0, name.size() - suffix.size());
    if (auto found = families.find(base); found != families.end() && found->second.type == "histogram")
      return base;
  }
  return name;
}

} // namespace

exposition parse_exposition(const std::string& text) {
  exposition result;
  std::set<std::pair<std::string, std::map<std::string, std::string>>> seen;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# ")) {
      std::istringstream words{line.substr(2)};
      std::string what, name, rest;
      words >> what >> name;
      std::getline(words >> std::ws, rest);
      (what == "TYPE" ? result.families[name].type : result.families[name].help) = rest;
      continue;
    }
    series s;
    std::string_view rest = line;
    auto end = rest.find_first_of("{ ");
    s.name = std::string{rest.substr(0, end)};
    rest.remove_prefix(std::min(end, rest.size()));
    s.family = family_of(s.name, result.families);
    bool good = take_labels(rest, s.labels);
    std::istringstream number{std::string{rest}};
    std::string left;
    good = good && number >> s.value && !(number >> left);
    good = good && result.families.contains(s.family) && seen.emplace(s.name, s.labels).second;
    if (!good) result.mistakes.push_back(line);
    result.all.push_back(std::move(s));
  }
  return result;
}

std::vector<series> exposition::find(std::string_view name,
                                     const std::map<std::string, std::string>& labels) const {
  std::vector<series> found;
  for (const auto& s : all)
    if (s.name == name && std::includes(s.labels.begin(), s.labels.end(), labels.begin(), labels.end()))
      found.push_back(s);
  return found;
}

double exposition::value(std::string_view name, const std::map<std::string, std::string>& labels) const {
  auto found = find(name, labels);
  return found.size() == 1 ? found.front().value : std::numeric_limits<double>::quiet_NaN();
}

std::vector<series> exposition::with_label(const std::string& name, const std::string& label_value) const {
  std::vector<series> found;
  for (const auto& s : all)
    if (auto at = s.labels.find(name); at != s.labels.end() && at->second == label_value) found.push_back(s);
  return found;
}

} // namespace weixin::metrics
