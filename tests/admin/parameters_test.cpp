#include "admin/parameters.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace weixin::admin {
namespace {

using namespace std::chrono_literals;

boost::json::object body(const char* text) { return boost::json::parse(text).as_object(); }

/// Refused as a mistake of the caller, in words that name the parameter and do not repeat what was said.
template <class T>
void expect_refused(const result<T>& r, const std::string& parameter, const std::string& said = "") {
  ASSERT_FALSE(r) << said;
  EXPECT_EQ(r.error().code, errc::invalid_argument) << said;
  EXPECT_NE(r.error().context.find(parameter), std::string::npos) << r.error().context;
  bool repeats = said.size() > 20 && r.error().context.find(said) != std::string::npos;
  EXPECT_FALSE(repeats) << r.error().context;
}

TEST(Query, WithAMisspelledNameIsRefused) {
  EXPECT_TRUE(check_query({}, {"after"}));
  EXPECT_TRUE(check_query({{"after", "1"}}, {"after", "limit"}));
  expect_refused(check_query({{"limt", "5"}}, {"after", "limit"}), "after, limit");
}

TEST(Limit, IsAHundredUnlessSaid) {
  EXPECT_EQ(*read_limit({}), 100U);
  EXPECT_EQ(*read_limit({{"limit", "1"}}), 1U);
  EXPECT_EQ(*read_limit({{"limit", "1000"}}), 1'000U);
}

TEST(Limit, OutsideItsRangeIsRefused) {
  for (const char* bad : {"", "0", "-1", "1001", "1000000000", "99999999999999999999999", "ten", "5x", " 5",
                          "+5", "5.0", "0x10", "\xff"})
    expect_refused(read_limit({{"limit", bad}}), "limit", bad);
}

TEST(Position, IsANumber) {
  EXPECT_EQ(*read_position({}), std::nullopt);
  EXPECT_EQ(*read_position({{"after", "0"}}), 0);
  EXPECT_EQ(*read_position({{"after", "9223372036854775807"}}), std::numeric_limits<std::int64_t>::max());
  for (const char* bad : {"", "-1", "9223372036854775808", "s-1", "1 OR 1=1", "end "})
    expect_refused(read_position({{"after", bad}}), "after", bad);
}

TEST(Newest, IsAskedForAloneWithALimit) {
  EXPECT_FALSE(*read_newest({}, {"after"}));
  EXPECT_TRUE(*read_newest({{"newest", "1"}, {"limit", "5"}}, {"after", "with"}));
  for (const char* bad : {"", "0", "yes", "2"})
    expect_refused(read_newest({{"newest", bad}}, {"after"}), "newest", bad);
  expect_refused(read_newest({{"newest", "1"}, {"with", "Lin"}}, {"after", "with"}), "with");
}

TEST(SendPosition, IsAnIdOfASend) {
  EXPECT_EQ(*read_send_position({}), "");
  EXPECT_EQ(*read_send_position({{"after", "s-01m8584mgp5y5f4b32ww33a3dw"}}), "s-01m8584mgp5y5f4b32ww33a3dw");
  for (const char* bad :
       {"", "0", "c-01m8584mgp5y5f4b32ww33a3dw", "s-01M8584MGP5Y5F4B32WW33A3DW", "s-' OR ''='"})
    expect_refused(read_send_position({{"after", bad}}), "after", bad);
}

TEST(State, IsOneOfASend) {
  EXPECT_EQ(*read_state({}), std::nullopt);
  EXPECT_EQ(*read_state({{"state", "unknown"}}), store::send_state::unknown);
  for (const char* bad : {"", "Sent", "online", "sent,queued"})
    expect_refused(read_state({{"state", bad}}), "state", bad);
}

TEST(With, IsANameOfSensibleLength) {
  EXPECT_EQ(*read_with({}), "");
  EXPECT_EQ(*read_with({{"with", "Supplier Lin"}}), "Supplier Lin");
  expect_refused(read_with({{"with", ""}}), "with");
  expect_refused(read_with({{"with", std::string(1'001, 'x')}}), "with", std::string(1'001, 'x'));
}

TEST(IdempotencyKey, HasOneTo255PrintableCharacters) {
  EXPECT_EQ(*read_idempotency_key({}), "");
  EXPECT_EQ(*read_idempotency_key({{"idempotency-KEY", "order 4711/\"a\""}}), "order 4711/\"a\"");
  EXPECT_EQ(read_idempotency_key({{"Idempotency-Key", std::string(255, '~')}})->size(), 255U);
  for (const std::string& bad : {std::string{}, std::string(256, 'x'), std::string{"a\tb"},
                                 std::string{"a\x7f"}, std::string{"\xe4\xbd\xa0"}, std::string(10'000, 'k')})
    expect_refused(read_idempotency_key({{"Idempotency-Key", bad}}), "Idempotency-Key", bad);
}

TEST(IdempotencyKey, MustNotBeThereTwice) {
  expect_refused(read_idempotency_key({{"Idempotency-Key", "a"}, {"Idempotency-Key", "a"}}),
                 "Idempotency-Key");
}

TEST(ExpiresIn, IsOneSecondToSevenDays) {
  EXPECT_EQ(*read_expires_in({}), std::nullopt);
  EXPECT_EQ(*read_expires_in(body(R"({"expires_in":1})")), 1s);
  EXPECT_EQ(*read_expires_in(body(R"({"expires_in":604800})")), 604'800s);
  for (const char* bad : {"0", "-1", "604801", "9999999999999999999", "1.5", "1e3", "\"60\"", "null", "[]"})
    expect_refused(read_expires_in(body((R"({"expires_in":)" + std::string{bad} + "}").c_str())),
                   "expires_in", bad);
}

TEST(OnUnknown, IsReportUnlessSaid) {
  EXPECT_EQ(*read_on_unknown({}), store::unknown_policy::report);
  EXPECT_EQ(*read_on_unknown(body(R"({"on_unknown":"resend"})")), store::unknown_policy::resend);
  for (const char* bad :
       {R"({"on_unknown":""})", R"({"on_unknown":"retry"})", R"({"on_unknown":null})", R"({"on_unknown":1})"})
    expect_refused(read_on_unknown(body(bad)), "on_unknown");
}

TEST(Outcome, IsSentOrRefused) {
  EXPECT_EQ(*read_outcome(body(R"({"outcome":"sent"})")), outbox_command::settle_sent);
  EXPECT_EQ(*read_outcome(body(R"({"outcome":"refused"})")), outbox_command::settle_refused);
  for (const char* bad : {"{}", R"({"outcome":"unknown"})", R"({"outcome":true})"})
    expect_refused(read_outcome(body(bad)), "outcome");
}

TEST(BackupFile, IsAnAbsolutePath) {
  EXPECT_EQ(*read_file(body(R"({"file":"/var/backups/w.db"})")), "/var/backups/w.db");
  for (const char* bad :
       {"{}", R"({"file":""})", R"({"file":"w.db"})", R"({"file":"/var/backups/"})",
        R"({"file":"/a\u0000b"})", R"({"file":"/a\nb"})", R"({"file":"/a\u001b[2J"})", R"({"file":7})"})
    expect_refused(read_file(body(bad)), "file");
  boost::json::object too_long{{"file", "/" + std::string(4'000, 'x')}};
  expect_refused(read_file(too_long), "file");
}

TEST(Names, AreAListOfAtMostAHundred) {
  EXPECT_EQ(*read_names({}, "bots"), std::nullopt);
  EXPECT_EQ(**read_names(body(R"({"bots":["a","b"]})"), "bots"), (std::vector<std::string>{"a", "b"}));
  boost::json::object many{{"bots", boost::json::array(101, "a")}};
  for (const auto& bad : {body(R"({"bots":"a"})"), body(R"({"bots":[1]})"), many})
    expect_refused(read_names(bad, "bots"), "bots");
}

TEST(Parameters, KnowWhatOfMediaMayBeWanted) {
  EXPECT_EQ(*read_media_policy({{"media", "all"}}), store::media_policy::all);
  EXPECT_FALSE(*read_media_policy({}));
  for (const boost::json::value& bad :
       {boost::json::value("some"), boost::json::value(1), boost::json::value(nullptr)})
    EXPECT_EQ(read_media_policy({{"media", bad}}).error().code, errc::invalid_argument);
  EXPECT_EQ(*read_part({}), store::media_part::whole);
  EXPECT_EQ(*read_part({{"thumbnail", "1"}}), store::media_part::thumbnail);
  EXPECT_EQ(read_part({{"thumbnail", "yes"}}).error().code, errc::invalid_argument);
}

TEST(Parameters, TakeNothingButDigitsForAMessagesId) {
  EXPECT_EQ(*read_msg_id("4330538626000038969"), "4330538626000038969");
  for (const std::string bad : {"", "-1", "1 ", "c-1", "../1", "123456789012345678901"})
    EXPECT_EQ(read_msg_id(bad).error().code, errc::message_not_found) << bad;
}

TEST(AccountChange, IsWhatIsNamed) {
  auto none = read_account_change(body("{}"));
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->bots || none->login || none->proxy);
  auto all = read_account_change(
      body(R"({"bots":["echo"],"login":"web_then_desktop","proxy":"http://u:p@127.0.0.1:1"})"));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->bots->size(), 1U);
  EXPECT_EQ(all->login, webwx::login_choice::web_then_desktop);
  EXPECT_EQ(all->proxy->reveal(), "http://u:p@127.0.0.1:1");
  EXPECT_TRUE(read_account_change(body(R"({"proxy":null})"))->proxy->empty());
}

TEST(AccountChange, OfAnotherKindIsRefused) {
  for (const char* bad : {R"({"login":"phone"})", R"({"login":1})", R"({"login":null})"})
    expect_refused(read_account_change(body(bad)), "login", bad);
  for (const char* bad : {R"({"proxy":1})", R"({"proxy":["http://canary.example.com:1"]})"})
    expect_refused(read_account_change(body(bad)), "proxy", bad);
  expect_refused(read_account_change(body(R"({"bots":"echo"})")), "bots");
}

} // namespace
} // namespace weixin::admin
