#include "config/config.hpp"

#include "tests/config/refusal.hpp"

#include <gmock/gmock.h>

namespace weixin::config {
namespace {

using test::refusal;
using ::testing::HasSubstr;

api_config section_of(std::string_view text) {
  auto parsed = parse_config(text, "w.toml");
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().context);
  return parsed ? parsed->api : api_config{};
}

TEST(ApiSection, ListensNowhereByDefault) { EXPECT_EQ(section_of(""), api_config{}); }

TEST(ApiSection, ReadsEveryKey) {
  auto s = section_of(R"([api]
listen = "0.0.0.0:9463"
tls_certificate = "cert.pem"
tls_key = "key.pem"
hosts = ["console.example.com", "192.0.2.7", "[2001:db8::1]"]
requests_per_second = 2.5
max_connections = 3
allow_plain_http = true
)");
  EXPECT_EQ(s.listen, "0.0.0.0:9463");
  EXPECT_EQ(s.tls_certificate, "cert.pem");
  EXPECT_EQ(s.tls_key, "key.pem");
  EXPECT_EQ(s.hosts, (std::vector<std::string>{"console.example.com", "192.0.2.7", "[2001:db8::1]"}));
  EXPECT_EQ(s.requests_per_second, 2.5);
  EXPECT_EQ(s.max_connections, 3u);
  EXPECT_TRUE(s.allow_plain_http);
}

TEST(ApiSection, WantsTlsOrAWordOnAnAddressThatOthersReach) {
  for (const char* loopback : {"127.0.0.1:9463", "[::1]:0", "127.8.8.8:1"})
    EXPECT_EQ(section_of("[api]\nlisten = '" + std::string{loopback} + "'").listen, loopback);
  for (const char* open : {"0.0.0.0:9463", "[::]:9463", "192.0.2.7:9463"})
    EXPECT_THAT(refusal("[api]\nlisten = '" + std::string{open} + "'"),
                HasSubstr("w.toml:2:10: api.listen: whoever is on the way could read the tokens"));
  section_of("[api]\nlisten = '0.0.0.0:1'\nallow_plain_http = true");
  section_of("[api]\nlisten = '0.0.0.0:1'\ntls_certificate = 'a'\ntls_key = 'b'");
}

TEST(ApiSection, WantsACertificateWithItsKey) {
  EXPECT_THAT(refusal("[api]\ntls_certificate = 'a'"), HasSubstr("api.tls_certificate"));
  EXPECT_THAT(refusal("[api]\ntls_key = 'a'"), HasSubstr("api.tls_key"));
}

TEST(ApiSection, RefusesWhatIsNoAddressOrHost) {
  EXPECT_THAT(refusal("[api]\nlisten = 'localhost:9463'"), HasSubstr("api.listen"));
  EXPECT_THAT(refusal("[api]\nlisten = '127.0.0.1'"), HasSubstr("api.listen"));
  for (const char* host : {"", "a b", "a:80", "http://a", "user@a", "a/b"})
    EXPECT_THAT(refusal("[api]\nhosts = ['" + std::string{host} + "']"), HasSubstr("api.hosts")) << host;
  EXPECT_THAT(refusal("[api]\nrequests_per_second = 0"), HasSubstr("api.requests_per_second"));
  EXPECT_THAT(refusal("[api]\nmax_connections = 0"), HasSubstr("api.max_connections"));
  EXPECT_THAT(refusal("[api]\ntoken = 'wxd_x'"), HasSubstr("api.token"));
}

} // namespace
} // namespace weixin::config
