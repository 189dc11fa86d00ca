#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weixin::notify::test {

/// A web server on loopback that gives raw answers from a script, one a connection; the last one is repeated.
/// An empty answer is silence until the client goes.
class tiny_server {
public:
  explicit tiny_server(std::vector<std::string> answers);
  ~tiny_server();
  tiny_server(const tiny_server&) = delete;
  tiny_server& operator=(const tiny_server&) = delete;

  std::string url(const std::string& path = "/") const;
  /// Every request so far: head and body.
  std::vector<std::string> requests() const;

private:
  void serve();
  void answer(int connection, const std::string& bytes);

  std::vector<std::string> answers_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

/// "HTTP/1.1 200 X" with these header lines and this body.
std::string answer(int status, const std::string& headers = {}, const std::string& body = {});

} // namespace weixin::notify::test
