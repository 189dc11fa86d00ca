#include "httpd/byte_stream.hpp"
#include "tests/httpd/server_fixture.hpp"
#include "tests/httpd/test_certificates.hpp"

#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <csignal>
#include <future>
#include <memory>

namespace weixin::httpd::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view get_and_close = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

struct deleter {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(GENERAL_NAMES* p) const { GENERAL_NAMES_free(p); }
};
template <class T>
using owned = std::unique_ptr<T, deleter>;

/// A blocking TLS client on a raw connection.
class tls_client {
public:
  explicit tls_client(raw_client connection, int max_version = TLS1_3_VERSION)
      : connection_(std::move(connection)), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_max_proto_version(context_.get(), max_version);
    SSL_CTX_set_min_proto_version(context_.get(), std::min(max_version, TLS1_2_VERSION));
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), connection_.descriptor());
    ready_ = SSL_connect(ssl_.get()) == 1;
  }
  bool ready() const { return ready_; }
  /// The first name that the server's certificate is for.
  std::string name_of_server() {
    std::unique_ptr<X509, deleter> certificate{SSL_get1_peer_certificate(ssl_.get())};
    std::unique_ptr<GENERAL_NAMES, deleter> names{static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr))};
    const auto* name = sk_GENERAL_NAME_value(names.get(), 0)->d.dNSName;
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(name)),
            static_cast<std::size_t>(ASN1_STRING_length(name))};
  }
  bool send(std::string_view bytes) {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
           static_cast<int>(bytes.size());
  }
  /// Until that much has come, or the end.
  std::string read(std::size_t size) {
    std::string all;
    std::array<char, 16384> buffer{};
    while (all.size() < size) {
      int n = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
      if (n <= 0) break;
      all.append(buffer.data(), static_cast<std::size_t>(n));
    }
    ended_properly_ = SSL_get_shutdown(ssl_.get()) == SSL_RECEIVED_SHUTDOWN;
    return all;
  }
  std::string read_to_end() { return read(std::string::npos); }
  bool ended_properly() const { return ended_properly_; }
  void say_goodbye() { SSL_shutdown(ssl_.get()); }
  raw_client& connection() { return connection_; }

private:
  raw_client connection_;
  owned<SSL_CTX> context_;
  owned<SSL> ssl_;
  bool ready_ = false;
  bool ended_properly_ = false;
};

class ServerTls : public server_test {
protected:
  listen_options tls_options() {
    auto options = tcp_options();
    options.tls_certificate = directory.file("cert.pem");
    options.tls_key = directory.file("key.pem");
    write_certificate("DNS:localhost", options.tls_certificate, options.tls_key);
    return options;
  }
};

TEST_F(ServerTls, ServesRequestsOverTls12And13) {
  start(tls_options());
  for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_client client{connect(), version};
    ASSERT_TRUE(client.ready());
    client.send(get);
    client.send(get_and_close);
    auto answers = client.read_to_end();
    EXPECT_THAT(answers, HasSubstr("HTTP/1.1 200 OK"));
    EXPECT_THAT(answers, HasSubstr("Connection: close"));
    EXPECT_TRUE(client.ended_properly());
  }
}

TEST_F(ServerTls, ServesNewConnectionsWithTheCertificateThatItIsGiven) {
  start(tls_options());
  tls_client before{connect()};
  ASSERT_TRUE(before.ready());
  EXPECT_EQ(before.name_of_server(), "localhost");
  write_certificate("DNS:renewed", directory.file("cert.pem"), directory.file("key.pem"));
  EXPECT_EQ(tls_client{connect()}.name_of_server(), "localhost") << "files are not read by themselves";
  auto renewed = tls_identity::load(directory.file("cert.pem"), directory.file("key.pem"));
  ASSERT_TRUE(renewed);
  running->use_identity(*renewed);
  EXPECT_EQ(tls_client{connect()}.name_of_server(), "renewed");
  before.send(get_and_close);
  EXPECT_THAT(before.read_to_end(), HasSubstr("HTTP/1.1 200 OK"));
}

