#include "protocol/webwx/real_ids.hpp"

#include "protocol/webwx/message.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weixin::webwx {
namespace {

using texts = std::vector<std::string>;
using pairs = std::vector<real_id>;

pairs believed(texts names, texts ids, int code = 4) {
  message m;
  m.status_notify_code = code;
  m.status_notify_user_names = std::move(names);
  m.real_ids = std::move(ids);
  return believable_real_ids(m);
}

TEST(RealIds, ArePairedInTheOrderOfTheLists) {
  EXPECT_EQ(believed({"filehelper", "@@g", "@a", "@o"}, {"filehelper", "1@chatroom", "wxid_a", "gh_o"}),
            (pairs{{"filehelper", "filehelper"}, {"@@g", "1@chatroom"}, {"@a", "wxid_a"}, {"@o", "gh_o"}}));
}

TEST(RealIds, AreNoneWhenListsDifferInLength) {
  EXPECT_EQ(believed({"@a", "@b"}, {"wxid_a"}), pairs{});
  EXPECT_EQ(believed({"@a"}, {}), pairs{});
}

TEST(RealIds, AreNoneWhenListsAreOutOfStep) {
  EXPECT_EQ(believed({"@a", "@@g", "@b"}, {"wxid_a", "wxid_b", "1@chatroom"}), pairs{}) << "a group's id";
  EXPECT_EQ(believed({"@a", "filehelper"}, {"filehelper", "wxid_a"}), pairs{}) << "a fixed name";
  EXPECT_EQ(believed({"@a", "@b"}, {"wxid_a", "@b"}), pairs{}) << "a name of the session";
}

TEST(RealIds, OfOtherNoticesAreNone) {
  EXPECT_EQ(believed({"@a"}, {"wxid_a"}, 2), pairs{}) << "read marks promise no order";
}

TEST(RealIds, OfWhoeverHasTwoAreNone) {
  EXPECT_EQ(believed({"@a", "@a", "@b"}, {"wxid_a", "wxid_c", "wxid_b"}), (pairs{{"@b", "wxid_b"}}));
  EXPECT_EQ(believed({"@a", "@c", "@b"}, {"wxid_a", "wxid_a", "wxid_b"}), (pairs{{"@b", "wxid_b"}}));
}

TEST(RealIds, ThatAreRepeatedCountOnce) {
  EXPECT_EQ(believed({"@a", "@a"}, {"wxid_a", "wxid_a"}), (pairs{{"@a", "wxid_a"}}));
}

TEST(RealIds, AreShortAndPlain) {
  std::string longest(real_id::max_bytes, 'x');
  EXPECT_EQ(believed({"@a", "@b"}, {longest, longest + "x"}), (pairs{{"@a", longest}}));
  EXPECT_EQ(believed({"@a", "@b", "@c"}, {"wxid\n", "w id", "\xe6\x88\x91"}), pairs{});
}

} // namespace
} // namespace weixin::webwx
