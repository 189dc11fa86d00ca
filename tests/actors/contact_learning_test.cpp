// What of an address book's changes is told, and that it is told once.
#include "actors/contact_learning.hpp"
#include "actors/group_view.hpp"
#include "tests/actors/actors_fixture.hpp"

namespace weixin {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::scripted_weixin;

struct ContactLearning : testing::actors_fixture {
  ContactLearning() { begin_session(); }

  static webwx::contact person(const std::string& user_name, const std::string& nick,
                               webwx::contact_kind kind = webwx::contact_kind::friend_) {
    webwx::contact c;
    c.user_name = user_name;
    c.nick_name = nick;
    c.kind = kind;
    return c;
  }
  static webwx::contact group(std::vector<webwx::group_member> members,
                              const std::string& topic = "Chess club") {
    auto c = person("@@chess", topic, webwx::contact_kind::group);
    c.members = std::move(members);
    return c;
  }
  void learn(std::vector<webwx::contact> modified, std::vector<std::string> deleted = {},
             contact_source source = contact_source::changes) {
    events.clear();
    learn_contacts(*context, std::move(modified), deleted, source);
  }
  /// The data of the only event of that type, "" when there is none.
  std::string only(const std::string& type) {
    std::string found;
    for (const auto& [t, data] : events) {
      if (t != type) continue;
      EXPECT_EQ(found, "") << "told twice";
      found = data;
    }
    return found;
  }
};

TEST_F(ContactLearning, TellsWhoCameChangedAndWent) {
  learn({person("@mia", "Mia")});
  EXPECT_EQ(member(only("contact"), "change"), "added");
  EXPECT_EQ(member(only("contact"), "nick"), "Mia");
  auto ref = member(only("contact"), "ref");
  EXPECT_EQ(ref, *context->contacts.known_ref("@mia"));

  auto pinned = person("@mia", "Mia W");
  pinned.flags = webwx::contact_flag::in_address_book | webwx::contact_flag::pinned;
  learn({pinned});
  EXPECT_EQ(member(only("contact"), "change"), "changed");
  EXPECT_THAT(only("contact"), HasSubstr(R"("pinned":true)"));

  learn({}, {"@mia"});
  EXPECT_EQ(member(only("contact"), "change"), "removed");
  EXPECT_EQ(member(only("contact"), "ref"), ref);
  EXPECT_FALSE(context->contacts.find("@mia"));
}

TEST_F(ContactLearning, TellsNothingOfWhatIsTheSame) {
  learn({person("@mia", "Mia")});
  learn({person("@mia", "Mia")});
  EXPECT_THAT(events, IsEmpty());
  learn({}, {"@nobody"});
  EXPECT_THAT(events, IsEmpty());
}

TEST_F(ContactLearning, TellsNothingNewOfWhomWeAskedAboutOurselves) {
  learn({person("@mia", "Mia")}, {}, contact_source::details);
  EXPECT_THAT(events, IsEmpty());
  EXPECT_TRUE(context->contacts.find("@mia"));
}

TEST_F(ContactLearning, TellsWhoJoinedLeftOrIsCalledOtherwise) {
  learn({group({{"@a", "Ann", ""}, {"@b", "Bob", ""}})});
  learn({group({{"@a", "Ann", "queen"}, {"@c", "Cid", ""}})});
  auto told = only("group");
  EXPECT_THAT(told, HasSubstr(R"("joined":[{"id":")" + member_id("@c")));
  EXPECT_THAT(told, HasSubstr(R"("left":[{"id":")" + member_id("@b")));
  EXPECT_THAT(told, HasSubstr(R"("before":"Ann","after":"queen")"));
  EXPECT_THAT(told, Not(HasSubstr("@b"))) << "UserNames stay inside";
  EXPECT_EQ(only("contact"), "") << "the group itself is as it was";
}

TEST_F(ContactLearning, KeepsTheMembersThatAShortFormOfTheGroupLeavesOut) {
  learn({group({{"@a", "Ann", ""}})});
  learn({group({}, "Go club")});
  EXPECT_EQ(only("group"), "");
  EXPECT_EQ(member(only("contact"), "nick"), "Go club");
  EXPECT_EQ(context->contacts.find("@@chess")->members.size(), 1U);
}

TEST_F(ContactLearning, TellsChangesThatShowOnlyWhenAsked) {
  learn({group({{"@a", "Ann", ""}, {"@b", "Bob", ""}})});
  learn({group({{"@a", "Ann", ""}})}, {}, contact_source::details);
  EXPECT_THAT(only("group"), HasSubstr(R"("left_count":1)"));
}

struct GroupView : ContactLearning {
  GroupView() {
    auto c = group({{scripted_weixin::self, "Test Shop", ""},
                    {scripted_weixin::friend_, "Friend One", "knight"},
                    {"@x", "Twin", ""},
                    {"@y", "Twin", ""}});
    c.owner_user_name = scripted_weixin::self;
    learn({c});
  }
};

TEST_F(GroupView, ShowsMembersWithOwnerSelfAndContacts) {
  auto groups = list_groups(context->contacts);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].contact.nick, "Chess club");
  EXPECT_EQ(groups[0].member_count, 4U);
  EXPECT_TRUE(groups[0].is_owner);
  auto members = list_members(context->contacts, "@@chess");
  ASSERT_EQ(members.size(), 4U);
  EXPECT_TRUE(members[0].owner && members[0].self);
  EXPECT_EQ(members[1].ref, friend_ref());
  EXPECT_EQ(members[1].display_name, "knight");
  EXPECT_FALSE(members[2].ref) << "a mere member is no contact";
}

TEST_F(GroupView, FindsAMemberByIdReferenceOrNameAndNeverGuesses) {
  const auto& book = context->contacts;
  for (const auto& name : {member_id(scripted_weixin::friend_), friend_ref(), std::string{"knight"},
                           std::string{"Friend One"}}) {
    auto found = resolve_member(book, "@@chess", name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(*found, scripted_weixin::friend_);
  }
  EXPECT_EQ(resolve_member(book, "@@chess", "Twin").error().code, errc::contact_ambiguous);
  EXPECT_EQ(resolve_member(book, "@@chess", "Nobody").error().code, errc::member_not_found);
  EXPECT_EQ(resolve_member(book, "@@chess", "").error().code, errc::member_not_found);
  EXPECT_EQ(resolve_group(book, "Friend One").error().code, errc::wrong_kind);
}

} // namespace
} // namespace weixin
