#include "simulator/contact_changes.hpp"
#include "simulator/wire_formats.hpp"
#include "tests/simulator/online_client.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>

namespace weixin::simulator {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

struct SimulatedFriends : online_client {
  answer verify(std::int64_t opcode, std::string_view who, std::string_view ticket,
                std::string_view words = {}) {
    return client.post(
        "webwxverifyuser",
        {{"Opcode", opcode},
         {"VerifyUserListSize", 1},
         {"VerifyUserList", json::array{json::object{{"Value", who}, {"VerifyUserTicket", ticket}}}},
         {"VerifyContent", words},
         {"SceneListCount", 1},
         {"SceneList", json::array{33}},
         {"skey", client.skey}},
        "&r=1");
  }
  json::object asked() {
    kind_details wanted;
    wanted.kind = "friend_request";
    wanted.title = "小新";
    wanted.text = "我是小新";
    auto m = receive(wanted);
    EXPECT_EQ(text_of(m, "FromUserName"), "fmessage");
    return m.at("RecommendInfo").as_object();
  }
};

TEST_F(SimulatedFriends, ComeByARequestThatIsAccepted) {
  auto info = asked();
  EXPECT_EQ(text_of(info, "NickName"), "小新");
  EXPECT_EQ(text_of(info, "Content"), "我是小新");
  auto name = text_of(info, "UserName");
  EXPECT_EQ(integer_of(*object_of(client.send_text(name, "hi"), "BaseResponse"), "Ret"), 1204)
      << "not yet a friend";
  EXPECT_EQ(ret_of(verify(3, name, text_of(info, "Ticket"))), 0);
  auto o = client.sync();
  EXPECT_EQ(text_of(o.at("ModContactList").as_array().at(0).as_object(), "UserName"), name);
  EXPECT_EQ(integer_of(o.at("ModContactList").as_array().at(0).as_object(), "ContactFlag"), 3);
  EXPECT_THAT(text_of(o.at("AddMsgList").as_array().at(0).as_object(), "Content"),
              HasSubstr("你已添加了小新"));
  EXPECT_EQ(integer_of(*object_of(client.send_text(name, "hi"), "BaseResponse"), "Ret"), 0);
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedFriends, NeedTheTicketOfTheirRequest) {
  auto info = asked();
  EXPECT_EQ(ret_of(verify(3, text_of(info, "UserName"), "")), -14);
  EXPECT_EQ(service.violations(violation_kind::bad_body), 1U);
}

TEST_F(SimulatedFriends, DoNotComeByARequestThatIsRejected) {
  auto info = asked();
  EXPECT_EQ(ret_of(verify(4, text_of(info, "UserName"), text_of(info, "Ticket"))), 0);
  EXPECT_EQ(ret_of(verify(3, text_of(info, "UserName"), text_of(info, "Ticket"))), -14) << "settled";
  EXPECT_EQ(user().contacts.back().kind, person_kind::stranger);
}

TEST_F(SimulatedFriends, StayUndecidedByAReply) {
  auto info = asked();
  auto name = text_of(info, "UserName");
  auto ticket = text_of(info, "Ticket");
  EXPECT_EQ(ret_of(verify(6, name, ticket, "who are you?")), 0);
  EXPECT_EQ(ret_of(verify(5, name, ticket, "it is me")), 0);
  std::vector<std::string> said;
  service.core.state().friend_requests.visit_after(0, 10, [&](auto, const friend_request& r) {
    said.push_back(std::to_string(r.opcode) + " " + r.words);
  });
  EXPECT_THAT(said, testing::ElementsAre("6 who are you?", "5 it is me"));
  EXPECT_EQ(service.violations(), 0U);
  EXPECT_EQ(ret_of(verify(6, name, ticket)), 1) << "without words";
  EXPECT_EQ(ret_of(verify(6, name, "other", "x")), -14);
  EXPECT_EQ(ret_of(verify(3, name, ticket)), 0);
  EXPECT_EQ(service.violations(violation_kind::bad_body), 2U);
}

TEST_F(SimulatedFriends, AreAddedWithoutARequest) {
  auto name = client.name_of({peer_ref::kind::member, 0, 2});
  EXPECT_EQ(ret_of(verify(1, name, "")), 0);
  EXPECT_EQ(user().contacts.back().kind, person_kind::friendly);
  EXPECT_EQ(integer_of(synced("ModContactList").at(0).as_object(), "ContactFlag"), 3);
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedFriends, AreAskedForUnderTheNameOfAChatroomsMember) {
  auto name = client.name_of({peer_ref::kind::member, 0, 2});
  EXPECT_EQ(ret_of(verify(2, name, "", "我们同群")), 0);
  const auto& asked = user().contacts.back();
  EXPECT_TRUE(asked.asked);
  EXPECT_EQ(contact(user().contacts.size() - 1), name) << "the UserName stays";
  service.core.state().friend_requests.visit_after(0, 1, [&](auto, const friend_request& r) {
    EXPECT_EQ(r.words, "我们同群");
    EXPECT_EQ(r.to_id, asked.id);
  });
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedFriends, AreNotAskedTwice) {
  EXPECT_EQ(ret_of(verify(2, contact(3), "", "hi")), 1);
  EXPECT_EQ(service.violations(violation_kind::bad_body), 1U);
}

TEST_F(SimulatedFriends, AreRefusedInAnotherForm) {
  EXPECT_EQ(ret_of(verify(9, contact(3), "")), 1);
  EXPECT_EQ(ret_of(verify(2, "@nobody", "")), 1);
  EXPECT_EQ(service.violations(), 2U);
}

TEST_F(SimulatedFriends, AreLimitedInNumberWhenThatIsSet) {
  service.core.state().options.operations_per_minute = 1;
  auto name = client.name_of({peer_ref::kind::member, 0, 2});
  EXPECT_EQ(ret_of(verify(2, name, "", "hi")), 0);
  EXPECT_EQ(ret_of(verify(2, name, "", "hi")), 1205);
}

TEST_F(SimulatedFriends, ArePinnedWithTheirRemark) {
  auto pin = [&](int op, json::object more) {
    more["CmdId"] = 3;
    more["OP"] = op;
    return ret_of(client.post("webwxoplog", std::move(more)));
  };
  user().contacts[3].remark = "boss";
  EXPECT_EQ(pin(1, {{"UserName", contact(3)}, {"RemarkName", "boss"}}), 0);
  EXPECT_TRUE(user().contacts[3].pinned);
  EXPECT_EQ(integer_of(synced("ModContactList").at(0).as_object(), "ContactFlag"), 2048 | 3);
  EXPECT_EQ(pin(0, {{"UserName", contact(3)}}), 0);
  EXPECT_EQ(user().contacts[3].remark, "") << "the real service's trap";
  EXPECT_EQ(pin(1, {{"UserName", chatroom(0)}, {"RemarkName", ""}}), 0);
  EXPECT_TRUE(user().chatrooms[0].pinned);
  EXPECT_EQ(pin(2, {{"UserName", contact(3)}, {"RemarkName", ""}}), 1);
}

TEST_F(SimulatedFriends, AloneCanHaveARemark) {
  EXPECT_EQ(ret_of(client.post("webwxoplog", {{"CmdId", 2}, {"UserName", chatroom(0)}, {"RemarkName", "x"}})),
            1);
  EXPECT_EQ(service.violations(violation_kind::bad_body), 1U);
}

TEST_F(SimulatedFriends, StayAsTheyAreWhenTheOperationsAreDead) {
  service.core.state().options.dead_operations = true;
  EXPECT_EQ(ret_of(client.post("webwxoplog", {{"CmdId", 2}, {"UserName", contact(3)}, {"RemarkName", "x"}})),
            0);
  EXPECT_EQ(user().contacts[3].remark, "");
}

TEST_F(SimulatedFriends, AreFoundByAWord) {
  auto o = json_of(client.post("webwxsearchcontact", {{"KeyWord", user().contacts[3].nick}}));
  EXPECT_EQ(text_of(o.at("List").as_array().at(0).as_object(), "UserName"), contact(3));
  EXPECT_EQ(ret_of(client.post("webwxsearchcontact")), 1);
}

struct SimulatedChatrooms : online_client {
  answer create(std::vector<std::string> names, std::string_view topic = "测试群") {
    json::array list;
    for (const auto& n : names)
      list.push_back(json::object{{"UserName", n}});
    auto count = list.size();
    return client.post("webwxcreatechatroom",
                       {{"MemberCount", count}, {"MemberList", std::move(list)}, {"Topic", topic}}, "&r=1");
  }
  answer update(std::string_view room, std::string fun, std::string_view field, std::string_view value) {
    json::object body{{"ChatRoomName", room}};
    if (!field.empty()) body[{field.data(), field.size()}] = value;
    return client.post("webwxupdatechatroom", std::move(body), "&fun=" + fun);
  }
  std::string made() {
    auto name = text_of(json_of(create({contact(3), contact(4)})), "ChatRoomName");
    (void)client.sync();
    return name;
  }
  simulator::chatroom& newest() { return user().chatrooms.back(); }
};

TEST_F(SimulatedChatrooms, AreMadeOfFriends) {
  auto o = json_of(create({contact(3), contact(4)}));
  EXPECT_THAT(text_of(o, "ChatRoomName"), testing::StartsWith("@@"));
  EXPECT_EQ(integer_of(o, "MemberCount"), 2);
  auto room = synced("ModContactList").at(0).as_object();
  EXPECT_EQ(text_of(room, "UserName"), text_of(o, "ChatRoomName"));
  EXPECT_EQ(text_of(room, "NickName"), "测试群");
  EXPECT_EQ(text_of(room, "ChatRoomOwner"), client.self);
  EXPECT_EQ(integer_of(room, "MemberCount"), 3);
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedChatrooms, ShowWhoHasDeletedTheAccount) {
  auto o = json_of(create({contact(3), contact(first_of(person_kind::former))}));
  EXPECT_EQ(integer_of(o.at("MemberList").as_array().at(0).as_object(), "MemberStatus"), 0);
  EXPECT_EQ(integer_of(o.at("MemberList").as_array().at(1).as_object(), "MemberStatus"), 4);
}

TEST_F(SimulatedChatrooms, NeedTwoOthersEachOnceAndFriends) {
  EXPECT_EQ(ret_of(create({contact(3)})), 1);
  EXPECT_EQ(ret_of(create({contact(3), contact(3)})), 1);
  EXPECT_EQ(ret_of(create({contact(3), client.self})), 1);
  EXPECT_EQ(ret_of(create({contact(3), "filehelper"})), 1);
  EXPECT_EQ(service.violations(), 4U);
  EXPECT_EQ(user().chatrooms.size(), 3U);
}

TEST_F(SimulatedChatrooms, TakeInFriends) {
  auto room = made();
  EXPECT_EQ(integer_of(json_of(update(room, "addmember", "AddMemberList", contact(5) + "," + contact(6))),
                       "MemberCount"),
            2);
  EXPECT_EQ(newest().size(), 5U);
  EXPECT_EQ(ret_of(update(room, "addmember", "AddMemberList", contact(5))), 1) << "is there already";
  EXPECT_EQ(ret_of(update(room, "addmember", "AddMemberList", "@nobody")), 1);
}

TEST_F(SimulatedChatrooms, InviteFromFortyMembersOn) {
  auto room = made();
  auto number = user().chatrooms.size() - 1;
  while (newest().size() < invite_start_count)
    ASSERT_TRUE(add_unknown_member(service.core.state_at(service.now), user(), number, "群友"));
  EXPECT_EQ(ret_of(update(room, "addmember", "AddMemberList", contact(5))), -2);
  EXPECT_EQ(service.violations(violation_kind::too_many), 1U);
  EXPECT_EQ(ret_of(update(room, "invitemember", "InviteMemberList", contact(5))), 0);
  EXPECT_EQ(newest().size(), invite_start_count) << "until the invitation is accepted";
  EXPECT_EQ(newest().invited, std::vector<std::string>{user().contacts[5].id});
  EXPECT_TRUE(add_member(service.core.state_at(service.now), user(), number, 5));
  EXPECT_TRUE(newest().invited.empty());
}

TEST_F(SimulatedChatrooms, LoseMembersByTheirOwner) {
  auto room = made();
  EXPECT_EQ(ret_of(update(room, "delmember", "DelMemberList", contact(3))), 0);
  EXPECT_EQ(newest().size(), 2U);
  auto o = client.sync();
  EXPECT_EQ(integer_of(o.at("ModContactList").as_array().at(0).as_object(), "MemberCount"), 2);
  EXPECT_THAT(text_of(o.at("AddMsgList").as_array().at(0).as_object(), "Content"), HasSubstr("移出了群聊"));
  EXPECT_EQ(ret_of(update(room, "delmember", "DelMemberList", contact(3))), 1) << "has left";
  newest().owner = 2;
  EXPECT_EQ(ret_of(update(room, "delmember", "DelMemberList", contact(4))), -2) << "not the account's to say";
}

TEST_F(SimulatedChatrooms, ChangeTheirTopic) {
  auto room = made();
  EXPECT_EQ(ret_of(update(room, "modtopic", "NewTopic", "新名")), 0);
  EXPECT_EQ(text_of(synced("ModContactList").at(0).as_object(), "NickName"), "新名");
  EXPECT_EQ(ret_of(update(room, "modtopic", "NewTopic", "")), 1);
}

TEST_F(SimulatedChatrooms, StayAsTheyAreWhenTheOperationsAreDead) {
  auto room = made();
  service.core.state().options.dead_operations = true;
  EXPECT_EQ(ret_of(update(room, "modtopic", "NewTopic", "新名")), 0);
  EXPECT_EQ(ret_of(update(room, "delmember", "DelMemberList", contact(3))), 0);
  EXPECT_EQ(newest().topic, "测试群");
  EXPECT_EQ(newest().size(), 3U);
}

TEST_F(SimulatedChatrooms, AreLeft) {
  auto room = made();
  EXPECT_EQ(ret_of(update(room, "quitchatroom", {}, {})), 0);
  EXPECT_EQ(text_of(synced("DelContactList").at(0).as_object(), "UserName"), room);
  EXPECT_EQ(integer_of(*object_of(client.send_text(room, "hi"), "BaseResponse"), "Ret"), 1204);
  EXPECT_EQ(ret_of(update(room, "modtopic", "NewTopic", "x")), 1);
  EXPECT_EQ(text_of(client.init(), "ChatSet").find(room), std::string::npos);
}

TEST_F(SimulatedChatrooms, RefuseAnUnknownFunction) {
  EXPECT_EQ(ret_of(update(made(), "addmembers", {}, {})), 1);
  EXPECT_EQ(service.violations(violation_kind::bad_query), 1U);
}

TEST_F(SimulatedChatrooms, KeepTheirNamesOverANewLogin) {
  (void)made();
  client.go_online();
  (void)client.sync();
  EXPECT_EQ(ret_of(update(chatroom(3), "addmember", "AddMemberList", contact(5))), 0);
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedChatrooms, GiveTheirMembersByTheirOwnId) {
  auto member = client.name_of({peer_ref::kind::member, 0, 2});
  auto ask = [&](std::string_view room) {
    return client.post(
        "webwxbatchgetcontact",
        {{"Count", 1}, {"List", json::array{json::object{{"UserName", member}, {"EncryChatRoomId", room}}}}},
        "&type=ex&r=1");
  };
  EXPECT_EQ(ret_of(ask(chatroom(0))), 0);
  EXPECT_EQ(ret_of(ask(chatroom(0).substr(1))), 0) << "the EncryChatRoomId";
  EXPECT_EQ(ret_of(ask(chatroom(1))), 1) << "a chatroom without this member";
  EXPECT_EQ(service.violations(violation_kind::unknown_user_name), 1U);
}

TEST_F(SimulatedChatrooms, TellWhenTheAccountIsRenamed) {
  rename_user(service.core.state_at(service.now), user(), "新名字");
  auto profile = client.sync().at("Profile").as_object();
  EXPECT_EQ(integer_of(profile, "BitFlag"), 190);
  EXPECT_EQ(text_of(profile.at("NickName").as_object(), "Buff"), "新名字");
}

} // namespace
} // namespace weixin::simulator
