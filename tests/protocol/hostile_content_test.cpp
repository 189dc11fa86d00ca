// XML and fields that somebody made to do harm. Nothing of it may cost a message.
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/sync.hpp"
#include "tests/protocol/entries.hpp"

#include <boost/json/serialize.hpp>

#include <random>

namespace weixin::webwx {
namespace {

/// Every type that reads its Content as XML.
class HostileContent : public testing::TestWithParam<int> {
protected:
  static message read(std::string content, const boost::json::object& fields = {}) {
    auto o = fields;
    if (!o.contains("AppMsgType")) o["AppMsgType"] = 57;
    return received(GetParam(), std::move(content), o);
  }
};

TEST_P(HostileContent, DoesNotExpandEntities) {
  auto bomb =
      on_the_wire("<!DOCTYPE m [<!ENTITY a \"boom\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY f SYSTEM "
                  "\"file:///etc/passwd\">]><msg><appmsg><title>&b;&f;</title></appmsg><emoji md5=\"&b;\"/>"
                  "<img md5=\"&f;\"/></msg>");
  auto m = read(bomb);
  EXPECT_EQ(m.text.find("boom"), std::string::npos);
  EXPECT_EQ(m.text.find("root:"), std::string::npos);
}

TEST_P(HostileContent, SurvivesAMillionNestedTags) {
  std::string nested;
  for (int i = 0; i < 1'000'000; ++i)
    nested += "&lt;a&gt;";
  EXPECT_TRUE(read(nested).is_broken);
}

TEST_P(HostileContent, SurvivesDeepXmlThatIsWhole) {
  std::string open, close;
  for (int i = 0; i < 20'000; ++i) {
    open += "<a>";
    close += "</a>";
  }
  EXPECT_TRUE(read(on_the_wire("<msg>" + open + close + "</msg>")).is_broken);
}

TEST_P(HostileContent, BelievesNoDeclaredEncoding) {
  auto m =
      read(on_the_wire("<?xml version=\"1.0\" encoding=\"UTF-16\"?><msg fromnickname=\"桤\"><appmsg><title>桤"
                       "</title></appmsg><sysmsg type=\"x\"><title>桤</title></sysmsg></msg>"));
  EXPECT_FALSE(m.is_broken);
}

TEST_P(HostileContent, AcceptsSeveralRootsAndTextInFront) {
  EXPECT_FALSE(read(on_the_wire("text in front <x/><msg><appmsg/><sysmsg type=\"x\"/></msg><y/> and behind"))
                   .is_broken);
}

TEST_P(HostileContent, SurvivesEveryCut) {
  auto whole = on_the_wire("<msg a='1' b = \"2\"><appmsg><title><![CDATA[x]]></title></appmsg></msg>");
  for (std::size_t n = 0; n <= whole.size(); ++n)
    read(whole.substr(0, n));
}

TEST_P(HostileContent, SurvivesDamage) {
  auto whole = on_the_wire(
      "<msg><appmsg appid=\"\" "
      "sdkver='0'><title>t</title><type>57</type><refermsg><type>49</type><content>&lt;msg"
      "&gt;</content></refermsg><recorditem><![CDATA[<recordinfo><datalist count=\"1\"><dataitem/></datalist>"
      "</recordinfo>]]></recorditem></appmsg><sysmsg type=\"sysmsgtemplate\"><content_template><template>$a$"
      "</template></content_template></sysmsg><emoji md5 = \"x\"/><gameext type=\"2\" content=\"4\"/></msg>");
  std::mt19937 random(20170601);
  for (int round = 0; round < 500; ++round) {
    auto changed = whole;
    for (auto i = random() % 6 + 1; i > 0; --i) {
      auto at = random() % changed.size();
      if (random() % 2 == 0)
        changed[at] = "<>&;\"'/=!-]["[random() % 12];
      else
        changed.erase(at, random() % 20);
      if (changed.empty()) changed = "x";
    }
    static constexpr int types[] = {0, 3, 6, 19, 33, 51, 57, 2000, 2001};
    read(changed, {{"AppMsgType", types[random() % std::size(types)]}});
  }
}

TEST_P(HostileContent, IsTooLargeAbove256KiB) {
  EXPECT_TRUE(read(on_the_wire("<msg>" + std::string(256 * 1024, 'x') + "</msg>")).is_broken);
}

TEST_P(HostileContent, TakesFieldsOfAWrongTypeForEmpty) {
  read("", {{"RecommendInfo", boost::json::array{1}},
            {"VoiceLength", "x"},
            {"PlayLength", -1},
            {"ImgWidth", 1e300},
            {"ImgHeight", boost::json::object{}},
            {"FileSize", boost::json::array{}},
            {"HasProductId", "no"},
            {"Url", 7},
            {"MediaId", nullptr}});
}

INSTANTIATE_TEST_SUITE_P(EveryXmlType, HostileContent,
                         testing::Values(3, 34, 37, 40, 42, 43, 47, 48, 49, 50, 62, 10002),
                         [](const auto& p) { return "MsgType" + std::to_string(p.param); });

TEST(HostileNumbers, AreNoDurationsOrSizes) {
  using namespace std::chrono_literals;
  for (auto number : {"-1", "9223372036854775807", "99999999999999999999", "1e9", "0x10", ""}) {
    auto voice = received(34, on_the_wire("<msg><voicemsg voicelength=\"" + std::string{number} +
                                          "\" voiceformat=\"" + number + "\"/></msg>"));
    EXPECT_EQ(whole<content::voice>(voice).duration, 0ms) << number;
    auto file = app_message(6, "<appattach><totallen>" + std::string{number} + "</totallen></appattach>");
    EXPECT_GE(whole<content::file>(file).bytes, 0) << number;
  }
  EXPECT_EQ(whole<content::video>(received(43, "", {{"PlayLength", 2147483647}})).duration, 0s);
}

TEST(HostileTexts, AreCutAtACharacter) {
  std::string name;
  for (int i = 0; i < 1000; ++i)
    name += "桤";
  auto c = whole<content::file>(app_message(6, "<title>" + name + "</title>"));
  EXPECT_EQ(c.name.size(), 1023U) << "1 KiB, and whole characters of three bytes";
  EXPECT_EQ(whole<content::link>(app_message(5, "<url>" + std::string(100'000, 'x') + "</url>")).url.size(),
            4096U);
}

TEST(HostileTexts, AreValidUtf8WhateverReferencesTheyHold) {
  auto c = whole<content::link>(app_message(5, "<title>a&#xD800;b&#x110000;c</title><url>&#xDFFF;</url>"));
  EXPECT_EQ(c.title, to_valid_utf8(c.title));
  EXPECT_EQ(c.url, to_valid_utf8(c.url));
}

TEST(HostileMapPath, IsNotTakenWhenItIsNoPath) {
  for (auto rest : {"//evil.example/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg?pictype=location",
                    "/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg?a b&pictype=location",
                    "/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg?a\r\nX: y&pictype=location",
                    "/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg?&#10;&pictype=location",
                    "http://evil.example/?pictype=location"}) {
    auto m = received(1, "p:<br/>" + std::string{rest}, {{"SubMsgType", 48}});
    EXPECT_EQ(whole<content::location>(m).map_path, "") << rest;
  }
}

TEST(HostileName, CannotBecomeMarkup) {
  auto c = whole<content::link>(app_message(5, "<title>&amp;lt;b&amp;gt; &lt;br/&gt;</title>"));
  EXPECT_EQ(c.title, "&lt;b&gt; <br/>") << "entities once";
}

TEST(BrokenContent, CostsNoOtherMessageOfTheBatch) {
  auto good = boost::json::serialize(entry(1, "hello"));
  auto bad = boost::json::serialize(entry(49, on_the_wire("<msg><appmsg>"), {{"MsgId", "2"}}));
  auto a = parse_sync(answer("{\"BaseResponse\":{\"Ret\":0},\"AddMsgList\":[" + bad + "," + good + "]}"),
                      self_name);
  ASSERT_TRUE(a);
  EXPECT_EQ(a->set_aside, 0U);
  ASSERT_EQ(a->messages.size(), 2U);
  EXPECT_TRUE(a->messages[0].parsed.is_broken);
  EXPECT_EQ(a->messages[1].parsed.text, "hello");
}

} // namespace
} // namespace weixin::webwx
