// How the address book finds out who of a new session is whom, and what becomes of the references.
#include "actors/address_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace weixin {
namespace {

using store::contact_record;
using webwx::contact_kind;
using webwx::match_basis;

struct ContactRecognition : ::testing::Test {
  std::uint64_t entropy = 1;
  std::shared_ptr<store::id_source> ids =
      std::make_shared<store::id_source>('c', [this] { return ++entropy; });
  std::shared_ptr<manual_wall_clock> wall =
      std::make_shared<manual_wall_clock>(wall_time{} + std::chrono::hours{24 * 365 * 56});
  address_book book{ids, wall};
  std::vector<contact_record> table; // what the store has

  ContactRecognition() { login("@self"); }

  void login(const std::string& self) {
    keep();
    book.begin_session(self, table);
  }
  std::vector<contact_record> keep() {
    auto changed = book.take_changed();
    for (const auto& r : changed) {
      std::erase_if(table, [&](const auto& known) { return known.ref == r.ref; });
      table.push_back(r);
    }
    return changed;
  }
  static webwx::contact person(std::string user_name, std::string nick, std::int64_t picture = 0) {
    webwx::contact c;
    c.user_name = std::move(user_name);
    c.nick_name = std::move(nick);
    c.avatar_seq = picture;
    c.kind = contact_kind::friend_;
    return c;
  }
  static webwx::contact group(std::string user_name, std::string topic) {
    auto c = person(std::move(user_name), std::move(topic));
    c.kind = contact_kind::group;
    return c;
  }
  /// Ann as she is told apart by nothing but where she lives.
  static webwx::contact ann_of(std::string user_name, std::string province, std::string remark = "") {
    auto c = person(std::move(user_name), "Ann");
    c.province = std::move(province);
    c.remark_name = std::move(remark);
    return c;
  }
  contact_view shown(const std::string& user_name) {
    auto ref = book.ref_of(user_name);
    for (auto& v : book.list("", ""))
      if (v.ref == ref) return v;
    ADD_FAILURE() << user_name;
    return {};
  }
  match_basis basis_of(const std::string& user_name) { return shown(user_name).basis; }
};

// -- at first sight
// -----------------------------------------------------------------------------------------------

TEST_F(ContactRecognition, TellsTwoOfOneNameApartByTheirPictures) {
  book.put_all({person("@a1", "Ann", 11), person("@a2", "Ann", 12)});
  auto first = book.ref_of("@a1"), second = book.ref_of("@a2");
  login("@self2");
  book.put_all({person("@b2", "Ann", 12), person("@b1", "Ann", 11)});
  EXPECT_EQ(*book.resolve(first), "@b1");
  EXPECT_EQ(*book.resolve(second), "@b2");
  EXPECT_EQ(basis_of("@b1"), match_basis::picture_and_nick);
}

TEST_F(ContactRecognition, IsNotDeceivedByWhoTakesTheNameOfSomebodyWhoLeft) {
  book.put_all({person("@a", "Ann", 11), person("@b", "Bob", 12)});
  auto ann = book.ref_of("@a"), bob = book.ref_of("@b");
  login("@self2");
  book.put_all({person("@c", "Ann", 12)});
  EXPECT_FALSE(book.resolve(ann));
  EXPECT_FALSE(book.resolve(bob));
}

TEST_F(ContactRecognition, RemembersAPictureThatALaterAnswerLeavesOut) {
  book.put_all({person("@a1", "Ann", 11), person("@a2", "Ann", 12)});
  auto first = book.ref_of("@a1");
  book.put(person("@a1", "Ann"));
  login("@self2");
  book.put_all({person("@b1", "Ann", 11), person("@b2", "Ann", 12)});
  EXPECT_EQ(*book.resolve(first), "@b1");
}

TEST_F(ContactRecognition, TellsWhatAReferenceRestsOn) {
  auto wang = person("@w", "Wang");
  wang.alias = "wang-id";
  book.put_all({person("@a", "Ann"), wang});
  EXPECT_EQ(basis_of("@a"), match_basis::fresh);
  login("@self2");
  wang.user_name = "@x";
  book.put_all({person("@b", "Ann"), wang});
  EXPECT_EQ(basis_of("@b"), match_basis::names);
  EXPECT_EQ(basis_of("@x"), match_basis::alias);
  EXPECT_EQ(shown("filehelper").basis, match_basis::real_id);
  login("@self2"); // resumed
  EXPECT_EQ(basis_of("@b"), match_basis::names);
  EXPECT_EQ(basis_of("@x"), match_basis::alias);
}

TEST_F(ContactRecognition, NeverTakesWhoWasRemovedForSomebodyElseOfTheSameSession) {
  book.put(person("@a", "Ann", 11));
  auto ref = book.ref_of("@a");
  book.remove("@a");
  book.put(person("@b", "Ann", 11));
  EXPECT_NE(book.ref_of("@b"), ref);
  EXPECT_FALSE(book.resolve(ref));
}

// -- lasting ids
// ------------------------------------------------------------------------------------------------

TEST_F(ContactRecognition, FindsAContactOfWhichNothingIsTheSameByItsRealId) {
  book.put(person("@a", "Ann", 11));
  book.learn_real_ids({{"@a", "wxid_a"}});
  auto ref = book.ref_of("@a");
  login("@self2");
  book.put(person("@b", "Annie", 99));
  EXPECT_FALSE(book.resolve(ref));
  auto meanwhile = book.ref_of("@b");
  book.learn_real_ids({{"@b", "wxid_a"}});
  EXPECT_EQ(book.ref_of("@b"), ref);
  EXPECT_EQ(basis_of("@b"), match_basis::real_id);
  EXPECT_EQ(*book.resolve(meanwhile), "@b") << "who has sent to it meant the same one";
  EXPECT_EQ(*book.resolve_ref(meanwhile), ref);
}

TEST_F(ContactRecognition, ReferencesThatBecameOneStayOneOverRestartsAndLogins) {
  book.put(person("@a", "Ann", 11));
  book.learn_real_ids({{"@a", "wxid_a"}});
  auto ref = book.ref_of("@a");
  login("@self2");
  book.put(person("@b", "Annie", 99));
  auto meanwhile = book.ref_of("@b");
  keep();
  book.learn_real_ids({{"@b", "wxid_a"}});
  login("@self2"); // resumed
  EXPECT_EQ(book.ref_of("@b"), ref);
  EXPECT_EQ(*book.resolve(meanwhile), "@b");
  login("@self3");
  book.put(person("@c", "Annie", 99));
  EXPECT_EQ(*book.resolve(ref), "@c");
  EXPECT_EQ(*book.resolve(meanwhile), "@c");
}

TEST_F(ContactRecognition, KnowsTheRealIdOfAGroupThatIsLearntLater) {
  book.put(group("@@g", "Chess club"));
  book.learn_real_ids({{"@@g", "1@chatroom"}});
  auto ref = book.ref_of("@@g");
  login("@self2");
  book.learn_real_ids({{"@@h", "1@chatroom"}});
  book.put(group("@@h", "Go club"));
  EXPECT_EQ(book.ref_of("@@h"), ref);
  EXPECT_EQ(basis_of("@@h"), match_basis::real_id);
}

TEST_F(ContactRecognition, BecomesCertainWhenTheRealIdAgrees) {
  book.put(person("@a", "Ann"));
  book.learn_real_ids({{"@a", "wxid_a"}});
  login("@self2");
  book.put(person("@b", "Ann"));
  EXPECT_EQ(basis_of("@b"), match_basis::names);
  book.learn_real_ids({{"@b", "wxid_a"}});
  EXPECT_EQ(basis_of("@b"), match_basis::real_id);
  login("@self2"); // resumed
  book.learn_real_ids({{"@b", "wxid_a"}});
  EXPECT_TRUE(book.take_changed().empty()) << "nothing is new";
}

TEST_F(ContactRecognition, TakesAReferenceBackFromWhoHasAnotherRealId) {
  book.put(person("@a", "Ann"));
  book.learn_real_ids({{"@a", "wxid_a"}});
  auto ann = book.ref_of("@a");
  login("@self2");
  book.put(person("@b", "Ann"));
  ASSERT_EQ(*book.resolve(ann), "@b") << "nothing speaks against it yet";
  book.learn_real_ids({{"@b", "wxid_other"}});
  EXPECT_FALSE(book.resolve(ann));
  EXPECT_NE(book.ref_of("@b"), ann);
  login("@self2"); // resumed
  EXPECT_FALSE(book.resolve(ann));
  EXPECT_EQ(*book.resolve(book.ref_of("@b")), "@b");
  login("@self3");
  book.put(person("@c", "Somebody"));
  book.learn_real_ids({{"@c", "wxid_a"}});
  EXPECT_EQ(*book.resolve(ann), "@c");
}

TEST_F(ContactRecognition, GivesAReferenceToItsRealIdWhenSomebodyElseHadItByName) {
  book.put_all({person("@a", "Ann"), person("@x", "Bob")});
  book.learn_real_ids({{"@a", "wxid_a"}});
  auto ann = book.ref_of("@a");
  login("@self2");
  // Ann calls herself Annie now, and somebody new is called Ann.
  book.put_all({person("@b", "Annie"), person("@c", "Ann")});
  book.learn_real_ids({{"@b", "wxid_a"}});
  EXPECT_EQ(*book.resolve(ann), "@b");
  EXPECT_NE(book.ref_of("@c"), ann);
}

TEST_F(ContactRecognition, PrefersTheReferenceOfTheRealIdToThatOfTheName) {
  book.put_all({person("@a", "Ann"), person("@b", "Bob")});
  book.learn_real_ids({{"@b", "wxid_b"}});
  auto ann = book.ref_of("@a"), bob = book.ref_of("@b");
  login("@self2");
  // Ann is gone, and Bob calls himself Ann.
  book.put(person("@c", "Ann"));
  ASSERT_EQ(*book.resolve(ann), "@c");
  book.learn_real_ids({{"@c", "wxid_b"}});
  EXPECT_EQ(*book.resolve(bob), "@c");
  EXPECT_FALSE(book.resolve(ann));
}

TEST_F(ContactRecognition, BelievesTheFirstRealIdOfASession) {
  book.put_all({person("@a", "Ann"), person("@b", "Bob")});
  book.learn_real_ids({{"@a", "wxid_a"}, {"@b", "wxid_b"}});
  auto ann = book.ref_of("@a"), bob = book.ref_of("@b");
  book.learn_real_ids({{"@a", "wxid_b"}, {"@b", "wxid_a"}});
  book.learn_real_ids({{"@a", "wxid_c"}});
  keep();
  EXPECT_EQ(book.ref_of("@a"), ann);
  login("@self2");
  book.put_all({person("@c", "C"), person("@d", "D")});
  book.learn_real_ids({{"@c", "wxid_a"}, {"@d", "wxid_b"}});
  EXPECT_EQ(*book.resolve(ann), "@c");
  EXPECT_EQ(*book.resolve(bob), "@d");
}

TEST_F(ContactRecognition, WaitsForABoundedNumberOfContacts) {
  std::vector<webwx::real_id> told;
  for (int i = 0; i < 3'000; ++i)
    told.push_back({"@@" + std::to_string(i), std::to_string(i) + "@chatroom"});
  book.learn_real_ids(told);
  book.put_all({group("@@0", "First"), group("@@2999", "Last")});
  auto records = keep();
  ASSERT_EQ(records.size(), 2U);
  std::set<std::string> known;
  for (const auto& r : records)
    known.insert(r.real_id);
  EXPECT_EQ(known, (std::set<std::string>{"", "0@chatroom"}));
}

// -- what is only likely
// ----------------------------------------------------------------------------------------

TEST_F(ContactRecognition, ShowsWhoIsOnlyLikelyAndSendsNothing) {
  book.put_all({ann_of("@a1", "Hunan"), ann_of("@a2", "Sichuan")});
  auto first = book.ref_of("@a1");
  login("@self2");
  book.put_all({ann_of("@b1", "Hunan"), ann_of("@b2", "Sichuan")});
  EXPECT_EQ(book.resolve_ref(first).error().code, errc::target_lost);
  EXPECT_THAT(book.resolve_ref(first).error().context, ::testing::HasSubstr(book.ref_of("@b1")));
  EXPECT_FALSE(book.resolve(first));
  auto view = shown("@b1");
  EXPECT_EQ(view.basis, match_basis::fresh);
  EXPECT_EQ(view.likely_ref, first);
  EXPECT_EQ(view.likely_basis, match_basis::place);
  EXPECT_EQ(*book.resolve(view.ref), "@b1") << "its own reference is sure";
}

TEST_F(ContactRecognition, ShowsNobodyWhoCouldBeTwo) {
  book.put_all({ann_of("@a1", "Hunan", "Boss")});
  auto ref = book.ref_of("@a1");
  login("@self2");
  book.put_all({ann_of("@b1", "Hunan")});
  EXPECT_EQ(shown("@b1").likely_ref, ref);
  book.put(ann_of("@b2", "Hunan"));
  EXPECT_EQ(shown("@b1").likely_ref, "");
  EXPECT_EQ(book.resolve_ref(ref).error().code, errc::contact_not_found);
  book.remove("@b1");
  EXPECT_EQ(shown("@b2").likely_ref, "") << "who was there in this session counts";
}

TEST_F(ContactRecognition, IsWhatAPersonConfirms) {
  book.put_all({ann_of("@a1", "Hunan"), ann_of("@a2", "Sichuan")});
  auto first = book.ref_of("@a1"), second = book.ref_of("@a2");
  login("@self2");
  book.put_all({ann_of("@b1", "Hunan"), ann_of("@b2", "Sichuan")});
  auto meanwhile = book.ref_of("@b1"), other = book.ref_of("@b2");
  auto view = book.confirm(first, "");
  ASSERT_TRUE(view);
  EXPECT_EQ(view->ref, first);
  EXPECT_EQ(view->basis, match_basis::confirmed);
  EXPECT_EQ(*book.resolve(first), "@b1");
  EXPECT_EQ(*book.resolve(meanwhile), "@b1");
  ASSERT_TRUE(book.confirm(second, other)) << "named by its reference";
  EXPECT_EQ(*book.resolve(second), "@b2");
  login("@self2"); // resumed
  EXPECT_EQ(*book.resolve(first), "@b1");
  EXPECT_EQ(*book.resolve(other), "@b2");
  EXPECT_EQ(basis_of("@b1"), match_basis::confirmed);
}

TEST_F(ContactRecognition, IsConfirmedForAContactThatHasAReferenceOfItsOwnAlready) {
  book.put(person("@a", "Ann"));
  auto old = book.ref_of("@a");
  login("@self2");
  book.put(person("@b", "Annie"));
  auto own = book.ref_of("@b");
  login("@self3");
  book.put(person("@c", "Annie"));
  auto view = book.confirm(old, "Annie");
  ASSERT_TRUE(view);
  EXPECT_EQ(view->ref, own);
  EXPECT_EQ(*book.resolve(old), "@c");
  login("@self4");
  book.put(person("@d", "Annie"));
  EXPECT_EQ(*book.resolve(old), "@d");
}

TEST_F(ContactRecognition, RefusesToConfirmWhatCannotBe) {
  book.put_all({person("@a", "Ann"), person("@z", "Zoe")});
  book.learn_real_ids({{"@a", "wxid_a"}});
  auto ann = book.ref_of("@a"), zoe = book.ref_of("@z");
  login("@self2");
  book.put_all({person("@b", "Bob"), person("@z2", "Zoe"), group("@@g", "Chess club")});
  book.learn_real_ids({{"@b", "wxid_b"}});
  EXPECT_EQ(book.confirm(ann, "Bob").error().code, errc::target_lost) << "their ids differ";
  EXPECT_EQ(book.confirm(ann, "Chess club").error().code, errc::wrong_kind);
  EXPECT_EQ(book.confirm(ann, "filehelper").error().code, errc::wrong_kind);
  EXPECT_EQ(book.confirm(ann, "nobody").error().code, errc::contact_not_found);
  EXPECT_EQ(book.confirm(ann, "").error().code, errc::contact_not_found) << "nobody is likely";
  EXPECT_EQ(book.confirm("c-0", "Bob").error().code, errc::contact_not_found);
  EXPECT_EQ(book.confirm(zoe, "Bob").error().code, errc::invalid_argument) << "it means Zoe";
  EXPECT_EQ(book.confirm(zoe, "")->ref, zoe) << "nothing to confirm";
  EXPECT_FALSE(book.resolve(ann));
}

} // namespace
} // namespace weixin
