#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/init.hpp"
#include "protocol/webwx/login.hpp"
#include "protocol/webwx/logout.hpp"
#include "protocol/webwx/media.hpp"
#include "protocol/webwx/push_login.hpp"
#include "protocol/webwx/send.hpp"
#include "protocol/webwx/sync.hpp"
#include "tests/protocol/request_case.hpp"

namespace weixin::webwx {
namespace {

struct Request : request_case {};

TEST_F(Request, ForAUuidNamesTheEntryHostInItsRedirect) {
  auto r = make_jslogin("login.wx.qq.com", "wx.qq.com", "agent", ms);
  EXPECT_EQ(r.method, "GET");
  EXPECT_EQ(r.host, "login.wx.qq.com");
  EXPECT_EQ(r.target,
            "/jslogin?appid=wx782c26e4c19acffb&redirect_uri=https%3A%2F%2Fwx.qq.com%2Fcgi-bin%2Fmmwebwx-bin"
            "%2Fwebwxnewloginpage&fun=new&lang=zh_CN&_=1546211298739");
  EXPECT_EQ(find_header(r.headers, "User-Agent"), "agent");
}

TEST_F(Request, ForALoginPollTellsWhetherTheCodeWasScanned) {
  auto before = make_login_poll("login.wx.qq.com", "a+b==", false, "agent", ms);
  EXPECT_EQ(before.target,
            "/cgi-bin/mmwebwx-bin/login?loginicon=true&uuid=a%2Bb%3D%3D&tip=1&r=-23072180&_=1546211298739");
  EXPECT_EQ(query_value(make_login_poll("h", "u", true, "agent", ms), "tip"), "0");
}

TEST_F(Request, ForTheLoginPageKeepsTheRedirectAsItIs) {
  auto r =
      make_new_login_page(s, {"wx.qq.com", "/cgi-bin/mmwebwx-bin/webwxnewloginpage?ticket=T@q&uuid=U=="});
  EXPECT_EQ(r.host, "wx.qq.com");
  EXPECT_EQ(r.target, "/cgi-bin/mmwebwx-bin/webwxnewloginpage?ticket=T@q&uuid=U==&fun=new&version=v2");
  EXPECT_EQ(make_new_login_page(s, {"wx.qq.com", "/x"}).target, "/x?fun=new&version=v2");
}

TEST_F(Request, ForAPushLoginNamesTheUin) {
  auto r = make_push_login(s);
  EXPECT_EQ(r.host, "wx2.qq.com");
  EXPECT_EQ(r.target, "/cgi-bin/mmwebwx-bin/webwxpushloginurl?uin=1234567890");
}

TEST_F(Request, ForInitEncodesThePassTicketOnceMore) {
  auto r = make_init(s, ms);
  EXPECT_EQ(r.target,
            "/cgi-bin/mmwebwx-bin/webwxinit?r=-23072180&lang=zh_CN&pass_ticket=Synth%252BTicket%253D");
  expect_json_post(r, "");
}

TEST_F(Request, ForAStatusNotifyGoesFromTheAccountToWhomItConcerns) {
  auto r = make_status_notify(s, notify_code::inited, s.user_name, ms);
  EXPECT_EQ(r.target, "/cgi-bin/mmwebwx-bin/webwxstatusnotify?lang=zh_CN&pass_ticket=Synth%252BTicket%253D");
  expect_json_post(r, R"(,"Code":3,"FromUserName":")" + self_name + R"(","ToUserName":")" + self_name +
                          R"(","ClientMsgId":1546211298739)");
}

TEST_F(Request, ForContactsNamesThePage) {
  auto r = make_get_contact(s, 42, ms);
  EXPECT_EQ(r.method, "GET");
  EXPECT_EQ(r.host, "wx2.qq.com");
  EXPECT_EQ(r.target, "/cgi-bin/mmwebwx-bin/webwxgetcontact?lang=zh_CN&pass_ticket=Synth%252BTicket%253D"
                      "&r=1546211298739&seq=42&skey=%40crypt_0123abcd_00112233");
}

TEST_F(Request, ForABatchOfContactsListsThem) {
  auto r = make_batch_get_contact(s, {{elms, ""}, {alder, elms}}, ms);
  EXPECT_EQ(query_value(r, "type"), "ex");
  EXPECT_EQ(query_value(r, "r"), "1546211298739");
  expect_json_post(r, R"(,"Count":2,"List":[{"UserName":")" + elms +
                          R"(","EncryChatRoomId":""},{"UserName":")" + alder + R"(","EncryChatRoomId":")" +
                          elms + R"("}])");
}

