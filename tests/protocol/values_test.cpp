#include "protocol/errc.hpp"
#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/secret.hpp"

#include <gtest/gtest.h>

#include <set>
#include <type_traits>

namespace weixin {
namespace {

TEST(Errc, HasAStableNameForEveryValue) {
  std::set<std::string_view> names;
  for (int i = 0; i < errc_count; ++i)
    names.insert(to_string(static_cast<errc>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(errc_count));
  EXPECT_EQ(to_string(errc::timed_out), "timed_out");
  EXPECT_EQ(to_string(errc::internal), "internal");
}

TEST(Errc, IsTransientUpToTooFrequent) {
  EXPECT_TRUE(is_transient(errc::dns_failed));
  EXPECT_TRUE(is_transient(errc::too_frequent));
  EXPECT_FALSE(is_transient(errc::session_ended));
}

TEST(Error, PrintsOnOneLine) {
  EXPECT_EQ(to_string(fail(errc::http_status, "webwxinit", 502)), "http_status 502: webwxinit");
  EXPECT_EQ(to_string(fail(errc::timed_out)), "timed_out");
}

TEST(Secret, DoesNotTurnIntoText) {
  static_assert(!std::is_convertible_v<secret, std::string>);
  static_assert(!std::is_convertible_v<std::string, secret>);
  EXPECT_EQ(secret{"a"}, secret{"a"});
  EXPECT_TRUE(secret{}.empty());
}

TEST(HttpHeaders, AreFoundWithoutRegardToCase) {
  std::vector<http_header> headers{{"Content-Type", "a"}, {"SET-COOKIE", "b"}, {"set-cookie", "c"}};
  EXPECT_EQ(find_header(headers, "content-type"), "a");
  EXPECT_EQ(find_header(headers, "Set-Cookie"), "b");
  EXPECT_EQ(find_header(headers, "Set"), "");
}

} // namespace
} // namespace weixin
