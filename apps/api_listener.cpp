#include "apps/api_listener.hpp"

#include "admin/origin.hpp"
#include "config/value_forms.hpp"

#include <boost/asio/ip/address.hpp>

#include <future>

namespace weixin {

result<void> load_tokens(store::store& store, admin::access& who_may) {
  auto asked = std::make_shared<std::promise<result<std::vector<store::token_record>>>>();
  store.list_tokens(
      [asked](result<std::vector<store::token_record>> tokens) { asked->set_value(std::move(tokens)); });
  auto tokens = asked->get_future().get();
  if (!tokens) return tokens.error();
  who_may.load(*tokens);
  return {};
}

result<std::shared_ptr<httpd::tls_identity>> load_certificate(const config::api_config& c) {
  if (c.tls_certificate.empty()) return std::shared_ptr<httpd::tls_identity>{};
  auto identity = httpd::tls_identity::load(c.tls_certificate, c.tls_key);
  if (!identity) return fail(errc::config_invalid, "api: " + identity.error().context);
  return identity;
}

result<void> check_api(const config::api_config& c, const admin::access& who_may) {
  if (auto certificate = load_certificate(c); !certificate) return certificate.error();
  auto address = config::parse_listen_address(c.listen);
  if (!address || address->is_loopback || who_may.tokens() > 0) return {};
  return fail(
      errc::config_invalid,
      "api.listen: " + c.listen +
          " is not loopback, and there is no token: start with api.listen = \"\" or on loopback, make one "
          "with weixinctl token create NAME --scope admin, then start again");
}

httpd::listen_options api_options(const config::api_config& c, httpd::listen_options of_socket,
                                  std::shared_ptr<const admin::api_routes> routes) {
  auto options = std::move(of_socket);
  options.unix_path.clear();
  options.unix_descriptor = -1; // the socket's alone, where it was inherited
  options.address = c.listen;
  options.tls_certificate = c.tls_certificate;
  options.tls_key = c.tls_key;
  options.max_connections = c.max_connections;
  options.requests_per_second_per_peer = 0; // the gate counts by token
  options.makes_room = true;
  auto gate = std::make_shared<admin::gate>(admin::gate_options{.listen = c.listen,
                                                                .hosts = c.hosts,
                                                                .tls = !c.tls_certificate.empty(),
                                                                .behind_proxy = c.allow_plain_http,
                                                                .requests_per_second = c.requests_per_second},
                                            std::move(routes));
  options.refuse = [no_room = std::move(options.refuse), gate](const httpd::request& r) {
    auto refused = no_room ? no_room(r) : std::nullopt;
    return refused ? std::move(refused) : gate->refuse(r);
  };
  return options;
}

std::string api_url(const config::api_config& c, const std::string& endpoint) {
  auto at = admin::parse_authority(endpoint);
  if (!at) return {};
  bool tls = !c.tls_certificate.empty();
  boost::system::error_code ec;
  auto address = boost::asio::ip::make_address(at->host, ec);
  std::string host = at->host;
  if (!ec && address.is_unspecified()) host = "localhost";
  if (tls && !c.hosts.empty()) host = c.hosts.front();
  if (host.find(':') != std::string::npos && !host.starts_with('[')) host = "[" + host + "]";
  return std::string{tls ? "https://" : "http://"} + host + ":" + at->port;
}

} // namespace weixin
