#include "simulator/answer.hpp"

#include <boost/json/serialize.hpp>

#include <array>
#include <cstdio>
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
  using namespace std::chrono;
  constexpr std::array<const char*, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto second = floor<seconds>(t);
  auto day = floor<days>(second);
  year_month_day date{day};
  hh_mm_ss time{second - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u-%s-%04d %02d:%02d:%02d GMT",
                weekdays[weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
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
