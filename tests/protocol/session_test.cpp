#include "protocol/webwx/session.hpp"
#include "tests/protocol/fixtures.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

TEST(SyncKeyList, JoinsItsPairsForAQuery) {
  sync_key_list keys{{{1, 700}, {2, 701}, {1000, 1463740202}}};
  EXPECT_EQ(keys.to_query(), "1_700|2_701|1000_1463740202");
  EXPECT_EQ(sync_key_list{}.to_query(), "");
}

TEST(Session, ComesBackFromJsonAsItWas) {
  auto s = sample_session();
  s.invite_start_count = 41;
  auto back = session_from_json(to_json(s));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, s);
}

TEST(Session, ComesBackBeforeItsLoginIsComplete) {
  session s;
  auto back = session_from_json(to_json(s));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, s);
}

TEST(Session, RefusesJsonThatIsNone) {
  auto whole = to_json(sample_session()).reveal();
  for (std::size_t n = 0; n < whole.size(); n += 7) {
    auto back = session_from_json(secret{whole.substr(0, n)});
    ASSERT_FALSE(back) << n;
    EXPECT_EQ(back.error().code, errc::store_corrupt);
    EXPECT_EQ(back.error().context, "session");
  }
  EXPECT_FALSE(session_from_json(secret{"[]"}));
  EXPECT_FALSE(session_from_json(secret{R"({"uin":1})"}));
}

TEST(Session, RemembersItsMode) {
  auto s = sample_session();
  s.mode = login_mode::desktop;
  EXPECT_EQ(session_from_json(to_json(s))->mode, login_mode::desktop);
}

TEST(Session, ThatDoesNotSayItsModeIsOfTheWebPage) {
  auto json = to_json(sample_session()).reveal();
  auto at = json.find(",\"mode\":\"web\"");
  ASSERT_NE(at, std::string::npos);
  json.erase(at, std::string_view{",\"mode\":\"web\""}.size());
  EXPECT_EQ(session_from_json(secret{json})->mode, login_mode::web);
}

} // namespace
} // namespace weixin::webwx
