#include "admin/json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

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
  for (const char* key :
       {"name",        "kind",         "state",         "state_since",     "reason",      "retry_at",
        "desired",     "nickname",     "bots",          "media",           "login",       "proxy",
        "proxy_error", "last_poll_at", "last_event_at", "last_send_at",    "messages_in", "messages_out",
        "queue",       "restarts",     "pacing",        "proxy_checked_at"})
    EXPECT_TRUE(o.contains(key)) << key;
  EXPECT_EQ(o.size(), 22U);
}

TEST(AccountJson, TellsWhatWaitsForItsTurnAndWhy) {
  account_view v;
  v.pacing[static_cast<std::size_t>(paced_operation::text)] = {3, wall_time{} + std::chrono::seconds{7},
                                                               pacing_reason::slow_start};
  auto o = to_json(v);
  EXPECT_EQ(boost::json::serialize(o.at("pacing").at("text")),
            R"({"waiting":3,"next_at":"1970-01-01T00:00:07.000Z","reason":"slow_start"})");
  EXPECT_EQ(boost::json::serialize(o.at("pacing").at("friends")),
            R"({"waiting":0,"next_at":null,"reason":null})");
}

TEST(AccountJson, SaysNullWhereThereIsNothing) {
  auto o = to_json(account_view{});
  EXPECT_TRUE(o.at("retry_at").is_null());
  EXPECT_TRUE(o.at("last_poll_at").is_null());
  EXPECT_TRUE(o.at("last_event_at").is_null());
  EXPECT_TRUE(o.at("last_send_at").is_null());
  EXPECT_TRUE(o.at("nickname").is_null());
  EXPECT_TRUE(o.at("proxy").is_null());
}

TEST(SendJson, NeverRepeatsTheText) {
  store::send_record r;
  r.id = "s-1";
  r.content = store::text_content{"private words"};
  auto text = json_response(200, to_json(r)).body;
  EXPECT_EQ(text.find("private"), std::string::npos);
  EXPECT_NE(text.find("\"state\":\"queued\""), std::string::npos);
}

TEST(SendJson, HasTheMembersOfTheInterfaceAndHowItGoesOn) {
  store::send_record r;
  r.id = "s-1";
  r.to = "filehelper";
  r.state = store::send_state::unknown;
  r.error = "timed_out";
  r.attempts = 2;
  r.if_unknown = store::unknown_policy::resend;
  r.expires_at = wall_time{} + std::chrono::hours{1};
  EXPECT_EQ(to_json(r), boost::json::parse(R"({"id":"s-1","to":"filehelper","kind":"text","state":"unknown",
    "created_at":"1970-01-01T00:00:00.000Z","updated_at":"1970-01-01T00:00:00.000Z","msg_id":null,
    "error":"timed_out","attempts":2,"expires_at":"1970-01-01T01:00:00.000Z","on_unknown":"resend",
    "progress":null})"));
  EXPECT_EQ(to_json(r, upload_progress{"s-1", 5, 10}).at("progress"),
            boost::json::parse(R"({"bytes":5,"total":10})"));
  EXPECT_TRUE(to_json(r, upload_progress{"s-2", 5, 10}).at("progress").is_null()) << "another one's";
}

TEST(OperationJson, HasWhatAQuestionBroughtAndNothingOfOthers) {
  contact_operation o;
  o.kind = contact_operation_kind::contact_search;
  EXPECT_TRUE(to_json(o).at("found").as_array().empty());
  o.found = {{"c-1", "stranger", "Lin", "", "Lin", false, false}};
  EXPECT_EQ(to_json(o).at("found").as_array().at(0).at("ref").as_string(), "c-1");
  EXPECT_FALSE(to_json(o).contains("leads_to"));
  o.kind = contact_operation_kind::link_check;
  EXPECT_TRUE(to_json(o).at("leads_to").is_null());
  o.leads_to = "https://example.org/";
  EXPECT_EQ(to_json(o).at("leads_to").as_string(), "https://example.org/");
  o.kind = contact_operation_kind::friend_add;
  EXPECT_FALSE(to_json(o).contains("found"));
  EXPECT_FALSE(to_json(o).contains("leads_to"));
}

TEST(HistoryJson, SaysWhenFromWhatToWhatAndWhy) {
  EXPECT_EQ(to_json(store::state_change{7, wall_time{}, "online", "held", "kicked"}),
            boost::json::parse(R"({"id":7,"at":"1970-01-01T00:00:00.000Z","from":"online","to":"held",
              "reason":"kicked"})"));
  auto first = to_json(store::state_change{8, wall_time{}, "", "starting", ""});
  EXPECT_TRUE(first.at("from").is_null());
  EXPECT_TRUE(first.at("reason").is_null());
}

