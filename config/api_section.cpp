#include "config/api_section.hpp"

#include "config/value_forms.hpp"

#include <boost/url/authority_view.hpp>

#include <algorithm>

namespace weixin::config {

namespace {

constexpr std::size_t longest_path = 4'095;
constexpr std::size_t most_hosts = 64;
constexpr double most_per_second = 100'000;

bool is_path_or_none(const std::string& text) {
  return text.empty() || (text.size() <= longest_path && is_printable(text));
}

/// A name or an address as it stands in a Host field, without a port.
bool is_host(const std::string& text) {
  auto parsed = boost::urls::parse_authority(text);
  return parsed && !parsed->has_userinfo() && !parsed->has_port() && !parsed->encoded_host().empty();
}

} // namespace

api_config read_api(section s) {
  api_config out;
  s.text("listen", out.listen, R"(an address and a port such as "127.0.0.1:9463", or "" for no listener)",
         [](const std::string& text) { return text.empty() || parse_listen_address(text).has_value(); });
  s.text("tls_certificate", out.tls_certificate, R"(the path of a PEM file, or "" for none)",
         is_path_or_none);
  s.text("tls_key", out.tls_key, R"(the path of a PEM file, or "" for none)", is_path_or_none);
  s.texts("hosts", out.hosts,
          R"(an array of at most 64 names or addresses without a port, an IPv6 one in [])",
          [](const std::vector<std::string>& names) {
            return names.size() <= most_hosts && std::all_of(names.begin(), names.end(), is_host);
          });
  s.number("requests_per_second", out.requests_per_second, 0.1, most_per_second);
  s.integer("max_connections", out.max_connections, 1, 10'000);
  s.boolean("allow_plain_http", out.allow_plain_http);
  s.boolean("console", out.console);
  if (out.tls_certificate.empty() != out.tls_key.empty())
    s.problem_at(out.tls_key.empty() ? "tls_certificate" : "tls_key",
                 "tls_certificate and tls_key are given both or not at all");
  auto address = parse_listen_address(out.listen);
  if (address && !address->is_loopback && out.tls_certificate.empty() && !out.allow_plain_http)
    s.problem_at("listen",
                 "whoever is on the way could read the tokens: give tls_certificate and tls_key, or say "
                 "allow_plain_http = true when a proxy in front speaks TLS");
  s.refuse_unknown();
  return out;
}

} // namespace weixin::config
