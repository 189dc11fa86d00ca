#include "simulator/contact_changes.hpp"
#include "tests/simulator/simulated_client.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <set>

namespace weixin::simulator {
namespace {

using testing::Contains;
using testing::EndsWith;
using testing::Not;

struct SimulatedContacts : testing::Test {
  simulated_service service;
  simulated_client client{service};
  void SetUp() override { client.go_online(); }

  boost::json::object page(std::string seq) {
    return json_of(
        client.call("GET", client.entry,
                    client.target("webwxgetcontact", "r=1&seq=" + seq + "&skey=" + encode(client.skey))));
  }
  static std::vector<std::string> names(const boost::json::object& o, std::string_view list = "MemberList") {
    std::vector<std::string> all;
    for (const auto& c : o.at(list).as_array())
      all.push_back(text_of(c.as_object(), "UserName"));
    return all;
  }
  answer batch(const std::vector<std::string>& user_names, std::string_view query = "&type=ex&r=1") {
    boost::json::array list;
    for (const auto& n : user_names)
      list.push_back(boost::json::object{{"UserName", n}, {"EncryChatRoomId", ""}});
    auto count = list.size();
    return client.post("webwxbatchgetcontact", {{"Count", count}, {"List", std::move(list)}},
                       std::string{query});
  }
  std::string friend_name() const { return client.name_of({peer_ref::kind::contact, 3, 0}); }
  std::string unsaved_chatroom() const { return client.name_of({peer_ref::kind::chatroom, 2, 0}); }
};

TEST_F(SimulatedContacts, PagesTheAddressBookBySeq) {
  service.core.state().options.contact_page = 10;
  std::set<std::string> all;
  std::string seq = "0";
  int pages = 0;
  do {
    auto o = page(seq);
    for (const auto& n : names(o))
      EXPECT_TRUE(all.insert(n).second) << "listed twice";
    seq = text_of(o, "Seq");
    ++pages;
  } while (seq != "0" && pages < 20);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(all.size(), 1U + 4 + 20 + 2 + 1 + 2)
      << "self, specials, friends, officials, the former friend, saved rooms";
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedContacts, LeavesUnsavedChatroomsToWebwxinit) {
  EXPECT_THAT(names(page("0")), Not(Contains(unsaved_chatroom())));
  EXPECT_THAT(names(client.init(), "ContactList"), Contains(unsaved_chatroom()));
}

TEST_F(SimulatedContacts, RefusesASeqItNeverGave) {
  auto o = page("7");
  EXPECT_EQ(integer_of(*object_of(o, "BaseResponse"), "Ret"), 1);
  EXPECT_EQ(service.violations(violation_kind::bad_query), 1U);
}

TEST_F(SimulatedContacts, EndsTheChatSetWithAComma) {
  auto o = client.init();
  EXPECT_THAT(text_of(o, "ChatSet"), EndsWith("filehelper,"));
  EXPECT_EQ(integer_of(o, "Count"), 10);
}

TEST_F(SimulatedContacts, ListsAnArticleOfEachOfficialAccount) {
  auto o = client.init();
  EXPECT_EQ(integer_of(o, "MPSubscribeMsgCount"), 2);
  const auto& one = o.at("MPSubscribeMsgList").as_array().at(0).as_object();
  EXPECT_EQ(text_of(one, "UserName"), client.name_of({peer_ref::kind::contact, 23, 0}));
  EXPECT_EQ(integer_of(one, "MPArticleCount"), 1);
}

TEST_F(SimulatedContacts, LeavesStrangersAndChatroomsThatWereLeftOut) {
  auto& user = *service.core.state().user(1);
  auto before = names(page("0")).size();
  ASSERT_TRUE(add_stranger(service.core.state_at(service.now), user, "路人"));
  leave_chatroom(service.core.state_at(service.now), user, 0);
  EXPECT_EQ(names(page("0")).size(), before - 1);
}

TEST_F(SimulatedContacts, GivesAChatroomWithItsMembers) {
  auto o = json_of(batch({unsaved_chatroom(), friend_name()}));
  const auto& list = o.at("ContactList").as_array();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list.at(0).as_object().at("MemberList").as_array().size(), 8U);
  EXPECT_EQ(text_of(list.at(0).as_object().at("MemberList").as_array().at(0).as_object(), "UserName"),
            client.self);
}

TEST_F(SimulatedContacts, TellsTheNameOfAMemberWhoseChatroomHidesIt) {
  auto& user = *service.core.state().user(1);
  user.chatrooms[0].nameless = true;
  auto room = client.name_of({peer_ref::kind::chatroom, 0, 0});
  auto member = client.name_of({peer_ref::kind::member, 0, 2});
  auto o = json_of(batch({room}));
  const auto& listed = o.at("ContactList").as_array().at(0).as_object().at("MemberList").as_array();
  EXPECT_EQ(text_of(listed.at(2).as_object(), "NickName"), "");
  auto details = json_of(client.post(
      "webwxbatchgetcontact",
      {{"Count", 1},
       {"List",
        boost::json::array{boost::json::object{{"UserName", member}, {"EncryChatRoomId", room.substr(1)}}}}},
      "&type=ex&r=1"));
  EXPECT_EQ(text_of(details.at("ContactList").as_array().at(0).as_object(), "NickName"),
            user.chatrooms[0].members[2].nick);
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedContacts, LeavesOutAndCountsANameOfAnotherSession) {
  auto old_name = friend_name();
  client.go_online();
  auto o = json_of(batch({old_name, friend_name()}));
  EXPECT_EQ(integer_of(o, "Count"), 1);
  EXPECT_EQ(ret_of(batch({old_name})), 1);
  EXPECT_EQ(service.violations(violation_kind::unknown_user_name), 2U);
}

TEST_F(SimulatedContacts, TakesAtMostFiftyNamesAtOnce) {
  EXPECT_EQ(ret_of(batch(std::vector<std::string>(50, friend_name()))), 0);
  EXPECT_EQ(ret_of(batch(std::vector<std::string>(51, friend_name()))), 1);
  EXPECT_EQ(service.violations(violation_kind::too_many), 1U);
}

TEST_F(SimulatedContacts, RefusesABatchWithoutItsType) {
  EXPECT_EQ(ret_of(batch({friend_name()}, "")), 1);
  EXPECT_EQ(service.violations(violation_kind::bad_body), 1U);
}

TEST_F(SimulatedContacts, ShowsAChangedRemarkInTheNextSync) {
  EXPECT_EQ(
      ret_of(client.post("webwxoplog", {{"CmdId", 2}, {"UserName", friend_name()}, {"RemarkName", "boss"}})),
      0);
  (void)client.sync();
  EXPECT_EQ(service.core.state().user(1)->contacts[3].remark, "boss");
}

TEST_F(SimulatedContacts, ServesPicturesOfKnownNamesOnly) {
  auto icon = [&](const std::string& name) {
    return client.call(
        "GET", client.entry,
        client.target("webwxgeticon", "seq=0&username=" + encode(name) + "&skey=" + encode(client.skey)));
  };
  EXPECT_GE(icon(friend_name()).response.body.size(), 600U);
  EXPECT_TRUE(icon("@nobody").response.body.empty());
  EXPECT_EQ(service.violations(violation_kind::unknown_user_name), 1U);
}

TEST(SimulatedPeople, AreAFunctionOfTheSeedAlone) {
  people_shape shape;
  auto one = make_user(7, 42, shape, "");
  auto same = make_user(7, 42, shape, "");
  auto other = make_user(7, 43, shape, "");
  ASSERT_EQ(one.contacts.size(), same.contacts.size());
  for (std::size_t i = 0; i < one.contacts.size(); ++i)
    EXPECT_EQ(one.contacts[i].nick, same.contacts[i].nick);
  EXPECT_EQ(one.uin, same.uin);
  EXPECT_NE(one.contacts[5].nick + one.contacts[6].nick + one.contacts[7].nick,
            other.contacts[5].nick + other.contacts[6].nick + other.contacts[7].nick);
}

} // namespace
} // namespace weixin::simulator
