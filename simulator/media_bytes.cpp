#include "simulator/media_bytes.hpp"

#include "runtime/random.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace weixin::simulator {
namespace {

constexpr std::size_t most = std::size_t{256} * 1024 * 1024;

void append(std::string& out, std::initializer_list<int> bytes) {
  for (int b : bytes)
    out += static_cast<char>(b);
}

void append_noise(std::string& out, std::size_t bytes, random_generator& random) {
  for (std::size_t i = 0; i < bytes; ++i)
    out += static_cast<char>(random() & 0xFFU);
}

/// An MP4 box: length and name before the content.
void append_box(std::string& out, std::string_view name, std::string_view content) {
  auto length = content.size() + 8;
  append(out, {static_cast<int>(length >> 24U & 0xFFU), static_cast<int>(length >> 16U & 0xFFU),
               static_cast<int>(length >> 8U & 0xFFU), static_cast<int>(length & 0xFFU)});
  out.append(name).append(content);
}

} // namespace

std::string make_gif(std::size_t bytes, std::uint64_t seed) {
  random_generator random{seed};
  std::string out = "GIF89a";
  append(out, {1, 0, 1, 0, 0x80, 0, 0, 0xFF, 0xFF, 0xFF, 0, 0, 0}); // 1 x 1, two colours
  constexpr std::size_t tail = 16;
  for (bytes = std::min(bytes, most); out.size() + tail < bytes;) {
    append(out, {0x21, 0xFE, 0xFF}); // a comment with one sub-block of 255 bytes
    append_noise(out, 255, random);
    append(out, {0});
  }
  append(out, {0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B});
  return out;
}

std::string make_mp4(std::size_t bytes, std::uint64_t seed) {
  random_generator random{seed};
  std::string out;
  append_box(out, "ftyp", std::string_view{"isom\0\0\x02\0isomiso2avc1mp41", 24});
  append_box(out, "free", {});
  bytes = std::min(bytes, most);
  std::string noise;
  append_noise(noise, bytes > out.size() + 8 ? bytes - out.size() - 8 : 0, random);
  append_box(out, "mdat", noise);
  return out;
}

std::string make_mp3(std::size_t bytes, std::uint64_t seed) {
  random_generator random{seed};
  constexpr std::size_t frame = 417; // 128 kbit/s, 44.1 kHz
  bytes = std::min(bytes, most);
  std::size_t padding = bytes > frame + 10 ? bytes - frame - 10 : 0;
  std::string out = "ID3";
  // The length has seven bits in a byte.
  append(out, {3, 0, 0, static_cast<int>(padding >> 21U & 0x7FU), static_cast<int>(padding >> 14U & 0x7FU),
               static_cast<int>(padding >> 7U & 0x7FU), static_cast<int>(padding & 0x7FU)});
  append_noise(out, padding, random);
  append(out, {0xFF, 0xFB, 0x90, 0x64});
  out.append(frame - 4, '\0');
  return out;
}

std::string make_file(std::size_t bytes, std::uint64_t seed) {
  random_generator random{seed};
  std::string out;
  append_noise(out, std::min(bytes, most), random);
  return out;
}

std::string md5_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_md5(), nullptr);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < length; ++i) {
    text += digits[digest[i] >> 4U];
    text += digits[digest[i] & 0xFU];
  }
  return text;
}

} // namespace weixin::simulator
