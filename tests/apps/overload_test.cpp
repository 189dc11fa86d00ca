#include "apps/overload.hpp"

#include <gmock/gmock.h>

namespace weixin {
namespace {

using enum runtime::memory_pressure;

httpd::request request_of(std::string method, std::string path) {
  httpd::request r;
  r.method = std::move(method);
  r.path = std::move(path);
  return r;
}

TEST(Overload, RefusesNewWorkWhileMemoryIsShort) {
  for (auto level : {critical, extreme})
    for (const char* path : {"/v1/accounts", "/v1/apply", "/v1/accounts/shop-01/messages"}) {
      auto refused = refuse_for_memory(request_of("POST", path), level);
      ASSERT_TRUE(refused) << path;
      EXPECT_EQ(refused->status, 503);
      EXPECT_THAT(refused->body, ::testing::HasSubstr(R"("code":"overloaded")"));
      ASSERT_EQ(refused->headers.size(), 1U);
      EXPECT_EQ(refused->headers[0].name, "Retry-After");
    }
}

TEST(Overload, TakesEverythingWhileThereIsRoom) {
  for (auto level : {none, high})
    EXPECT_FALSE(refuse_for_memory(request_of("POST", "/v1/accounts/shop-01/messages"), level));
}

TEST(Overload, LetsOperatorsLookAndStopThings) {
  EXPECT_FALSE(refuse_for_memory(request_of("GET", "/v1/accounts"), extreme));
  EXPECT_FALSE(refuse_for_memory(request_of("GET", "/v1/accounts/shop-01/messages"), extreme));
  EXPECT_FALSE(refuse_for_memory(request_of("POST", "/v1/accounts/shop-01/pause"), extreme));
  EXPECT_FALSE(refuse_for_memory(request_of("DELETE", "/v1/accounts/shop-01"), extreme));
}

} // namespace
} // namespace weixin
