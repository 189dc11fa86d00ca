#include "protocol/webwx/json_repair.hpp"

#include "protocol/webwx/answer.hpp"

#include <boost/json/parse.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>

namespace weixin::webwx {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

/// How many bytes the well-formed UTF-8 sequence at the front has; 0 when there is none (Unicode 15, table
/// 3-7).
std::size_t sequence_length(std::string_view bytes) noexcept {
  auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < bytes.size() && at(i) >= low && at(i) <= high;
  };
  auto lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

/// Appends the sequence at the front of `rest` and says how many bytes were taken.
std::size_t append_sequence(std::string& out, std::string_view rest) {
  auto length = sequence_length(rest);
  out += length == 0 ? replacement : rest.substr(0, length);
  return length == 0 ? 1 : length;
}

/// The number of a "\uXXXX" at the front.
std::optional<std::uint32_t> unicode_escape(std::string_view rest) noexcept {
  if (rest.size() < 6 || rest[0] != '\\' || rest[1] != 'u') return std::nullopt;
  std::uint32_t number = 0;
  for (char c : rest.substr(2, 4)) {
    std::uint32_t digit = 0;
    if (c >= '0' && c <= '9')
      digit = static_cast<std::uint32_t>(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = static_cast<std::uint32_t>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      digit = static_cast<std::uint32_t>(c - 'A' + 10);
    else
      return std::nullopt;
    number = number * 16 + digit;
  }
  return number;
}

/// Appends the escape at the front of `rest`, made valid, and says how many bytes were taken.
std::size_t append_escape(std::string& out, std::string_view rest) {
  if (auto unit = unicode_escape(rest)) {
    bool is_high = *unit >= 0xD800 && *unit <= 0xDBFF;
    bool is_low = *unit >= 0xDC00 && *unit <= 0xDFFF;
    auto next = unicode_escape(rest.substr(6));
    if (is_high && next && *next >= 0xDC00 && *next <= 0xDFFF) {
      out += rest.substr(0, 12);
      return 12;
    }
    out += is_high || is_low ? std::string_view{"\\ufffd"} : rest.substr(0, 6);
    return 6;
  }
  if (rest.size() < 2) { // a backslash at the very end: the parser will say what it thinks of it
    out += rest;
    return rest.size();
  }
  if (std::string_view{"\"\\/bfnrt"}.find(rest[1]) != std::string_view::npos) {
    out += rest.substr(0, 2);
    return 2;
  }
  return 1; // an unknown escape: what follows stands for itself
}

void append_control(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  auto number = static_cast<unsigned char>(c);
  out += "\\u00";
  out += hex[number >> 4];
  out += hex[number & 15];
}

std::optional<boost::json::value> try_parse(std::string_view text, const boost::json::storage_ptr& storage) {
  boost::json::parse_options options;
  options.max_depth = max_json_depth;
  boost::json::error_code ec;
  try {
    auto value = boost::json::parse(text, ec, storage, options);
    if (!ec) return value;
  } catch (const std::exception&) {
    // Longer than Boost.JSON's containers can be: not valid for us either.
  }
  return std::nullopt;
}

} // namespace

std::string to_valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();)
    i += append_sequence(out, bytes.substr(i));
  return out;
}

std::string repair_json(std::string_view text) {
  while (text.starts_with("\xEF\xBB\xBF"))
    text.remove_prefix(3);
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    auto c = text[i];
    if (c == '"') {
      in_string = !in_string;
      out += c;
      ++i;
    } else if (in_string && c == '\\') {
      i += append_escape(out, text.substr(i));
    } else if (in_string && static_cast<unsigned char>(c) < 0x20) {
      append_control(out, c);
      ++i;
    } else {
      i += append_sequence(out, text.substr(i));
    }
  }
  return out;
}

result<boost::json::value> parse_json(std::string_view text, std::string_view what,
                                      boost::json::storage_ptr storage) {
  if (auto value = try_parse(text, storage)) return *std::move(value);
  if (auto value = try_parse(repair_json(text), storage)) return *std::move(value);
  return answer_error(errc::malformed_answer, what, "invalid JSON");
}

result<boost::json::value> parse_json_in_place(std::string& text, std::string_view what,
                                               boost::json::storage_ptr storage) {
  if (auto value = try_parse(text, storage)) return *std::move(value);
  text = repair_json(text);
  if (auto value = try_parse(text, storage)) return *std::move(value);
  return answer_error(errc::malformed_answer, what, "invalid JSON");
}

} // namespace weixin::webwx
