#include "tests/simulator/simulated_client.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>

namespace weixin::simulator {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* nothing = "window.synccheck={retcode:\"0\",selector:\"0\"}";
constexpr const char* message_waits = "window.synccheck={retcode:\"0\",selector:\"2\"}";
constexpr const char* contact_changed = "window.synccheck={retcode:\"0\",selector:\"4\"}";

struct SimulatedSync : testing::Test {
  simulated_service service;
  simulated_client client{service};
  void SetUp() override {
    client.go_online();
    (void)client.sync(); // the 51 message
  }

  injected say(std::string text, std::string from = {}, std::string member = {}) {
    injection what;
    what.user = 1;
    what.conversation = std::move(from);
    what.speaker = std::move(member);
    what.text = std::move(text);
    auto done = service.core.inject(std::move(what), service.now);
    EXPECT_TRUE(done);
    return done ? *done : injected{};
  }
  static std::vector<std::string> contents(const boost::json::object& o) {
    std::vector<std::string> texts;
    for (const auto& m : o.at("AddMsgList").as_array())
      texts.push_back(text_of(m.as_object(), "Content"));
    return texts;
  }
};

TEST_F(SimulatedSync, AnnouncesTheConversationsAfterStatusNotify) {
  simulated_client fresh{service};
  fresh.go_online(2);
  auto o = fresh.sync();
  const auto& m = o.at("AddMsgList").as_array().at(0).as_object();
  EXPECT_EQ(integer_of(m, "MsgType"), 51);
  EXPECT_EQ(integer_of(m, "StatusNotifyCode"), 4);
  EXPECT_THAT(text_of(m, "StatusNotifyUserName"), HasSubstr(fresh.name_of({peer_ref::kind::chatroom, 2, 0})));
  EXPECT_THAT(text_of(m, "Content"), HasSubstr("wxid_sim2f0"));
}

TEST_F(SimulatedSync, HoldsAnIdleSynccheck) {
  auto poll = client.check();
  service.advance(24'999ms);
  EXPECT_FALSE(service.answered(poll));
  service.advance(1ms);
  EXPECT_EQ(service.answered(poll)->response.body, nothing);
}

TEST_F(SimulatedSync, WakesTheSynccheckWithAMessage) {
  auto poll = client.check();
  say("good morning");
  EXPECT_EQ(service.answered(poll)->response.body, message_waits);
  EXPECT_THAT(contents(client.sync()), ElementsAre("good morning"));
  EXPECT_EQ(client.check_now(), "held");
}

TEST_F(SimulatedSync, AnswersTheOlderOfTwoSynccheckPolls) {
  auto first = client.check();
  auto second = client.check();
  EXPECT_EQ(service.answered(first)->response.body, nothing);
  EXPECT_FALSE(service.answered(second));
}

TEST_F(SimulatedSync, ForgetsAPollWhoseClientHasGone) {
  auto poll = client.check();
  service.core.forget(poll, service.now);
  say("still here");
  EXPECT_FALSE(service.answered(poll));
  EXPECT_EQ(client.check_now(), message_waits);
}

TEST_F(SimulatedSync, DeliversAgainForAnOldKey) {
  auto old_key = client.sync_key;
  say("one");
  EXPECT_THAT(contents(client.sync()), ElementsAre("one"));
  say("two");
  EXPECT_THAT(contents(client.sync()), ElementsAre("two"));
  client.sync_key = old_key;
  EXPECT_THAT(contents(client.sync()), ElementsAre("one", "two"));
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedSync, SetsContinueFlagWhileMoreWaits) {
  service.core.state().options.sync_batch = 3;
  for (int i = 0; i < 7; ++i)
    say("m" + std::to_string(i));
  auto o = client.sync();
  EXPECT_THAT(contents(o), ElementsAre("m0", "m1", "m2"));
  EXPECT_EQ(integer_of(o, "ContinueFlag"), 1);
  EXPECT_EQ(client.check_now(), message_waits) << "a client that ignores the flag meets the selector";
  EXPECT_EQ(integer_of(client.sync(), "ContinueFlag"), 1);
  o = client.sync();
  EXPECT_THAT(contents(o), ElementsAre("m6"));
  EXPECT_EQ(integer_of(o, "ContinueFlag"), 0);
}

TEST_F(SimulatedSync, ShowsTheEndlessSelectorToAClientThatUsesSyncKeyForSynccheck) {
  client.sync_check_key = client.sync_key;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.check_now(), message_waits);
    (void)client.sync();
    client.sync_check_key = client.sync_key;
  }
  EXPECT_EQ(service.violations(violation_kind::bad_sync_key), 3U);
}

TEST_F(SimulatedSync, TakesTheShortKeysOfWebwxinitForBoth) {
  client.init();
  EXPECT_EQ(client.sync_key.at("List").as_array().size(), 4U);
  EXPECT_EQ(client.check_now(), "held");
  (void)client.sync();
  EXPECT_EQ(client.sync_key.at("List").as_array().size(), 10U);
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedSync, StandsAfterEverythingInALaterWebwxinit) {
  auto stored = client.sync_key;
  say("not fetched");
  client.init();
  EXPECT_TRUE(contents(client.sync()).empty());
  client.sync_key = stored;
  EXPECT_THAT(contents(client.sync()), ElementsAre("not fetched"));
}

TEST_F(SimulatedSync, RefusesKeysOfAnotherSession) {
  auto old_key = client.sync_key;
  client.go_online();
  client.sync_key = old_key;
  auto o = client.sync();
  EXPECT_EQ(integer_of(*object_of(o, "BaseResponse"), "Ret"), 1101);
  EXPECT_EQ(service.violations(violation_kind::bad_sync_key), 1U);
}

