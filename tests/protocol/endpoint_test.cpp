#include "protocol/webwx/endpoint.hpp"

#include <gtest/gtest.h>

#include <set>

namespace weixin::webwx {
namespace {

using namespace std::chrono_literals;

TEST(Endpoint, HasItsNameOnTheWire) {
  EXPECT_EQ(to_string(endpoint::jslogin), "jslogin");
  EXPECT_EQ(to_string(endpoint::webwxnewloginpage), "webwxnewloginpage");
  EXPECT_EQ(to_string(endpoint::webwxgetmsgimg), "webwxgetmsgimg");
  EXPECT_EQ(to_string(endpoint::webwxlogout), "webwxlogout");
}

TEST(Endpoint, HasANameAndLimitsOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i < endpoint_count; ++i) {
    auto e = static_cast<endpoint>(i);
    names.insert(to_string(e));
    EXPECT_GE(limits_of(e).deadline, 10s) << to_string(e);
    EXPECT_GE(limits_of(e).max_body_bytes, 4096U) << to_string(e);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(endpoint_count));
}

TEST(Endpoint, WaitsLongerForLongPollsThanTheServerHoldsThem) {
  EXPECT_EQ(limits_of(endpoint::synccheck).deadline, 35s);
  EXPECT_EQ(limits_of(endpoint::login).deadline, 35s);
}

TEST(Endpoint, TakesOnlyAsMuchAsItsAnswersNeed) {
  constexpr std::size_t mib = 1024 * 1024;
  EXPECT_EQ(limits_of(endpoint::synccheck).max_body_bytes, 4096U);
  EXPECT_EQ(limits_of(endpoint::login).max_body_bytes, mib / 4);
  EXPECT_EQ(limits_of(endpoint::webwxgetcontact).max_body_bytes, 16 * mib);
  EXPECT_EQ(limits_of(endpoint::webwxsync).max_body_bytes, 8 * mib);
  EXPECT_EQ(limits_of(endpoint::webwxgetmsgimg).max_body_bytes, 25 * mib);
  EXPECT_EQ(limits_of(endpoint::webwxinit).max_body_bytes, mib);
}

} // namespace
} // namespace weixin::webwx
