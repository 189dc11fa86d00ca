#include "protocol/webwx/endpoint.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <string>

namespace weixin::webwx {
namespace {

using namespace std::chrono_literals;

TEST(Endpoint, HasItsNameOnTheWire) {
  EXPECT_EQ(to_string(endpoint::jslogin), "jslogin");
  EXPECT_EQ(to_string(endpoint::webwxnewloginpage), "webwxnewloginpage");
  EXPECT_EQ(to_string(endpoint::webwxgetmsgimg), "webwxgetmsgimg");
  EXPECT_EQ(to_string(endpoint::webwxlogout), "webwxlogout");
}

TEST(Endpoint, HasANameAndLimitsOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i < endpoint_count; ++i) {
    auto e = static_cast<endpoint>(i);
    names.insert(to_string(e));
    EXPECT_GE(limits_of(e).deadline, 10s) << to_string(e);
    EXPECT_GE(limits_of(e).max_body_bytes, 4096U) << to_string(e);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(endpoint_count));
}

TEST(Endpoint, WaitsLongerForLongPollsThanTheServerHoldsThem) {
  EXPECT_EQ(limits_of(endpoint::synccheck).deadline, 35s);
  EXPECT_EQ(limits_of(endpoint::login).deadline, 35s);
}

TEST(Endpoint, TakesOnlyAsMuchAsItsAnswersNeed) {
  constexpr std::size_t mib = 1024 * 1024;
  EXPECT_EQ(limits_of(endpoint::synccheck).max_body_bytes, 4096U);
  EXPECT_EQ(limits_of(endpoint::login).max_body_bytes, mib / 4);
  EXPECT_EQ(limits_of(endpoint::webwxgetcontact).max_body_bytes, 16 * mib);
  EXPECT_EQ(limits_of(endpoint::webwxsync).max_body_bytes, 8 * mib);
  EXPECT_EQ(limits_of(endpoint::webwxgetmsgimg).max_body_bytes, 25 * mib);
  EXPECT_EQ(limits_of(endpoint::webwxinit).max_body_bytes, mib);
  EXPECT_EQ(limits_of(endpoint::webwxgetvideo).max_body_bytes, 100 * mib);
  EXPECT_EQ(limits_of(endpoint::webwxgetvoice).max_body_bytes, 5 * mib);
  EXPECT_EQ(limits_of(endpoint::webwxgetmedia).max_body_bytes, 200 * mib);
  EXPECT_EQ(limits_of(endpoint::webwxgeticon).max_body_bytes, 2 * mib);
  EXPECT_EQ(limits_of(endpoint::webwxuploadmedia).max_body_bytes, mib);
}

struct row {
  endpoint call;
  host_role role;
  http_method method;
  retry_class retry;
};

constexpr row table[] = {
    {endpoint::jslogin, host_role::login, http_method::get, retry_class::read},
    {endpoint::login, host_role::login, http_method::get, retry_class::poll},
    {endpoint::qrcode, host_role::login, http_method::get, retry_class::read},
    {endpoint::webwxpushloginurl, host_role::entry, http_method::get, retry_class::effect},
    {endpoint::webwxnewloginpage, host_role::entry, http_method::get, retry_class::settle},
    {endpoint::webwxinit, host_role::entry, http_method::post, retry_class::read},
    {endpoint::webwxstatusnotify, host_role::entry, http_method::post, retry_class::settle},
    {endpoint::webwxgetcontact, host_role::entry, http_method::get, retry_class::read},
    {endpoint::webwxbatchgetcontact, host_role::entry, http_method::post, retry_class::read},
    {endpoint::synccheck, host_role::push, http_method::get, retry_class::poll},
    {endpoint::webwxsync, host_role::entry, http_method::post, retry_class::poll},
    {endpoint::webwxlogout, host_role::entry, http_method::post, retry_class::settle},
    {endpoint::webwxoplog, host_role::entry, http_method::post, retry_class::settle},
    {endpoint::webwxverifyuser, host_role::entry, http_method::post, retry_class::effect},
    {endpoint::webwxsearchcontact, host_role::entry, http_method::post, retry_class::read},
    {endpoint::webwxcreatechatroom, host_role::entry, http_method::post, retry_class::effect},
    {endpoint::webwxupdatechatroom, host_role::entry, http_method::post, retry_class::effect},
    {endpoint::webwxsendmsg, host_role::entry, http_method::post, retry_class::effect},
    {endpoint::webwxsendmsgimg, host_role::entry, http_method::post, retry_class::effect},
    {endpoint::webwxsendvideomsg, host_role::entry, http_method::post, retry_class::effect},
    {endpoint::webwxsendemoticon, host_role::entry, http_method::post, retry_class::effect},
    {endpoint::webwxsendappmsg, host_role::entry, http_method::post, retry_class::effect},
    {endpoint::webwxcheckupload, host_role::entry, http_method::post, retry_class::read},
    {endpoint::webwxuploadmedia, host_role::file, http_method::post, retry_class::settle},
    {endpoint::webwxrevokemsg, host_role::entry, http_method::post, retry_class::settle},
    {endpoint::webwxgeticon, host_role::entry, http_method::get, retry_class::read},
    {endpoint::webwxgetheadimg, host_role::entry, http_method::get, retry_class::read},
    {endpoint::webwxgetmsgimg, host_role::entry, http_method::get, retry_class::read},
    {endpoint::webwxgetvideo, host_role::entry, http_method::get, retry_class::read},
    {endpoint::webwxgetvoice, host_role::entry, http_method::get, retry_class::read},
    {endpoint::webwxgetmedia, host_role::file, http_method::get, retry_class::read},
    {endpoint::webwxgetpubliclinkimg, host_role::entry, http_method::get, retry_class::read},
    {endpoint::webwxpreview, host_role::entry, http_method::get, retry_class::read},
    {endpoint::webwxcheckurl, host_role::entry, http_method::get, retry_class::read},
    {endpoint::webwxstatreport, host_role::entry, http_method::post, retry_class::report},
};
static_assert(std::size(table) == endpoint_count);

class EndpointFacts : public testing::TestWithParam<row> {};

TEST_P(EndpointFacts, AreThoseOfTheProtocol) {
  auto facts = facts_of(GetParam().call);
  EXPECT_EQ(facts.role, GetParam().role);
  EXPECT_EQ(facts.method, GetParam().method);
  EXPECT_EQ(facts.retry, GetParam().retry);
}

INSTANTIATE_TEST_SUITE_P(OfEveryCall, EndpointFacts, testing::ValuesIn(table),
                         [](const auto& p) { return std::string{to_string(p.param.call)}; });

TEST(Endpoint, IsAskedAgainOnlyWhenNothingCanHappenTwice) {
  EXPECT_TRUE(may_repeat(endpoint::webwxgetcontact, true));
  EXPECT_TRUE(may_repeat(endpoint::webwxoplog, true));
  EXPECT_TRUE(may_repeat(endpoint::synccheck, true));
  EXPECT_TRUE(may_repeat(endpoint::webwxsendmsg, false));
  EXPECT_FALSE(may_repeat(endpoint::webwxsendmsg, true));
  EXPECT_TRUE(may_repeat(endpoint::webwxuploadmedia, true)) << "a chunk is no message";
  EXPECT_FALSE(may_repeat(endpoint::webwxsendmsgimg, true));
  EXPECT_FALSE(may_repeat(endpoint::webwxstatreport, false));
}

TEST(Endpoint, NamesItsMethodAsHttpDoes) {
  EXPECT_EQ(to_string(http_method::get), "GET");
  EXPECT_EQ(to_string(http_method::post), "POST");
}

} // namespace
} // namespace weixin::webwx
