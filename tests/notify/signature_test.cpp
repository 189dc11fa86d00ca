#include "notify/signature.hpp"

#include <gtest/gtest.h>

namespace weixin::notify {
namespace {

// RFC 4231, test cases 2 and 6.
TEST(Signature, IsTheHmacOfTheStandard) {
  EXPECT_EQ(hmac_sha256(secret{"Jefe"}, "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      hmac_sha256(secret{std::string(131, '\xaa')}, "Test Using Larger Than Block-Size Key - Hash Key First"),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Signature, CoversTheTimeAndTheBody) {
  secret key{"0123456789abcdef"};
  auto signature = signature_of(key, 1767225600, "{}");
  EXPECT_EQ(signature, "t=1767225600,v1=" + hmac_sha256(key, "1767225600.{}"));
  EXPECT_NE(signature.substr(13), signature_of(key, 1767225601, "{}").substr(13));
  EXPECT_NE(signature, signature_of(key, 1767225600, "{ }"));
}

} // namespace
} // namespace weixin::notify
