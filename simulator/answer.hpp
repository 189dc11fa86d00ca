#pragma once

#include "httpd/message.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace weixin::simulator {

/// How one exchange ends.
struct answer {
  enum class way {
    respond, ///< `response`
    raw,     ///< `bytes` as they are, then the connection closes
    close,   ///< FIN without an answer
    reset,   ///< RST without an answer
    stall,   ///< silence
  };
  way how = way::respond;
  httpd::response response;
  std::string bytes;
};

/// The forms in which the service answers. Content types lie exactly as there (weixin-protocol.md 1.3).
answer javascript(std::string text);
answer json_text(boost::json::object fields); ///< as text/plain
answer html(std::string text, int status = 200);
answer xml(std::string text, int status = 200);
answer jpeg(std::string bytes);
answer plain_status(int status);

/// `{"Ret": ret, "ErrMsg": message}` as the first field of an object.
boost::json::object with_ret(int ret, std::string_view message = {});
/// An answer that holds nothing but the BaseResponse.
answer ret_answer(int ret, std::string_view message = {});

/// Adds `Set-Cookie: name=value; Domain=...; Path=/; Expires=...; Secure`, expiring that long after `now`.
void set_cookie(answer& a, std::string_view name, std::string_view value, std::string_view domain,
                std::chrono::system_clock::time_point now, std::chrono::seconds lifetime);

} // namespace weixin::simulator