TEST_F(Request, ForABatchOfContactsStopsAtFifty) {
  auto r = make_batch_get_contact(s, std::vector<batch_item>(60), ms);
  EXPECT_NE(r.body.find("\"Count\":50,"), std::string::npos);
}

TEST_F(Request, ForASyncCheckGoesToThePushHostWithTheSyncCheckKey) {
  auto r = make_synccheck(s, ms);
  EXPECT_EQ(r.method, "GET");
  EXPECT_EQ(r.host, "webpush.wx2.qq.com");
  EXPECT_EQ(r.target, "/cgi-bin/mmwebwx-bin/synccheck?r=1546211298739&skey=%40crypt_0123abcd_00112233"
                      "&sid=Synth%2FSid%2B1&uin=1234567890&deviceid=e012345678901234"
                      "&synckey=1_700000001%7C2_700000103&_=1546211298739");
  EXPECT_EQ(find_header(with_cookies(r, s.cookies).headers, "Cookie"),
            "wxuin=1234567890; webwx_data_ticket=data");
}

TEST_F(Request, ForASyncCheckFallsBackToTheSyncKey) {
  auto fresh = s;
  fresh.keys.sync_check_key = {};
  EXPECT_EQ(query_value(make_synccheck(fresh, ms), "synckey"), "1_700000001%7C2_700000102");
}

TEST_F(Request, ForASyncSendsTheWholeSyncKey) {
  auto r = make_sync(s, ms);
  EXPECT_EQ(r.target,
            "/cgi-bin/mmwebwx-bin/webwxsync?sid=Synth%2FSid%2B1&skey=%40crypt_0123abcd_00112233&lang=zh_CN"
            "&pass_ticket=Synth%252BTicket%253D");
  expect_json_post(r,
                   R"(,"SyncKey":{"Count":2,"List":[{"Key":1,"Val":700000001},{"Key":2,"Val":700000102}]},)"
                   R"("rr":-23072180)");
}

TEST_F(Request, ForATextSendsItUnescaped) {
  auto r = make_send_text(s, alder, "回复 <x>&\"\\\n😄", "15462112987390001");
  EXPECT_EQ(r.target, "/cgi-bin/mmwebwx-bin/webwxsendmsg?lang=zh_CN&pass_ticket=Synth%252BTicket%253D");
  expect_json_post(r, R"(,"Msg":{"Type":1,"Content":"回复 <x>&\"\\\n😄","FromUserName":")" + self_name +
                          R"(","ToUserName":")" + alder +
                          R"(","LocalID":"15462112987390001","ClientMsgId":"15462112987390001"},"Scene":0)");
}

TEST_F(Request, ForATextReplacesBytesThatAreNoText) {
  auto r = make_send_text(s, alder, "a\xFFz", "1");
  EXPECT_NE(r.body.find("\"Content\":\"a\xEF\xBF\xBDz\""), std::string::npos);
}

TEST_F(Request, ForALogoutPostsTheForm) {
  auto r = make_logout(s);
  EXPECT_EQ(r.method, "POST");
  EXPECT_EQ(r.target,
            "/cgi-bin/mmwebwx-bin/webwxlogout?redirect=1&type=0&skey=%40crypt_0123abcd_00112233&lang=zh_CN");
  EXPECT_EQ(find_header(r.headers, "Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(r.body, "sid=Synth%2FSid%2B1&uin=1234567890");
}

TEST_F(Request, ForAPictureNamesItsSize) {
  auto r = make_get_msg_img(s, "4330000000000000013", image_size::original);
  EXPECT_EQ(r.target,
            "/cgi-bin/mmwebwx-bin/webwxgetmsgimg?MsgID=4330000000000000013&skey=%40crypt_0123abcd_00112233");
  EXPECT_EQ(query_value(make_get_msg_img(s, "1", image_size::slave), "type"), "slave");
  EXPECT_EQ(query_value(make_get_msg_img(s, "1", image_size::big), "type"), "big");
}

} // namespace
} // namespace weixin::webwx
