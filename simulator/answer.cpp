#include "simulator/answer.hpp"

#include "httpd/response_head.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace weixin::simulator {
namespace {

answer respond(int status, std::string content_type, std::string body) {
  answer a;
  a.response.status = status;
  a.response.content_type = std::move(content_type);
  a.response.headers.push_back({"Strict-Transport-Security", "max-age=31536000 ; includeSubDomains"});
  a.response.body = std::move(body);
  return a;
}

/// `Sun, 22-Nov-2026 18:55:44 GMT`: the dashed form that the service uses.
std::string cookie_date(std::chrono::system_clock::time_point t) {
  auto text = httpd::to_http_date(t);
  text[7] = text[11] = '-';
  return text;
}

} // namespace

answer javascript(std::string text) { return respond(200, "text/javascript", std::move(text)); }

answer json_text(boost::json::object fields) {
  return respond(200, "text/plain", boost::json::serialize(fields));
}

answer html(std::string text, int status) {
  return respond(status, "text/html; charset=utf-8", std::move(text));
}
answer xml(std::string text, int status) {
  return respond(status, "text/plain;charset=utf-8", std::move(text));
}
answer jpeg(std::string bytes) { return respond(200, "image/jpeg", std::move(bytes)); }

answer plain_status(int status) {
  return html("<html><head><title>" + std::to_string(status) + "</title></head><body></body></html>", status);
}

boost::json::object with_ret(int ret, std::string_view message) {
  boost::json::object base;
  base["Ret"] = ret;
  base["ErrMsg"] = message;
  boost::json::object fields;
  fields["BaseResponse"] = std::move(base);
  return fields;
}

answer ret_answer(int ret, std::string_view message) { return json_text(with_ret(ret, message)); }

void set_cookie(answer& a, std::string_view name, std::string_view value, std::string_view domain,
                std::chrono::system_clock::time_point now, std::chrono::seconds lifetime) {
  std::string line{name};
  line.append("=").append(value).append("; Domain=").append(domain).append("; Path=/; Expires=");
  line.append(cookie_date(now + lifetime)).append("; Secure");
  a.response.headers.push_back({"Set-Cookie", std::move(line)});
}

} // namespace weixin::simulator
