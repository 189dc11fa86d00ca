#include "protocol/webwx/set_cookie.hpp"

#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/json_repair.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace weixin::webwx {

namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string to_lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool same_word(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) noexcept {
  auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

/// What may stand in a header, and comes back from the store as it was: neither control characters nor the
/// separator of cookies, and valid UTF-8, because the jar is kept as JSON.
bool is_clean(std::string_view text) {
  bool is_ascii = true;
  for (char c : text) {
    auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u == 0x7F || c == ';') return false;
    is_ascii = is_ascii && u < 0x80;
  }
  return is_ascii || to_valid_utf8(text) == text;
}

bool is_address(std::string_view host) noexcept {
  return host.find(':') != std::string_view::npos ||
         (!host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

/// Nobody sets a cookie for a whole top-level domain. Longer public suffixes need no list: cookies are only
/// taken from answers of hosts below qq.com and wechat.com.
bool is_public_suffix(std::string_view domain) noexcept { return domain.find('.') == std::string_view::npos; }

/// The next word of `text`, which is taken off: words stand between blanks and `separator`s.
std::string_view next_word(std::string_view& text, char separator) noexcept {
  auto separates = [separator](char c) { return c == ' ' || c == separator; };
  auto begin = std::find_if_not(text.begin(), text.end(), separates);
  auto end = std::find_if(begin, text.end(), separates);
  std::string_view word{begin, end};
  text = std::string_view{end, text.end()};
  return word;
}

/// "Jan" is 1, in whatever case.
std::optional<unsigned> month_of(std::string_view name) noexcept {
  constexpr std::string_view months = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (name.size() != 3) return std::nullopt;
  const std::array<char, 3> wanted{lower(name[0]), lower(name[1]), lower(name[2])};
  for (std::size_t at = 0; at < months.size(); at += wanted.size())
    if (std::equal(wanted.begin(), wanted.end(), months.begin() + at))
      return static_cast<unsigned>(at / wanted.size()) + 1;
  return std::nullopt;
}

/// Without a date of the answer a date before 2010 is past for sure: deletions are dated 1970.
constexpr std::int64_t certainly_past = 1'262'304'000;

} // namespace

std::optional<std::int64_t> parse_http_date(std::string_view text) noexcept {
  auto comma = text.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  text.remove_prefix(comma + 1);
  auto day = to_int(next_word(text, '-'));
  auto month = month_of(next_word(text, '-'));
  auto year = to_int(next_word(text, '-'));
  auto hours = to_int(next_word(text, ':'));
  auto minutes = to_int(next_word(text, ':'));
  auto seconds = to_int(next_word(text, ':'));
  if (!day || !month || !year || !hours || !minutes || !seconds) return std::nullopt;
  if (*year >= 0 && *year < 100) *year += *year < 70 ? 2000 : 1900; // RFC 6265 section 5.1.1
  if (*year < 1601 || *year > 9999 || *hours < 0 || *hours > 23 || *minutes < 0 || *minutes > 59 ||
      *seconds < 0 || *seconds > 60 || *day < 1 || *day > 31)
    return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{*month},
                                   std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  auto days = std::chrono::sys_days{date}.time_since_epoch().count();
  return static_cast<std::int64_t>(days) * 86'400 + *hours * 3'600 + *minutes * 60 + *seconds;
}

bool domain_matches(std::string_view host, std::string_view domain) noexcept {
  if (host == domain) return true;
  return !domain.empty() && !is_address(host) && host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.';
}

std::optional<set_cookie> parse_set_cookie(std::string_view request_host, std::string_view value,
                                           std::optional<std::int64_t> answered_at) {
  if (value.size() > cookie_jar::max_cookie_bytes) return std::nullopt;
  auto pair = value.substr(0, value.find(';'));
  auto equals = pair.find('=');
  if (equals == std::string_view::npos) return std::nullopt;

  set_cookie parsed;
  auto& c = parsed.what;
  c.name = std::string{trimmed(pair.substr(0, equals))};
  c.value = secret{std::string{trimmed(pair.substr(equals + 1))}};
  c.domain = to_lower(request_host);
  c.host_only = true;
  if (c.name.empty() || c.domain.empty() || !is_clean(c.name) || !is_clean(c.value.reveal()))
    return std::nullopt;

  std::optional<std::int64_t> max_age;
  for (auto rest = value.substr(pair.size()); !rest.empty();) {
    rest.remove_prefix(1);
    auto attribute = rest.substr(0, rest.find(';'));
    rest.remove_prefix(attribute.size());
    auto sign = std::min(attribute.find('='), attribute.size());
    auto name = trimmed(attribute.substr(0, sign));
    auto text = trimmed(attribute.substr(std::min(sign + 1, attribute.size())));
    if (same_word(name, "Domain")) {
      if (text.starts_with('.')) text.remove_prefix(1);
      if (text.empty()) continue;
      c.host_only = false;
      c.domain = to_lower(text);
    } else if (same_word(name, "Path")) {
      c.path = text.starts_with('/') && is_clean(text) ? std::string{text} : "/";
    } else if (same_word(name, "Secure")) {
      c.secure = true;
    } else if (same_word(name, "Expires")) {
      c.expires = parse_http_date(text);
    } else if (same_word(name, "Max-Age")) {
      max_age = to_int64(text);
    }
  }
  if (!c.host_only) {
    auto host = to_lower(request_host);
    if (!domain_matches(host, c.domain) || (is_public_suffix(c.domain) && host != c.domain))
      return std::nullopt;
  }
  parsed.is_deletion = (max_age && *max_age <= 0) ||
                       (c.value.empty() && c.expires && *c.expires <= answered_at.value_or(certainly_past));
  return parsed;
}

} // namespace weixin::webwx
