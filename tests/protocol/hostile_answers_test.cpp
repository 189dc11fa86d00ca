#include "protocol/webwx/chatroom.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/cookies.hpp"
#include "protocol/webwx/forward.hpp"
#include "protocol/webwx/init.hpp"
#include "protocol/webwx/login.hpp"
#include "protocol/webwx/oplog.hpp"
#include "protocol/webwx/outgoing.hpp"
#include "protocol/webwx/push_login.hpp"
#include "protocol/webwx/recall.hpp"
#include "protocol/webwx/search_contact.hpp"
#include "protocol/webwx/send.hpp"
#include "protocol/webwx/sync.hpp"
#include "protocol/webwx/upload.hpp"
#include "protocol/webwx/verify_user.hpp"
#include "tests/protocol/fixtures.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <random>

namespace weixin::webwx {
namespace {

/// One parser with a good answer for it; says the error, or nothing when the answer was taken.
struct codec {
  std::string name;
  std::string body;
  std::function<std::optional<error>(const http_response&)> parse;
};

template <class Parse>
codec make(std::string name, std::string body, Parse parse) {
  return {std::move(name), std::move(body), [parse](const http_response& r) -> std::optional<error> {
            auto taken = parse(r);
            if (taken) return std::nullopt;
            return taken.error();
          }};
}

std::vector<codec> codecs() {
  auto sync = [](const http_response& r) { return parse_sync(r, self_name); };
  return {make("jslogin", fixture("jslogin.js"), parse_jslogin),
          make("login_200", fixture("login_200.js"), parse_login_poll),
          make("login_201", fixture("login_201.js"), parse_login_poll),
          make("newloginpage", fixture("newloginpage.xml"), parse_new_login_page),
          make("pushlogin", R"({"ret": "0", "msg": "all ok", "uuid": "Synth=="})", parse_push_login),
          make("init", fixture("webwxinit.json"), parse_init),
          make("statusnotify", fixture("webwxstatusnotify.json"), parse_status_notify),
          make("getcontact", fixture("webwxgetcontact.json"), parse_get_contact),
          make("batchgetcontact", fixture("webwxbatchgetcontact.json"), parse_batch_get_contact),
          make("synccheck", fixture("synccheck.js"), parse_synccheck),
          make("sync_messages", fixture("webwxsync_messages.json"), sync),
          make("sync_kinds", fixture("webwxsync_kinds.json"), sync),
          make("sync_status_notify", fixture("webwxsync_status_notify.json"), sync),
          make("sendmsg", fixture("webwxsendmsg.json"), parse_send),
          make("sendappmsg", fixture("webwxsendmsg.json"),
               [](const http_response& r) { return parse_sent(r, endpoint::webwxsendappmsg); }),
          make("revokemsg", fixture("webwxrevokemsg.json"), parse_recall),
          make("checkupload", fixture("webwxcheckupload.json"), parse_check_upload),
          make("uploadmedia", fixture("webwxuploadmedia.json"),
               [](const http_response& r) { return parse_upload(r, true); }),
          make("uploadmedia_chunk", fixture("webwxuploadmedia_chunk.json"),
               [](const http_response& r) { return parse_upload(r, false); }),
          make("createchatroom", fixture("webwxcreatechatroom.json"), parse_create_chatroom),
          make("updatechatroom", fixture("webwxupdatechatroom.json"), parse_update_chatroom),
          make("searchcontact", with_ret(0, R"(,"List":[{"UserName":"@a","PYQuanPin":"a"}])"),
               parse_search_contact),
          make("oplog", with_ret(0), parse_oplog),
          make("verifyuser", with_ret(0), parse_verify_user)};
}

class HostileAnswer : public testing::TestWithParam<codec> {
protected:
  /// Errors must be usable by the retry rules and must not carry what the answer said.
  static void expect_proper(const error& e) {
    EXPECT_TRUE(e.request_left);
    EXPECT_FALSE(e.context.empty());
    for (auto marker : {"Synth", "@crypt", "qrticket", "桤", "白桦", "早上好", "wxid_"})
      EXPECT_EQ(e.context.find(marker), std::string::npos) << e.context;
  }
};

TEST_P(HostileAnswer, IsTakenWhenItIsWhole) {
  EXPECT_EQ(GetParam().parse(answer(GetParam().body)), std::nullopt);
}

TEST_P(HostileAnswer, IsAnErrorWithAnyOtherStatus) {
  for (int status : {0, 100, 204, 302, 304, 400, 403, 404, 500, 502, 503, 999}) {
    auto e = GetParam().parse(answer(GetParam().body, status));
    ASSERT_TRUE(e) << status;
    EXPECT_EQ(e->code, errc::http_status);
    EXPECT_EQ(e->ret, status);
  }
}

/// Scripts may lack their last sign, and a login poll counts a part of an answer as an expired code.
TEST_P(HostileAnswer, IsNeverTakenWhenCutOff) {
  const auto& [name, body, parse] = GetParam();
  if (name.starts_with("login_2")) {
    for (std::size_t n = 0; n < body.size() - 1; ++n)
      if (auto p = parse_login_poll(answer(body.substr(0, n)))) {
        EXPECT_NE(p->status, login_status::confirmed) << n;
      }
    return;
  }
  auto must_be_whole = body.find_last_not_of(" \n;");
  if (name == "pushlogin") must_be_whole -= 1; // the uuid is there
  for (std::size_t n = 0; n <= must_be_whole; ++n) {
    auto e = parse(answer(body.substr(0, n)));
    ASSERT_TRUE(e) << n;
    expect_proper(*e);
  }
}

TEST_P(HostileAnswer, SurvivesEveryFlippedByte) {
  const auto& [name, body, parse] = GetParam();
  std::size_t step = body.size() > 20'000 ? 101 : body.size() > 2000 ? 7 : 1;
  for (std::size_t i = 0; i < body.size(); i += step)
    for (char c : {'\0', '"', '\\', '{', ']', ',', '<', '&', '9', '\xFF'}) {
      auto changed = body;
      changed[i] = c;
      if (auto e = parse(answer(changed))) expect_proper(*e);
    }
}

TEST_P(HostileAnswer, SurvivesRandomDamage) {
  const auto& [name, body, parse] = GetParam();
  std::mt19937 random(20170601);
  auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
  for (int round = 0; round < 300; ++round) {
    auto changed = body;
    for (auto damage = below(8) + 1; damage > 0; --damage) {
      auto at = below(changed.size());
      auto length = std::min(below(40) + 1, changed.size() - at);
      switch (below(3)) {
      case 0:
        changed.erase(at, length);
        break;
      case 1:
        changed.insert(at, changed.substr(below(changed.size()), length));
        break;
      default:
        for (std::size_t i = at; i < at + length; ++i)
          changed[i] = static_cast<char>(below(256));
      }
      if (changed.empty()) changed = "x";
    }
    if (auto e = parse(answer(changed))) expect_proper(*e);
  }
}

TEST_P(HostileAnswer, IsAnErrorWhenItIsSomethingElse) {
  const auto& [name, body, parse] = GetParam();
  if (name.starts_with("login_2")) return; // see above: a text without a code is an expired one
  for (const std::string& other :
       {std::string{}, std::string(" \r\n\t"), std::string(4096, '\0'), std::string{"<html></html>"},
        std::string{"<!DOCTYPE HTML>"}, std::string{"null"}, std::string{"[]"}, std::string{"{}"},
        std::string{"0"}, std::string{"\"x\""}, std::string{"NaN"}, std::string(100'000, '['),
        std::string(100'000, '{'), std::string(100'000, '<'), std::string{"{\"BaseResponse\":null}"},
        std::string{"{\"BaseResponse\":{\"Ret\":[]}}"},
        std::string{"{\"BaseResponse\":{\"Ret\":99999999999999999999}}"},
        "{\"BaseResponse\":" + std::string(50'000, '[') + std::string(50'000, ']') + "}"}) {
    auto e = parse(answer(other));
    ASSERT_TRUE(e) << other.substr(0, 40);
    expect_proper(*e);
  }
}

TEST_P(HostileAnswer, CountsTheLastOfEqualKeys) {
  const auto& [name, body, parse] = GetParam();
  if (body.find("BaseResponse") == std::string::npos) return;
  auto doubled = "{\"BaseResponse\":{\"Ret\":1101}," + body.substr(1);
  EXPECT_EQ(parse(answer(doubled)), std::nullopt);
  doubled = body.substr(0, body.rfind('}')) + ",\"BaseResponse\":{\"Ret\":0,\"Ret\":1101}}";
  auto e = parse(answer(doubled));
  ASSERT_TRUE(e);
  EXPECT_EQ(e->code, errc::session_ended);
}

INSTANTIATE_TEST_SUITE_P(EveryCodec, HostileAnswer, testing::ValuesIn(codecs()),
                         [](const auto& p) { return p.param.name; });

TEST(HostileMessage, IsForwardedWellOrNotAtAll) {
  const std::string good =
      R"({"MsgType":49,"AppMsgType":6,"MediaId":"@m","FromUserName":"@@g","Content":)"
      R"("@a:<br/>&lt;msg&gt;&lt;appmsg&gt;&lt;attachid/&gt;&lt;/appmsg&gt;&lt;/msg&gt;"})";
  ASSERT_TRUE(forward_of(good));
  std::mt19937 random(11);
  for (int round = 0; round < 5000; ++round) {
    auto changed = good.substr(0, good.size() - random() % 3);
    for (auto i = random() % 6; i > 0; --i)
      changed[random() % changed.size()] = static_cast<char>(random() % 256);
    auto what = forward_of(changed);
    if (what) {
      EXPECT_TRUE(what->content || !what->emoticon_md5.empty());
    } else {
      EXPECT_FALSE(what.error().context.empty());
    }
  }
}

TEST(HostileSetCookie, IsSurvivedInEveryForm) {
  const std::string good =
      "wxsid=v; Domain=wx.qq.com; Path=/; Expires=Sun, 22-Nov-2026 18:55:44 GMT; Max-Age=5; Secure";
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    auto changed = good.substr(0, random() % (good.size() + 1));
    for (unsigned i = random() % 4; i > 0 && !changed.empty(); --i)
      changed[random() % changed.size()] = static_cast<char>(random() % 256);
    cookie_jar jar;
    jar.store("wx.qq.com", {{"Set-Cookie", changed}});
    for (char c : jar.header_for("wx.qq.com", "/"))
      EXPECT_TRUE(c != '\r' && c != '\n' && c != '\0');
  }
}

} // namespace
} // namespace weixin::webwx
