#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/multipart.hpp"
#include "protocol/webwx/session.hpp"
#include "protocol/webwx/upload_plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::webwx {

/// What webwxcheckupload gives for files above 25 MB.
struct upload_permit {
  secret aes_key;
  secret signature;            ///< also goes into the message that sends the file
  std::string media_id;        ///< not empty: Weixin has these bytes already, nothing is to be uploaded
  std::string encry_file_name; ///< percent-encoded
};

/// What all requests of one upload say alike.
struct upload {
  upload_plan plan;
  std::string md5; ///< of the whole file, 32 lower-case hexadecimal digits
  std::string to_user_name;
  std::int64_t client_media_id = 0; ///< the clock in milliseconds, another one for each upload
  std::int64_t modified_ms = 0;     ///< when the file was changed last, milliseconds since the epoch
  std::uint64_t number = 0;         ///< counts the uploads of a session from 0
  std::optional<upload_permit> permit;
};

// -- webwxcheckupload (weixin-protocol.md 6.1)

http_request make_check_upload(const session& s, const upload& u);
/// Errors: http_status, malformed_answer (without Signature and MediaId), and those of `error_of`.
result<upload_permit> parse_check_upload(const http_response& r);

// -- webwxuploadmedia (weixin-protocol.md 6.1)

/// The request of one chunk without the chunk: its body is `frame.head`, the file's bytes of `range`, and
/// `frame.tail`.
struct upload_request {
  http_request request; ///< with an empty body
  multipart_frame frame;
  std::string boundary;
  file_range range;

  std::uint64_t content_length() const noexcept { return frame.content_length(range.length); }
};

/// Chunk `index`, which is sent when the one before was answered. Errors: invalid_argument for an index
/// behind the last one, for a boundary that does not fit, for an MD5 that is none, and for a plan that needs
/// a permit without one; not_online when the session lacks the cookie webwx_data_ticket, without which
/// nothing can be uploaded.
result<upload_request> make_upload_chunk(const session& s, const upload& u, std::uint64_t index,
                                         std::string_view boundary);

/// The whole request, for a chunk that is in memory. Errors: invalid_argument when `bytes` are not as many as
/// the range says, or when they contain the boundary: the chunk is to be made again with another one.
result<http_request> with_chunk(upload_request r, std::string_view bytes);

struct upload_answer {
  std::string media_id;            ///< empty until the last chunk
  std::int64_t received_bytes = 0; ///< StartPos
  int thumb_height = 0;
  int thumb_width = 0;
  std::string encry_file_name; ///< percent-encoded
};
/// Errors: http_status (402 for a large file that was not asked for first); malformed_answer, also for the
/// last chunk without a MediaId; those of `error_of`.
result<upload_answer> parse_upload(const http_response& r, bool is_last_chunk);

/// A date as JavaScript prints it in the time zone of China, as for `lastModifiedDate`; the clock is cut to
/// the years 1970 to 9999.
std::string script_date(std::int64_t ms);

} // namespace weixin::webwx
