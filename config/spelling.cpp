#include "config/spelling.hpp"

#include <algorithm>
#include <vector>

namespace weixin::config {

namespace {

constexpr std::size_t longest_word = 200; // the table below is quadratic

struct split_key {
  std::string_view before; ///< with the last dot
  std::string_view last;
};

split_key split(std::string_view key) {
  auto dot = key.rfind('.');
  if (dot == std::string_view::npos) return {"", key};
  return {key.substr(0, dot + 1), key.substr(dot + 1)};
}

std::size_t tolerance(std::string_view word) { return word.size() <= 3 ? 1 : 2; }

} // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> steps(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    steps[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j)
    steps[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto replaced = steps[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      steps[i][j] = std::min({replaced, steps[i - 1][j] + 1, steps[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
    }
  }
  return steps[a.size()][b.size()];
}

std::string closest(std::string_view word, const std::set<std::string>& candidates) {
  if (word.size() > longest_word) return {};
  std::string best;
  auto best_distance = tolerance(word) + 1;
  for (const auto& candidate : candidates) {
    if (candidate.size() > longest_word) continue;
    auto distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string closest_key(std::string_view key, const std::set<std::string>& known) {
  auto [before, last] = split(key);
  std::set<std::string> siblings;
  for (const auto& k : known) {
    if (split(k).before == before) siblings.emplace(split(k).last);
  }
  if (auto meant = closest(last, siblings); !meant.empty()) return std::string{before} + meant;
  for (const auto& k : known) {
    if (split(k).last == last) return k;
  }
  return {};
}

} // namespace weixin::config
