#include "protocol/webwx/contacts.hpp"
#include "tests/protocol/fixtures.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

TEST(ContactKinds, FollowTheOrderOfTheProtocol) {
  using k = contact_kind;
  EXPECT_EQ(classify_contact("@a", "@a", 8, 1), k::self);
  EXPECT_EQ(classify_contact("@@a", "@a", 8, 1), k::group);
  EXPECT_EQ(classify_contact("123@chatroom", "", 0, 0), k::group);
  EXPECT_EQ(classify_contact("filehelper", "", 8, 1), k::special);
  EXPECT_EQ(classify_contact("fmessage", "", 0, 0), k::special);
  EXPECT_EQ(classify_contact("someone@qqim", "", 0, 1), k::special);
  EXPECT_EQ(classify_contact("@a", "", 8, 3), k::official);
  EXPECT_EQ(classify_contact("@a", "", 24, 1), k::official);
  EXPECT_EQ(classify_contact("@a", "", 56, 1), k::official);
  EXPECT_EQ(classify_contact("@a", "", 136, 1), k::official);
  EXPECT_EQ(classify_contact("@a", "", 16, 34819), k::friend_);
  EXPECT_EQ(classify_contact("@a", "", 0, 2051), k::friend_);
  EXPECT_EQ(classify_contact("@a", "", 0, 0), k::stranger);
  EXPECT_EQ(classify_contact("", "", 0, 0), k::stranger);
  // Without an '@' it is no friend of this session, whatever its flags say.
  EXPECT_EQ(classify_contact("wxid_somebody", "", 0, 3), k::stranger);
  EXPECT_EQ(classify_contact("gh_somebody", "", 8, 3), k::official);
}

TEST(ContactKinds, HaveTheNamesOfTheAdminApi) {
  std::string names;
  for (int i = 0; i < 6; ++i)
    names += std::string{to_string(static_cast<contact_kind>(i))} + " ";
  EXPECT_EQ(names, "self group special official friend stranger ");
}

TEST(GroupUserName, IsKnownByItsForm) {
  EXPECT_TRUE(is_group_user_name("@@abc"));
  EXPECT_TRUE(is_group_user_name("1@chatroom"));
  for (auto other : {"", "@", "@abc", "filehelper", "chatroom"})
    EXPECT_FALSE(is_group_user_name(other)) << other;
}

TEST(DisplayName, PrefersTheRemark) {
  contact c;
  c.kind = contact_kind::friend_;
  EXPECT_EQ(display_name(c), "friend");
  c.nick_name = "nick";
  EXPECT_EQ(display_name(c), "nick");
  c.remark_name = "remark";
  EXPECT_EQ(display_name(c), "remark");
}

TEST(DisplayName, OfANamelessGroupIsItsFirstMembers) {
  contact c;
  c.kind = contact_kind::group;
  EXPECT_EQ(display_name(c), "group");
  c.members = {
      {"@1", "one", ""}, {"@2", "", ""}, {"@3", "three", "third"}, {"@4", "four", ""}, {"@5", "five", ""}};
  EXPECT_EQ(display_name(c), "one、third、four");
}

TEST(GetContact, ReadsThePage) {
  auto page = parse_get_contact(answer_of("webwxgetcontact.json"));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->contacts.size(), 5U);
  EXPECT_EQ(page->seq, 0);
  EXPECT_EQ(page->set_aside, 0U);
  const auto& c = page->contacts[1];
  EXPECT_EQ(c.user_name, alder);
  EXPECT_EQ(c.nick_name, "桤木 🌿");
  EXPECT_EQ(c.remark_name, "老桤 <木工>");
  EXPECT_EQ(c.alias, "alder_synthetic");
  EXPECT_EQ(c.kind, contact_kind::friend_);
  EXPECT_EQ(page->contacts[3].kind, contact_kind::official);
}

