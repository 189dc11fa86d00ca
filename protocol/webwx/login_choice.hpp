#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weixin::webwx {

/// How the operator wants an account to log in (weixin-protocol.md 3.6).
enum class login_choice : std::uint8_t {
  web,              ///< as the web page, and not at all when Weixin bars that (1203)
  desktop,          ///< as the desktop client
  web_then_desktop, ///< as the web page; once as the desktop client when Weixin bars that
};

inline constexpr auto login_choice_names =
    std::to_array<std::string_view>({"web", "desktop", "web_then_desktop"});

constexpr std::string_view to_string(login_choice choice) noexcept {
  return login_choice_names[static_cast<std::size_t>(choice)];
}

constexpr std::optional<login_choice> parse_login_choice(std::string_view name) noexcept {
  for (std::size_t i = 0; i < login_choice_names.size(); ++i)
    if (login_choice_names[i] == name) return static_cast<login_choice>(i);
  return std::nullopt;
}

} // namespace weixin::webwx