TEST_F(SimulatedSync, RefusesASyncKeyWhoseCountLies) {
  client.sync_key["Count"] = 3;
  auto o = client.sync();
  EXPECT_EQ(integer_of(*object_of(o, "BaseResponse"), "Ret"), 1);
  EXPECT_EQ(service.violations(violation_kind::bad_body), 1U);
}

TEST_F(SimulatedSync, RefreshesTheCookies) {
  auto a = client.post("webwxsync", {{"SyncKey", client.sync_key}, {"rr", 1}},
                       "&sid=" + encode(client.sid) + "&skey=" + encode(client.skey));
  auto lines = headers_of(a, "Set-Cookie");
  EXPECT_THAT(lines, testing::Contains(StartsWith("wxsid=" + client.sid)));
  EXPECT_THAT(lines, testing::Contains(HasSubstr("_expired; Domain=wx.qq.com")));
  EXPECT_THAT(lines, testing::Contains(StartsWith("webwx_data_ticket=")));
}

TEST_F(SimulatedSync, PutsTheSpeakerBeforeAChatroomsMessage) {
  say("hello all", "100000@chatroom", "wxid_sim1m0x2");
  auto o = client.sync();
  const auto& m = o.at("AddMsgList").as_array().at(0).as_object();
  EXPECT_EQ(text_of(m, "FromUserName"), client.name_of({peer_ref::kind::chatroom, 0, 0}));
  EXPECT_EQ(text_of(m, "Content"), client.name_of({peer_ref::kind::member, 0, 2}) + ":<br/>hello all");
}

TEST_F(SimulatedSync, EncodesTextsAsTheServiceDoes) {
  say("a < b & \"c\"\nd \U0001F604");
  EXPECT_THAT(contents(client.sync()),
              ElementsAre("a &lt; b &amp; &quot;c&quot;<br/>d <span class=\"emoji emoji1f604\"></span>"));
}

TEST_F(SimulatedSync, PutsRawFieldsOverTheMadeUpOnes) {
  injection what;
  what.user = 1;
  what.type = 49;
  what.text = "&lt;msg/&gt;";
  what.text_is_wire = true;
  what.raw = {{"AppMsgType", 6}, {"FileName", "a.pdf"}};
  ASSERT_TRUE(service.core.inject(what, service.now));
  auto o = client.sync();
  const auto& m = o.at("AddMsgList").as_array().at(0).as_object();
  EXPECT_EQ(integer_of(m, "MsgType"), 49);
  EXPECT_EQ(integer_of(m, "AppMsgType"), 6);
  EXPECT_EQ(text_of(m, "FileName"), "a.pdf");
  EXPECT_EQ(text_of(m, "Content"), "&lt;msg/&gt;");
}

TEST_F(SimulatedSync, TellsOfAChangedAndOfADeletedContact) {
  ASSERT_TRUE(service.core.set_remark(1, "wxid_sim1f0", "new remark", service.now));
  EXPECT_EQ(client.check_now(), contact_changed);
  ASSERT_TRUE(service.core.delete_contact(1, "wxid_sim1f1", service.now));
  auto o = client.sync();
  EXPECT_EQ(text_of(o.at("ModContactList").as_array().at(0).as_object(), "RemarkName"), "new remark");
  EXPECT_EQ(text_of(o.at("DelContactList").as_array().at(0).as_object(), "UserName"),
            client.name_of({peer_ref::kind::contact, 4, 0}));
}

TEST_F(SimulatedSync, TellsOfANewFriendUnderANameOfThisSession) {
  auto id = service.core.add_friend(1, "newcomer", service.now);
  ASSERT_TRUE(id);
  auto o = client.sync();
  auto name = text_of(o.at("ModContactList").as_array().at(0).as_object(), "UserName");
  EXPECT_EQ(integer_of(*object_of(client.send_text(name, "welcome"), "BaseResponse"), "Ret"), 0);
}

TEST_F(SimulatedSync, CarriesUnfetchedMessagesIntoTheNextSession) {
  say("fetched");
  (void)client.sync();
  (void)client.sync();
  say("not fetched");
  service.core.end_sessions(1, 1101, service.now);
  client.go_online();
  auto texts = contents(client.sync());
  ASSERT_EQ(texts.size(), 2U) << "and the 51 message";
  EXPECT_EQ(texts[0], "not fetched");
}

TEST_F(SimulatedSync, RefusesAMessageForAUserWithoutSession) {
  injection what;
  what.user = 2;
  what.text = "nobody hears";
  auto r = service.core.inject(what, service.now);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::not_online);
}

TEST_F(SimulatedSync, BoundsWhatWaits) {
  (void)client.sync(); // tells that the 51 message arrived
  for (std::size_t i = 0; i < web_session::max_unfetched; ++i)
    say("x");
  injection what;
  what.user = 1;
  what.text = "one too many";
  auto r = service.core.inject(what, service.now);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::queue_full);
}

TEST_F(SimulatedSync, KeepsMessageIdsGrowingAndEqualInBothForms) {
  say("one");
  say("two");
  auto o = client.sync();
  const auto& list = o.at("AddMsgList").as_array();
  auto id = [&](std::size_t i) { return text_of(list.at(i).as_object(), "MsgId"); };
  EXPECT_LT(id(0), id(1));
  EXPECT_EQ(id(0).size(), 19U);
  EXPECT_EQ(id(0), text_of(list.at(0).as_object(), "NewMsgId"));
}

} // namespace
} // namespace weixin::simulator