TEST(GetContact, SaysWhereTheNextPageBegins) {
  EXPECT_EQ(parse_get_contact(answer(with_ret(0, R"(,"MemberList":[],"Seq":88)")))->seq, 88);
  EXPECT_EQ(parse_get_contact(answer(with_ret(0, R"(,"MemberList":[],"Seq":"88")")))->seq, 88);
  EXPECT_EQ(parse_get_contact(answer(with_ret(0, R"(,"MemberList":null)")))->seq, 0);
}

TEST(GetContact, SetsABrokenEntryAsideAndKeepsTheRest) {
  auto page = parse_get_contact(answer(with_ret(
      0, R"(,"MemberList":[{"UserName":"@a"},17,{"UserName":NaN},{"NickName":"x"},{"UserName":""},null,[],)"
         "{\"UserName\":\"@b\",\"NickName\":\"a\x85\nz\"}]")));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->contacts.size(), 2U);
  EXPECT_EQ(page->contacts[1].nick_name, "a\xEF\xBF\xBD\nz");
  EXPECT_EQ(page->set_aside, 6U);
}

TEST(GetContact, RefusesAListThatIsNone) {
  auto page = parse_get_contact(answer(with_ret(0, R"(,"MemberList":{})")));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, errc::malformed_answer);
}

TEST(GetContact, ReadsNumbersThatAreStrings) {
  auto page = parse_get_contact(answer(with_ret(
      0, R"(,"MemberList":[{"UserName":"@a","VerifyFlag":"8"},{"UserName":"@b","ContactFlag":"2051"}])")));
  EXPECT_EQ(page->contacts[0].kind, contact_kind::official);
  EXPECT_EQ(page->contacts[1].kind, contact_kind::friend_);
}

TEST(BatchGetContact, ReadsGroupsWithTheirMembers) {
  auto groups = parse_batch_get_contact(answer_of("webwxbatchgetcontact.json"));
  ASSERT_TRUE(groups);
  ASSERT_EQ(groups->contacts.size(), 2U);
  const auto& g = groups->contacts.front();
  EXPECT_EQ(g.user_name, elms);
  EXPECT_EQ(g.kind, contact_kind::group);
  ASSERT_EQ(g.members.size(), 3U);
  EXPECT_EQ(g.members[0], (group_member{self_name, "测试机器人", "值班机器人"}));
  EXPECT_EQ(g.members[2].display_name, "小白 & 小桦");
  EXPECT_EQ(display_name(groups->contacts.back()), "雪松、白桦");
}

TEST(BatchGetContact, SetsBrokenEntriesAsideAndReadsTheOthers) {
  auto list = parse_batch_get_contact(
      answer(with_ret(0, R"(,"ContactList":[7,{"NickName":"nobody"},{"UserName":"@a","NickName":"Ann"},)"
                         R"({"UserName":""},null])")));
  ASSERT_TRUE(list);
  ASSERT_EQ(list->contacts.size(), 1U);
  EXPECT_EQ(list->contacts[0].nick_name, "Ann");
  EXPECT_EQ(list->set_aside, 4U);
}

TEST(BatchGetContact, LeavesOutMembersThatCannotBeRead) {
  auto groups = parse_batch_get_contact(answer(with_ret(
      0, R"(,"ContactList":[{"UserName":"@@a","MemberList":[1,{},{"UserName":"@m","NickName":5}]}])")));
  ASSERT_TRUE(groups);
  EXPECT_EQ(groups->contacts.front().members, (std::vector<group_member>{{"@m", "5", ""}}));
}

TEST(BatchGetContact, BoundsTheMembersOfAGroup) {
  std::string members;
  for (int i = 0; i < 600; ++i)
    members += (i == 0 ? "" : ",") + std::string{R"({"UserName":"@m)"} + std::to_string(i) + "\"}";
  auto groups = parse_batch_get_contact(
      answer(with_ret(0, R"(,"ContactList":[{"UserName":"@@a","MemberList":[)" + members + "]}]")));
  EXPECT_EQ(groups->contacts.front().members.size(), contact::max_members);
}

