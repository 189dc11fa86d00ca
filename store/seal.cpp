#include "store/seal.hpp"

#include "store/owned_fd.hpp"
#include "store/system_failure.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>

namespace weixin::store {

namespace {

constexpr const char* key_name = "key";
constexpr const char* credential_name = "weixind-key";
constexpr unsigned char format = 1;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(sealer::overhead == 1 + nonce_size + tag_size);
static_assert(seal_key::size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(seal_key::size == crypto_kdf_KEYBYTES && seal_key::size == crypto_generichash_KEYBYTES);

void need_sodium() {
  if (::sodium_init() < 0) throw std::runtime_error("libsodium does not start");
}

seal_key derive(const seal_key& from, std::uint64_t number) {
  seal_key key;
  ::crypto_kdf_derive_from_key(key.bytes.data(), key.bytes.size(), number, "weixinsl", from.bytes.data());
  return key;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void append_part(std::string& text, std::string_view part) {
  auto size = part.size();
  for (int i = 0; i < 4; ++i, size >>= 8)
    text += static_cast<char>(size & 0xff);
  text.append(part);
}

std::string associated_data(const sealed_place& place) {
  std::string text;
  text.reserve(12 + place.table.size() + place.account.size() + place.row.size());
  for (auto part : {place.table, place.account, place.row})
    append_part(text, part);
  return text;
}

/// Reads a key of exactly the right size.
result<seal_key> read_key(int fd, const std::string& name) {
  seal_key key;
  struct stat status {};
  if (::fstat(fd, &status) != 0) return system_failure(errc::store_failed, name, errno);
  if (!S_ISREG(status.st_mode) || status.st_size != static_cast<off_t>(seal_key::size) ||
      ::pread(fd, key.bytes.data(), seal_key::size, 0) != static_cast<ssize_t>(seal_key::size))
    return fail(errc::store_corrupt,
                name + " is not a key of " + std::to_string(seal_key::size) + " bytes: restore it");
  return key;
}

/// Systemd shows its access list as group bits, so only what everybody may do counts.
result<seal_key> read_credential(int fd, const std::string& name) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return system_failure(errc::store_failed, name, errno);
  if ((status.st_mode & S_IRWXO) != 0)
    return fail(errc::store_failed, name + " is open to everybody: make a new key and keep it from others");
  return read_key(fd, name);
}

result<seal_key> read_key_file(int fd, const std::string& name) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return system_failure(errc::store_failed, name, errno);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(errc::store_failed, name + " is open to others: check who could read it, then chmod 600 it");
  return read_key(fd, name);
}

result<seal_key> make_key(const data_directory& directory, const std::string& name) {
  // Under another name first: a crash must not leave half a key, which would be refused ever after.
  constexpr const char* unfinished_name = "key.new";
  ::unlinkat(directory.fd(), unfinished_name, 0);
  owned_fd file{::openat(directory.fd(), unfinished_name,
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)};
  if (!file) return system_failure(errc::store_failed, name, errno);
  auto key = seal_key::random();
  auto written = ::write(file.get(), key.bytes.data(), key.bytes.size());
  if (written != static_cast<ssize_t>(key.bytes.size()))
    return system_failure(errc::store_failed, name, written < 0 ? errno : ENOSPC);
  if (::fsync(file.get()) != 0 ||
      ::renameat2(directory.fd(), unfinished_name, directory.fd(), key_name, RENAME_NOREPLACE) != 0 ||
      ::fsync(directory.fd()) != 0)
    return system_failure(errc::store_failed, name, errno);
  return key;
}

} // namespace

seal_key::~seal_key() { ::sodium_memzero(bytes.data(), bytes.size()); }

seal_key seal_key::random() {
  need_sodium();
  seal_key key;
  ::randombytes_buf(key.bytes.data(), key.bytes.size());
  return key;
}

result<seal_key> load_key(const data_directory& directory, missing_key what) {
  if (const char* credentials = std::getenv("CREDENTIALS_DIRECTORY"); credentials && *credentials) {
    auto name = (std::filesystem::path{credentials} / credential_name).string();
    owned_fd file{::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
    if (file) return read_credential(file.get(), name);
    if (errno != ENOENT) return system_failure(errc::store_failed, name, errno);
  }
  auto name = (directory.path() / key_name).string();
  owned_fd file{::openat(directory.fd(), key_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (file) return read_key_file(file.get(), name);
  if (errno != ENOENT)
    return system_failure(errc::store_failed, name, errno, "it must be a file of the server's user");
  if (what == missing_key::refuse)
    return fail(errc::store_corrupt, name +
                                         " is missing: put back the key that belongs to this database, or "
                                         "give it as the systemd credential " +
                                         credential_name);
  return make_key(directory, name);
}

sealer::sealer(const seal_key& key) {
  need_sodium();
  sealing_ = derive(key, 1);
  hashing_ = derive(key, 2);
}

void sealer::fill_nonce(unsigned char* nonce) {
  if (used_ == nonces_.size()) {
    ::randombytes_buf(nonces_.data(), nonces_.size());
    used_ = 0;
  }
  std::copy_n(nonces_.begin() + static_cast<std::ptrdiff_t>(used_), nonce_size, nonce);
  used_ += nonce_size;
}

std::string sealer::seal(const sealed_place& place, std::string_view plain) {
  std::string sealed;
  sealed.resize(plain.size() + overhead);
  auto* out = bytes_of(sealed);
  out[0] = format;
  auto* nonce = out + 1;
  fill_nonce(nonce);
  auto where = associated_data(place);
  ::crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + nonce_size, nullptr, bytes_of(plain), plain.size(),
                                               bytes_of(where), where.size(), nullptr, nonce,
                                               sealing_.bytes.data());
  return sealed;
}

result<std::string> sealer::open(const sealed_place& place, std::string_view sealed) const {
  auto damaged = [&] { return fail(errc::store_corrupt, std::string{place.table} + ": cannot be unsealed"); };
  if (sealed.size() < overhead || static_cast<unsigned char>(sealed[0]) != format) return damaged();
  std::string plain;
  plain.resize(sealed.size() - overhead);
  auto where = associated_data(place);
  const auto* nonce = bytes_of(sealed) + 1;
  if (::crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(plain), nullptr, nullptr, nonce + nonce_size,
                                                   sealed.size() - 1 - nonce_size, bytes_of(where),
                                                   where.size(), nonce, sealing_.bytes.data()) != 0)
    return damaged();
  return plain;
}

std::string sealer::hash(std::initializer_list<std::string_view> parts) const {
  std::string text;
  for (auto part : parts)
    append_part(text, part);
  std::string digest;
  digest.resize(crypto_generichash_BYTES);
  ::crypto_generichash(bytes_of(digest), digest.size(), bytes_of(text), text.size(), hashing_.bytes.data(),
                       hashing_.bytes.size());
  return digest;
}

secret sealer::derived_key(std::string_view purpose) const { return secret{hash({"derived key", purpose})}; }

} // namespace weixin::store
