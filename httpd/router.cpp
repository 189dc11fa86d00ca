#include "httpd/router.hpp"

#include "httpd/request_target.hpp"

#include <set>

namespace weixin::httpd {
namespace {

using segment_list = std::vector<std::string>;
using params = std::map<std::string, std::string, std::less<>>;

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.starts_with('{') && segment.ends_with('}');
}

/// Whether the path has the pattern's form; a parameter takes any one segment that is not empty.
std::optional<params> match(std::string_view pattern, const segment_list& path) {
  params found;
  if (pattern.starts_with('/')) pattern.remove_prefix(1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    auto slash = pattern.find('/');
    bool last = slash == std::string_view::npos;
    if (last != (i + 1 == path.size())) return std::nullopt;
    auto segment = pattern.substr(0, slash);
    if (is_parameter(segment)) {
      if (path[i].empty()) return std::nullopt;
      found.insert_or_assign(std::string{segment.substr(1, segment.size() - 2)}, path[i]);
    } else if (segment != path[i]) {
      return std::nullopt;
    }
    if (!last) pattern.remove_prefix(slash + 1);
  }
  return found;
}

std::string join(const std::set<std::string>& methods) {
  std::string text;
  for (const auto& m : methods)
    text += (text.empty() ? "" : ", ") + m;
  return text;
}

} // namespace

void router::add(std::string method, std::string pattern, handler handle) {
  routes_.push_back({std::move(method), std::move(pattern), std::move(handle)});
}

std::optional<router::destination> router::find(std::string_view method, std::string_view target) const {
  auto segments = path_segments(raw_path(target));
  if (!segments) return std::nullopt;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if (routes_[i].method != method && !(routes_[i].method == "GET" && method == "HEAD")) continue;
    if (auto params = match(routes_[i].pattern, *segments)) return destination{i, std::move(*params)};
  }
  return std::nullopt;
}

void router::operator()(request r, responder respond) const {
  // The raw path is split before it is decoded: an escaped slash stays inside its segment.
  auto segments = path_segments(r.target.empty() ? std::string_view{r.path} : raw_path(r.target));
  std::set<std::string> allowed;
  if (segments)
    for (const auto& candidate : routes_) {
      auto found = match(candidate.pattern, *segments);
      if (!found) continue;
      if (candidate.method == r.method || (candidate.method == "GET" && r.method == "HEAD")) {
        r.params = std::move(*found);
        return candidate.handle(std::move(r), std::move(respond));
      }
      allowed.insert(candidate.method);
      if (candidate.method == "GET") allowed.insert("HEAD");
    }
  if (allowed.empty()) return respond.send(problem(404, "not_found", "There is nothing at this path."));
  auto refused = problem(405, "method_not_allowed", "This path does not take this method; see Allow.");
  refused.headers.push_back({"Allow", join(allowed)});
  respond.send(std::move(refused));
}

std::string_view router::pattern_of(std::string_view path) const noexcept {
  constexpr std::string_view none = "unmatched";
  try {
    auto segments = path_segments(path);
    if (!segments) return none;
    for (const auto& candidate : routes_)
      if (match(candidate.pattern, *segments)) return candidate.pattern;
  } catch (const std::bad_alloc&) {
  }
  return none;
}

} // namespace weixin::httpd
