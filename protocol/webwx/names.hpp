#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// The parts of a comma-separated list such as ChatSet, the empty ones left out, at most `max` of them.
inline std::vector<std::string> split_names(std::string_view list, std::size_t max) {
  std::vector<std::string> names;
  while (!list.empty() && names.size() < max) {
    auto name = list.substr(0, list.find(','));
    list.remove_prefix(name.size() < list.size() ? name.size() + 1 : name.size());
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

} // namespace weixin::webwx
