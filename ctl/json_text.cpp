#include "ctl/json_text.hpp"

#include "ctl/terminal_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cstdio>

namespace weixin::ctl {
namespace {

/// The code point of DEL or of a two- or three-byte sequence at the beginning, 0 for anything else.
unsigned special_at_start(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
  if (byte(0) == 0x7f) return 0x7f;
  if (text.size() >= 2 && (byte(0) & 0xe0U) == 0xc0) return (byte(0) & 0x1fU) << 6U | (byte(1) & 0x3fU);
  if (text.size() >= 3 && (byte(0) & 0xf0U) == 0xe0)
    return (byte(0) & 0x0fU) << 12U | (byte(1) & 0x3fU) << 6U | (byte(2) & 0x3fU);
  return 0;
}

} // namespace

std::string to_json_text(const boost::json::value& value) {
  // The parser took valid UTF-8 only, so these characters stand inside strings and are whole.
  auto text = boost::json::serialize(value);
  std::string safe;
  safe.reserve(text.size());
  std::array<char, 8> escape{};
  for (std::size_t i = 0; i < text.size();) {
    auto code = special_at_start(std::string_view{text}.substr(i));
    if (code != 0 && acts_on_a_terminal(code)) {
      std::snprintf(escape.data(), escape.size(), "\\u%04x", code & 0xffffU);
      safe += escape.data();
      i += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
    } else {
      safe += text[i++];
    }
  }
  return safe;
}

std::string text_of(const boost::json::object& o, std::string_view key) {
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_string() ? std::string{v->get_string()} : std::string{};
}

std::uint64_t number_of(const boost::json::object& o, std::string_view key) {
  const auto* v = o.if_contains(key);
  if (v == nullptr) return 0;
  boost::json::error_code ec;
  auto number = v->to_number<std::uint64_t>(ec);
  return ec ? 0 : number;
}

bool is_true(const boost::json::object& o, std::string_view key) {
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_bool() && v->get_bool();
}

std::optional<moment> time_of(const boost::json::object& o, std::string_view key) {
  return parse_rfc3339(text_of(o, key));
}

const boost::json::array& list_of(const boost::json::object& o, std::string_view key) {
  static const boost::json::array none;
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_array() ? v->get_array() : none;
}

const boost::json::object& object_of(const boost::json::value& v) {
  static const boost::json::object none;
  return v.is_object() ? v.get_object() : none;
}

} // namespace weixin::ctl