TEST_F(ServerTls, RefusesOlderVersions) {
  start(tls_options());
  EXPECT_FALSE((tls_client{connect(), TLS1_1_VERSION}.ready()));
}

TEST_F(ServerTls, CarriesLargeBodiesBothWays) {
  auto options = tls_options();
  options.max_body_bytes = 20'000'000;
  start(options);
  const std::string body(10'000'000, 'a');
  tls_client client{connect()};
  client.send("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10000000\r\n\r\n");
  client.send(body);
  EXPECT_TRUE(body_of(client.read_to_end()) == "POST / " + body);
}

TEST_F(ServerTls, GivesUpAHandshakeThatDoesNotCome) {
  auto options = tls_options();
  options.header_deadline = 50ms;
  start(options);
  EXPECT_EQ(connect().read_to_end(), "");
}

TEST_F(ServerTls, ClosesWhatIsNotTls) {
  start(tls_options());
  auto client = connect();
  client.send(get);
  EXPECT_TRUE(client.read_to_end());
  tls_client good{connect()};
  good.send(get_and_close);
  EXPECT_EQ(status_of(good.read_to_end()), 200);
}

TEST_F(ServerTls, TakesAnEndOfTlsForTheEndOfThePeer) {
  mailbox<int> gone;
  start(tls_options(), [&](request, responder r) {
    r.on_gone([&] { gone.put(1); });
    waiting.put(std::move(r));
  });
  tls_client client{connect()};
  client.send(get);
  auto first = waiting.take();
  ASSERT_TRUE(first);
  client.say_goodbye();
  EXPECT_TRUE(gone.take());

  tls_client rude{connect()};
  rude.send(get);
  auto second = waiting.take();
  ASSERT_TRUE(second);
  rude.connection().reset();
  EXPECT_TRUE(gone.take());
}

TEST_F(ServerTls, SurvivesAPeerThatIsGoneWhenItsAnswerIsWritten) {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  ASSERT_EQ(::sigaction(SIGPIPE, &standard, nullptr), 0);
  std::promise<void> handling;
  std::promise<void> left;
  start(tls_options(), [&](request r, responder respond) {
    if (r.method == "PUT") {
      handling.set_value();
      left.get_future().wait();
    }
    respond.send({});
  });
  tls_client client{connect()};
  client.send("PUT / HTTP/1.1\r\nHost: x\r\n\r\n");
  handling.get_future().wait();
  client.connection().end_sending(); // after this, the reset makes the next write a broken pipe
  client.connection().reset();
  left.set_value();
  tls_client good{connect()};
  good.send(get_and_close);
  EXPECT_EQ(status_of(good.read_to_end()), 200);
}

TEST_F(ServerTls, CutsAStreamWhosePeerResets) {
  mailbox<int> gone;
  start(tls_options(), [&](request, responder r) {
    r.start_stream({});
    r.on_gone([&] { gone.put(1); });
    r.write(std::string(1'000'000, 'a'));
    waiting.put(std::move(r));
  });
  tls_client client{connect(4096)};
  client.send(get);
  auto r = waiting.take();
  ASSERT_TRUE(r);
  client.connection().reset();
  EXPECT_TRUE(gone.take());
  EXPECT_FALSE(r->write("x"));
}

TEST_F(ServerTls, RefusesConnectionsAboveTheLimitInsideTls) {
  auto options = tls_options();
  options.max_connections = 1;
  start(options);
  tls_client served{connect()};
  served.send(get);
  EXPECT_EQ(status_of(served.read(15)), 200);
  tls_client refused{connect()};
  EXPECT_EQ(status_of(refused.read_to_end()), 503);
}

TEST_F(ServerTls, NamesTheFileThatCannotBeUsed) {
  auto options = tls_options();
  auto other = directory.file("other.pem");
  write_certificate("DNS:localhost", directory.file("unused.pem"), other);
  for (auto key : {other, directory.file("none.pem"), options.tls_certificate}) {
    auto broken = options;
    broken.tls_key = key;
    server s{io, broken, echo()};
    auto started = s.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, errc::io_failed);
    EXPECT_THAT(started.error().context, HasSubstr(key));
  }
}

} // namespace
} // namespace weixin::httpd::test
