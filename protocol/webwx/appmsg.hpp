#pragma once

#include "protocol/result.hpp"
#include "protocol/webwx/outgoing.hpp"
#include "protocol/webwx/session.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::webwx {

/// A file that was uploaded.
struct uploaded_file {
  std::string name;        ///< as its owner called it; cleaned before it is sent
  std::uint64_t bytes = 0; ///< its size
  std::string media_id;
  secret signature; ///< of webwxcheckupload, for files above 25 MB; otherwise empty
};

/// The appmsg XML of a file (weixin-protocol.md 6), names escaped. In desktop mode without an appid.
std::string file_appmsg(const uploaded_file& file, login_mode mode);

/// A file to be sent with webwxsendappmsg. Errors: invalid_argument without a MediaId or without a byte.
result<outgoing> file_message(const uploaded_file& file, login_mode mode);

} // namespace weixin::webwx
