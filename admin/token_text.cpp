#include "admin/token_text.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace weixin::admin {

namespace {

constexpr std::string_view prefix = "wxd_";
constexpr std::size_t token_bytes = 32;
constexpr std::size_t code_bytes = 24;
constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

template <std::size_t Bytes>
std::string random_text() {
  [[maybe_unused]] static const int ready = ::sodium_init();
  std::array<unsigned char, Bytes> bytes{};
  ::randombytes_buf(bytes.data(), bytes.size());
  std::string text(sodium_base64_ENCODED_LEN(Bytes, variant), '\0');
  ::sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
  ::sodium_memzero(bytes.data(), bytes.size());
  text.pop_back(); // the final NUL
  return text;
}

bool is_base64url(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

} // namespace

secret make_token() { return secret{std::string{prefix} + random_text<token_bytes>()}; }

secret make_sign_in_code() { return secret{random_text<code_bytes>()}; }

bool is_token(std::string_view text) noexcept {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return text.size() == sodium_base64_ENCODED_LEN(token_bytes, variant) - 1 &&
         std::all_of(text.begin(), text.end(), is_base64url);
}

std::string hash_of(std::string_view text) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  ::crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return hash;
}

bool are_equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && ::sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace weixin::admin
