#pragma once

#include "protocol/result.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// One member of an object, as bytes of the body: the key without its quotes and not unescaped, the value
/// with all that belongs to it.
struct json_member {
  std::string_view key;
  std::string_view value;
  /// The values of an array; nothing when `value` is something else, no array as a whole ("[1,]"), or one of
  /// more than 100,000 values.
  std::optional<std::vector<std::string_view>> elements{};
};

/// Takes an object apart without looking into the values, and arrays among them into theirs, so that each can
/// be parsed, and can fail, on its own. Complete or an error: an unbalanced, cut off or trailing part is a
/// malformed_answer, as are more than 100,000 members. The views point into `text`.
result<std::vector<json_member>> split_object(std::string_view text, std::string_view what);

} // namespace weixin::webwx
