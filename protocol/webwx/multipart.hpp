#pragma once

#include "protocol/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weixin::webwx {

/// What surrounds the bytes of a file in a multipart/form-data body (RFC 7578). The file's bytes come in
/// between, from wherever they are: they are never needed to make this.
struct multipart_frame {
  std::string head;
  std::string tail;
  std::string content_type; ///< the header's value, with the boundary

  /// Exactly what the body has with `file_bytes` in between.
  std::uint64_t content_length(std::uint64_t file_bytes) const noexcept {
    return head.size() + file_bytes + tail.size();
  }
};

struct form_field {
  std::string name;
  std::string value;
};

/// The fields in their order, then the file under `file_field`. File names go out as raw UTF-8 with quotes
/// and backslashes escaped, never as filename* (weixin-protocol.md 6.1); what could end the line is left out.
/// Errors: invalid_argument for a boundary that is none (16 to 70 letters, digits, '-' and '_'), or that
/// occurs in a value.
result<multipart_frame> make_multipart(std::string_view boundary, const std::vector<form_field>& fields,
                                       std::string_view file_field, std::string_view file_name,
                                       std::string_view file_type);

/// Whether the boundary's line occurs in bytes of a file: another boundary must be taken then.
bool contains_boundary(std::string_view bytes, std::string_view boundary);

/// "----WebKitFormBoundary" and 16 letters and digits, which `random_digits` (16 of them or more, decimal or
/// letters) gives.
std::string make_boundary(std::string_view random_digits);

} // namespace weixin::webwx
