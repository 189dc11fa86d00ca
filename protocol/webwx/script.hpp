#pragma once

#include <optional>
#include <string_view>

namespace weixin::webwx {

/// The right side of an assignment in Weixin's JavaScript answers (weixin-protocol.md 3.1, 3.3, 4.5).
struct script_value {
  std::string_view text; ///< without its quotes
  bool quoted = false;
  bool complete = false; ///< a quoted one has its closing quote, a bare one is followed by something
};

/// What follows the first `name` and its '=' or ':', whatever the spaces and the kind of quotes. The name
/// must stand alone: "code" is not found in "retcode". Nothing when there is none.
std::optional<script_value> find_assignment(std::string_view script, std::string_view name) noexcept;

/// True for what uuids are made of: 1 to 128 of base64's characters, '-' and '_'.
bool is_uuid(std::string_view text) noexcept;

} // namespace weixin::webwx
