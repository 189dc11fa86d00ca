#pragma once

#include "tests/transport/test_certificates.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace weixin::transport::test {

/// The server's end of one connection, in its own thread, with blocking calls. Every call ends when the
/// server does.
class server_connection {
public:
  server_connection(int descriptor, SSL* ssl, unsigned number);
  ~server_connection();
  server_connection(const server_connection&) = delete;
  server_connection& operator=(const server_connection&) = delete;

  unsigned number() const { return number_; } ///< 0 for the first connection of the server
  bool resumed() const;

  /// Head and body of the next request, or nothing when the peer is gone.
  std::string read_request();
  void send(std::string_view bytes);
  /// Waits that long for the peer to close; it must not send anything meanwhile.
  bool peer_leaves_within(std::chrono::milliseconds time);
  /// Sends the answer head with Content-Length and the body.
  void answer(std::string_view body, std::string_view status = "200 OK", std::string_view fields = "");
  /// Returns when the peer closed.
  void wait_for_close();
  /// Reads nothing until the server is destroyed.
  void wait_for_stop();
  /// Makes the end of the script a TCP reset.
  void reset();
  /// Ends it without TLS's goodbye.
  void cut();
  /// TLS's goodbye, then the end.
  void close();

private:
  bool fill();

  int descriptor_;
  SSL* ssl_;
  unsigned number_;
  std::string unread_;
};

/// A TLS server on a loopback port that does what the test's script says, one thread a connection.
class tls_test_server {
public:
  using script = std::function<void(server_connection&)>;
  struct options {
    int max_tls_version = 0; ///< 0: the newest
    bool plain_text = false; ///< speaks no TLS at all: sends an HTTP error at once
    bool stall_handshake = false;
  };

  tls_test_server(const identity& who, script what) : tls_test_server(who, std::move(what), options{}) {}
  tls_test_server(const identity& who, script what, options how);
  ~tls_test_server();
  tls_test_server(const tls_test_server&) = delete;
  tls_test_server& operator=(const tls_test_server&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  unsigned connections() const { return connections_; }
  unsigned handshakes() const { return handshakes_; }
  unsigned resumptions() const { return resumptions_; }
  /// Waits until so many connections have ended; false after 20 s.
  bool wait_for_ended(unsigned count);

private:
  void accept_all();
  void serve(int descriptor, unsigned number);

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  script script_;
  options options_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<unsigned> connections_{0}, handshakes_{0}, resumptions_{0};
  std::mutex mutex_;
  std::condition_variable ended_changed_;
  unsigned ended_ = 0;
  std::vector<int> open_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

/// A script that answers every request of a connection with the same body.
tls_test_server::script always_answer(std::string body);

} // namespace weixin::transport::test
