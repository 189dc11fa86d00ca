#include "tests/simulator/online_client.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>
#include <pugixml.hpp>

#include <map>
#include <tuple>

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
                                              {"location_link", 1},
                                              {"news", 1},
                                              {"red_packet_text", 1},
                                              {"location_message", 48},
                                              {"image", 3},
                                              {"voice", 34},
                                              {"video", 43},
                                              {"micro_video", 62},
                                              {"sticker", 47},
                                              {"shop_sticker", 47},
                                              {"dice", 47},
                                              {"rock_paper_scissors", 47},
                                              {"opaque_media", 43},
                                              {"card", 42},
                                              {"friend_request", 37},
                                              {"own_friend_request", 37},
                                              {"recommendation", 40},
                                              {"file", 49},
                                              {"link", 49},
                                              {"video_link", 49},
                                              {"articles", 49},
                                              {"music", 49},
                                              {"mini_program", 49},
                                              {"channels", 49},
                                              {"quote", 49},
                                              {"chat_record", 49},
                                              {"merged_record", 49},
                                              {"transfer", 49},
                                              {"red_packet", 49},
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
  const std::map<std::string_view, int> types{{"file", 6},          {"link", 5},
                                              {"video_link", 4},    {"music", 3},
                                              {"mini_program", 33}, {"channels", 51},
                                              {"quote", 57},        {"chat_record", 19},
                                              {"merged_record", 0}, {"transfer", 2000},
                                              {"red_packet", 2001}, {"live_location", 17},
                                              {"group_note", 53},   {"group_invitation", 5}};
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
  for (auto kind : {"image", "file", "card", "sticker", "recall", "location", "location_message"}) {
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

TEST_F(SimulatedKinds, ComeFromTheServicesAccountsWhereTheyDo) {
  EXPECT_EQ(text_of(of("news"), "FromUserName"), "newsapp");
  for (auto kind : {"friend_request", "own_friend_request", "recommendation"})
    EXPECT_EQ(text_of(of(kind), "FromUserName"), "fmessage") << kind;
}

TEST_F(SimulatedKinds, NameTheAccountInItsOwnFriendRequest) {
  EXPECT_EQ(text_of(of("own_friend_request").at("RecommendInfo").as_object(), "UserName"), client.self);
}

TEST_F(SimulatedKinds, TellAPlaceInItsOwnTypeAsXml) {
  auto m = of("location_message");
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(xml_of(m).c_str()));
  EXPECT_STREQ(document.child("msg").child("location").attribute("poiname").value(), "人民广场");
  EXPECT_EQ(integer_of(m, "SubMsgType"), 0);
}

TEST_F(SimulatedKinds, TellTheOutcomeOfAGame) {
  for (auto [kind, code, element] : {std::tuple{"dice", 6, "<gameext type=\"2\" content=\"9\""},
                                     {"rock_paper_scissors", 3, "<gameext type=\"1\" content=\"3\""}}) {
    kind_details wanted;
    wanted.kind = kind;
    wanted.code = code;
    EXPECT_THAT(xml_of(receive(wanted)), HasSubstr(element));
  }
}

TEST_F(SimulatedKinds, TellWhatWasPaid) {
  pugi::xml_document document;
  kind_details wanted;
  wanted.kind = "transfer";
  wanted.text = "for lunch";
  wanted.code = 3;
  ASSERT_TRUE(document.load_string(xml_of(receive(wanted)).c_str()));
  auto pay = document.child("msg").child("appmsg").child("wcpayinfo");
  EXPECT_STREQ(pay.child_value("paysubtype"), "3");
  EXPECT_STREQ(pay.child_value("feedesc"), "￥0.01");
  EXPECT_STREQ(pay.child_value("pay_memo"), "for lunch");
  EXPECT_STRNE(pay.child_value("transferid"), "");

  wanted.kind = "red_packet";
  wanted.text = "happy <new> year";
  wanted.code = 0;
  ASSERT_TRUE(document.load_string(xml_of(receive(wanted)).c_str()));
  pay = document.child("msg").child("appmsg").child("wcpayinfo");
  EXPECT_STREQ(pay.child_value("receivertitle"), "happy <new> year");
  EXPECT_STRNE(pay.child_value("url"), "");
}

TEST_F(SimulatedKinds, TellMediaByANameInsteadOfXml) {
  for (int type : {3, 43, 62}) {
    kind_details wanted;
    wanted.kind = "opaque_media";
    wanted.code = type;
    auto m = receive(wanted);
    EXPECT_EQ(integer_of(m, "MsgType"), type);
    EXPECT_THAT(text_of(m, "Content"), StartsWith("@"));
    EXPECT_NE(media_of(text_of(m, "MsgId")), "");
  }
}

TEST_F(SimulatedKinds, OfferToTakeBackTheAccountsOwnInvitation) {
  injection what;
  what.user = 1;
  what.from_self = true;
  what.conversation = "100000@chatroom";
  what.details.kind = "template_notice";
  ASSERT_TRUE(service.core.inject(what, service.now));
  EXPECT_THAT(xml_of(synced("AddMsgList").at(0).as_object()), HasSubstr("type=\"link_revoke\""));
}

TEST_F(SimulatedKinds, ThatAreNoTextExpectNoReply) {
  for (auto kind : {"news", "location_link", "red_packet_text"})
    (void)of(kind);
  EXPECT_EQ(service.core.state().book.summary().injected, 0U);
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
  auto refused = [&](std::string kind, std::string about = {}, int code = 0) {
    injection what;
    what.user = 1;
    what.details.kind = std::move(kind);
    what.details.about = std::move(about);
    what.details.code = code;
    auto r = service.core.inject(std::move(what), service.now);
    return !r && r.error().code == errc::invalid_argument;
  };
  EXPECT_TRUE(refused("telegram"));
  EXPECT_TRUE(refused("app"));
  EXPECT_TRUE(refused("unknown"));
  EXPECT_TRUE(refused("recall"));
  EXPECT_TRUE(refused("card", "nobody"));
  EXPECT_TRUE(refused("opaque_media", {}, 47));
  EXPECT_TRUE(refused("mini_program", {}, 34));
  EXPECT_TRUE(refused("transfer", {}, 2));
}

} // namespace
} // namespace weixin::simulator
