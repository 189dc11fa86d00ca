#pragma once

#include "protocol/result.hpp"
#include "transport/connection_count.hpp"
#include "transport/proxy.hpp"
#include "transport/socket_bio.hpp"
#include "transport/tls_context.hpp"
#include "transport/tls_sessions.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace weixin::transport {

/// One TLS connection, on its shard's thread. OpenSSL works on the socket directly: asio::ssl::stream would
/// keep 70 KiB of buffers for every idle long poll.
class tls_stream : public std::enable_shared_from_this<tls_stream> {
public:
  enum class io { ok, end, lost, answered };

  explicit tls_stream(const boost::asio::any_io_executor& executor);
  /// Says goodbye to the peer if the connection is sound, without waiting for it, and closes.
  ~tls_stream();
  tls_stream(const tls_stream&) = delete;
  tls_stream& operator=(const tls_stream&) = delete;

  /// Errors: connect_failed.
  boost::asio::awaitable<result<void>> connect(boost::asio::ip::tcp::endpoint to,
                                               std::chrono::milliseconds limit);

  /// After connecting to a proxy: makes it lead to `host`. Error: proxy_failed.
  boost::asio::awaitable<result<void>> pass(const proxy& through, std::string host, std::uint16_t port,
                                            std::chrono::milliseconds limit);

  /// Proves that the other side is `host`. Resumes a session of `sessions` if there is one. Error:
  /// tls_failed.
  boost::asio::awaitable<result<void>> handshake(const tls_context& context, std::string host,
                                                 std::shared_ptr<tls_sessions> sessions,
                                                 std::chrono::milliseconds limit);

  /// Whether the handshake went on with a session of before.
  bool is_resumed() const noexcept;
  /// It is open from now on, until it is destroyed.
  void count_in(connection_count::entry entry) noexcept { counted_ = std::move(entry); }

  /// Waits for bytes and appends at most 16 KiB of them; holds no buffer while it waits. `end`: the peer
  /// closed properly. `lost`: cut off, so that what came so far cannot be trusted to be all.
  boost::asio::awaitable<io> read(std::string& into);

  /// Writes everything, or `lost`.
  boost::asio::awaitable<io> write(std::string_view from);

  /// Writes everything, unless the peer speaks or leaves meanwhile: `answered`, also when it is in the middle
  /// of a write; then nothing more can be written. `lost` as above.
  boost::asio::awaitable<io> write_until_answered(std::string_view from);

  /// Whether the kernel took any byte of what was written since the handshake.
  bool has_sent() const noexcept { return wire_.bytes_sent > handshake_bytes_; }
  /// Makes `has_sent` speak about the next request.
  void begin_request() noexcept { handshake_bytes_ = wire_.bytes_sent; }

  /// For a connection without a call: false when the peer closed it or sent something nobody asked for.
  bool is_quiet();

private:
  boost::asio::awaitable<bool> wait_for(int ssl_error);
  boost::asio::awaitable<void> wait_for_either();
  bool has_input();
  void limit_stage(std::chrono::milliseconds limit);
  bool end_stage();

  connection_count::entry counted_;
  bio_socket wire_;
  boost::asio::steady_timer stage_;
  bool stage_over_ = false;
  bool sound_ = false;
  bool asked_ = false; // a request was written, and nothing was read since
  std::size_t handshake_bytes_ = 0;
  unsigned reads_in_a_row_ = 0;
  std::string host_;
  std::shared_ptr<tls_sessions> sessions_;
  struct free_ssl {
    void operator()(SSL* ssl) const noexcept;
  };
  std::unique_ptr<SSL, free_ssl> ssl_;
};

} // namespace weixin::transport
