#include "actors/address_book.hpp"

#include <gtest/gtest.h>

namespace weixin {
namespace {

struct AddressBook : ::testing::Test {
  address_book book;
  AddressBook() { book.begin_session(7, "@self"); }
  void put(std::string user_name, std::string nick, std::string remark = "") {
    webwx::contact c;
    c.user_name = std::move(user_name);
    c.nick_name = std::move(nick);
    c.remark_name = std::move(remark);
    c.kind = webwx::contact_kind::friend_;
    book.put(std::move(c));
  }
};

TEST_F(AddressBook, FindsAContactByReferenceRemarkOrNickName) {
  put("@a1", "Ann", "customer 12");
  auto ref = book.ref_of("@a1");
  for (const std::string& to : {ref, std::string{"customer 12"}, std::string{"Ann"}}) {
    auto found = book.resolve(to);
    ASSERT_TRUE(found) << to;
    EXPECT_EQ(*found, "@a1");
    EXPECT_EQ(*book.resolve_ref(to), ref);
  }
}

TEST_F(AddressBook, PrefersARemarkToANickName) {
  put("@a1", "Ann");
  put("@a2", "Bob", "Ann");
  EXPECT_EQ(*book.resolve("Ann"), "@a2");
}

TEST_F(AddressBook, NamesTheCandidatesOfAnAmbiguousName) {
  put("@a1", "Ann");
  put("@a2", "Ann");
  EXPECT_EQ(book.resolve("Ann").error().code, errc::contact_ambiguous);
  EXPECT_EQ(book.candidates("Ann").size(), 2U);
}

TEST_F(AddressBook, AlwaysKnowsFilehelper) {
  EXPECT_EQ(*book.resolve("filehelper"), "filehelper");
  EXPECT_EQ(*book.resolve_ref("filehelper"), "filehelper");
}

TEST_F(AddressBook, FindsNothingByAReferenceOfAnOlderSession) {
  put("@a1", "Ann");
  auto ref = book.ref_of("@a1");
  book.begin_session(8, "@self2");
  put("@b9", "Bob");
  EXPECT_EQ(book.resolve(ref).error().code, errc::contact_not_found)
      << "the same number names somebody else in the new session";
}

TEST_F(AddressBook, NeverTakesAUserNameFromOutside) {
  put("@a1", "Ann");
  EXPECT_FALSE(book.resolve("@a1"));
}

TEST_F(AddressBook, RefusesReferencesThatWereNeverGiven) {
  put("@a1", "Ann");
  for (const char* to :
       {"c7-0", "c7-2", "c7-01", "c7-", "c7-1x", "c7--1", "c7-99999999999999999999", "c8-1", ""})
    EXPECT_FALSE(book.resolve(to)) << to;
}

TEST_F(AddressBook, ForgetsARemovedContact) {
  put("@a1", "Ann");
  auto ref = book.ref_of("@a1");
  book.remove("@a1");
  EXPECT_FALSE(book.resolve(ref));
  EXPECT_FALSE(book.resolve("Ann"));
}

TEST_F(AddressBook, KeepsAGroupsMembersWhenAShortFormFollows) {
  webwx::contact group;
  group.user_name = "@@g";
  group.kind = webwx::contact_kind::group;
  group.members = {{"@m", "Mia", ""}};
  book.put(group);
  group.members.clear();
  group.nick_name = "New name";
  book.put(group);
  ASSERT_NE(book.find("@@g"), nullptr);
  EXPECT_EQ(book.find("@@g")->members.size(), 1U);
  EXPECT_EQ(book.find("@@g")->nick_name, "New name");
}

TEST_F(AddressBook, IsBounded) {
  for (std::size_t i = 0; i < address_book::max_contacts + 10; ++i)
    put("@" + std::to_string(i), "x");
  EXPECT_EQ(book.size(), address_book::max_contacts);
  EXPECT_EQ(book.dropped(), 11U) << "filehelper is there as well";
}

TEST_F(AddressBook, ListsByNameAndKind) {
  put("@a1", "Ann");
  put("@a2", "Bob", "the annoying one");
  EXPECT_EQ(book.list("ANN", "").size(), 2U);
  EXPECT_EQ(book.list("", "special").size(), 1U);
  EXPECT_EQ(book.list("nobody", "").size(), 0U);
}

} // namespace
} // namespace weixin
