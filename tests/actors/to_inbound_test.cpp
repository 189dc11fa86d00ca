// From a message of the protocol to what consumers see.
#include "actors/group_view.hpp"
#include "actors/inbound_detail.hpp"
#include "actors/to_inbound.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "tests/actors/actors_fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fstream>
#include <set>
#include <sstream>

namespace weixin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::scripted_weixin;

constexpr const char* group = "@@group000000000000000000000000000c3";
constexpr const char* mia = "@mia";

struct ToInbound : testing::actors_fixture {
  void SetUp() override {
    actors_fixture::SetUp();
    begin_session();
    webwx::contact club;
    club.user_name = group;
    club.nick_name = "Chess club";
    club.kind = webwx::contact_kind::group;
    club.members = {{mia, "Mia", "Mia (chess)"}, {scripted_weixin::self, "Test Shop", "Robot"}};
    context->contacts.put(club);
  }

  inbound made(const boost::json::object& entry) {
    webwx::raw_message m;
    m.raw = boost::json::serialize(entry);
    m.parsed = *webwx::read_message(entry, scripted_weixin::self);
    m.msg_id = m.parsed.msg_id;
    return to_inbound(m, *context, *context->session);
  }
  static boost::json::object entry(const char* from, int type, std::string content, int app_type = 0) {
    return {{"MsgId", "77"},           {"FromUserName", from},          {"ToUserName", scripted_weixin::self},
            {"MsgType", type},         {"Content", std::move(content)}, {"AppMsgType", app_type},
            {"CreateTime", 1700000000}};
  }
  static boost::json::object event(const inbound& m) {
    return boost::json::parse(to_event_json(m, {})).as_object();
  }
  static std::string text_of(const boost::json::object& shown, const char* key) {
    const auto& value = shown.at(key).as_string();
    return {value.data(), value.size()};
  }
};

TEST_F(ToInbound, TellsAVoiceInAFewWordsAndItsLength) {
  auto e = entry(scripted_weixin::friend_, 34, "");
  e["VoiceLength"] = 2900;
  auto shown = event(made(e));
  EXPECT_EQ(shown["type"], "voice");
  EXPECT_EQ(shown["text"], "[Voice 3 s]");
  EXPECT_EQ(shown["detail"], (boost::json::object{{"duration_ms", 2900}}));
  EXPECT_THAT(std::string{shown["raw"].as_string()}, HasSubstr("\"VoiceLength\":2900"));
}

TEST_F(ToInbound, NamesTheMemberWhoSentAFile) {
  auto m = made(entry(group, 49,
                      std::string{mia} +
                          ":<br/>&lt;msg&gt;&lt;appmsg&gt;&lt;title&gt;a.pdf&lt;/title&gt;"
                          "&lt;appattach&gt;&lt;totallen&gt;12345&lt;/totallen&gt;&lt;/appattach&gt;"
                          "&lt;/appmsg&gt;&lt;/msg&gt;",
                      6));
  EXPECT_EQ(m.kind, inbound_kind::file);
  EXPECT_EQ(m.sender_nick, "Mia");
  EXPECT_EQ(m.sender_display, "Mia (chess)");
  EXPECT_EQ(m.text, "[File] a.pdf (12 KB)");
  EXPECT_EQ(event(m)["detail"], (boost::json::object{{"name", "a.pdf"}, {"bytes", 12345}}));
}

TEST_F(ToInbound, NamesTheSenderOfADirectMessageByItsReference) {
  auto shown = event(made(entry(scripted_weixin::friend_, 1, "hello")));
  EXPECT_EQ(text_of(shown, "sender_ref"), friend_ref());
  EXPECT_EQ(text_of(shown, "chat"), friend_ref());
  EXPECT_FALSE(shown.contains("sender_id")) << "only members have one";
}

TEST_F(ToInbound, NamesAMemberWhoIsAContactByReference) {
  auto shown = event(made(entry(group, 1, std::string{scripted_weixin::friend_} + ":<br/>hello")));
  EXPECT_EQ(text_of(shown, "sender_ref"), friend_ref());
  EXPECT_EQ(text_of(shown, "sender_id"), member_id(scripted_weixin::friend_));
  EXPECT_NE(text_of(shown, "chat"), friend_ref());
}

TEST_F(ToInbound, NamesAMemberWhoIsNoContactByTheIdOfThisSession) {
  auto before = context->contacts.size();
  auto shown = event(made(entry(group, 1, std::string{mia} + ":<br/>hello")));
  EXPECT_EQ(text_of(shown, "sender_id"), member_id(mia));
  EXPECT_FALSE(shown.contains("sender_ref"));
  EXPECT_EQ(context->contacts.size(), before) << "speaking in a group makes nobody a contact";
}

TEST_F(ToInbound, NamesNoSenderOfAGroupsNotice) {
  auto shown = event(made(entry(group, 10000, "\"Mia\"邀请\"Ann\"加入了群聊")));
  EXPECT_FALSE(shown.contains("sender_ref"));
  EXPECT_FALSE(shown.contains("sender_id"));
}

TEST_F(ToInbound, NamesTheAccountAsTheSenderOfItsOwnMessage) {
  webwx::contact self;
  self.user_name = scripted_weixin::self;
  self.nick_name = "Test Shop";
  context->contacts.put(self);
  auto e = entry(scripted_weixin::self, 1, "written on the phone");
  e["ToUserName"] = scripted_weixin::friend_;
  auto direct = event(made(e));
  EXPECT_EQ(text_of(direct, "sender"), "Test Shop");
  EXPECT_EQ(text_of(direct, "sender_ref"), *context->contacts.known_ref(scripted_weixin::self));
  EXPECT_EQ(text_of(direct, "chat"), friend_ref());
  e["ToUserName"] = group;
  EXPECT_EQ(text_of(event(made(e)), "sender"), "Robot") << "its name in the group";
}