TEST(StoreJson, TellsItsConditionAndHowLongWhatIsKept) {
  EXPECT_EQ(to_json(store::store_health{false, 4'096, 3}),
            boost::json::parse(R"({"accepting":false,"database_bytes":4096,"waiting_calls":3})"));
  EXPECT_EQ(to_json(store::retention{}),
            boost::json::parse(R"({"inbox_hours":168,"inbox_bytes_per_account":1073741824,"outbox_hours":168,
              "history_hours":2160,"history_per_account":10000})"));
}

TEST(CheckJson, IsOkWithoutFaultsOnly) {
  store::check_report report{1, 2, 3, 4, 5, {}};
  EXPECT_EQ(to_json(report),
            boost::json::parse(R"({"ok":true,"accounts":1,"messages":2,"sends":3,"contacts":4,
              "fault_count":0,"faults":[]})"));
  report.faults.assign(5'000, "page 7 is damaged");
  auto o = to_json(report);
  EXPECT_FALSE(o.at("ok").as_bool());
  EXPECT_EQ(o.at("fault_count").to_number<int>(), 5'000);
  EXPECT_EQ(o.at("faults").as_array().size(), 1'000U);
}

store::stored_message message(std::int64_t seq, std::string event) {
  store::stored_message m;
  m.seq = seq;
  m.event = std::move(event);
  return m;
}

constexpr std::size_t no_bound = 1'000'000;

TEST(MessagesPage, ShowsEachEventWithItsPlace) {
  auto page = messages_page({message(3, R"({"id":"7","text":"a\"b"})"), message(9, "{}")}, 100, no_bound);
  EXPECT_EQ(boost::json::parse(page),
            boost::json::parse(R"({"messages":[{"seq":3,"id":"7","text":"a\"b"},{"seq":9}],"next":null})"));
}

TEST(MessagesPage, NamesTheNextPlaceWhenItIsFull) {
  EXPECT_EQ(messages_page({}, 1, no_bound), "{\"messages\":[],\"next\":null}\n");
  EXPECT_EQ(messages_page({message(3, "{}")}, 1, no_bound), "{\"messages\":[{\"seq\":3}],\"next\":3}\n");
}

TEST(MessagesPage, EndsEarlyWhenItGrowsTooLarge) {
  auto large = R"({"text":")" + std::string(600, 'x') + R"("})";
  auto page = boost::json::parse(
      messages_page({message(1, large), message(2, large), message(3, large)}, 100, 1'500));
  EXPECT_EQ(page.at("messages").as_array().size(), 2U);
  EXPECT_EQ(page.at("next"), 2);
  page = boost::json::parse(messages_page({message(1, large), message(2, large)}, 100, 10));
  EXPECT_EQ(page.at("messages").as_array().size(), 1U) << "a page without a message would never end";
  EXPECT_EQ(page.at("next"), 1);
}

TEST(StoredContact, IsShownAsOneOfTheSession) {
  store::contact_record r;
  r.ref = "c-1";
  r.kind = webwx::contact_kind::friend_;
  r.nick = "Lin";
  EXPECT_EQ(to_json(to_view(r)), boost::json::parse(R"({"ref":"c-1","kind":"friend","nick":"Lin","remark":"",
    "display":"Lin","pinned":false,"muted":false,"confidence":"certain","basis":"new","likely":null})"));
  r.remark = "Supplier Lin";
  EXPECT_EQ(to_view(r).display, "Supplier Lin");
}

TEST(Contact, SaysWhatItsReferenceRestsOnAndNothingOfIt) {
  store::contact_record r;
  r.alias = "lin_alias";
  r.real_id = "wxid_lin";
  r.province = "Hunan";
  r.basis = webwx::match_basis::picture_and_nick;
  auto view = to_view(r);
  view.likely_ref = "c-2";
  view.likely_basis = webwx::match_basis::place;
  auto shown = to_json(view);
  EXPECT_EQ(shown.at("confidence"), "strong");
  EXPECT_EQ(shown.at("basis"), "picture_and_nick");
  EXPECT_EQ(shown.at("likely"), (boost::json::object{{"ref", "c-2"}, {"basis", "place"}}));
  for (const char* personal : {"lin_alias", "wxid_lin", "Hunan"})
    EXPECT_EQ(boost::json::serialize(shown).find(personal), std::string::npos) << personal;
}

TEST(Problem, HasTheStatusAndCodeThatTheInterfacePromises) {
  const std::pair<errc, int> promised[] = {{errc::account_not_found, 404}, {errc::contact_not_found, 404},
                                           {errc::account_exists, 409},    {errc::contact_ambiguous, 409},
                                           {errc::body_too_large, 413},    {errc::invalid_name, 422},
                                           {errc::unknown_bot, 422},       {errc::invalid_argument, 422},
                                           {errc::queue_full, 429},        {errc::disk_full, 507},
                                           {errc::store_failed, 503},      {errc::store_busy, 503},
                                           {errc::send_not_found, 404},    {errc::wrong_state, 409},
                                           {errc::file_exists, 409},       {errc::idempotency_conflict, 422},
                                           {errc::message_not_found, 404}, {errc::media_not_found, 404},
                                           {errc::file_missing, 404},      {errc::media_not_ready, 409},
                                           {errc::media_failed, 409},      {errc::media_not_allowed, 409},
                                           {errc::store_corrupt, 500},     {errc::internal, 500}};
  for (auto [code, status] : promised) {
    auto r = problem_of(fail(code, "why"));
    EXPECT_EQ(r.status, status) << to_string(code);
    EXPECT_EQ(r.content_type, "application/problem+json");
    EXPECT_EQ(boost::json::parse(r.body).at("code").as_string(), to_string(code));
  }
}

TEST(Problem, TellsWhenToComeBackWhereThatHelps) {
  for (auto code : {errc::queue_full, errc::store_busy, errc::store_failed})
    EXPECT_FALSE(find_header(problem_of(fail(code)).headers, "Retry-After").empty()) << to_string(code);
  for (auto code : {errc::disk_full, errc::wrong_state, errc::idempotency_conflict})
    EXPECT_TRUE(find_header(problem_of(fail(code)).headers, "Retry-After").empty()) << to_string(code);
}

TEST(Problem, SaysSomethingWhateverTheErrorIs) {
  for (int i = 0; i < errc_count; ++i) {
    auto code = static_cast<errc>(i);
    auto r = problem_of(fail(code, "why"));
    EXPECT_FALSE(boost::json::parse(r.body).at("detail").as_string().empty()) << to_string(code);
  }
}

TEST(Problem, OfAWrongStateNamesTheState) {
  auto r = problem_of(fail(errc::wrong_state, "the send is queued"));
  EXPECT_EQ(boost::json::parse(r.body).at("detail").as_string(), "the send is queued");
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
