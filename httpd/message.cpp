#include "httpd/message.hpp"

#include <boost/beast/http/status.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace weixin::httpd {

response problem(int status, std::string_view code, std::string_view detail) {
  auto title = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  boost::json::object body{{"type", "about:blank"},
                           {"title", boost::json::string_view{title.data(), title.size()}},
                           {"status", status},
                           {"code", boost::json::string_view{code.data(), code.size()}},
                           {"detail", boost::json::string_view{detail.data(), detail.size()}}};
  response r;
  r.status = status;
  r.content_type = "application/problem+json";
  r.body = boost::json::serialize(body);
  return r;
}

} // namespace weixin::httpd
