#include "ctl/moment.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <ctime>
#include <locale.h>

namespace weixin::ctl {
namespace {

using namespace std::chrono;

/// Matches all of the text, with English names whatever the user's locale is; nullopt also for a February 30.
std::optional<sys_seconds> parse(const std::string& text, const char* format, const char** rest) {
  static const auto english = ::newlocale(LC_TIME_MASK, "C", locale_t{});
  std::tm t{};
  *rest = ::strptime_l(text.c_str(), format, &t, english);
  if (*rest == nullptr) return std::nullopt;
  year_month_day date{year{t.tm_year + 1900}, month{static_cast<unsigned>(t.tm_mon + 1)},
                      day{static_cast<unsigned>(t.tm_mday)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date} + hours{t.tm_hour} + minutes{t.tm_min} + seconds{t.tm_sec};
}

} // namespace

std::optional<moment> parse_rfc3339(std::string_view text) {
  std::string copy{text.substr(0, 64)};
  const char* rest = nullptr;
  auto second = parse(copy, "%Y-%m-%dT%H:%M:%S", &rest);
  if (!second) return std::nullopt;
  int milliseconds_part = 0;
  if (*rest == '.') {
    int digits = 0;
    for (++rest; std::isdigit(static_cast<unsigned char>(*rest)) != 0; ++rest, ++digits)
      if (digits < 3) milliseconds_part = milliseconds_part * 10 + (*rest - '0');
    if (digits == 0) return std::nullopt;
    for (; digits < 3; ++digits)
      milliseconds_part *= 10;
  }
  if (std::string_view{rest} != "Z") return std::nullopt;
  return *second + milliseconds{milliseconds_part};
}

std::optional<moment> parse_http_date(std::string_view text) {
  std::string copy{text.substr(0, 64)};
  const char* rest = nullptr;
  auto second = parse(copy, "%a, %d %b %Y %H:%M:%S GMT", &rest);
  if (!second || *rest != '\0') return std::nullopt;
  return *second;
}

std::string age(moment then, moment now) {
  auto s = std::max<std::int64_t>(0, floor<seconds>(now - then).count());
  if (s < 120) return std::to_string(s) + "s";
  if (s < 120 * 60) return std::to_string(s / 60) + "m";
  if (s < 48 * 3600) return std::to_string(s / 3600) + "h";
  return std::to_string(s / 86400) + "d";
}

} // namespace weixin::ctl
