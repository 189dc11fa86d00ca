#include "admin/share_link.hpp"

#include <sodium.h>

#include <array>
#include <cassert>
#include <charconv>

namespace weixin::admin {

namespace {

constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t id_bytes = 8;
constexpr std::string_view version = "1";

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string to_base64url(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), variant), '\0');
  ::sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), variant);
  text.pop_back(); // the final NUL
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  if (::sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &length, &end, variant) != 0 ||
      end != text.data() + text.size())
    return std::nullopt;
  bytes.resize(length);
  return bytes;
}

std::string signature_of(std::string_view claim, const secret& key) {
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  ::crypto_auth_hmacsha256(reinterpret_cast<unsigned char*>(mac.data()), bytes_of(claim), claim.size(),
                           bytes_of(key.reveal()));
  return mac;
}

std::string random_id() {
  std::array<unsigned char, id_bytes> bytes{};
  ::randombytes_buf(bytes.data(), bytes.size());
  std::string text(id_bytes * 2 + 1, '\0');
  ::sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

/// Takes the text up to the next blank off the front.
std::string_view next_word(std::string_view& rest) {
  auto word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  return word;
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

} // namespace

share_signer::share_signer(secret key) : key_(std::move(key)) {
  [[maybe_unused]] static const int ready = ::sodium_init();
  assert(key_.reveal().size() == crypto_auth_hmacsha256_KEYBYTES);
}

signed_claim share_signer::sign(const share_claim& claim) const {
  signed_claim link;
  link.id = random_id();
  auto text = std::string{version} + " " + claim.account + " " + std::to_string(claim.created_ms) + " " +
              std::to_string(to_milliseconds(claim.expires_at)) + " " + link.id;
  link.text = to_base64url(text) + "." + to_base64url(signature_of(text, key_));
  return link;
}

std::optional<share_claim> share_signer::check(std::string_view text) const {
  if (text.size() > longest) return std::nullopt;
  auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  auto signed_text = from_base64url(text.substr(0, dot));
  auto signature = from_base64url(text.substr(dot + 1));
  if (!signed_text || !signature || signature->size() != crypto_auth_hmacsha256_BYTES) return std::nullopt;
  if (::crypto_auth_hmacsha256_verify(bytes_of(*signature), bytes_of(*signed_text), signed_text->size(),
                                      bytes_of(key_.reveal())) != 0)
    return std::nullopt;
  std::string_view rest = *signed_text;
  if (next_word(rest) != version) return std::nullopt;
  share_claim claim;
  claim.account = next_word(rest);
  auto created = number_of(next_word(rest));
  auto expires = number_of(next_word(rest));
  if (!created || !expires) return std::nullopt;
  claim.created_ms = *created;
  claim.expires_at = wall_time{} + std::chrono::milliseconds{*expires};
  return claim;
}

} // namespace weixin::admin
