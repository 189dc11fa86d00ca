#pragma once

#include "config/config.hpp"

#include <string>
#include <string_view>

namespace weixin::config::test {

/// What is said about a text that must be refused.
inline std::string refusal(std::string_view text) {
  auto parsed = parse_config(text, "w.toml");
  if (parsed) return "accepted";
  if (parsed.error().code != errc::config_invalid) return "wrong code";
  return parsed.error().context;
}

} // namespace weixin::config::test
