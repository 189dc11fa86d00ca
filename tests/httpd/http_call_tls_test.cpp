// Calls over TLS: only to a server whose certificate is believed and for the name that was asked for.
#include "httpd/http_call.hpp"
#include "tests/httpd/server_fixture.hpp"
#include "tests/httpd/test_certificates.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <unistd.h>

namespace weixin::httpd::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct HttpCallTls : server_test {
  std::string certificate = directory.file("cert.pem");

  listen_options tls_options(const std::string& names = "DNS:localhost,IP:127.0.0.1") {
    auto options = tcp_options();
    options.tls_certificate = certificate;
    options.tls_key = directory.file("key.pem");
    write_certificate(names, options.tls_certificate, options.tls_key);
    return options;
  }
  call_target at(const std::string& ca_file, std::string name) {
    auto trust = tls_trust::load(ca_file);
    EXPECT_TRUE(trust) << to_string(trust.error());
    return {.unix_path = {}, .address = endpoint, .trust = *trust, .tls_name = std::move(name)};
  }
  static http_request get(std::string target = "/a") {
    return {.method = "GET", .host = "localhost", .target = std::move(target), .headers = {}, .body = {}};
  }
};

TEST_F(HttpCallTls, ReachesAServerByNameOrAddress) {
  start(tls_options());
  for (const char* name : {"localhost", "127.0.0.1"}) {
    auto answer = call(at(certificate, name), get(), 10s);
    ASSERT_TRUE(answer) << to_string(answer.error());
    EXPECT_EQ(answer->status, 200);
    EXPECT_THAT(answer->body, HasSubstr("GET /a"));
  }
}

TEST_F(HttpCallTls, CarriesLargeBodiesBothWays) {
  auto options = tls_options();
  options.max_body_bytes = 20'000'000;
  start(options);
  auto request = get("/");
  request.method = "POST";
  request.body = std::string(10'000'000, 'a');
  auto answer = call(at(certificate, "localhost"), request, 30s);
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->body.size(), request.body.size() + std::string{"POST / "}.size());
}

TEST_F(HttpCallTls, FollowsAStream) {
  start(tls_options(), [](request, responder r) {
    r.start_stream({});
    r.write("one");
    r.write("two");
    r.finish();
  });
  std::string got;
  auto answer = stream(at(certificate, "localhost"), get(), [&](std::string_view piece) {
    got += piece;
    return true;
  });
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(got, "onetwo");
}

TEST_F(HttpCallTls, RefusesACertificateOfAnotherName) {
  start(tls_options("DNS:elsewhere.example"));
  for (const char* name : {"localhost", "127.0.0.1"}) {
    auto answer = call(at(certificate, name), get(), 10s);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, errc::tls_failed);
    EXPECT_THAT(answer.error().context, HasSubstr("mismatch"));
    EXPECT_FALSE(answer.error().request_left);
  }
}

TEST_F(HttpCallTls, RefusesACertificateThatNobodyVouchesFor) {
  start(tls_options());
  write_certificate("DNS:localhost", directory.file("other.pem"), directory.file("other.key"));
  for (const auto& ca : {directory.file("other.pem"), std::string{}}) {
    auto answer = call(at(ca, "localhost"), get(), 10s);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, errc::tls_failed);
    EXPECT_THAT(answer.error().context, HasSubstr("self-signed"));
  }
}

TEST_F(HttpCallTls, RefusesAServerThatSpeaksNoTls) {
  start(tcp_options());
  write_certificate("DNS:localhost", certificate, directory.file("key.pem"));
  auto answer = call(at(certificate, "localhost"), get(), 10s);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::tls_failed);
}

TEST_F(HttpCallTls, GivesUpAHandshakeThatNobodyAnswers) {
  auto listening = listen_on_tcp("127.0.0.1:0");
  ASSERT_TRUE(listening);
  endpoint = listening->endpoint;
  write_certificate("DNS:localhost", certificate, directory.file("key.pem"));
  auto answer = call(at(certificate, "localhost"), get(), 100ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::connect_failed);
  ::close(listening->descriptor);
}

TEST_F(HttpCallTls, SaysWhichFileHoldsNoCertificates) {
  std::ofstream{directory.file("no.pem")} << "nothing\n";
  auto trust = tls_trust::load(directory.file("no.pem"));
  ASSERT_FALSE(trust);
  EXPECT_THAT(trust.error().context, HasSubstr("no.pem"));
}

} // namespace
} // namespace weixin::httpd::test
