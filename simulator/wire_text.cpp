#include "simulator/wire_text.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/grammar/hexdig_chars.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <array>
#include <cstdint>
#include <cstdio>

namespace weixin::simulator {
namespace {

unsigned char byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

/// The code point of a four-byte sequence at `i`, 0 when there is none.
std::uint32_t wide_code_point(std::string_view text, std::size_t i) {
  if (i + 4 > text.size() || (byte_at(text, i) & 0xF8U) != 0xF0U) return 0;
  std::uint32_t value = byte_at(text, i) & 0x07U;
  for (std::size_t k = 1; k < 4; ++k) {
    if ((byte_at(text, i + k) & 0xC0U) != 0x80U) return 0;
    value = (value << 6U) | (byte_at(text, i + k) & 0x3FU);
  }
  return value;
}

std::string_view entity_of(char c) {
  switch (c) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  case '\'':
    return "&#39;";
  case '\n':
    return "<br/>";
  default:
    return {};
  }
}

int hex_value(char c) { return boost::urls::grammar::hexdig_value(c); }

} // namespace

std::string to_wire_text(std::string_view text) {
  std::string wire;
  wire.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (auto entity = entity_of(text[i]); !entity.empty()) {
      wire += entity;
    } else if (auto code = wide_code_point(text, i); code >= 0x1F000U) {
      std::array<char, 64> span{};
      std::snprintf(span.data(), span.size(), "<span class=\"emoji emoji%x\"></span>",
                    static_cast<unsigned>(code));
      wire += span.data();
      i += 3;
    } else {
      wire += text[i];
    }
  }
  return wire;
}

std::string to_wire_xml(std::string_view xml) {
  std::string wire;
  wire.reserve(xml.size());
  for (char c : xml)
    if (auto entity = entity_of(c); !entity.empty() && c != '"' && c != '\'')
      wire += entity;
    else
      wire += c;
  return wire;
}

std::string percent_decode(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      plain += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::string percent_encode(std::string_view text) {
  return boost::urls::encode({text.data(), text.size()}, boost::urls::unreserved_chars);
}

std::string clip(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string{text};
  while (max_bytes > 0 && (byte_at(text, max_bytes) & 0xC0U) == 0x80U)
    --max_bytes;
  return std::string{text.substr(0, max_bytes)};
}

} // namespace weixin::simulator
