#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace weixin::transport::test {

/// The proxy's end of one connection, in its own thread, with blocking calls. Every call ends when the proxy
/// does.
class proxy_connection {
public:
  explicit proxy_connection(int descriptor) : descriptor_(descriptor) {}

  /// Exactly so many bytes, or fewer when the peer is gone.
  std::string read(std::size_t size);
  /// Up to the empty line, or what came before the peer was gone.
  std::string read_head();
  void send(std::string_view bytes);
  /// Carries bytes between the peer and a loopback port until one of them is gone.
  void forward_to(std::uint16_t port);
  void wait_for_close();

private:
  int descriptor_;
};

/// A proxy on a loopback port that does what the test's script says.
class proxy_test_server {
public:
  using script = std::function<void(proxy_connection&)>;

  explicit proxy_test_server(script what);
  ~proxy_test_server();
  proxy_test_server(const proxy_test_server&) = delete;
  proxy_test_server& operator=(const proxy_test_server&) = delete;

  std::uint16_t port() const { return port_; }
  unsigned connections() const { return connections_; }

private:
  void accept_all();

  script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<unsigned> connections_{0};
  std::mutex mutex_;
  std::vector<int> open_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

} // namespace weixin::transport::test