TEST_F(ToInbound, TellsConsumersWhetherTheAccountIsMentioned) {
  auto says = [](std::string_view text) { return std::string{mia} + ":<br/>" + std::string{text}; };
  EXPECT_EQ(event(made(entry(group, 1, says("@Robot\u2005hello"))))["mentions_me"], true);
  EXPECT_EQ(event(made(entry(group, 1, says("@Test Shop\u2005hello"))))["mentions_me"], true);
  EXPECT_EQ(event(made(entry(group, 1, says("hello"))))["mentions_me"], false);
  EXPECT_EQ(event(made(entry(scripted_weixin::friend_, 1, "@Robot hello")))["mentions_me"], false);
}

TEST_F(ToInbound, FindsTheAccountMentionedInAQuote) {
  auto quote = [](std::string_view text) {
    return std::string{mia} + ":<br/>&lt;msg&gt;&lt;appmsg&gt;&lt;title&gt;" + std::string{text} +
           "&lt;/title&gt;&lt;/appmsg&gt;&lt;/msg&gt;";
  };
  auto m = made(entry(group, 49, quote("@Robot\u2005yes"), 57));
  EXPECT_EQ(m.kind, inbound_kind::quote);
  EXPECT_EQ(m.text, "@Robot\u2005yes");
  EXPECT_TRUE(m.mentions_me);
  EXPECT_FALSE(made(entry(group, 49, quote("@Robot\u2005yes"), 6)).mentions_me)
      << "the name of a file is no mention";
}

TEST_F(ToInbound, PutsNamesIntoAPat) {
  auto m = made(entry(group, 10002,
                      "&lt;sysmsg type=\"pat\"&gt;&lt;pat&gt;&lt;template&gt;\"${" + std::string{mia} +
                          "}\" pats \"${wxid_unknown}\" ${&lt;/template&gt;&lt;/pat&gt;&lt;/sysmsg&gt;"));
  EXPECT_EQ(m.kind, inbound_kind::pat);
  EXPECT_EQ(m.text, "[Pat] \"Mia (chess)\" pats \"${wxid_unknown}\" ${");
}

TEST_F(ToInbound, TellsWhatANoticeSays) {
  auto shown = event(made(entry(group, 10000, "\"Mia\"邀请\"Ann、Bob\"加入了群聊")));
  EXPECT_EQ(shown["type"], "system");
  EXPECT_EQ(shown["detail"],
            (boost::json::object{
                {"event", "joined"}, {"actor", "Mia"}, {"who", boost::json::array{"Ann", "Bob"}}}));
  EXPECT_FALSE(shown.contains("raw"));
}

TEST_F(ToInbound, GivesACardTheReferenceOfAKnownContact) {
  auto e = entry(scripted_weixin::friend_, 42, "");
  e["RecommendInfo"] = {{"UserName", scripted_weixin::friend_}, {"NickName", "Friend One"}};
  EXPECT_EQ(event(made(e))["detail"], (boost::json::object{{"name", "Friend One"}, {"ref", friend_ref()}}));
  e["RecommendInfo"] = {{"UserName", "@stranger"}, {"NickName", "Somebody"}};
  EXPECT_EQ(event(made(e))["detail"], (boost::json::object{{"name", "Somebody"}}));
}

TEST_F(ToInbound, HasNoDetailForText) {
  auto m = made(entry(scripted_weixin::friend_, 1, "hello"));
  EXPECT_EQ(m.detail, "");
  EXPECT_FALSE(event(m).contains("detail"));
  EXPECT_FALSE(event(m).contains("raw"));
}

TEST_F(ToInbound, ShowsNothingOfTheSessionInADetail) {
  std::ifstream file(WEIXIN_TEST_DATA "/webwx/webwxsync_kinds.json");
  std::stringstream body;
  body << file.rdbuf();
  const std::string self = "@5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f";
  auto batch = webwx::parse_sync({200, {}, body.str()}, self);
  ASSERT_TRUE(batch);
  std::set<inbound_kind> kinds;
  for (const auto& m : batch->messages) {
    auto shown = to_inbound(m, *context, *context->session);
    kinds.insert(shown.kind);
    EXPECT_EQ(to_string(shown.kind), webwx::to_string(m.parsed.kind)) << "one name for one kind";
    for (const char* inner : {"@5e1f", "@a1de", "@b12c", "@ceda", "@@e135", "v2_00112233", "@crypt"}) {
      EXPECT_THAT(shown.detail, Not(HasSubstr(inner))) << to_string(shown.kind);
      EXPECT_THAT(shown.text, Not(HasSubstr(inner))) << to_string(shown.kind);
    }
    store::stored_message stored;
    stored.seq = 1;
    stored.sent_at = shown.sent_at;
    stored.event = to_stored_json(shown, shown.sent_at);
    auto back = inbound_from_json(stored);
    ASSERT_TRUE(back) << to_string(shown.kind);
    EXPECT_EQ(to_stored_json(*back, shown.sent_at), stored.event);
  }
  EXPECT_EQ(kinds.size(), inbound_kind_count) << "every kind is among them";
}

} // namespace
} // namespace weixin
