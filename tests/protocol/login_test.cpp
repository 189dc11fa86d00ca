#include "protocol/webwx/login.hpp"
#include "tests/protocol/request_case.hpp"

namespace weixin::webwx {
namespace {

template <class T>
std::string error_text(const result<T>& r) {
  return r ? "(no error)" : to_string(r.error());
}

// -- jslogin
// ------------------------------------------------------------------------------------------------------

TEST(JsLogin, GivesTheUuid) { EXPECT_EQ(*parse_jslogin(answer_of("jslogin.js")), "Synth-Uuid_1=="); }

TEST(JsLogin, ToleratesOtherSpacesAndQuotes) {
  EXPECT_EQ(*parse_jslogin(answer("window.QRLogin.code=200;window.QRLogin.uuid='ab_c='")), "ab_c=");
}

TEST(JsLogin, ReportsAnotherCode) {
  auto r = parse_jslogin(answer("window.QRLogin.code = 400; window.QRLogin.uuid = \"\";"));
  EXPECT_EQ(error_text(r), "server_error 400: jslogin");
  EXPECT_TRUE(r.error().request_left);
}

TEST(JsLogin, RefusesEverythingElse) {
  EXPECT_EQ(error_text(parse_jslogin(answer(""))), "malformed_answer: jslogin: empty body");
  EXPECT_EQ(error_text(parse_jslogin(answer("<!DOCTYPE html><html>"))),
            "malformed_answer: jslogin: a page instead of an answer");
  EXPECT_EQ(error_text(parse_jslogin(answer("hello"))), "malformed_answer: jslogin: no code");
  EXPECT_EQ(error_text(parse_jslogin(answer("window.QRLogin.code = 200;"))),
            "malformed_answer: jslogin: no uuid");
  EXPECT_EQ(error_text(parse_jslogin(answer("window.QRLogin.code = 200; window.QRLogin.uuid = \"a b\";"))),
            "malformed_answer: jslogin: no uuid");
  EXPECT_EQ(error_text(parse_jslogin(answer_of("jslogin.js", 502))), "http_status 502: jslogin");
}

TEST(QrText, IsTheLoginLink) { EXPECT_EQ(qr_text("abc=="), "https://login.weixin.qq.com/l/abc=="); }

// -- login polling
// ------------------------------------------------------------------------------------------------

TEST(LoginPoll, WaitsOn408) {
  EXPECT_EQ(parse_login_poll(answer("window.code=408;"))->status, login_status::waiting);
  EXPECT_EQ(parse_login_poll(answer("window.code=408"))->status, login_status::waiting);
}

TEST(LoginPoll, ShowsWhoScannedOn201) {
  auto p = parse_login_poll(answer_of("login_201.js"));
  ASSERT_TRUE(p);
  EXPECT_EQ(p->status, login_status::scanned);
  EXPECT_EQ(p->avatar, "data:img/jpg;base64,/9j/SYNTHETIC+AVATAR==");
}

TEST(LoginPoll, TakesA201WithoutAvatar) {
  for (auto body : {"window.code=201;", "window.code=201;window.userAvatar = '';",
                    "window.code=201;window.userAvatar = 'javascript:x';",
                    "window.code=201;window.userAvatar = 'data:c"}) {
    auto p = parse_login_poll(answer(body));
    ASSERT_TRUE(p) << body;
    EXPECT_EQ(p->status, login_status::scanned);
    EXPECT_EQ(p->avatar, "");
  }
}

TEST(LoginPoll, GoesOnToTheRedirectOn200) {
  auto p = parse_login_poll(answer_of("login_200.js"));
  ASSERT_TRUE(p);
  EXPECT_EQ(p->status, login_status::confirmed);
  auto where = parse_redirect_uri(p->redirect_uri);
  ASSERT_TRUE(where);
  EXPECT_EQ(where->host, "wx2.qq.com");
}

TEST(LoginPoll, RefusesA200WithoutARedirect) {
  for (auto body : {"window.code=200;", "window.code=200;window.redirect_uri=\"\";",
                    "window.code=200;window.redirect_uri=\"https://wx.qq.com/"})
    EXPECT_EQ(error_text(parse_login_poll(answer(body))), "malformed_answer: login: no redirect_uri") << body;
}

TEST(LoginPoll, EndsOn202) {
  EXPECT_EQ(parse_login_poll(answer("window.code=202;"))->status, login_status::cancelled);
}

TEST(LoginPoll, NeedsANewUuidOnEveryOtherCode) {
  for (int code : {0, 400, 402, 500, 1, 999, -1, 123456}) {
    auto p = parse_login_poll(answer("window.code=" + std::to_string(code) + ";"));
    ASSERT_TRUE(p) << code;
    EXPECT_EQ(p->status, login_status::expired) << code;
    EXPECT_EQ(p->code, code);
  }
}

TEST(LoginPoll, NeedsANewUuidWithoutACode) {
  for (auto body :
       {"window.", "window.code=", "window.code=40", "window.code=x;", "window.code=99999999999;"}) {
    auto p = parse_login_poll(answer(body));
    ASSERT_TRUE(p) << body;
    EXPECT_EQ(p->status, login_status::expired);
    EXPECT_EQ(p->code, 0);
  }
}

TEST(LoginPoll, RefusesWhatIsNoAnswer) {
  EXPECT_EQ(error_text(parse_login_poll(answer(" \n"))), "malformed_answer: login: empty body");
  EXPECT_EQ(error_text(parse_login_poll(answer("<HTML>"))),
            "malformed_answer: login: a page instead of an answer");
  EXPECT_EQ(error_text(parse_login_poll(answer("window.code=408;", 500))), "http_status 500: login");
}

// -- webwxnewloginpage
// --------------------------------------------------------------------------------------------

TEST(NewLoginPage, GivesTheTickets) {
  for (int status : {200, 301}) {
    auto t = parse_new_login_page(answer_of("newloginpage.xml", status));
    ASSERT_TRUE(t);
    EXPECT_EQ(t->uin, 1234567890);
    EXPECT_EQ(t->sid, secret{"Synth/Sid+1"});
    EXPECT_EQ(t->skey, secret{"@crypt_0123abcd_00112233445566778899aabbccddeeff"});
    EXPECT_EQ(t->pass_ticket, secret{"Synth%2BTicket%3D"}) << "raw, not decoded";
  }
}

TEST(NewLoginPage, SaysWhenTheAccountIsBarred) {
  auto t = parse_new_login_page(answer_of("newloginpage_1203.xml"));
  EXPECT_EQ(error_text(t), "barred 1203: webwxnewloginpage");
}

TEST(NewLoginPage, RefusesOtherRets) {
  for (int ret : {-1, 1, 1100, 1205})
    EXPECT_EQ(error_text(parse_new_login_page(answer("<error><ret>" + std::to_string(ret) +
                                                     "</ret><message>private words</message></error>"))),
              "login_refused " + std::to_string(ret) + ": webwxnewloginpage");
}

TEST(NewLoginPage, RefusesMissingTickets) {
  EXPECT_EQ(error_text(parse_new_login_page(answer("<error><ret>0</ret><skey>k</skey></error>"))),
            "login_refused: webwxnewloginpage: tickets are missing");
}

TEST(NewLoginPage, RefusesAPage) {
  EXPECT_EQ(error_text(parse_new_login_page(answer("<!DOCTYPE html><html><head></head></html>"))),
            "login_refused: webwxnewloginpage: a page");
}

TEST(NewLoginPage, RefusesWhatIsNotTheXml) {
  for (auto body : {"", "x", "<error>", "<a/>", "<error></error>", "<error><ret>x</ret></error>",
                    "<error><ret>99999999999</ret></error>", "<ret>0</ret>"}) {
    auto t = parse_new_login_page(answer(body));
    ASSERT_FALSE(t) << body;
    EXPECT_EQ(t.error().code, errc::malformed_answer) << body;
  }
  EXPECT_EQ(error_text(parse_new_login_page(answer_of("newloginpage.xml", 503))),
            "http_status 503: webwxnewloginpage");
}

TEST(BeginSession, TakesTheTickets) {
  session s;
  ASSERT_TRUE(begin_session(s, *parse_new_login_page(answer_of("newloginpage.xml"))));
  EXPECT_EQ(s.uin, 1234567890);
  EXPECT_EQ(s.sid, secret{"Synth/Sid+1"});
  EXPECT_EQ(s.pass_ticket, secret{"Synth%2BTicket%3D"});
}

TEST(BeginSession, TakesSidAndUinFromTheCookiesWhenTheXmlHasNone) {
  session s;
  s.cookies.store("wx.qq.com",
                  {{"Set-Cookie", "wxuin=77; Domain=wx.qq.com"}, {"Set-Cookie", "wxsid=from-cookie"}});
  ASSERT_TRUE(begin_session(s, {0, {}, secret{"k"}, secret{"p"}}));
  EXPECT_EQ(s.uin, 77);
  EXPECT_EQ(s.sid, secret{"from-cookie"});
}

TEST(BeginSession, PrefersTheXml) {
  session s;
  s.cookies.store("wx.qq.com", {{"Set-Cookie", "wxuin=77"}, {"Set-Cookie", "wxsid=from-cookie"}});
  ASSERT_TRUE(begin_session(s, {78, secret{"from-xml"}, secret{"k"}, secret{"p"}}));
  EXPECT_EQ(s.uin, 78);
  EXPECT_EQ(s.sid, secret{"from-xml"});
}

TEST(BeginSession, LeavesTheSessionAloneWhenSomethingIsMissing) {
  session s;
  for (const auto& t :
       {login_tickets{0, secret{"s"}, secret{"k"}, secret{"p"}}, login_tickets{1, {}, secret{"k"}, {}},
        login_tickets{1, secret{"s"}, {}, secret{"p"}}, login_tickets{-5, secret{"s"}, secret{"k"}, {}}}) {
    auto r = begin_session(s, t);
    EXPECT_EQ(error_text(r), "login_refused: webwxnewloginpage: tickets are missing");
  }
  EXPECT_EQ(s, session{});
}

TEST(NewLoginPage, SaysWhenTheAccountBelongsToAnotherHost) {
  for (auto url : {"https://web2.wechat.com", "https://web2.wechat.com/", "https://web2.wechat.com/x?y=z"}) {
    auto t = parse_new_login_page(
        answer("<error><ret>0</ret><redirecturl>" + std::string{url} + "</redirecturl></error>"));
    ASSERT_TRUE(t) << url;
    EXPECT_EQ(t->other_entry_host, "web2.wechat.com");
    session s;
    EXPECT_FALSE(begin_session(s, *t));
  }
}

TEST(NewLoginPage, LeadsNowhereElse) {
  for (auto url : {"https://example.org/", "http://wx.qq.com/", "https://wx.qq.com.example.org", "x",
                   "https://user@wx.qq.com/", "//wx.qq.com/"})
    EXPECT_EQ(parse_new_login_page(
                  answer("<error><ret>0</ret><redirecturl>" + std::string{url} + "</redirecturl></error>"))
                  .error()
                  .code,
              errc::host_not_allowed)
        << url;
}

TEST(NewLoginPage, PrefersTicketsToARedirect) {
  auto t = parse_new_login_page(answer("<error><ret>0</ret><skey>k</skey><wxsid>s</wxsid><wxuin>1</wxuin>"
                                       "<pass_ticket>p</pass_ticket><redirecturl>https://wx8.qq.com/"
                                       "</redirecturl></error>"));
  ASSERT_TRUE(t);
  EXPECT_EQ(t->other_entry_host, "");
  EXPECT_EQ(t->skey, secret{"k"});
}

struct DesktopLogin : request_case {
  const redirect where{"wx.qq.com", "/cgi-bin/mmwebwx-bin/webwxnewloginpage?ticket=T&uuid=U"};
  const desktop_client client{secret{"U3ludGgrL2Jsb2I9"}};
};

TEST_F(DesktopLogin, AsksForItsUuidWithAnotherRedirect) {
  auto r = make_jslogin("login.wx.qq.com", "wx.qq.com", "agent", ms, login_mode::desktop);
  EXPECT_EQ(query_value(r, "redirect_uri"), "https%3A%2F%2Fwx.qq.com%2Fcgi-bin%2Fmmwebwx-bin%2F"
                                            "webwxnewloginpage%3Fmod%3Ddesktop");
}

TEST_F(DesktopLogin, SaysWhatClientItIs) {
  auto r = make_new_login_page(s, where, client);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->host, "wx.qq.com");
  EXPECT_EQ(r->target,
            "/cgi-bin/mmwebwx-bin/webwxnewloginpage?ticket=T&uuid=U&mod=desktop&fun=new&version=v2");
  EXPECT_EQ(find_header(r->headers, "client-version"), "2.0.0");
  EXPECT_EQ(find_header(r->headers, "extspam"), "U3ludGgrL2Jsb2I9");
  EXPECT_EQ(find_header(r->headers, "Referer"), "https://wx.qq.com/?&lang=zh_CN&target=t");
}

TEST_F(DesktopLogin, SaysItsModeOnce) {
  redirect with_mode{"wx.qq.com", "/x?mod=desktop&ticket=T"};
  EXPECT_EQ(make_new_login_page(s, with_mode, client)->target, "/x?mod=desktop&ticket=T&fun=new&version=v2");
}

TEST_F(DesktopLogin, NeedsWhatTheOperatorGives) {
  for (const auto& bad :
       {desktop_client{}, desktop_client{secret{"a\r\nX: y"}}, desktop_client{secret{"a b"}},
        desktop_client{secret{"a"}, ""}, desktop_client{secret{"a"}, "2\n"}}) {
    auto r = make_new_login_page(s, where, bad);
    ASSERT_FALSE(r);
    EXPECT_EQ(to_string(r.error()), "invalid_argument: webwxnewloginpage: no desktop client");
  }
}

struct QrImage : request_case {};

TEST_F(QrImage, IsDrawnByTheLoginHost) {
  auto r = make_qr_image("a+b/==", "agent", ms);
  EXPECT_EQ(r.host, "login.weixin.qq.com");
  EXPECT_EQ(r.target, "/qrcode/a%2Bb%2F%3D%3D?t=webwx&_=1546211298739");
}

} // namespace
} // namespace weixin::webwx
