#include "store/md5.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace weixin::store {

struct md5_hash::context {
  context() : evp(EVP_MD_CTX_new()) {
    if (evp == nullptr || EVP_DigestInit_ex(evp, EVP_md5(), nullptr) != 1) throw std::bad_alloc{};
  }
  ~context() { EVP_MD_CTX_free(evp); }
  context(const context&) = delete;
  context& operator=(const context&) = delete;

  EVP_MD_CTX* evp;
};

md5_hash::md5_hash() : context_(std::make_unique<context>()) {}
md5_hash::~md5_hash() = default;

void md5_hash::update(std::string_view bytes) { EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()); }

std::string md5_hash::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context_->evp, digest.data(), &size);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[digest[i] >> 4];
    text += digits[digest[i] & 15];
  }
  return text;
}

} // namespace weixin::store
