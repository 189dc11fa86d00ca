#include "tests/transport/test_certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <stdexcept>

namespace weixin::transport::test {
namespace {

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) throw std::runtime_error{"certificate extension " + value};
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* new_certificate(const std::string& name, EVP_PKEY* key, const leaf_options& times) {
  static std::atomic<long> serial{1000};
  auto* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), times.valid_from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), times.valid_to_seconds);
  X509_set_pubkey(certificate, key);
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, text, -1, -1, 0);
  return certificate;
}

} // namespace

identity::identity(X509* certificate, EVP_PKEY* key)
    : certificate_(certificate, X509_free), key_(key, EVP_PKEY_free) {}

std::string identity::certificate_pem() const {
  std::unique_ptr<BIO, decltype(&BIO_free)> memory{BIO_new(BIO_s_mem()), &BIO_free};
  PEM_write_bio_X509(memory.get(), certificate_.get());
  char* data = nullptr;
  auto size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

identity make_authority(const std::string& name) {
  auto* key = EVP_EC_gen("P-256");
  auto* certificate = new_certificate(name, key, {});
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign");
  X509_sign(certificate, key, EVP_sha256());
  return {certificate, key};
}

identity issue(const identity& authority, const leaf_options& options) {
  auto* key = EVP_EC_gen("P-256");
  auto* certificate = new_certificate(options.host, key, options);
  X509_set_issuer_name(certificate, X509_get_subject_name(authority.certificate()));
  add_extension(certificate, authority.certificate(), NID_subject_alt_name, "DNS:" + options.host);
  X509_sign(certificate, authority.key(), EVP_sha256());
  return {certificate, key};
}

identity make_self_signed(const leaf_options& options) {
  auto* key = EVP_EC_gen("P-256");
  auto* certificate = new_certificate(options.host, key, options);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  add_extension(certificate, certificate, NID_subject_alt_name, "DNS:" + options.host);
  X509_sign(certificate, key, EVP_sha256());
  return {certificate, key};
}

} // namespace weixin::transport::test
