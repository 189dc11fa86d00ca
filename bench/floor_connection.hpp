#pragma once

#include "protocol/http_message.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <functional>
#include <optional>
#include <string>

namespace weixin::bench {

/// One keep-alive HTTPS connection to one host, as Beast's own examples do it: callbacks, the stream's time
/// limit, the certificate checked. No pool, no retry, no breaker, no second connection.
///
/// One thread. Throws boost::system::system_error: whatever goes wrong ends a measurement.
class floor_connection {
public:
  /// Connects to `to`, wherever `host` really is, and proves that the other side is `host`. Blocks.
  floor_connection(boost::asio::io_context& context, boost::asio::ssl::context& tls, std::string host,
                   const boost::asio::ip::tcp::endpoint& to);

  using request = boost::beast::http::request<boost::beast::http::string_body>;
  /// Gets the body, gzip undone; it may take it away.
  using completion = std::function<void(std::string& body)>;

  /// Sends the request and reads the answer; one call at a time. `r` gets its Host and its length here.
  void start(request r, completion done);
  /// The same, and waits for it: for the login.
  http_response call(const http_request& r);

  const std::string& host() const noexcept { return host_; }

private:
  void read();
  void answered();

  std::string host_;
  boost::beast::ssl_stream<boost::beast::tcp_stream> stream_;
  boost::beast::flat_buffer buffer_;
  request request_;
  std::optional<boost::beast::http::response_parser<boost::beast::http::string_body>> answer_;
  completion done_;
};

/// The request in Beast's form, without Host.
floor_connection::request to_beast(const http_request& r);

} // namespace weixin::bench
