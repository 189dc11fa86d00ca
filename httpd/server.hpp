#pragma once

#include "httpd/message.hpp"
#include "protocol/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace weixin::httpd {

class tls_identity;

/// How a connection is spoiled on purpose, after what was written before. Only the simulator uses it.
enum class sabotage {
  close, ///< FIN, without an answer
  reset, ///< RST, without an answer
  stall, ///< nothing more is said; the connection stays open until the peer or the server gives up
};

/// Where the body of a long answer comes from, such as a file. Owned by one answer.
class body_source {
public:
  virtual ~body_source() = default;
  /// Gives the next piece, of at most `most` bytes; an empty one or an error ends the body. `done` is called
  /// once, from any thread. Asked for one piece at a time, and only when the reader has taken the one before.
  virtual void read(std::size_t most, std::function<void(result<std::string>)> done) = 0;
};

/// The one way to answer one request. Copies share the request; the first answer wins, later ones are
/// ignored. May be called from any thread and at any later time (long polls), even after the server has
/// stopped. Dropping the last copy without an answer answers 500; of an unfinished stream, it cuts the
/// connection, so that the reader sees that the end is missing. When the peer is gone an answer is dropped.
class responder {
public:
  class connection;
  explicit responder(std::shared_ptr<connection> c);

  void send(response r) const;

  /// An answer whose body of `length` bytes comes from `body`, with one piece of 64 KiB in memory at a time.
  /// A reader has to take something within `listen_options::write_deadline`. A body that ends early or fails
  /// cuts the connection, so that the reader sees it.
  void send_from(response head, std::uint64_t length, std::shared_ptr<body_source> body) const;

  /// Starts an answer of unknown length (Server-Sent Events): the head goes out, then `write` adds pieces
  /// until `finish`. A piece is refused (false), and the connection closed, when more than
  /// `listen_options::max_stream_backlog_bytes` wait for a slow reader, or when the peer is gone.
  void start_stream(response head) const;
  bool write(std::string piece) const;
  void finish() const;
  /// Called once, on the server's thread, when the peer of a stream or of an unanswered request goes away; at
  /// once when it has gone already; never after the answer and never because the server stops. A client that
  /// only stopped sending (half close) is not gone: without TLS, a TCP connection that was closed in an
  /// orderly way shows only at the next piece of a stream.
  void on_gone(std::function<void()> callback) const;

  /// Sends these bytes as they are, then closes: a malformed answer on purpose.
  void send_raw(std::string bytes) const;
  /// Instead of an answer, or in the middle of a stream.
  void spoil(sabotage how) const;

private:
  std::shared_ptr<connection> connection_;
};

/// Called on the server's io_context thread. Must not block.
using handler = std::function<void(request, responder)>;

/// Where and how to listen: exactly one of `unix_path` or `address` is set.
struct listen_options {
  std::string unix_path; ///< at most 107 bytes; a stale socket there is replaced, anything else is not
  unsigned unix_mode = 0660;
  /// A listening socket of `unix_path` that was inherited: it is taken as it is, and its file stays behind.
  /// -1: none.
  int unix_descriptor = -1;
  /// Unix sockets: root, the own uid and members of the socket file's group are served, others get 403
  /// `forbidden`. Groups are those of the peer's process, primary and supplementary.
  bool check_peer = true;
  std::string address;         ///< "127.0.0.1:9464", "[::1]:0"; port 0 takes any free port
  std::string tls_certificate; ///< PEM file with the chain; empty: plain HTTP
  std::string tls_key;         ///< PEM file

  std::size_t max_header_bytes = 16 * 1024; ///< above: 431 problem `header_too_large`
  std::size_t max_body_bytes = 1024 * 1024; ///< above: 413 problem `body_too_large`
  std::size_t max_connections = 256; ///< above: 503 `too_many_connections` with Retry-After, then closed
  /// When there are as many: of the peer that has most connections without a request, the oldest makes room
  /// for a new one. Peers that say nothing, or very slowly, keep nobody out then. 503 only when all have one.
  bool makes_room = false;
  std::size_t max_stream_backlog_bytes = 1024 * 1024;
  /// Of one peer, and as many at once: a user id on a unix socket, an address on TCP. Above: 429
  /// `too_many_requests` with Retry-After. 0: no limit.
  double requests_per_second_per_peer = 0;
  std::chrono::milliseconds header_deadline{
      5'000}; ///< for the head, from its first byte or the connection's start
  std::chrono::milliseconds body_deadline{5'000};   ///< for the whole body; passed: 408, as for the head
  std::chrono::milliseconds piece_deadline{30'000}; ///< for each piece of a body that a receiver takes
  std::chrono::milliseconds idle_deadline{60'000};  ///< keep-alive: time between two requests
  /// For a whole answer; of a stream, within which a waiting reader has to take something.
  std::chrono::milliseconds write_deadline{30'000};

  /// Asked once for each request, when its head is there, on the server's thread: who takes the body piece by
  /// piece. Nobody: it is kept in memory, up to `max_body_bytes`. `refuse` and the rates are asked before,
  /// of every request that has a body.
  std::function<std::shared_ptr<body_receiver>(const request& head)> receive{};
  std::uint64_t max_received_body_bytes = std::uint64_t{64} << 20; ///< of such a body; above: 413 as well

  /// Asked before each request is handled, on the server's thread: an answer to give instead, such as a 503
  /// while the process has no room. Must not block.
  std::function<std::optional<response>(const request&)> refuse{};
  /// Asked before each connection is accepted. While it says no, new ones wait in the system's queue and
  /// those that are there are served.
  std::function<bool()> takes_connections{};
  /// Told once for every answer that is begun, on the server's thread: for metrics. Method and path are empty
  /// when the request was refused before it could be read. A stream counts when its head goes out. `took` is
  /// from the whole request to that.
  std::function<void(std::string_view method, std::string_view path, int status,
                     std::chrono::nanoseconds took)>
      on_answer{};
};

/// An HTTP/1.1 server: keep-alive, fixed-length and chunked request bodies, HEAD, Expect: 100-continue.
/// Refuses what RFC 9112 calls ambiguous (both Content-Length and Transfer-Encoding: 400; control
/// characters in a value: 400; no or a second Host: 400). Pipelined requests are handed over one by one;
/// while one waits for its answer, only about `max_header_bytes` of what follows it are read. A handler that
/// throws answers 500 `internal_error`. All on one io_context, which must run on one thread.
class server {
public:
  server(boost::asio::io_context& context, listen_options options, handler handle);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Binds and listens. Errors: invalid_argument (path too long, bad address), io_failed (with the system's
  /// reason and what to do), data_dir_in_use (a living server answers on that unix socket).
  result<void> start();
  /// From now on new connections are served with this certificate instead of the one that was loaded at the
  /// start; those that are there keep theirs. Only of a server that speaks TLS. Any thread.
  void use_identity(std::shared_ptr<tls_identity> identity);
  /// "127.0.0.1:43121" with the real port, or the unix path.
  std::string endpoint() const;
  /// Stops listening and closes every connection; removes the unix socket. Call on the io_context's thread
  /// or when it does not run any more. Idempotent.
  void stop();

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace weixin::httpd
