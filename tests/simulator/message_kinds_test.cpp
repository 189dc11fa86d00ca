#include "tests/simulator/online_client.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>
#include <pugixml.hpp>

#include <map>

namespace weixin::simulator {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct SimulatedKinds : online_client {
  json::object of(std::string kind, std::string conversation = {}) {
    kind_details wanted;
    wanted.kind = std::move(kind);
    if (wanted.kind == "recall") wanted.original = "12345";
    if (wanted.kind == "app" || wanted.kind == "unknown") wanted.code = 10;
    return receive(wanted, std::move(conversation));
  }
  static std::string xml_of(const json::object& m) {
    auto text = text_of(m, "Content");
    for (auto [from, to] : {std::pair{"<br/>", "\n"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}})
      for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + 1))
        text.replace(at, std::string_view{from}.size(), to);
    return text;
  }
};

TEST_F(SimulatedKinds, HaveTheMsgTypesOfTheProtocol) {
  const std::map<std::string_view, int> types{{"text", 1},
                                              {"location", 1},
                                              {"image", 3},
                                              {"voice", 34},
                                              {"video", 43},
                                              {"micro_video", 62},
                                              {"sticker", 47},
                                              {"shop_sticker", 47},
                                              {"dice", 47},
                                              {"card", 42},
                                              {"friend_request", 37},
                                              {"recommendation", 40},
                                              {"file", 49},
                                              {"link", 49},
                                              {"articles", 49},
                                              {"music", 49},
                                              {"mini_program", 49},
                                              {"channels", 49},
                                              {"quote", 49},
                                              {"chat_record", 49},
                                              {"transfer", 49},
                                              {"live_location", 49},
                                              {"group_note", 49},
                                              {"group_invitation", 49},
                                              {"app", 49},
                                              {"notice", 10'000},
                                              {"recall", 10'002},
                                              {"pat", 10'002},
                                              {"todo", 10'002},
                                              {"template_notice", 10'002},
                                              {"call", 50},
                                              {"service_notice", 9'999},
                                              {"status_notify", 51},
                                              {"unknown", 10}};
  EXPECT_EQ(types.size(), message_kinds().size());
  for (auto kind : message_kinds())
    EXPECT_EQ(integer_of(of(std::string{kind}), "MsgType"), types.at(kind)) << kind;
}

TEST_F(SimulatedKinds, HaveTheAppMsgTypesOfTheProtocol) {
  const std::map<std::string_view, int> types{
      {"file", 6},           {"link", 5},        {"music", 3},           {"mini_program", 33},
      {"channels", 51},      {"quote", 57},      {"chat_record", 19},    {"transfer", 2000},
      {"live_location", 17}, {"group_note", 53}, {"group_invitation", 5}};
  for (auto [kind, type] : types) {
    auto m = of(std::string{kind});
    EXPECT_EQ(integer_of(m, "AppMsgType"), type) << kind;
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(xml_of(m).c_str())) << kind;
    auto app = document.child("msg").child("appmsg");
    EXPECT_EQ(app.child("type").text().as_int(), type) << kind;
    EXPECT_FALSE(std::string{app.child_value("title")}.empty()) << kind;
  }
}

TEST_F(SimulatedKinds, AreWellFormedWhereTheyAreXml) {
  for (auto kind : message_kinds()) {
    auto m = of(std::string{kind});
    auto xml = xml_of(m);
    if (!xml.starts_with("<")) continue;
    pugi::xml_document document;
    EXPECT_TRUE(document.load_string(xml.c_str())) << kind;
  }
}

TEST_F(SimulatedKinds, NameTheirSpeakerInAChatroomUnlessTheyAreNotices) {
  auto speaker = client.name_of({peer_ref::kind::member, 0, 1});
  for (auto kind : {"image", "file", "card", "sticker", "recall", "location"}) {
    auto m = of(kind, "100000@chatroom");
    EXPECT_EQ(text_of(m, "FromUserName"), chatroom(0));
    EXPECT_THAT(text_of(m, "Content"), StartsWith(speaker + ":<br/>")) << kind;
  }
  for (auto kind : {"notice", "pat", "todo", "template_notice"})
    EXPECT_THAT(text_of(of(kind, "100000@chatroom"), "Content"), Not(HasSubstr(":<br/>"))) << kind;
}

TEST_F(SimulatedKinds, CarryTheMediaThatIsAskedFor) {
  kind_details wanted;
  wanted.kind = "image";
  wanted.content = "\xff\xd8these bytes";
  EXPECT_EQ(media_of(text_of(receive(wanted), "MsgId")), wanted.content);
}

TEST_F(SimulatedKinds, ShowAContactOnACardInTheSessionsName) {
  kind_details wanted;
  wanted.kind = "card";
  wanted.about = user().contacts[5].id;
  auto m = receive(wanted);
  EXPECT_EQ(text_of(m.at("RecommendInfo").as_object(), "UserName"), contact(5));
  EXPECT_THAT(xml_of(m), HasSubstr("username=\"" + wanted.about + "\""));
}

TEST_F(SimulatedKinds, HideAShopSticker) {
  auto m = of("shop_sticker");
  EXPECT_EQ(text_of(m, "Content"), "");
  EXPECT_EQ(integer_of(m, "HasProductId"), 1);
}

TEST_F(SimulatedKinds, TellTheLengthOfVoicesAndVideos) {
  kind_details wanted;
  wanted.seconds = 7;
  wanted.kind = "voice";
  EXPECT_EQ(integer_of(receive(wanted), "VoiceLength"), 7'000);
  wanted.kind = "video";
  EXPECT_EQ(integer_of(receive(wanted), "PlayLength"), 7);
}

TEST_F(SimulatedKinds, NameTheRecalledMessage) {
  auto m = of("recall");
  EXPECT_THAT(xml_of(m), HasSubstr("<msgid>12345</msgid>"));
}

TEST_F(SimulatedKinds, TellWhatHappensOnThePhone) {
  auto m = of("status_notify");
  EXPECT_EQ(text_of(m, "FromUserName"), client.self);
  EXPECT_EQ(integer_of(m, "StatusNotifyCode"), 2);
  EXPECT_EQ(text_of(m, "StatusNotifyUserName"), contact(3));
}

TEST_F(SimulatedKinds, SurviveANewLoginUnderNewNames) {
  injection what;
  what.user = 1;
  what.details.kind = "card";
  what.details.about = user().contacts[5].id;
  ASSERT_TRUE(service.core.inject(what, service.now));
  client.go_online();
  auto m = synced("AddMsgList").at(0).as_object();
  EXPECT_EQ(text_of(m.at("RecommendInfo").as_object(), "UserName"), contact(5));
}

TEST_F(SimulatedKinds, HoldTheCanaryInWhatIsMadeUp) {
  service.core.state().options.canary = "CANARY";
  for (auto kind : {"location", "file", "link", "friend_request", "notice", "quote"}) {
    auto m = of(kind);
    auto shown = text_of(m, "Content") + text_of(m.at("RecommendInfo").as_object(), "NickName");
    EXPECT_THAT(shown, HasSubstr("CANARY")) << kind;
  }
}

TEST_F(SimulatedKinds, AreRefusedWhenTheyAreUnknownOrLackANumber) {
  auto refused = [&](std::string kind, std::string about = {}) {
    injection what;
    what.user = 1;
    what.details.kind = std::move(kind);
    what.details.about = std::move(about);
    auto r = service.core.inject(std::move(what), service.now);
    return !r && r.error().code == errc::invalid_argument;
  };
  EXPECT_TRUE(refused("telegram"));
  EXPECT_TRUE(refused("app"));
  EXPECT_TRUE(refused("unknown"));
  EXPECT_TRUE(refused("recall"));
  EXPECT_TRUE(refused("card", "nobody"));
}

} // namespace
} // namespace weixin::simulator
