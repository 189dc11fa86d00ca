#include "transport/proxy_tunnel.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <openssl/evp.h>

#include <array>

namespace weixin::transport {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t most_head = 8 * 1024; // of a proxy's answer

error refused(std::string why) { return fail(errc::proxy_failed, std::move(why)); }
error lost(const boost::system::error_code& ec) {
  return refused("connection to the proxy: " + ec.message());
}

std::string base64(const std::string& text) {
  std::string out(4 * ((text.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                  reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  return out;
}

// -- HTTP CONNECT

asio::awaitable<result<void>> connect_http(tcp::socket& socket, const proxy& through,
                                           const std::string& target) {
  auto head = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  if (!through.user.empty())
    head += "Proxy-Authorization: Basic " + base64(through.user + ":" + through.password.reveal()) + "\r\n";
  head += "\r\n";
  auto [write_failed, written] = co_await asio::async_write(socket, asio::buffer(head), as_result);
  if (write_failed) co_return lost(write_failed);

  boost::beast::flat_static_buffer<most_head> buffer;
  http::response_parser<http::empty_body> answer;
  answer.header_limit(static_cast<std::uint32_t>(most_head));
  answer.skip(true);
  auto [read_failed, read] = co_await http::async_read_header(socket, buffer, answer, as_result);
  if (read_failed) {
    if (read_failed.category() == http::make_error_code(http::error::end_of_stream).category())
      co_return refused("the proxy's answer is no HTTP: " + read_failed.message());
    co_return lost(read_failed);
  }
  auto status = answer.get().result_int();
  if (status == 407)
    co_return refused(through.user.empty() ? "the proxy wants a user and a password (407)"
                                           : "the proxy refuses the user or the password (407)");
  if (status < 200 || status > 299) co_return refused("the proxy answers " + std::to_string(status));
  // Nobody speaks before weixind's TLS does: these bytes are not Weixin's.
  if (buffer.size() > 0) co_return refused("the proxy sends something of its own");
  co_return result<void>{};
}

// -- SOCKS5

constexpr unsigned char version = 5;
constexpr unsigned char no_credentials = 0, user_and_password = 2, no_method = 0xff;

const char* reason_of(unsigned char reply) {
  constexpr std::array<const char*, 9> reasons{"",
                                               "the proxy failed",
                                               "the proxy's rules forbid the connection",
                                               "the proxy finds the network unreachable",
                                               "the proxy finds the host unreachable",
                                               "the host refused the proxy",
                                               "the proxy gave up after a time",
                                               "the proxy does not support CONNECT",
                                               "the proxy does not support names"};
  return reply < reasons.size() ? reasons[reply] : "the proxy refuses for a reason of its own";
}

asio::awaitable<boost::system::error_code> write_bytes(tcp::socket& socket, std::string bytes) {
  auto [ec, n] = co_await asio::async_write(socket, asio::buffer(bytes), as_result);
  co_return ec;
}

asio::awaitable<boost::system::error_code> read_bytes(tcp::socket& socket, unsigned char* into,
                                                      std::size_t size) {
  auto [ec, n] = co_await asio::async_read(socket, asio::buffer(into, size), as_result);
  co_return ec;
}

void append_counted(std::string& bytes, const std::string& text) {
  bytes += static_cast<char>(text.size());
  bytes += text;
}

asio::awaitable<result<void>> authenticate(tcp::socket& socket, const proxy& through) {
  std::string request{1};
  append_counted(request, through.user);
  append_counted(request, through.password.reveal());
  if (auto ec = co_await write_bytes(socket, std::move(request))) co_return lost(ec);
  std::array<unsigned char, 2> answer{};
  if (auto ec = co_await read_bytes(socket, answer.data(), answer.size())) co_return lost(ec);
  if (answer[1] != 0) co_return refused("the proxy refuses the user or the password");
  co_return result<void>{};
}

asio::awaitable<result<void>> connect_socks5(tcp::socket& socket, const proxy& through,
                                             const std::string& host, std::uint16_t port) {
  if (host.size() > 255) co_return refused("the host's name is too long for the proxy");
  std::string greeting{static_cast<char>(version)};
  append_counted(greeting, through.user.empty() ? std::string{static_cast<char>(no_credentials)}
                                                : std::string{static_cast<char>(no_credentials),
                                                              static_cast<char>(user_and_password)});
  if (auto ec = co_await write_bytes(socket, std::move(greeting))) co_return lost(ec);
  std::array<unsigned char, 2> method{};
  if (auto ec = co_await read_bytes(socket, method.data(), method.size())) co_return lost(ec);
  if (method[0] != version) co_return refused("the proxy does not speak SOCKS5");
  if (method[1] == user_and_password && !through.user.empty()) {
    if (auto proven = co_await authenticate(socket, through); !proven) co_return proven.error();
  } else if (method[1] == no_method || method[1] == user_and_password) {
    co_return refused(through.user.empty() ? "the proxy wants a user and a password"
                                           : "the proxy takes no user and password");
  } else if (method[1] != no_credentials) {
    co_return refused("the proxy wants a method of authentication that is not supported");
  }

  constexpr char connect = 1, reserved = 0, domain_name = 3;
  std::string request{static_cast<char>(version), connect, reserved, domain_name};
  append_counted(request, host);
  request += static_cast<char>(port >> 8);
  request += static_cast<char>(port & 0xff);
  if (auto ec = co_await write_bytes(socket, std::move(request))) co_return lost(ec);
  // Version, reply, reserved, kind of address; what follows has the length that the kind says.
  std::array<unsigned char, 4> reply{};
  if (auto ec = co_await read_bytes(socket, reply.data(), reply.size())) co_return lost(ec);
  if (reply[0] != version) co_return refused("the proxy does not speak SOCKS5");
  if (reply[1] != 0) co_return refused(reason_of(reply[1]));
  std::size_t length = 0;
  if (reply[3] == 1) {
    length = 4;
  } else if (reply[3] == 4) {
    length = 16;
  } else if (reply[3] == domain_name) {
    unsigned char counted = 0;
    if (auto ec = co_await read_bytes(socket, &counted, 1)) co_return lost(ec);
    length = counted;
  } else {
    co_return refused("the proxy does not speak SOCKS5");
  }
  std::array<unsigned char, 257> bound{};
  if (auto ec = co_await read_bytes(socket, bound.data(), length + 2)) co_return lost(ec);
  co_return result<void>{};
}

} // namespace

asio::awaitable<result<void>> open_tunnel(tcp::socket& socket, const proxy& through, std::string to_host,
                                          std::uint16_t to_port) {
  if (through.speaks == proxy::protocol::socks5)
    co_return co_await connect_socks5(socket, through, to_host, to_port);
  auto target = to_host.find(':') == std::string::npos ? to_host : "[" + to_host + "]";
  co_return co_await connect_http(socket, through, target + ":" + std::to_string(to_port));
}

} // namespace weixin::transport