TEST(BatchGetContact, ReportsThrottling) {
  EXPECT_EQ(to_string(parse_batch_get_contact(answer(with_ret(1205))).error()),
            "too_frequent 1205: webwxbatchgetcontact");
}

TEST(ContactKinds, KnowEverySpecialAccount) {
  for (auto name : {"filehelper",
                    "newsapp",
                    "fmessage",
                    "weibo",
                    "qqmail",
                    "tmessage",
                    "qmessage",
                    "qqsync",
                    "floatbottle",
                    "lbsapp",
                    "shakeapp",
                    "medianote",
                    "qqfriend",
                    "readerapp",
                    "blogapp",
                    "facebookapp",
                    "masssendapp",
                    "meishiapp",
                    "feedsapp",
                    "voip",
                    "weixin",
                    "blogappweixin",
                    "wxitil",
                    "weixinreminder",
                    "brandsessionholder",
                    "officialaccounts",
                    "notification_messages",
                    "userexperience_alarm",
                    "wxid_novlwrv3lqwv11",
                    "gh_22b87fa7cb3c"})
    EXPECT_EQ(classify_contact(name, "@self", 8, 1), contact_kind::special) << name;
}

TEST(ContactKinds, HideWhatTheOfficialClientHides) {
  for (auto name : {"1@lbsroom", "1@talkroom", "newsapp", "notification_messages", "wxid_novlwrv3lqwv11",
                    "gh_22b87fa7cb3c"})
    EXPECT_TRUE(is_hidden_user_name(name)) << name;
  for (auto name : {"", "filehelper", "@a", "@@a", "lbsroom"})
    EXPECT_FALSE(is_hidden_user_name(name)) << name;
}

TEST(Contact, HasTheFlagsThatWeixinGave) {
  auto page = parse_get_contact(answer(with_ret(
      0, R"(,"MemberList":[{"UserName":"@a","ContactFlag":2563,"HeadImgUrl":"/x?seq=620000007&a=b"}])")));
  const auto& c = page->contacts.at(0);
  EXPECT_NE(c.flags & contact_flag::pinned, 0);
  EXPECT_NE(c.flags & contact_flag::muted, 0);
  EXPECT_EQ(c.flags & contact_flag::blacklisted, 0);
  EXPECT_EQ(c.avatar_seq, 620000007);
}

TEST(Contact, OfAGroupIsNamedForItsMembers) {
  auto groups = parse_batch_get_contact(answer(
      with_ret(0, R"(,"ContactList":[{"UserName":"@@a","EncryChatRoomId":"@e0"},{"UserName":"@@b"}])")));
  EXPECT_EQ(chat_room_id_of(groups->contacts.at(0)), "@e0");
  EXPECT_EQ(chat_room_id_of(groups->contacts.at(1)), "@@b");
}

TEST(Contact, OfAGroupNamesItsOwnerWhenWeixinDoes) {
  auto groups = parse_batch_get_contact(answer(with_ret(
      0,
      R"(,"ContactList":[{"UserName":"@@a","ChatRoomOwner":"@o"},{"UserName":"@@b"},{"UserName":"@c","ChatRoomOwner":"@o"}])")));
  EXPECT_EQ(groups->contacts.at(0).owner_user_name, "@o");
  EXPECT_EQ(groups->contacts.at(1).owner_user_name, "");
  EXPECT_EQ(groups->contacts.at(2).owner_user_name, "") << "people have no owner";
}

TEST(AvatarSeq, IsReadFromTheAddress) {
  EXPECT_EQ(avatar_seq_of("/cgi-bin/mmwebwx-bin/webwxgeticon?seq=17&username=@a&skey=k"), 17);
  EXPECT_EQ(avatar_seq_of("/x?username=@a&seq=9007199254740993"), 9007199254740993);
  for (auto url : {"", "/x", "?seq=", "?seq=x", "?seq=-5", "?seq=99999999999999999999", "/seq=5", "?xseq=5"})
    EXPECT_EQ(avatar_seq_of(url), 0) << url;
}

} // namespace
} // namespace weixin::webwx
