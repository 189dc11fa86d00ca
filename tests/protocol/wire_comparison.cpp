#include "tests/protocol/wire_comparison.hpp"

#include <fstream>

namespace weixin::webwx {

namespace {

std::set<std::string> names_of(const captured_request& r) {
  std::set<std::string> names;
  for (const auto& [name, value] : r.query)
    names.insert(name);
  for (const auto& member : r.json)
    names.emplace(member.key());
  for (const auto& member : r.form)
    names.emplace(member.key());
  if (const auto* msg = r.json.if_contains("Msg"); msg != nullptr && msg->is_object())
    for (const auto& member : msg->get_object())
      names.emplace("Msg." + std::string{member.key()});
  return names;
}

} // namespace

std::vector<std::string> wire_comparison::ours_alone() const {
  std::vector<std::string> alone;
  for (const auto& [endpoint, names] : ours)
    for (const auto& name : names)
      if (!theirs.at(endpoint).contains(name)) alone.push_back(endpoint + " " + name);
  return alone;
}

bool compare_file(const std::string& path, wire_comparison& sum) {
  std::ifstream file(path);
  if (!file) return false;
  for (std::string line; std::getline(file, line);) {
    auto sent = read_capture(line);
    if (!sent) return false;
    auto label = sent->client + " " + sent->endpoint;
    auto request = rebuild(*sent);
    if (!request) {
      sum.not_compared.push_back(label);
      continue;
    }
    auto ours = take_apart(*request, sent->endpoint);
    ++sum.compared[sent->endpoint];
    for (const auto& d : differences(*sent, ours))
      sum.differences.push_back(label + ": " + d);
    sum.theirs[sent->endpoint].merge(names_of(*sent));
    sum.ours[sent->endpoint].merge(names_of(ours));
  }
  return true;
}

} // namespace weixin::webwx
