#include "config/value_forms.hpp"

#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace weixin::config {

namespace {

struct unit {
  char letter;
  std::int64_t seconds;
};
constexpr std::array units{unit{'d', 86'400}, unit{'h', 3'600}, unit{'m', 60}, unit{'s', 1}};
constexpr std::int64_t longest = 3'650 * std::int64_t{86'400};

/// The authority of a URL, when it is a host and a port from 0 to 65535 and nothing else.
std::optional<boost::urls::authority_view> parse_host_port(const std::string& text) {
  auto parsed = boost::urls::parse_authority(text);
  if (!parsed || parsed->has_userinfo() || !parsed->has_port() || parsed->port().empty()) return std::nullopt;
  // port_number() is 0 for numbers that do not fit.
  std::string_view port{parsed->port().data(), parsed->port().size()};
  if (parsed->port_number() == 0 && port.find_first_not_of('0') != std::string_view::npos)
    return std::nullopt;
  return *parsed;
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  auto next_unit = units.begin();
  while (!text.empty()) {
    if (text.front() == '-') return std::nullopt;
    std::int64_t number = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc{} || end == text.data() + text.size()) return std::nullopt;
    auto found =
        std::find_if(next_unit, units.end(), [letter = *end](const unit& u) { return u.letter == letter; });
    if (found == units.end() || number > longest / found->seconds) return std::nullopt;
    total += number * found->seconds;
    next_unit = found + 1;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  }
  if (total > longest) return std::nullopt;
  return std::chrono::seconds{total};
}

std::string format_duration(std::chrono::seconds duration) {
  std::string text;
  auto rest = duration.count();
  for (const auto& u : units) {
    if (rest / u.seconds > 0) text += std::to_string(rest / u.seconds) + u.letter;
    rest %= u.seconds;
  }
  return text.empty() ? "0s" : text;
}

std::optional<unsigned> parse_mode(std::string_view text) {
  if (text.size() < 3 || text.size() > 4) return std::nullopt;
  unsigned mode = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return mode;
}

bool is_host_and_port(const std::string& text) {
  auto parsed = parse_host_port(text);
  return parsed && !parsed->host().empty() && parsed->port_number() != 0;
}

std::optional<listen_address> parse_listen_address(const std::string& text) {
  auto parsed = parse_host_port(text);
  if (!parsed) return std::nullopt;
  switch (parsed->host_type()) {
  case boost::urls::host_type::ipv4:
    return listen_address{parsed->host_ipv4_address().is_loopback()};
  case boost::urls::host_type::ipv6:
    return listen_address{parsed->host_ipv6_address().is_loopback()};
  default:
    return std::nullopt;
  }
}

bool is_printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_bot_name(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; });
}

} // namespace weixin::config
