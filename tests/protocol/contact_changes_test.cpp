#include "protocol/webwx/contact_changes.hpp"
#include "protocol/webwx/contact_paging.hpp"
#include "tests/protocol/fixtures.hpp"

#include <gtest/gtest.h>

#include <map>

namespace weixin::webwx {
namespace {

using members = std::vector<group_member>;

TEST(MemberChanges, TellWhoJoinedAndWhoLeft) {
  members before{{"@1", "one", ""}, {"@2", "two", ""}, {"@3", "three", ""}};
  members after{{"@4", "four", ""}, {"@3", "three", ""}, {"@1", "one", ""}};
  auto changes = diff_members(before, after);
  EXPECT_EQ(changes.joined, (members{{"@4", "four", ""}}));
  EXPECT_EQ(changes.left, (members{{"@2", "two", ""}}));
  EXPECT_TRUE(changes.renamed.empty());
}

TEST(MemberChanges, TellWhoIsCalledOtherwise) {
  members before{{"@1", "one", ""}, {"@2", "two", "second"}, {"@3", "three", "third"}, {"@4", "four", ""}};
  members after{{"@1", "ONE", ""}, {"@2", "two", ""}, {"@3", "changed", "third"}, {"@4", "four", "4th"}};
  // Behind a name in the group the nick name is not seen.
  EXPECT_EQ(
      diff_members(before, after).renamed,
      (std::vector<renamed_member>{{"@1", "one", "ONE"}, {"@2", "second", "two"}, {"@4", "four", "4th"}}));
}

TEST(MemberChanges, AreNoneInAnotherOrder) {
  members before{{"@1", "one", ""}, {"@2", "two", ""}};
  members after{{"@2", "two", ""}, {"@1", "one", ""}};
  EXPECT_TRUE(diff_members(before, after).empty());
}

TEST(MemberChanges, AreNoneWhenAListIsMissing) {
  members some{{"@1", "one", ""}};
  EXPECT_TRUE(diff_members(some, {}).empty());
  EXPECT_TRUE(diff_members({}, some).empty());
}

TEST(MemberChanges, CountARepeatedNameOnce) {
  members before{{"@1", "one", ""}, {"@1", "other", ""}, {"@2", "two", ""}, {"@2", "two", ""}};
  members after{{"@1", "one", ""}, {"@3", "three", ""}, {"@3", "x", ""}, {"@1", "y", ""}};
  auto changes = diff_members(before, after);
  EXPECT_EQ(changes.joined, (members{{"@3", "three", ""}}));
  EXPECT_EQ(changes.left, (members{{"@2", "two", ""}}));
  EXPECT_TRUE(changes.renamed.empty());
}

TEST(MemberChanges, DoNotGuessBehindTheEndOfACutList) {
  members full;
  for (std::size_t i = 0; i < contact::max_members; ++i)
    full.push_back({"@" + std::to_string(i), "m", ""});
  auto other = full;
  other.back() = {"@new", "n", ""};
  EXPECT_TRUE(diff_members(full, other).left.empty());
  EXPECT_TRUE(diff_members(full, other).joined.empty());
  members small{{"@0", "m", ""}};
  EXPECT_EQ(diff_members(full, small).left.size(), contact::max_members - 1);
}

struct ContactChanges : testing::Test {
  std::map<std::string, contact, std::less<>> book;

