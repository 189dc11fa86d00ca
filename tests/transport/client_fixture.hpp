#pragma once

#include "tests/transport/test_certificates.hpp"
#include "tests/transport/tls_test_server.hpp"
#include "transport/https_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace weixin::transport::test {

using answer = result<http_response>;

/// A client on a shard thread of its own, all of whose connections lead to a scripted server.
class ClientTest : public testing::Test {
protected:
  ClientTest();
  ~ClientTest() override;
  /// The server's threads run what the test gave them, with the members of the test: they end before those
  /// do.
  void TearDown() override { server.reset(); }

  static constexpr const char* host = "wx.example.com";

  /// Starts the server; the client is made at the first use, so `options` may be changed until then.
  void serve(tls_test_server::script what, tls_test_server::options how = {});
  void serve_as(const identity& who, tls_test_server::script what, tls_test_server::options how = {});

  static http_call get(std::string target = "/",
                       std::chrono::milliseconds deadline = std::chrono::seconds{20});
  static http_call post(std::string body, std::string target = "/");

  std::future<answer> start(http_call call);
  /// Starts the call and waits for its end.
  answer ask(http_call call);
  answer wait(std::future<answer> pending);
  /// Runs on the client's thread and waits.
  void on_shard(std::function<void(http_client&)> work);
  void destroy_client();
  /// The client of another account on the same shard; to be used and destroyed in `on_shard`.
  std::shared_ptr<http_client> another_client();
  network& net();

  struct observed {
    std::string label;
    std::string result;
  };
  std::vector<observed> calls();

  const identity& authority() const { return authority_; }

  network_options options;
  network_hooks hooks;
  host_policy host_allowed = [](std::string_view) { return true; };
  std::unique_ptr<tls_test_server> server;

private:
  struct shard;
  void make_client();

  identity authority_;
  std::string ca_file_;
  std::mutex mutex_;
  std::vector<observed> calls_;
  std::unique_ptr<shard> shard_;
  std::shared_ptr<network> network_;
};

/// The error's code, or nothing for an answer; prints well in a failed expectation.
std::string code_of(const answer& a);

} // namespace weixin::transport::test
