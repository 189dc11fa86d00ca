#pragma once

#include <string>

namespace weixin::httpd::test {

/// A self-signed certificate for that subjectAltName ("DNS:localhost,IP:127.0.0.1") and its key, as PEM
/// files.
void write_certificate(const std::string& names, const std::string& certificate_file,
                       const std::string& key_file);

} // namespace weixin::httpd::test
