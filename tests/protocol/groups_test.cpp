#include "protocol/webwx/chatroom.hpp"
#include "protocol/webwx/oplog.hpp"
#include "protocol/webwx/verify_user.hpp"
#include "tests/protocol/request_case.hpp"

#include <limits>

namespace weixin::webwx {
namespace {

template <class T>
std::string outcome(const result<T>& r) {
  return r ? "taken" : to_string(r.error());
}

struct ContactRequest : request_case {};

TEST_F(ContactRequest, ForARemarkIsCommandTwo) {
  auto r = make_set_remark(s, alder, "新备注 <&>");
  EXPECT_EQ(r.target, path + "webwxoplog?" + common);
  expect_json_post(r, R"(,"CmdId":2,"UserName":")" + alder + R"(","RemarkName":"新备注 <&>")");
}

TEST_F(ContactRequest, ForAPinKeepsTheRemark) {
  expect_json_post(make_pin(s, alder, true, "旧备注"),
                   R"(,"CmdId":3,"OP":1,"UserName":")" + alder + R"(","RemarkName":"旧备注")");
  expect_json_post(make_pin(s, elms, false, ""),
                   R"(,"CmdId":3,"OP":0,"UserName":")" + elms + R"(","RemarkName":"")");
}

TEST_F(ContactRequest, ForAFriendshipCarriesAGreeting) {
  auto r = make_verify_user(s, {verify_opcode::request, cedar, {}, "你好"}, ms);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->target, path + "webwxverifyuser?r=1546211298739&" + common);
  expect_json_post(*r, R"(,"Opcode":2,"VerifyUserListSize":1,"VerifyUserList":[{"Value":")" + cedar +
                           R"(","VerifyUserTicket":""}],"VerifyContent":"你好","SceneListCount":1,)"
                           R"("SceneList":[33],"skey":"@crypt_0123abcd_00112233")");
}

TEST_F(ContactRequest, ThatAcceptsAFriendCarriesTheTicket) {
  auto r = make_verify_user(s, {verify_opcode::accept, cedar, secret{"v2_ticket@stranger"}, ""}, ms);
  ASSERT_TRUE(r);
  expect_json_post(*r, R"(,"Opcode":3,"VerifyUserListSize":1,"VerifyUserList":[{"Value":")" + cedar +
                           R"(","VerifyUserTicket":"v2_ticket@stranger"}],"VerifyContent":"",)"
                           R"("SceneListCount":1,"SceneList":[33],"skey":"@crypt_0123abcd_00112233")");
}

TEST_F(ContactRequest, OfEveryOpcodeSaysItsNumber) {
  struct {
    verify_opcode opcode;
    std::string_view number;
  } rows[] = {{verify_opcode::add, "1"},          {verify_opcode::request, "2"},
              {verify_opcode::accept, "3"},       {verify_opcode::reject, "4"},
              {verify_opcode::sender_reply, "5"}, {verify_opcode::receiver_reply, "6"}};
  for (auto [opcode, number] : rows) {
    auto r = make_verify_user(s, {opcode, cedar, secret{"t"}, ""}, ms);
    EXPECT_NE(r->body.find("\"Opcode\":" + std::string{number} + ","), std::string::npos);
  }
}

TEST_F(ContactRequest, ThatAnswersAFriendRequestNeedsItsTicket) {
  auto text = [&](verification v) { return outcome(make_verify_user(s, v, ms)); };
  EXPECT_EQ(text({verify_opcode::accept, cedar, {}, ""}), "invalid_argument: webwxverifyuser: no ticket");
  EXPECT_EQ(text({verify_opcode::reject, cedar, {}, ""}), "invalid_argument: webwxverifyuser: no ticket");
  EXPECT_EQ(text({verify_opcode::request, "", {}, ""}), "invalid_argument: webwxverifyuser: no UserName");
  EXPECT_EQ(text({verify_opcode::request, cedar, {}, std::string(1025, 'a')}),
            "invalid_argument: webwxverifyuser: greeting too long");
}

