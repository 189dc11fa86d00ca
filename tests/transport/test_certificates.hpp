#pragma once

#include <memory>
#include <string>

using X509 = struct x509_st;
using EVP_PKEY = struct evp_pkey_st;

namespace weixin::transport::test {

/// A certificate and its key.
class identity {
public:
  identity(X509* certificate, EVP_PKEY* key);

  X509* certificate() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }
  std::string certificate_pem() const;

private:
  std::shared_ptr<X509> certificate_;
  std::shared_ptr<EVP_PKEY> key_;
};

/// A certificate authority made for one test.
identity make_authority(const std::string& name = "Test Authority");

/// What an authority signs for a host.
struct leaf_options {
  std::string host = "wx.example.com";
  long valid_from_seconds = -3600; ///< from now
  long valid_to_seconds = 3600;
};
identity issue(const identity& authority, const leaf_options& options = {});

/// A leaf that vouches for itself.
identity make_self_signed(const leaf_options& options = {});

} // namespace weixin::transport::test
