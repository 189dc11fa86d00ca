#pragma once

#include "protocol/result.hpp"
#include "runtime/wall_clock.hpp"

#include <span>
#include <string>
#include <string_view>

namespace weixin::simulator {

/// A certificate authority made on the spot and one server certificate signed by it, both ECDSA P-256, valid
/// from a day before `now` for a year. The authority's key is not kept.
struct certificate_set {
  std::string ca_pem;
  std::string chain_pem; ///< the server's certificate, then the authority's
  std::string key_pem;   ///< of the server's certificate
};

/// `names` become the subjectAltName. Errors: tls_failed (OpenSSL's fault), invalid_argument (no names).
result<certificate_set> make_certificates(std::span<const std::string_view> names, wall_time now);

/// Where `write_certificates` put them.
struct certificate_files {
  std::string ca;    ///< DIR/ca.pem
  std::string chain; ///< DIR/server.pem
  std::string key;   ///< DIR/server-key.pem, mode 0600
};

/// Creates the directory when it is missing. Errors: io_failed.
result<certificate_files> write_certificates(const certificate_set& set, const std::string& directory);

/// Writes the whole file under another name and renames it. Errors: io_failed.
result<void> write_file(const std::string& path, std::string_view bytes, unsigned mode);

} // namespace weixin::simulator
