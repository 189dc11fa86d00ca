#include "protocol/webwx/script.hpp"

#include <algorithm>

namespace weixin::webwx {

namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::size_t max_uuid_bytes = 128;

constexpr bool is_word(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         c == '.';
}

std::string_view without_blanks(std::string_view text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text;
}

script_value value_at_front(std::string_view rest) noexcept {
  if (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) {
    auto end = rest.find(rest.front(), 1);
    if (end == std::string_view::npos) return {rest.substr(1), true, false};
    return {rest.substr(1, end - 1), true, true};
  }
  auto end = rest.find_first_of(";,} \t\r\n");
  return {rest.substr(0, end), false, end != std::string_view::npos};
}

} // namespace

std::optional<script_value> find_assignment(std::string_view script, std::string_view name) noexcept {
  for (auto at = script.find(name); at != std::string_view::npos; at = script.find(name, at + 1)) {
    if (at > 0 && is_word(script[at - 1])) continue;
    auto rest = script.substr(at + name.size());
    // The name of a member may be quoted as in JSON.
    if (at > 0 && !rest.empty() && rest.front() == script[at - 1] &&
        (rest.front() == '"' || rest.front() == '\''))
      rest.remove_prefix(1);
    rest = without_blanks(rest);
    if (rest.empty() || (rest.front() != '=' && rest.front() != ':')) continue;
    return value_at_front(without_blanks(rest.substr(1)));
  }
  return std::nullopt;
}

bool is_uuid(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_uuid_bytes && std::all_of(text.begin(), text.end(), [](char c) {
    return (is_word(c) && c != '$' && c != '.') || c == '-' || c == '+' || c == '/' || c == '=';
  });
}

} // namespace weixin::webwx
