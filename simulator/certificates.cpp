#include "simulator/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <unistd.h>

namespace weixin::simulator {
namespace {

struct deleter {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(BIGNUM* p) const { BN_free(p); }
};
template <class T>
using owned = std::unique_ptr<T, deleter>;

constexpr long day = 24L * 3600;

owned<EVP_PKEY> make_key() { return owned<EVP_PKEY>{EVP_EC_gen("P-256")}; }

bool set_serial(X509* certificate) {
  constexpr int bits = 120;
  owned<BIGNUM> number{BN_new()};
  return number && BN_rand(number.get(), bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_name(X509* certificate, const char* common_name) {
  auto* name = X509_get_subject_name(certificate);
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  owned<X509_EXTENSION> extension{X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// A certificate without extensions and signature.
owned<X509> make_form(EVP_PKEY* key, const char* common_name, const X509_NAME* issuer, wall_time now) {
  owned<X509> c{X509_new()};
  if (!c || X509_set_version(c.get(), X509_VERSION_3) != 1 || !set_serial(c.get())) return nullptr;
  auto start = std::chrono::system_clock::to_time_t(now) - day;
  if (!set_name(c.get(), common_name) || X509_set_pubkey(c.get(), key) != 1 ||
      X509_set_issuer_name(c.get(), issuer != nullptr ? issuer : X509_get_subject_name(c.get())) != 1 ||
      ASN1_TIME_adj(X509_getm_notBefore(c.get()), start, 0, 0) == nullptr ||
      ASN1_TIME_adj(X509_getm_notAfter(c.get()), start, 366, 0) == nullptr)
    return nullptr;
  return c;
}

std::string alternative_names(std::span<const std::string_view> names) {
  std::string list;
  for (auto name : names)
    list.append(list.empty() ? "DNS:" : ",DNS:").append(name);
  return list;
}

std::string content_of(BIO* bio) {
  char* data = nullptr;
  auto size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string{};
}

std::string pem_of(X509* certificate) {
  owned<BIO> bio{BIO_new(BIO_s_mem())};
  return bio && PEM_write_bio_X509(bio.get(), certificate) == 1 ? content_of(bio.get()) : std::string{};
}

std::string pem_of(EVP_PKEY* key) {
  owned<BIO> bio{BIO_new(BIO_s_mem())};
  bool written = bio && PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
  return written ? content_of(bio.get()) : std::string{};
}

} // namespace

result<certificate_set> make_certificates(std::span<const std::string_view> names, wall_time now) {
  if (names.empty()) return fail(errc::invalid_argument, "a certificate needs names");
  auto failed = fail(errc::tls_failed, "certificate of the simulator");
  auto ca_key = make_key();
  auto key = make_key();
  if (!ca_key || !key) return failed;
  auto ca = make_form(ca_key.get(), "weixinsim test authority", nullptr, now);
  if (!ca || !add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash") ||
      X509_sign(ca.get(), ca_key.get(), EVP_sha256()) == 0)
    return failed;
  auto leaf = make_form(key.get(), "weixinsim", X509_get_subject_name(ca.get()), now);
  if (!leaf || !add_extension(leaf.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(leaf.get(), ca.get(), NID_key_usage, "critical,digitalSignature") ||
      !add_extension(leaf.get(), ca.get(), NID_ext_key_usage, "serverAuth") ||
      !add_extension(leaf.get(), ca.get(), NID_subject_alt_name, alternative_names(names)) ||
      !add_extension(leaf.get(), ca.get(), NID_authority_key_identifier, "keyid") ||
      X509_sign(leaf.get(), ca_key.get(), EVP_sha256()) == 0)
    return failed;
  certificate_set set;
  set.ca_pem = pem_of(ca.get());
  set.chain_pem = pem_of(leaf.get()) + set.ca_pem;
  set.key_pem = pem_of(key.get());
  if (set.ca_pem.empty() || set.key_pem.empty()) return failed;
  return set;
}

result<void> write_file(const std::string& path, std::string_view bytes, unsigned mode) {
  auto failed = [&](int reason) { return fail(errc::io_failed, path + ": " + std::strerror(reason)); };
  auto temporary = path + ".new";
  int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
  if (file < 0) return failed(errno);
  while (!bytes.empty()) {
    auto n = ::write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      auto reason = errno;
      ::close(file);
      ::unlink(temporary.c_str());
      return failed(reason);
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  ::close(file);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed(errno);
  return {};
}

result<certificate_files> write_certificates(const certificate_set& set, const std::string& directory) {
  std::error_code ec;
  std::filesystem::create_directories(directory, ec);
  if (ec) return fail(errc::io_failed, directory + ": " + ec.message());
  certificate_files files{directory + "/ca.pem", directory + "/server.pem", directory + "/server-key.pem"};
  if (auto r = write_file(files.key, set.key_pem, 0600); !r) return r.error();
  if (auto r = write_file(files.chain, set.chain_pem, 0644); !r) return r.error();
  if (auto r = write_file(files.ca, set.ca_pem, 0644); !r) return r.error();
  return files;
}

} // namespace weixin::simulator
