#include "notify/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace weixin::notify {

std::string hmac_sha256(const secret& key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const auto& k = key.reveal();
  ::HMAC(::EVP_sha256(), k.data(), static_cast<int>(k.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[digest[i] >> 4U];
    text += digits[digest[i] & 0xFU];
  }
  return text;
}

std::string signature_of(const secret& key, std::int64_t unix_seconds, std::string_view body) {
  auto time = std::to_string(unix_seconds);
  return "t=" + time + ",v1=" + hmac_sha256(key, time + "." + std::string{body});
}

} // namespace weixin::notify
