#include "actors/address_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace weixin {
namespace {

using store::contact_record;
using webwx::contact_kind;

struct AddressBook : ::testing::Test {
  std::uint64_t entropy = 1;
  std::shared_ptr<store::id_source> ids =
      std::make_shared<store::id_source>('c', [this] { return ++entropy; });
  std::shared_ptr<manual_wall_clock> wall =
      std::make_shared<manual_wall_clock>(wall_time{} + std::chrono::hours{24 * 365 * 56});
  address_book book{ids, wall};
  std::vector<contact_record> table; // what the store has

  AddressBook() { begin("@self"); }

  void begin(const std::string& self) { book.begin_session(self, table); }
  /// Does what the owner of the book does: keeps what changed.
  std::vector<contact_record> keep() {
    auto changed = book.take_changed();
    for (const auto& r : changed) {
      std::erase_if(table, [&](const auto& known) { return known.ref == r.ref; });
      table.push_back(r);
    }
    return changed;
  }
  static webwx::contact person(std::string user_name, std::string nick, std::string remark = "",
                               std::string alias = "") {
    webwx::contact c;
    c.user_name = std::move(user_name);
    c.nick_name = std::move(nick);
    c.remark_name = std::move(remark);
    c.alias = std::move(alias);
    c.kind = contact_kind::friend_;
    return c;
  }
  static webwx::contact group(std::string user_name, std::string nick) {
    auto c = person(std::move(user_name), std::move(nick));
    c.kind = contact_kind::group;
    return c;
  }
  void put(std::string user_name, std::string nick, std::string remark = "", std::string alias = "") {
    book.put(person(std::move(user_name), std::move(nick), std::move(remark), std::move(alias)));
  }
};

// -- finding
// ---------------------------------------------------------------------------------------------------

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

TEST_F(AddressBook, GivesReferencesOfTheSameFormAsOtherIds) {
  std::set<std::string> refs;
  for (int i = 0; i < 100; ++i) {
    auto ref = book.ref_of("@" + std::to_string(i));
    EXPECT_TRUE(store::is_id('c', ref)) << ref;
    EXPECT_EQ(*book.resolve(ref), "@" + std::to_string(i));
    refs.insert(ref);
  }
  EXPECT_EQ(refs.size(), 100U);
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

TEST_F(AddressBook, NeverTakesAUserNameFromOutside) {
  put("@a1", "Ann");
  EXPECT_FALSE(book.resolve("@a1"));
}

TEST_F(AddressBook, RefusesReferencesThatWereNeverGiven) {
  put("@a1", "Ann");
  auto ref = book.ref_of("@a1");
  auto other = ref;
  other.back() = other.back() == '0' ? '1' : '0';
  for (const std::string& to : {other, ref + "0", ref.substr(0, ref.size() - 1), std::string{"c-"},
                                std::string{"c7-1"}, std::string{}})
    EXPECT_FALSE(book.resolve(to)) << to;
}

TEST_F(AddressBook, ListsByNameAndKind) {
  put("@a1", "Ann");
  put("@a2", "Bob", "the annoying one");
  EXPECT_EQ(book.list("ANN", "").size(), 2U);
  EXPECT_EQ(book.list("", "special").size(), 1U);
  EXPECT_EQ(book.list("nobody", "").size(), 0U);
}

TEST_F(AddressBook, FindsByAliasAndByPinyin) {
  webwx::contact wang;
  wang.user_name = "@w";
  wang.nick_name = "老王";
  wang.alias = "wang_synthetic";
  wang.pinyin = "laowang\nLW";
  wang.kind = webwx::contact_kind::friend_;
  book.put(wang);
  put("@l", "Lowell");
  auto nicks = [&](std::string_view query) {
    std::vector<std::string> found;
    for (const auto& v : book.list(query, "friend"))
      found.push_back(v.nick);
    return found;
  };
  EXPECT_EQ(nicks("WANG_SYN"), std::vector<std::string>{"老王"});
  EXPECT_EQ(nicks("lao wang"), std::vector<std::string>{"老王"});
  EXPECT_EQ(nicks("lw"), std::vector<std::string>{"老王"});
  EXPECT_EQ(nicks("l"), (std::vector<std::string>{"Lowell", "老王"}))
      << "the beginning of a name before its Pinyin";
  EXPECT_EQ(nicks("w"), (std::vector<std::string>{"老王", "Lowell"})) << "and both before its middle";
}

TEST_F(AddressBook, StoresNothingForPinyinThatCameLater) {
  put("@a", "Ann");
  book.take_changed();
  webwx::contact again;
  again.user_name = "@a";
  again.nick_name = "Ann";
  again.kind = webwx::contact_kind::friend_;
  again.pinyin = "ann";
  book.put(again);
  EXPECT_TRUE(book.take_changed().empty());
  EXPECT_EQ(book.list("an n", "").size(), 1U);
}

TEST_F(AddressBook, KeepsAGroupsMembersWhenAShortFormFollows) {
  auto g = group("@@g", "");
  g.members = {{"@m", "Mia", ""}};
  book.put(g);
  g.members.clear();
  g.nick_name = "New name";
  book.put(g);
  ASSERT_TRUE(book.find("@@g"));
  EXPECT_EQ(book.find("@@g")->members.size(), 1U);
  EXPECT_EQ(book.find("@@g")->nick, "New name");
}

TEST_F(AddressBook, KeepsFlagsAndWhoOwnsAGroup) {
  auto g = group("@@g", "Chess club");
  g.flags = webwx::contact_flag::chat | webwx::contact_flag::pinned;
  g.owner_user_name = "@ann";
  g.encry_chat_room_id = "@e0";
  g.members = {{"@ann", "Ann", ""}};
  book.put(g);
  EXPECT_EQ(book.find("@@g")->owner, "@ann");
  EXPECT_TRUE(book.view_of("@@g")->pinned);
  EXPECT_FALSE(book.view_of("@@g")->muted);
  EXPECT_EQ(*book.snapshot("@@g"), g);
  // A later answer without owner and members says nothing of them; its flags count.
  book.put(group("@@g", "Chess club"));
  EXPECT_EQ(book.find("@@g")->owner, "@ann");
  EXPECT_FALSE(book.view_of("@@g")->pinned);
  EXPECT_EQ(book.groups(), std::vector<std::string>{"@@g"});
}

TEST_F(AddressBook, IsBounded) {
  for (std::size_t i = 0; i < address_book::max_contacts + 10; ++i)
    put("@" + std::to_string(i), "x");
  EXPECT_EQ(book.size(), address_book::max_contacts);
  EXPECT_EQ(book.dropped(), 11U) << "filehelper is there as well";
  auto ref = book.ref_of("@stranger");
  EXPECT_TRUE(store::is_id('c', ref)) << "a message from somebody who found no room has a chat all the same";
  EXPECT_EQ(book.resolve(ref).error().code, errc::contact_not_found);
  EXPECT_EQ(book.size(), address_book::max_contacts);
}

TEST_F(AddressBook, TakesReferencesOnTrustBeforeTheFirstSession) {
  address_book fresh{ids, wall};
  put("@a1", "Ann");
  auto ref = book.ref_of("@a1");
  EXPECT_EQ(*fresh.resolve_ref(ref), ref) << "what waits in the outbox meanwhile is judged later";
  EXPECT_EQ(*fresh.resolve_ref("filehelper"), "filehelper");
  EXPECT_FALSE(fresh.resolve(ref));
  EXPECT_FALSE(fresh.resolve_ref("Ann"));
  fresh.begin_session("@self", {});
  EXPECT_FALSE(fresh.resolve_ref(ref));
}

// -- records
// ---------------------------------------------------------------------------------------------------

TEST_F(AddressBook, HandsOutARecordOnceForEachChange) {
  put("@a1", "Ann", "customer 12", "ann-id");
  auto changed = keep();
  ASSERT_EQ(changed.size(), 1U) << "filehelper has no record";
  EXPECT_EQ(changed[0].ref, book.ref_of("@a1"));
  EXPECT_EQ(changed[0].session, "@self");
  EXPECT_EQ(changed[0].user_name, "@a1");
  EXPECT_EQ(changed[0].kind, contact_kind::friend_);
  EXPECT_EQ(changed[0].alias, "ann-id");
  EXPECT_EQ(changed[0].remark, "customer 12");
  EXPECT_EQ(changed[0].nick, "Ann");
  EXPECT_EQ(changed[0].seen_at, wall->now());
  EXPECT_TRUE(book.take_changed().empty());
  put("@a1", "Ann", "customer 12", "ann-id");
  EXPECT_TRUE(book.take_changed().empty()) << "nothing is new";
  put("@a1", "Ann", "customer 13", "ann-id");
  changed = keep();
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_EQ(changed[0].remark, "customer 13");
}

TEST_F(AddressBook, HasARecordForWhoeverWasGivenAReference) {
  auto ref = book.ref_of("@unheard-of");
  auto changed = keep();
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_EQ(changed[0].ref, ref);
  EXPECT_EQ(changed[0].user_name, "@unheard-of");
}

TEST_F(AddressBook, KeepsAChangeThatNobodyTookWhenTheSessionEnds) {
  put("@a1", "Ann");
  auto ref = book.ref_of("@a1");
  begin("@other");
  put("@b7", "Ann");
  EXPECT_EQ(book.ref_of("@b7"), ref);
  auto changed = keep();
  EXPECT_EQ(changed.back().ref, ref);
  EXPECT_EQ(changed.back().user_name, "@b7");
}

TEST_F(AddressBook, KeepsAChangeOfAContactThatWasRemovedBeforeSomebodyTookIt) {
  put("@a1", "Ann");
  auto ref = book.ref_of("@a1");
  book.remove("@a1");
  auto changed = keep();
  ASSERT_EQ(changed.size(), 1U) << "its reference may have been given to somebody";
  EXPECT_EQ(changed[0].ref, ref);
}

// -- the same session again
// ------------------------------------------------------------------------------------

TEST_F(AddressBook, KnowsTheContactsOfAResumedSessionAtOnce) {
  put("@a1", "Ann", "customer 12");
  auto ref = book.ref_of("@a1");
  keep();
  begin("@self");
  EXPECT_EQ(*book.resolve(ref), "@a1");
  EXPECT_EQ(*book.resolve("customer 12"), "@a1");
  EXPECT_EQ(book.find("@a1")->kind, contact_kind::friend_);
  EXPECT_TRUE(book.take_changed().empty());
}

TEST_F(AddressBook, BelievesAUserNameOfTheSameSessionMoreThanNames) {
  put("@a1", "Ann");
  put("@a2", "Bob");
  auto ann = book.ref_of("@a1"), bob = book.ref_of("@a2");
  keep();
  begin("@self");
  book.put_all({person("@a1", "Bob"), person("@a2", "Ann")});
  EXPECT_EQ(book.ref_of("@a1"), ann) << "they changed their nick names";
  EXPECT_EQ(book.ref_of("@a2"), bob);
}

TEST_F(AddressBook, GivesARemovedContactItsReferenceBackWhenItReturns) {
  put("@a1", "Ann");
  auto ref = book.ref_of("@a1");
  book.remove("@a1");
  EXPECT_FALSE(book.resolve(ref));
  EXPECT_FALSE(book.resolve("Ann"));
  put("@a1", "Anna");
  EXPECT_EQ(book.ref_of("@a1"), ref);
  EXPECT_EQ(*book.resolve(ref), "@a1");
}

TEST_F(AddressBook, GivesTwoRecordsOfOneUserNameToNobody) {
  put("@a1", "Ann");
  keep();
  auto twin = table[0];
  twin.ref = ids->next(wall->now());
  table.push_back(twin);
  begin("@self");
  put("@a1", "Ann");
  EXPECT_FALSE(book.resolve(table[0].ref));
  EXPECT_FALSE(book.resolve(table[1].ref));
  EXPECT_NE(book.ref_of("@a1"), table[0].ref);
}

// -- a new session
// ---------------------------------------------------------------------------------------------

TEST_F(AddressBook, RecognisesAContactByItsAliasWhateverItIsCalledNow) {
  put("@a1", "Ann", "old customer", "ann-id");
  auto ref = book.ref_of("@a1");
  keep();
  begin("@self2");
  EXPECT_FALSE(book.resolve(ref)) << "nobody yet";
  book.put_all({person("@b1", "Annie", "", "ann-id"), person("@b2", "Ann", "old customer")});
  EXPECT_EQ(book.ref_of("@b1"), ref);
  EXPECT_NE(book.ref_of("@b2"), ref);
  EXPECT_EQ(*book.resolve(ref), "@b1");
  auto changed = keep();
  ASSERT_EQ(changed.size(), 2U);
  EXPECT_THAT(table,
              ::testing::Contains(::testing::AllOf(::testing::Field(&contact_record::ref, ref),
                                                   ::testing::Field(&contact_record::nick, "Annie"),
                                                   ::testing::Field(&contact_record::session, "@self2"))));
}

TEST_F(AddressBook, RecognisesAContactByKindRemarkAndNickName) {
  put("@a1", "Ann", "customer 12");
  auto ref = book.ref_of("@a1");
  keep();
  begin("@self2");
  book.put_all({person("@b1", "Ann", "customer 12"), person("@b2", "Ann")});
  EXPECT_EQ(book.ref_of("@b1"), ref);
  EXPECT_NE(book.ref_of("@b2"), ref);
}

TEST_F(AddressBook, DoesNotTakeAGroupForAPersonOfTheSameName) {
  put("@a1", "Chess");
  auto ref = book.ref_of("@a1");
  keep();
  begin("@self2");
  book.put(group("@@g", "Chess"));
  EXPECT_NE(book.ref_of("@@g"), ref);
  EXPECT_FALSE(book.resolve(ref));
}

TEST_F(AddressBook, GivesNobodyAReferenceThatTwoContactsCouldHave) {
  put("@a1", "Ann");
  auto ref = book.ref_of("@a1");
  keep();
  begin("@self2");
  book.put_all({person("@b1", "Ann"), person("@b2", "Ann")});
  EXPECT_FALSE(book.resolve(ref)) << "better nobody than the wrong one";
  EXPECT_NE(book.ref_of("@b1"), book.ref_of("@b2"));
}

TEST_F(AddressBook, GivesNobodyAReferenceWhenTwoRecordsFit) {
  put("@a1", "Ann");
  put("@a2", "Ann");
  auto first = book.ref_of("@a1"), second = book.ref_of("@a2");
  keep();
  begin("@self2");
  put("@b1", "Ann");
  EXPECT_NE(book.ref_of("@b1"), first);
  EXPECT_NE(book.ref_of("@b1"), second);
}

TEST_F(AddressBook, CountsAContactThatIsSureAlreadyAmongThoseOfItsName) {
  put("@a1", "Ann", "", "ann-id");
  put("@a2", "Ann");
  auto sure = book.ref_of("@a1"), unsure = book.ref_of("@a2");
  keep();
  begin("@self2");
  book.put_all({person("@b1", "Ann", "", "ann-id"), person("@b2", "Ann")});
  EXPECT_EQ(book.ref_of("@b1"), sure);
  EXPECT_NE(book.ref_of("@b2"), unsure) << "two contacts and two records have the name";
}

TEST_F(AddressBook, DoesNotTakeAnotherWeixinIdForTheSamePerson) {
  put("@a1", "Ann", "", "ann-id");
  auto ref = book.ref_of("@a1");
  keep();
  begin("@self2");
  put("@b1", "Ann", "", "another-id");
  EXPECT_NE(book.ref_of("@b1"), ref);
}

TEST_F(AddressBook, RecognisesNobodyWithoutAnyName) {
  auto ref = book.ref_of("@a1");
  keep();
  begin("@self2");
  put("@b1", "");
  EXPECT_NE(book.ref_of("@b1"), ref);
  EXPECT_FALSE(book.resolve(ref));
}

TEST_F(AddressBook, FindsNothingByAReferenceOfAnOlderSessionThatNobodyIs) {
  put("@a1", "Ann");
  auto ref = book.ref_of("@a1");
  keep();
  begin("@self2");
  put("@b9", "Bob");
  EXPECT_EQ(book.resolve(ref).error().code, errc::contact_not_found);
  EXPECT_EQ(book.resolve_ref(ref).error().code, errc::contact_not_found);
}

TEST_F(AddressBook, NeverTakesTheSameUserNameOfAnotherSessionForTheSameContact) {
  put("@a1", "Ann");
  auto ref = book.ref_of("@a1");
  keep();
  begin("@self2");
  put("@a1", "Bob");
  EXPECT_NE(book.ref_of("@a1"), ref);
}

TEST_F(AddressBook, LetsAGroupThatIsLearntLaterHaveItsReference) {
  book.put(group("@@g1", "Chess club"));
  auto ref = book.ref_of("@@g1");
  keep();
  begin("@self2");
  put("@b1", "Ann");
  EXPECT_FALSE(book.resolve(ref));
  book.put(group("@@h1", "Chess club"));
  EXPECT_EQ(*book.resolve(ref), "@@h1");
}

TEST_F(AddressBook, KeepsTheReferenceOfAGroupThatSpokeBeforeItWasKnown) {
  book.put(group("@@g1", "Chess club"));
  auto old = book.ref_of("@@g1");
  keep();
  begin("@self2");
  auto ref = book.ref_of("@@h1");
  book.put(group("@@h1", "Chess club"));
  EXPECT_EQ(book.ref_of("@@h1"), ref) << "it was given away already";
  EXPECT_FALSE(book.resolve(old));
}

TEST_F(AddressBook, LeavesOutRecordsThatAreNoRecords) {
  table.push_back({"not-a-ref", "@self", "@a1", contact_kind::friend_, "", "", "Ann", {}});
  table.push_back({"", "@self", "@a2", contact_kind::friend_, "", "", "Bob", {}});
  begin("@self");
  EXPECT_EQ(book.size(), 1U);
}

TEST_F(AddressBook, PairsALargeAddressBookAgain) {
  std::vector<webwx::contact> contacts;
  for (int i = 0; i < 5'000; ++i)
    contacts.push_back(person("@a" + std::to_string(i), "Person " + std::to_string(i)));
  book.put_all(contacts);
  keep();
  ASSERT_EQ(table.size(), 5'000U);
  begin("@self2");
  for (auto& c : contacts)
    c.user_name = "@b" + c.user_name.substr(2);
  book.put_all(contacts);
  for (const auto& r : table)
    ASSERT_EQ(*book.resolve(r.ref), "@b" + r.user_name.substr(2));
}

} // namespace
} // namespace weixin
