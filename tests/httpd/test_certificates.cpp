#include "tests/httpd/test_certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>

namespace weixin::httpd::test {
namespace {

struct deleter {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
  void operator()(std::FILE* p) const { std::fclose(p); }
};
template <class T>
using owned = std::unique_ptr<T, deleter>;

} // namespace

void write_certificate(const std::string& names, const std::string& certificate_file,
                       const std::string& key_file) {
  owned<EVP_PKEY> key{EVP_EC_gen("P-256")};
  owned<X509> certificate{X509_new()};
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  auto* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1,
                             -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  owned<X509_EXTENSION> alternative{
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str())};
  X509_add_ext(certificate.get(), alternative.get(), -1);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  owned<std::FILE> certificate_out{std::fopen(certificate_file.c_str(), "w")};
  PEM_write_X509(certificate_out.get(), certificate.get());
  owned<std::FILE> key_out{std::fopen(key_file.c_str(), "w")};
  PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

} // namespace weixin::httpd::test
