#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

#include <string_view>

namespace weixin::webwx {

enum class image_size {
  original,
  slave, ///< the thumbnail
  big,   ///< stickers
};

/// webwxgetmsgimg (weixin-protocol.md 8).
http_request make_get_msg_img(const session& s, std::string_view msg_id, image_size size);

/// Whether an answer can be a picture: by its status and, unless it was streamed away, by its body.
/// Content-Type lies and is not asked. Errors: http_status, malformed_answer.
result<void> check_image_answer(const http_response& r);

/// The same for the first bytes of a streamed body (64 are enough): with status 200 Weixin also answers
/// nothing, JSON or a page when it has no picture. Errors: malformed_answer.
result<void> check_image_bytes(std::string_view first_bytes);

} // namespace weixin::webwx
