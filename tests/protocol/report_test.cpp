#include "protocol/webwx/report.hpp"
#include "tests/protocol/request_case.hpp"

namespace weixin::webwx {
namespace {

struct ReportRequest : request_case {};

TEST_F(ReportRequest, OfActionsHasNoKeyInItsBaseRequest) {
  auto r = make_stat_report(s, {{"发送框", ms}});
  EXPECT_EQ(r.target, path + "webwxstatreport?fun=new&" + common);
  EXPECT_EQ(
      r.body,
      R"({"BaseRequest":{"Uin":1234567890,"Sid":"Synth/Sid+1","DeviceID":"e012345678901234"},"Count":1,)"
      R"("List":[{"Text":"{\"type\":\"[action-record]\",\"data\":{\"actions\":[{\"type\":\"click\",)"
      R"(\"action\":\"发送框\",\"time\":1546211298739}]}}","Type":1}]})");
}

TEST_F(ReportRequest, OfActionsIsBounded) {
  auto r = make_stat_report(s, std::vector<reported_action>(1000, {"x", 1}));
  std::size_t clicks = 0;
  for (auto at = r.body.find("click"); at != std::string::npos; at = r.body.find("click", at + 1))
    ++clicks;
  EXPECT_EQ(clicks, max_reported_actions);
}

TEST_F(ReportRequest, OfALinkAsksBeforeItIsOpened) {
  auto r = make_check_url(s, "https://example.org/?a=1&b=2");
  EXPECT_EQ(r.method, "GET");
  EXPECT_EQ(r.host, "wx2.qq.com");
  EXPECT_EQ(r.target, path + "webwxcheckurl?requrl=https%3A%2F%2Fexample.org%2F%3Fa%3D1%26b%3D2&" + skey +
                          "&deviceid=e012345678901234&pass_ticket=Synth%252BTicket%253D&opcode=2&scene=1"
                          "&username=%40" +
                          self_name.substr(1));
}

TEST(StatReport, ReportsARefusal) {
  EXPECT_TRUE(parse_stat_report(answer(with_ret(0))));
  EXPECT_FALSE(parse_stat_report(answer(with_ret(1101))));
}

TEST(CheckUrl, SaysWhereWeixinWouldLead) {
  http_response r{302, {{"Location", "https://example.org/"}}, ""};
  EXPECT_EQ(*parse_check_url(r), "https://example.org/");
  EXPECT_EQ(*parse_check_url(answer("<html>")), "");
}

TEST(CheckUrl, ReportsARefusalOfTheSession) {
  EXPECT_EQ(parse_check_url(answer(with_ret(1101))).error().code, errc::session_ended);
  EXPECT_EQ(*parse_check_url(answer(with_ret(0))), "");
}

TEST(CheckUrl, RefusesWhatIsNoAnswer) {
  EXPECT_EQ(to_string(parse_check_url(answer("", 500)).error()), "http_status 500: webwxcheckurl");
  http_response r{302, {{"Location", std::string(9000, 'a')}}, ""};
  EXPECT_EQ(parse_check_url(r).error().code, errc::malformed_answer);
}

} // namespace
} // namespace weixin::webwx
