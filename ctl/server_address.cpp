#include "ctl/server_address.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <fstream>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace weixin::ctl {
namespace {

constexpr std::size_t longest_token = 256;

failure usage(std::string text, std::string hint = {}) {
  return {exit_code::usage, std::move(text), std::move(hint)};
}

struct place {
  std::string scheme;
  std::string host; ///< without brackets
  std::string port;
};

outcome<place> parse_place(const std::string& url) {
  auto wrong = [](const std::string& why) {
    return usage("--url: " + why, "for example: https://weixind.example.com:9463");
  };
  auto parsed = boost::urls::parse_uri(url);
  if (!parsed) return wrong("this is no URL");
  place p;
  p.scheme = std::string{parsed->scheme().data(), parsed->scheme().size()};
  if (p.scheme != "https" && p.scheme != "http") return wrong("it must begin with https:// or http://");
  if (parsed->has_userinfo() || parsed->has_query() || parsed->has_fragment() ||
      (!parsed->encoded_path().empty() && parsed->encoded_path() != "/"))
    return wrong("only a host and a port may follow");
  p.host = std::string{parsed->encoded_host().data(), parsed->encoded_host().size()};
  if (p.host.starts_with('[') && p.host.ends_with(']')) p.host = p.host.substr(1, p.host.size() - 2);
  if (p.host.empty() || p.host.find('%') != std::string::npos) return wrong("it names no host");
  p.port = parsed->has_port() && !parsed->port().empty()
               ? std::string{parsed->port().data(), parsed->port().size()}
           : p.scheme == "https" ? "443"
                                 : "80";
  return p;
}

struct numeric_address {
  std::string text; ///< "127.0.0.1:9463" or "[::1]:9463"
  bool is_loopback = false;
};

numeric_address read_address(const addrinfo& found, const std::string& port) {
  std::string text(INET6_ADDRSTRLEN, '\0');
  numeric_address a;
  if (found.ai_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in*>(found.ai_addr)->sin_addr;
    ::inet_ntop(AF_INET, &in, text.data(), static_cast<socklen_t>(text.size()));
    a.is_loopback = (ntohl(in.s_addr) >> 24U) == 127;
    a.text = text.c_str();
  } else {
    const auto& in = reinterpret_cast<const sockaddr_in6*>(found.ai_addr)->sin6_addr;
    ::inet_ntop(AF_INET6, &in, text.data(), static_cast<socklen_t>(text.size()));
    a.is_loopback = IN6_IS_ADDR_LOOPBACK(&in);
    a.text = "[" + std::string{text.c_str()} + "]";
  }
  a.text += ":" + port;
  return a;
}

outcome<std::vector<numeric_address>> look_up(const place& p) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int code = ::getaddrinfo(p.host.c_str(), p.port.c_str(), &hints, &found);
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> list{found, [](addrinfo* a) {
                                                        if (a != nullptr) ::freeaddrinfo(a);
                                                      }};
  std::vector<numeric_address> addresses;
  if (code == 0)
    for (const auto* a = found; a != nullptr; a = a->ai_next)
      if (a->ai_family == AF_INET || a->ai_family == AF_INET6) addresses.push_back(read_address(*a, p.port));
  if (addresses.empty())
    return failure{exit_code::unreachable,
                   "cannot find " + p.host + (code != 0 ? ": " + std::string{::gai_strerror(code)} : ""),
                   "is the name in --url or WEIXIND_URL right?"};
  return addresses;
}

bool is_one_word(const std::string& text) {
  return !text.empty() && text.size() <= longest_token &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

outcome<secret> read_token(const invocation& options) {
  if (options.token_file.empty()) {
    const auto& token = options.token.reveal();
    if (!token.empty() && !is_one_word(token))
      return usage("the token holds what no token has", "weixinctl token create shows it once, as one word");
    return options.token;
  }
  std::ifstream in{options.token_file, std::ios::binary};
  std::string text(longest_token + 2, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.pop_back();
  if (!is_one_word(text))
    return usage("--token-file " + options.token_file + ": there is no token in it",
                 "a file with the token alone, which only you can read");
  return secret{std::move(text)};
}

} // namespace

server_address server_address::of_socket(const std::string& path) {
  server_address s;
  s.targets.push_back({.unix_path = path, .address = {}});
  s.name = path;
  return s;
}

outcome<server_address> find_server(const invocation& options) {
  if (options.url.empty()) return server_address::of_socket(options.socket);
  auto p = parse_place(options.url);
  if (!p) return p.error();
  server_address s;
  s.is_socket = false;
  s.host = (p->host.find(':') != std::string::npos ? "[" + p->host + "]" : p->host) + ":" + p->port;
  s.name = p->scheme + "://" + s.host;
  auto token = read_token(options);
  if (!token) return token.error();
  s.token = std::move(*token);
  std::shared_ptr<httpd::tls_trust> trust;
  if (p->scheme == "https") {
    auto loaded = httpd::tls_trust::load(options.ca_file);
    if (!loaded) return usage(loaded.error().context, "--ca-file wants a PEM file of certificates");
    trust = std::move(*loaded);
  }
  auto addresses = look_up(*p);
  if (!addresses) return addresses.error();
  for (auto& a : *addresses) {
    if (!trust && !a.is_loopback && !s.token.empty() && !options.plain_http)
      return usage("whoever is on the way to " + s.name + " could read the token",
                   "use https://, or --plain-http on a network that you trust");
    s.targets.push_back({.unix_path = {}, .address = std::move(a.text), .trust = trust, .tls_name = p->host});
  }
  return s;
}

} // namespace weixin::ctl