TEST_F(ContactRequest, ForANewGroupListsItsMembers) {
  auto r = make_create_chatroom(s, {alder, birch}, "新群", ms);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->target, path + "webwxcreatechatroom?r=1546211298739&" + common);
  expect_json_post(*r, R"(,"MemberCount":2,"MemberList":[{"UserName":")" + alder + R"("},{"UserName":")" +
                           birch + R"("}],"Topic":"新群")");
}

TEST_F(ContactRequest, ForANewGroupNeedsTwoOthers) {
  EXPECT_EQ(outcome(make_create_chatroom(s, {alder}, "", ms)), "invalid_argument: chatroom: too few members");
  EXPECT_EQ(outcome(make_create_chatroom(s, std::vector<std::string>(101, alder), "", ms)),
            "invalid_argument: chatroom: too many members");
  EXPECT_EQ(outcome(make_create_chatroom(s, {alder, ""}, "", ms)),
            "invalid_argument: chatroom: not a UserName");
  EXPECT_EQ(outcome(make_create_chatroom(s, {alder, birch}, std::string(257, 'x'), ms)),
            "invalid_argument: chatroom: topic too long");
}

TEST_F(ContactRequest, ThatChangesAGroupNamesWhatItDoes) {
  struct {
    result<http_request> request;
    std::string_view fun;
    std::string field;
  } rows[] = {{make_add_members(s, elms, {alder, birch}, join_way::add), "addmember",
               R"("AddMemberList":")" + alder + "," + birch + R"(",)"},
              {make_add_members(s, elms, {alder}, join_way::invite), "invitemember",
               R"("InviteMemberList":")" + alder + R"(",)"},
              {make_remove_members(s, elms, {alder}), "delmember", R"("DelMemberList":")" + alder + R"(",)"},
              {make_rename_chatroom(s, elms, "改名 <&>"), "modtopic", R"("NewTopic":"改名 <&>",)"},
              {make_quit_chatroom(s, elms), "quitchatroom", ""}};
  for (const auto& [request, fun, field] : rows) {
    ASSERT_TRUE(request) << fun;
    EXPECT_EQ(request->target, path + "webwxupdatechatroom?fun=" + std::string{fun} + "&" + common);
    expect_json_post(*request, "," + field + R"("ChatRoomName":")" + elms + '"');
  }
}

TEST_F(ContactRequest, ThatChangesAGroupNeedsOne) {
  EXPECT_EQ(outcome(make_add_members(s, alder, {birch}, join_way::add)),
            "invalid_argument: chatroom: not a group");
  EXPECT_EQ(outcome(make_remove_members(s, "", {birch})), "invalid_argument: chatroom: not a group");
  EXPECT_EQ(outcome(make_rename_chatroom(s, alder, "x")), "invalid_argument: chatroom: not a group");
  EXPECT_EQ(outcome(make_quit_chatroom(s, alder)), "invalid_argument: chatroom: not a group");
  EXPECT_EQ(outcome(make_rename_chatroom(s, elms, std::string(257, 'x'))),
            "invalid_argument: chatroom: topic too long");
}

/// With a comma in it, one name would be two.
TEST_F(ContactRequest, ThatChangesAGroupTakesNoNameThatIsTwo) {
  auto two = alder + "," + birch;
  EXPECT_EQ(outcome(make_add_members(s, elms, {two}, join_way::add)),
            "invalid_argument: chatroom: not a UserName");
  EXPECT_EQ(outcome(make_remove_members(s, elms, {two})), "invalid_argument: chatroom: not a UserName");
  EXPECT_EQ(outcome(make_remove_members(s, elms, {})), "invalid_argument: chatroom: too few members");
}

