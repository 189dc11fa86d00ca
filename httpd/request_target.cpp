#include "httpd/request_target.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/url/pct_string_view.hpp>

namespace weixin::httpd {
namespace {

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  auto checked = boost::urls::make_pct_string_view({text.data(), text.size()});
  if (!checked) return std::nullopt;
  auto decoded = checked->decode(boost::urls::encoding_opts{plus_is_space});
  if (decoded.find('\0') != std::string::npos) return std::nullopt;
  return decoded;
}

bool starts_with_scheme(std::string_view target, std::string_view scheme) {
  return boost::beast::iequals({target.data(), std::min(target.size(), scheme.size())},
                               {scheme.data(), scheme.size()});
}

} // namespace

std::string_view raw_path(std::string_view target) noexcept {
  for (std::string_view scheme : {"http://", "https://"})
    if (starts_with_scheme(target, scheme)) {
      target.remove_prefix(scheme.size());
      auto end_of_authority = target.find_first_of("/?");
      if (end_of_authority == std::string_view::npos || target[end_of_authority] == '?') return "/";
      target.remove_prefix(end_of_authority);
      break;
    }
  if (target == "*") return target;
  if (!target.starts_with('/')) return {};
  return target.substr(0, target.find('?'));
}

result<parsed_target> parse_target(std::string_view target) {
  if (target.find('#') != std::string_view::npos)
    return fail(errc::invalid_argument, "fragment in the target");
  auto path = raw_path(target);
  if (path.empty()) return fail(errc::invalid_argument, "form of the target");
  parsed_target parsed;
  auto decoded = decode(path, false);
  if (!decoded) return fail(errc::invalid_argument, "escape in the path");
  parsed.path = std::move(*decoded);

  auto question_mark = target.find('?');
  if (question_mark == std::string_view::npos) return parsed;
  auto rest = target.substr(question_mark + 1);
  while (!rest.empty()) {
    auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    if (pair.empty()) continue;
    auto equals = pair.find('=');
    auto name = decode(pair.substr(0, equals), true);
    auto value =
        decode(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (!name || !value) return fail(errc::invalid_argument, "escape in the query");
    parsed.query.insert_or_assign(std::move(*name), std::move(*value));
  }
  return parsed;
}

std::optional<std::vector<std::string>> path_segments(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  for (;;) {
    auto slash = path.find('/');
    auto segment = decode(path.substr(0, slash), false);
    if (!segment) return std::nullopt;
    segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

} // namespace weixin::httpd
