#include "simulator/picture.hpp"

#include "runtime/random.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <initializer_list>

namespace weixin::simulator {
namespace {

void append(std::string& out, std::initializer_list<int> bytes) {
  for (int b : bytes)
    out += static_cast<char>(b);
}

void append_comment(std::string& out, std::size_t bytes, random_generator& random) {
  auto length = bytes + 2;
  append(out, {0xFF, 0xFE, static_cast<int>(length >> 8U), static_cast<int>(length & 0xFFU)});
  for (std::size_t i = 0; i < bytes; ++i)
    out += static_cast<char>(random() & 0x7FU);
}

} // namespace

std::string make_jpeg(std::size_t bytes, std::uint64_t seed) {
  constexpr std::size_t most = std::size_t{64} * 1024 * 1024;
  constexpr std::size_t largest_comment = 65'000;
  random_generator random{seed};
  std::string out;
  append(out, {0xFF, 0xD8});                                                          // start of image
  append(out, {0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0}); // JFIF header
  append(out, {0xFF, 0xDB, 0, 67, 0}); // quantisation: all ones
  out.append(64, '\x01');
  append(out, {0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0}); // 8 x 8, one component
  // Two Huffman tables with one code of one bit each: difference 0, end of block.
  append(out, {0xFF, 0xC4, 0, 20, 0x00, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  append(out, {0xFF, 0xC4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  constexpr std::size_t tail = 13;
  for (bytes = std::min(bytes, most); out.size() + tail < bytes;)
    append_comment(out, std::min(largest_comment, bytes - out.size() - tail), random);
  append(out, {0xFF, 0xDA, 0, 8, 1, 1, 0x00, 0, 63, 0, 0x3F}); // the scan: two zero bits, padded with ones
  append(out, {0xFF, 0xD9});
  return out;
}

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty()) return std::string{};
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

} // namespace weixin::simulator