  contact& know(std::string user_name, std::string nick, contact_kind kind = contact_kind::friend_) {
    auto& c = book[user_name];
    c.user_name = user_name;
    c.nick_name = std::move(nick);
    c.kind = kind;
    return c;
  }
  contact_changes diff(const std::vector<contact>& modified, const std::vector<std::string>& deleted = {}) {
    return diff_contacts(
        [&](std::string_view name) {
          auto found = book.find(name);
          return found == book.end() ? nullptr : &found->second;
        },
        modified, deleted);
  }
};

TEST_F(ContactChanges, TellWhoIsNew) {
  contact c;
  c.user_name = "@new";
  auto changes = diff({c});
  ASSERT_EQ(changes.changed.size(), 1U);
  EXPECT_TRUE(changes.changed[0].is_new);
  EXPECT_EQ(changes.changed[0].before.user_name, "");
}

TEST_F(ContactChanges, LeaveOutWhoIsTheSame) {
  auto same = know("@1", "one");
  EXPECT_TRUE(diff({same}).changed.empty());
}

TEST_F(ContactChanges, TellNamesAndKind) {
  auto c = know("@1", "one", contact_kind::stranger);
  c.remark_name = "remark";
  auto changes = diff({c});
  EXPECT_TRUE(changes.changed.at(0).names_differ);
  EXPECT_FALSE(changes.changed.at(0).kind_differs);
  c = book.at("@1");
  c.kind = contact_kind::friend_;
  changes = diff({c});
  EXPECT_FALSE(changes.changed.at(0).names_differ);
  EXPECT_TRUE(changes.changed.at(0).kind_differs);
}

/// The only proof that a pin was taken (weixin-protocol.md 5.4).
TEST_F(ContactChanges, TellFlagsAndAvatar) {
  auto c = know("@1", "one");
  c.flags = contact_flag::pinned;
  EXPECT_TRUE(diff({c}).changed.at(0).flags_differ);
  EXPECT_FALSE(diff({c}).changed.at(0).avatar_differs);
  c = book.at("@1");
  c.avatar_seq = 7;
  EXPECT_TRUE(diff({c}).changed.at(0).avatar_differs);
  EXPECT_FALSE(diff({c}).changed.at(0).names_differ);
}

TEST_F(ContactChanges, OfAGroupTellItsMembers) {
  auto& known = know("@@g", "topic", contact_kind::group);
  known.members = {{"@1", "one", ""}, {"@2", "two", ""}};
  auto after = known;
  after.members = {{"@2", "two", ""}, {"@3", "three", ""}};
  auto changes = diff({after});
  ASSERT_EQ(changes.changed.size(), 1U);
  EXPECT_EQ(changes.changed[0].members.joined, (members{{"@3", "three", ""}}));
  EXPECT_EQ(changes.changed[0].members.left, (members{{"@1", "one", ""}}));
}

TEST_F(ContactChanges, OfAGroupWithoutMembersKeepThoseThatAreKnown) {
  auto& known = know("@@g", "topic", contact_kind::group);
  known.members = {{"@1", "one", ""}};
  auto after = known;
  after.members = {};
  EXPECT_TRUE(diff({after}).changed.empty());
  after.nick_name = "new topic";
  auto changes = diff({after});
  EXPECT_TRUE(changes.changed.at(0).names_differ);
  EXPECT_EQ(changes.changed.at(0).after.members, known.members);
  EXPECT_TRUE(changes.changed.at(0).members.empty());
}

TEST_F(ContactChanges, TellWhoWasRemovedOnce) {
  know("@1", "one");
  auto changes = diff({}, {"@1", "@unknown", "@1", ""});
  ASSERT_EQ(changes.removed.size(), 1U);
  EXPECT_EQ(changes.removed[0].nick_name, "one");
}

contact_page page(std::vector<std::string> names, std::int64_t seq) {
  contact_page p;
  for (auto& n : names) {
    contact c;
    c.nick_name = n;
    c.user_name = n.substr(0, n.find('='));
    p.contacts.push_back(std::move(c));
  }
  p.seq = seq;
  return p;
}

std::string all(const contact_paging& pages) {
  std::string names;
  for (const auto& c : pages.contacts())
    names += c.nick_name + " ";
  return names;
}

TEST(ContactPaging, FollowsSeqUntilItIsZero) {
  contact_paging pages;
  EXPECT_EQ(pages.next(), 0);
  pages.add(page({"a", "b"}, 50));
  EXPECT_EQ(pages.next(), 50);
  EXPECT_FALSE(pages.is_complete());
  pages.add(page({"c"}, 0));
  EXPECT_EQ(pages.next(), std::nullopt);
  EXPECT_TRUE(pages.is_complete());
  EXPECT_EQ(all(pages), "a b c ");
  EXPECT_EQ(pages.pages(), 2U);
}

TEST(ContactPaging, TakesSeqsThatFallAndPagesThatAreEmpty) {
  contact_paging pages;
  pages.add(page({"a"}, 900));
  pages.add(page({}, 30));
  EXPECT_EQ(pages.next(), 30);
  pages.add(page({"b"}, 9'007'199'254'740'993));
  EXPECT_EQ(pages.next(), 9'007'199'254'740'993);
  pages.add(page({"c"}, 0));
  EXPECT_TRUE(pages.is_complete());
  EXPECT_EQ(all(pages), "a b c ");
}

TEST(ContactPaging, EndsWhenASeqComesAgain) {
  contact_paging pages;
  pages.add(page({"a"}, 10));
  pages.add(page({"b"}, 20));
  pages.add(page({"c"}, 10));
  EXPECT_EQ(pages.next(), std::nullopt);
  EXPECT_FALSE(pages.is_complete());
  EXPECT_EQ(all(pages), "a b c ");
}

TEST(ContactPaging, EndsAfterSeventeenPages) {
  contact_paging pages;
  std::int64_t seq = 0;
  while (pages.next())
    pages.add(page({"a" + std::to_string(seq)}, ++seq));
  EXPECT_EQ(pages.pages(), contact_paging::max_pages);
  EXPECT_FALSE(pages.is_complete());
}

TEST(ContactPaging, KeepsTheLastRecordOfAName) {
  contact_paging pages;
  pages.add(page({"a=1", "b=1"}, 5));
  auto last = page({"a=2", "c=1", "a=3"}, 0);
  last.set_aside = 4;
  pages.add(last);
  EXPECT_EQ(all(pages), "a=3 b=1 c=1 ");
  EXPECT_EQ(pages.set_aside(), 4U);
  EXPECT_EQ(std::move(pages).take().size(), 3U);
}

TEST(ContactPaging, IgnoresWhatComesAfterTheEnd) {
  contact_paging pages;
  pages.add(page({"a"}, 0));
  pages.add(page({"b"}, 7));
  EXPECT_EQ(all(pages), "a ");
  EXPECT_EQ(pages.next(), std::nullopt);
}

TEST(ContactPaging, HoldsABoundedNumber) {
  contact_paging pages;
  for (std::int64_t n = 1; pages.next(); ++n) {
    contact_page p;
    for (int i = 0; i < 20'000; ++i) {
      contact c;
      c.user_name = std::to_string(n) + "-" + std::to_string(i);
      p.contacts.push_back(std::move(c));
    }
    p.seq = n;
    pages.add(std::move(p));
  }
  EXPECT_EQ(pages.contacts().size(), contact_paging::max_contacts);
  EXPECT_FALSE(pages.is_complete());
}

} // namespace
} // namespace weixin::webwx
