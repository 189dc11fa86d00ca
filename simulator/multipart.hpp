#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::simulator {

/// One part of a multipart/form-data body (weixin-protocol.md 6.1). `content` points into the body.
struct form_part {
  std::string name;
  std::optional<std::string> filename;
  bool has_extended_filename = false; ///< `filename*=` of RFC 2231, which the service does not take
  std::string content_type;
  std::string_view content;
};

struct form {
  std::vector<form_part> parts;

  const form_part* find(std::string_view name) const noexcept;
  /// Empty when there is no such part.
  std::string_view text(std::string_view name) const noexcept;
};

/// Nothing when the body is no complete form: no boundary, no closing boundary, a part without a name, a head
/// above 4 KiB, or more than `max_form_parts` parts.
std::optional<form> read_form(std::string_view content_type, std::string_view body);
inline constexpr std::size_t max_form_parts = 32;

} // namespace weixin::simulator
