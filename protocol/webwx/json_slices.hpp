#pragma once

#include "protocol/result.hpp"

#include <string_view>
#include <vector>

namespace weixin::webwx {

/// One member of an object, as bytes of the body: the key without its quotes and not unescaped, the value
/// with all that belongs to it.
struct json_member {
  std::string_view key;
  std::string_view value;
};

/// Takes the outermost level of an object or array apart without looking into the values, so that each can be
/// parsed, and can fail, on its own. Complete or an error: an unbalanced, cut off or trailing part is a
/// malformed_answer, as are more than 100,000 parts. The views point into `text`.
result<std::vector<json_member>> split_object(std::string_view text, std::string_view what);
result<std::vector<std::string_view>> split_array(std::string_view text, std::string_view what);

} // namespace weixin::webwx
