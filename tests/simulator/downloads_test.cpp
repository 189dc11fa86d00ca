#include "tests/simulator/online_client.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>

namespace weixin::simulator {
namespace {

using testing::Contains;
using testing::StartsWith;

struct SimulatedDownloads : online_client {
  std::string skey() const { return "&skey=" + encode(client.skey); }
  boost::json::object received(std::string kind, std::size_t bytes = 5'000) {
    kind_details wanted;
    wanted.kind = std::move(kind);
    wanted.bytes = bytes;
    return receive(wanted);
  }
  answer stream(std::string_view endpoint, const boost::json::object& m, std::string range) {
    return download(endpoint, "msgid=" + text_of(m, "MsgId") + skey(), std::move(range));
  }
  std::string file_query(const boost::json::object& m) const {
    return "sender=" + encode(text_of(m, "FromUserName")) + "&mediaid=" + encode(text_of(m, "MediaId")) +
           "&encryfilename=" + encode(text_of(m, "EncryFileName")) + "&fromuser=" + client.uin +
           "&pass_ticket=undefined&webwx_data_ticket=" + encode(client.cookies.at("webwx_data_ticket"));
  }
};

TEST_F(SimulatedDownloads, GiveAVideoForARangeOnly) {
  auto m = received("video");
  auto whole = media_of(text_of(m, "MsgId"));
  auto a = stream("webwxgetvideo", m, "bytes=0-");
  EXPECT_EQ(a.response.status, 206);
  EXPECT_EQ(a.response.body, whole);
  EXPECT_EQ(headers_of(a, "Content-Range"),
            std::vector<std::string>{"bytes 0-" + std::to_string(whole.size() - 1) + "/" +
                                     std::to_string(whole.size())});
  auto empty = stream("webwxgetvideo", m, {});
  EXPECT_EQ(empty.response.status, 200);
  EXPECT_TRUE(empty.response.body.empty());
}

TEST_F(SimulatedDownloads, GiveThePartThatARangeNames) {
  auto m = received("video");
  auto whole = media_of(text_of(m, "MsgId"));
  EXPECT_EQ(stream("webwxgetvideo", m, "bytes=100-199").response.body, whole.substr(100, 100));
  EXPECT_EQ(stream("webwxgetvideo", m, "bytes=-50").response.body, whole.substr(whole.size() - 50));
  EXPECT_EQ(stream("webwxgetvideo", m, "bytes=9999999-").response.status, 416);
}

TEST_F(SimulatedDownloads, GiveAVoiceWithAndWithoutARange) {
  auto m = received("voice");
  auto whole = media_of(text_of(m, "MsgId"));
  EXPECT_THAT(whole, StartsWith("ID3"));
  EXPECT_EQ(stream("webwxgetvoice", m, {}).response.body, whole);
  EXPECT_EQ(stream("webwxgetvoice", m, "bytes=0-").response.status, 206);
}

TEST_F(SimulatedDownloads, KnowTheMessageInBothSpellings) {
  auto id = text_of(received("voice"), "MsgId");
  EXPECT_FALSE(download("webwxgetvoice", "MsgID=" + id + skey()).response.body.empty());
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedDownloads, SayThatAGifIsAJpeg) {
  auto m = received("sticker");
  auto a = download("webwxgetmsgimg", "MsgID=" + text_of(m, "MsgId") + skey() + "&type=big");
  EXPECT_EQ(a.response.content_type, "image/jpeg");
  EXPECT_THAT(a.response.body, StartsWith("GIF89a"));
}

TEST_F(SimulatedDownloads, GiveTheThumbnailOfAVideo) {
  auto m = received("video");
  auto a = download("webwxgetmsgimg", "MsgID=" + text_of(m, "MsgId") + skey() + "&type=slave");
  EXPECT_THAT(a.response.body, StartsWith("\xff\xd8"));
}

TEST_F(SimulatedDownloads, GiveAFileFromTheFileHost) {
  auto m = received("file");
  EXPECT_EQ(integer_of(m, "AppMsgType"), 6);
  EXPECT_EQ(text_of(m, "FileSize"), "5000");
  auto a = download("webwxgetmedia", file_query(m), {}, "file.wx.qq.com");
  EXPECT_EQ(a.response.body, media_of(text_of(m, "MsgId")));
  EXPECT_EQ(service.violations(), 0U);
  EXPECT_EQ(download("webwxgetmedia", file_query(m)).response.status, 404) << "the entry host";
  EXPECT_EQ(service.violations(violation_kind::wrong_host), 1U);
}

TEST_F(SimulatedDownloads, SayATicketErrorWithoutTheDataTicket) {
  auto m = received("file");
  auto query = file_query(m);
  query.resize(query.rfind('='));
  EXPECT_EQ(ret_of(download("webwxgetmedia", query, {}, "file.wx.qq.com")), -14);
  EXPECT_EQ(service.violations(violation_kind::wrong_cookie), 1U);
}

TEST_F(SimulatedDownloads, AreEmptyForAMessageOfAnotherKindOrUser) {
  auto m = received("voice");
  EXPECT_TRUE(stream("webwxgetvideo", m, "bytes=0-").response.body.empty());
  client.go_online(2);
  EXPECT_TRUE(stream("webwxgetvoice", m, {}).response.body.empty());
  EXPECT_EQ(service.violations(violation_kind::bad_query), 2U);
}

TEST_F(SimulatedDownloads, GiveTheMapOfALocation) {
  auto m = received("location", 0);
  EXPECT_EQ(integer_of(m, "SubMsgType"), 48);
  auto path = text_of(m, "Content");
  path = path.substr(path.find("webwxgetpubliclinkimg"));
  auto a = client.call("GET", client.entry, "/cgi-bin/mmwebwx-bin/" + path);
  EXPECT_THAT(a.response.body, StartsWith("\xff\xd8"));
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedDownloads, LeadToTheAddressThatIsChecked) {
  auto query = "requrl=" + encode("https://example.org/?a=1") + skey() +
               "&deviceid=e1&opcode=2&scene=1&username=" + encode(client.self);
  auto a = download("webwxcheckurl", query);
  EXPECT_EQ(a.response.status, 302);
  EXPECT_THAT(headers_of(a, "Location"), Contains("https://example.org/?a=1"));
  EXPECT_EQ(service.violations(), 0U);
  EXPECT_EQ(download("webwxcheckurl", "requrl=javascript%3A1" + skey() +
                                          "&deviceid=e1&opcode=2&scene=1&username=" + encode(client.self))
                .response.status,
            200);
  EXPECT_EQ(service.violations(violation_kind::bad_query), 1U);
}

TEST_F(SimulatedDownloads, PreviewAnUpload) {
  auto id = uploaded("a.png", "pic", "picture");
  EXPECT_EQ(download("webwxpreview", "fun=preview&mediaid=" + encode(id)).response.body, "picture");
  EXPECT_TRUE(download("webwxpreview", "fun=preview&mediaid=none").response.body.empty());
  EXPECT_EQ(service.violations(violation_kind::bad_query), 1U);
}

TEST_F(SimulatedDownloads, NeedTheCookies) {
  auto m = received("file");
  auto query = file_query(m);
  client.cookies.clear();
  EXPECT_EQ(ret_of(download("webwxgetmedia", query, {}, "file.wx.qq.com")), 1102);
  EXPECT_EQ(service.violations(violation_kind::missing_cookie), 1U);
}

struct SimulatedReports : online_client {
  answer report(boost::json::object base, std::string query = "&fun=new") {
    boost::json::array list{boost::json::object{{"Type", 1}, {"Text", "{}"}}};
    return client.post("webwxstatreport",
                       {{"BaseRequest", std::move(base)}, {"Count", 1}, {"List", std::move(list)}},
                       std::move(query));
  }
};

TEST_F(SimulatedReports, AreTakenWithAndWithoutTheSkey) {
  auto base = client.base_request();
  EXPECT_EQ(ret_of(report(base)), 0);
  base.erase("Skey");
  EXPECT_EQ(ret_of(report(base)), 0);
  EXPECT_EQ(
      ret_of(client.post("webwxsendfeedback", {{"BaseRequest", base}, {"MsgType", 1}, {"Content", "x"}})), 0);
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedReports, AreRefusedWithAStaleSkeyOrAnotherForm) {
  auto base = client.base_request();
  EXPECT_EQ(ret_of(report(base, {})), 1);
  base["Skey"] = "@crypt_old";
  EXPECT_EQ(ret_of(report(base)), 1101);
}

} // namespace
} // namespace weixin::simulator
