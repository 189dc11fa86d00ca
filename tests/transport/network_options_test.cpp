#include "transport/network.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace weixin::transport {
namespace {

using namespace std::chrono_literals;

template <class T>
std::string code_of(const result<T>& r) {
  return r ? "" : std::string{to_string(r.error().code)};
}

TEST(NetworkOptions, TheDefaultsAreValid) { EXPECT_TRUE(validate({})); }

TEST(NetworkOptions, ReadsAHostAndAPort) {
  auto name = parse_host_and_port("localhost:8443");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->host, "localhost");
  EXPECT_EQ(name->port, 8443);
  auto six = parse_host_and_port("[::1]:1");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->host, "::1");
  EXPECT_EQ(six->port, 1);
}

TEST(NetworkOptions, RefusesATargetThatIsNoHostAndPort) {
  for (std::string text :
       {"localhost", "localhost:", ":8443", "localhost:0", "localhost:65536", "localhost:8443x", "::1:8443",
        "[]:1", "a b:1", "https://localhost:1", "user@host:1", "[::1]"})
    EXPECT_EQ(code_of(validate({.connect_to = text, .ca_file = {}})), "config_invalid") << text;
}

TEST(NetworkOptions, RefusesLimitsWithoutSense) {
  network_options o;
  o.idle_timeout = 0ms;
  EXPECT_EQ(code_of(validate(o)), "config_invalid");
  o = {};
  o.max_connections_per_account = 0;
  EXPECT_EQ(code_of(validate(o)), "config_invalid");
  o = {};
  o.resolver_threads = 1000;
  EXPECT_EQ(code_of(validate(o)), "config_invalid");
  o = {};
  o.max_concurrent_handshakes = 0;
  EXPECT_EQ(code_of(validate(o)), "config_invalid");
  o = {};
  o.max_waiting_calls_per_account = 1'000'000;
  EXPECT_EQ(code_of(validate(o)), "config_invalid");
  o = {};
  o.tls_handshakes_per_second = 0;
  EXPECT_EQ(code_of(validate(o)), "config_invalid");
}

TEST(Network, RefusesACaFileThatCannotBeRead) {
  network_options o;
  o.ca_file = testing::TempDir() + "there-is-no-such-file.pem";
  EXPECT_EQ(code_of(network::create(o)), "config_invalid");
}

TEST(Network, RefusesACaFileWithoutCertificates) {
  auto path = testing::TempDir() + "weixin-empty-ca.pem";
  std::ofstream{path} << "nothing to trust\n";
  network_options o;
  o.ca_file = path;
  EXPECT_EQ(code_of(network::create(o)), "config_invalid");
}

TEST(Network, UsesTheSystemsRootsByDefault) { EXPECT_TRUE(network::create({})); }

} // namespace
} // namespace weixin::transport
