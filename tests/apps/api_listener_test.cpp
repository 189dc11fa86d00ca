#include "apps/api_listener.hpp"

#include "store/memory_store.hpp"

#include <gmock/gmock.h>

namespace weixin {
namespace {

using ::testing::HasSubstr;

struct ApiListener : ::testing::Test {
  std::shared_ptr<store::memory_store> kept = std::make_shared<store::memory_store>();
  std::shared_ptr<admin::access> who_may = std::make_shared<admin::access>(
      kept, std::make_shared<manual_wall_clock>(wall_time{}), [] { return std::uint64_t{1}; });

  static config::api_config listening(std::string listen) {
    config::api_config c;
    c.listen = std::move(listen);
    return c;
  }
};

TEST_F(ApiListener, IsOpenedToOthersOnlyWhenThereIsAToken) {
  EXPECT_TRUE(check_api(listening(""), *who_may));
  EXPECT_TRUE(check_api(listening("127.0.0.1:9463"), *who_may));
  auto refused = check_api(listening("192.0.2.7:9463"), *who_may);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::config_invalid);
  EXPECT_THAT(refused.error().context, HasSubstr("weixinctl token create"));
  who_may->create({"x", store::token_scope::read, {}, {}}, {},
                  [](const result<admin::made_access>& made) { ASSERT_TRUE(made); });
  EXPECT_TRUE(check_api(listening("192.0.2.7:9463"), *who_may));
}

TEST_F(ApiListener, KnowsTheTokensOfTheStore) {
  who_may->create({"x", store::token_scope::read, {}, {}}, {}, [](const result<admin::made_access>&) {});
  admin::access next{kept, std::make_shared<manual_wall_clock>(wall_time{}), [] { return std::uint64_t{1}; }};
  ASSERT_TRUE(load_tokens(*kept, next));
  EXPECT_EQ(next.tokens(), 1u);
  kept->fail_next(store::store_call::list_tokens, fail(errc::store_failed));
  EXPECT_FALSE(load_tokens(*kept, next));
}

TEST_F(ApiListener, IsNotOpenedWithACertificateThatIsNone) {
  auto c = listening("127.0.0.1:0");
  c.tls_certificate = c.tls_key = "/nowhere/cert.pem";
  auto refused = check_api(c, *who_may);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::config_invalid);
  EXPECT_THAT(refused.error().context, HasSubstr("/nowhere/cert.pem"));
}

TEST_F(ApiListener, IsReachedAsABrowserReachesIt) {
  EXPECT_EQ(api_url(listening("127.0.0.1:0"), "127.0.0.1:9463"), "http://127.0.0.1:9463");
  EXPECT_EQ(api_url(listening("0.0.0.0:0"), "0.0.0.0:9463"), "http://localhost:9463");
  EXPECT_EQ(api_url(listening("[::1]:0"), "[::1]:9463"), "http://[::1]:9463");
  auto c = listening("192.0.2.7:0");
  c.tls_certificate = "cert.pem";
  EXPECT_EQ(api_url(c, "192.0.2.7:9463"), "https://192.0.2.7:9463");
  c.hosts = {"console.example.com"};
  EXPECT_EQ(api_url(c, "192.0.2.7:9463"), "https://console.example.com:9463");
}

} // namespace
} // namespace weixin
