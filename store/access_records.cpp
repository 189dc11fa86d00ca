#include "store/access_records.hpp"

#include <array>

namespace weixin::store {

std::string_view to_string(token_scope scope) noexcept {
  switch (scope) {
  case token_scope::read:
    return "read";
  case token_scope::operate:
    return "operator";
  case token_scope::administer:
    return "admin";
  }
  return "read";
}

std::optional<token_scope> parse_token_scope(std::string_view name) noexcept {
  for (auto scope : std::array{token_scope::read, token_scope::operate, token_scope::administer})
    if (to_string(scope) == name) return scope;
  return std::nullopt;
}

} // namespace weixin::store