TEST(WayIntoGroup, IsAnInvitationFromFortyMembersOn) {
  EXPECT_EQ(way_into_group(38, 1, 40), join_way::add);
  EXPECT_EQ(way_into_group(39, 1, 40), join_way::invite);
  EXPECT_EQ(way_into_group(10, 29, 40), join_way::add);
  EXPECT_EQ(way_into_group(10, 30, 40), join_way::invite);
  EXPECT_EQ(way_into_group(40, 0, 40), join_way::invite);
  EXPECT_EQ(way_into_group(500, 1, 40), join_way::invite);
}

TEST(WayIntoGroup, FollowsWhatWebwxinitSaid) {
  EXPECT_EQ(way_into_group(98, 1, 100), join_way::add);
  EXPECT_EQ(way_into_group(99, 1, 100), join_way::invite);
  EXPECT_EQ(way_into_group(38, 1, 0), join_way::add);
  EXPECT_EQ(way_into_group(39, 1, -7), join_way::invite);
  constexpr auto huge = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(way_into_group(huge, huge, 40), join_way::invite);
}

TEST(CreateChatroom, GivesTheGroupAndWhoDidNotCome) {
  auto room = parse_create_chatroom(answer_of("webwxcreatechatroom.json"));
  ASSERT_TRUE(room);
  EXPECT_EQ(room->user_name, firs);
  EXPECT_EQ(room->refused, std::vector<std::string>{cedar});
}

TEST(CreateChatroom, CountsMinusTwoThousandThirteenAsSuccess) {
  EXPECT_TRUE(parse_create_chatroom(answer(with_ret(-2013, R"(,"ChatRoomName":"@@a")"))));
}

TEST(CreateChatroom, NeedsTheGroupsName) {
  for (auto rest : {"", R"(,"ChatRoomName":"")", R"(,"ChatRoomName":"@a")", R"(,"ChatRoomName":null)"})
    EXPECT_EQ(outcome(parse_create_chatroom(answer(with_ret(0, rest)))),
              "malformed_answer: webwxcreatechatroom: no ChatRoomName");
  EXPECT_EQ(outcome(parse_create_chatroom(answer(with_ret(1205)))), "too_frequent 1205: webwxcreatechatroom");
}

TEST(CreateChatroom, BoundsItsLists) {
  std::string members;
  for (int i = 0; i < 1000; ++i)
    members += (i == 0 ? "" : ",") + std::string{R"({"UserName":"@m","MemberStatus":4})"};
  auto room = parse_create_chatroom(
      answer(with_ret(0, R"(,"ChatRoomName":"@@a","MemberList":[)" + members + ",7,null,{}]")));
  EXPECT_EQ(room->refused.size(), max_members_per_call);
}

TEST(UpdateChatroom, GivesTheMembersThatItNames) {
  auto members = parse_update_chatroom(answer_of("webwxupdatechatroom.json"));
  ASSERT_TRUE(members);
  EXPECT_EQ(*members, (std::vector<group_member>{{alder, "桤木", ""}}));
  EXPECT_TRUE(parse_update_chatroom(answer(with_ret(0, R"(,"MemberCount":0,"MemberList":[])")))->empty());
  EXPECT_TRUE(parse_update_chatroom(answer(with_ret(0, R"(,"MemberList":{})")))->empty());
  EXPECT_EQ(outcome(parse_update_chatroom(answer(with_ret(1101)))),
            "session_ended 1101: webwxupdatechatroom");
}

TEST(Oplog, ReportsARefusal) {
  EXPECT_TRUE(parse_oplog(answer(with_ret(0))));
  EXPECT_EQ(outcome(parse_oplog(answer(with_ret(1101)))), "session_ended 1101: webwxoplog");
}

TEST(VerifyUser, ReportsARefusal) {
  EXPECT_TRUE(parse_verify_user(answer(with_ret(0))));
  EXPECT_EQ(outcome(parse_verify_user(answer(with_ret(1205)))), "too_frequent 1205: webwxverifyuser");
}

} // namespace
} // namespace weixin::webwx
