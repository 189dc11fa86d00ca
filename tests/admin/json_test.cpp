#include "admin/json.hpp"

#include <boost/json/parse.hpp>

#include <gtest/gtest.h>

namespace weixin::admin {
namespace {

TEST(AccountJson, HasExactlyTheMembersOfTheInterface) {
  account_view v;
  v.name = "shop-01";
  v.kind = "webwx";
  v.state = "online";
  v.bots = {"echo"};
  auto o = to_json(v);
  for (const char* key : {"name", "kind", "state", "state_since", "reason", "retry_at", "desired", "nickname",
                          "bots", "last_poll_at", "messages_in", "messages_out", "queue", "restarts"})
    EXPECT_TRUE(o.contains(key)) << key;
  EXPECT_EQ(o.size(), 14U);
}

TEST(AccountJson, SaysNullWhereThereIsNothing) {
  auto o = to_json(account_view{});
  EXPECT_TRUE(o.at("retry_at").is_null());
  EXPECT_TRUE(o.at("last_poll_at").is_null());
  EXPECT_TRUE(o.at("nickname").is_null());
}

TEST(SendJson, NeverRepeatsTheText) {
  store::send_record r;
  r.id = "s-1";
  r.text = "private words";
  auto text = json_response(200, to_json(r)).body;
  EXPECT_EQ(text.find("private"), std::string::npos);
  EXPECT_NE(text.find("\"state\":\"queued\""), std::string::npos);
}

TEST(Problem, HasTheStatusAndCodeThatTheInterfacePromises) {
  const std::pair<errc, int> promised[] = {
      {errc::account_not_found, 404}, {errc::contact_not_found, 404}, {errc::account_exists, 409},
      {errc::contact_ambiguous, 409}, {errc::body_too_large, 413},    {errc::invalid_name, 422},
      {errc::unknown_bot, 422},       {errc::invalid_argument, 422},  {errc::queue_full, 429},
      {errc::disk_full, 507},         {errc::store_failed, 503},      {errc::internal, 500}};
  for (auto [code, status] : promised) {
    auto r = problem_of(fail(code, "why"));
    EXPECT_EQ(r.status, status) << to_string(code);
    EXPECT_EQ(r.content_type, "application/problem+json");
    EXPECT_EQ(boost::json::parse(r.body).at("code").as_string(), to_string(code));
  }
}

TEST(Problem, TellsWhenToComeBackWhenTheQueueIsFull) {
  auto r = problem_of(fail(errc::queue_full));
  EXPECT_FALSE(find_header(r.headers, "Retry-After").empty());
}

TEST(RequestBody, IsAnObjectOfKnownKeys) {
  EXPECT_TRUE(read_object("", {"a"}));
  EXPECT_TRUE(read_object(R"({"a":1})", {"a"}));
  for (const char* bad : {R"({"b":1})", "[]", "1", "{", "nonsense", R"({"a":})", "{\"a\":\"\xff\"}"})
    EXPECT_EQ(read_object(bad, {"a"}).error().code, errc::invalid_argument) << bad;
}

TEST(RequestBody, IsRefusedWhenItIsTooDeep) {
  EXPECT_FALSE(read_object(R"({"a":)" + std::string(1'000, '[') + std::string(1'000, ']') + "}", {"a"}));
}

} // namespace
} // namespace weixin::admin
