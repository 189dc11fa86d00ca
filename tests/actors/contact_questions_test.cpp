// What an operator has Weixin asked, and what is said about a friend request before it is decided.
#include "actors/group_view.hpp"
#include "tests/actors/contact_operator_fixture.hpp"

namespace weixin {
namespace {

using namespace std::chrono_literals;
using kind = contact_operation_kind;
using state = operation_state;
using ::testing::ElementsAre;
using testing::group_name;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::scripted_weixin;
using ::testing::SizeIs;
using testing::stranger;

struct ContactQuestions : testing::contact_operator_fixture {
  void finds(const std::string& contacts) {
    weixin.next("webwxsearchcontact", scripted_weixin::ok("{" + scripted_weixin::base_response(0) +
                                                          R"(,"List":[)" + contacts + "]}"));
  }
  std::vector<std::string> names_of_members() {
    std::vector<std::string> names;
    for (const auto& m : list_members(context->contacts, group_name))
      names.push_back(m.nick);
    return names;
  }
  void put_nameless(std::size_t members, const std::string& room_id = "") {
    webwx::contact c;
    c.user_name = group_name;
    c.nick_name = "Chess club";
    c.kind = webwx::contact_kind::group;
    c.encry_chat_room_id = room_id;
    for (std::size_t i = 0; i < members; ++i)
      c.members.push_back({"@m" + std::to_string(i), "", ""});
    context->contacts.put(c);
  }
  /// Weixin has not told who is in it.
  void put_quiet_group() {
    webwx::contact c;
    c.user_name = "@@other";
    c.nick_name = "Quiet group";
    c.kind = webwx::contact_kind::group;
    context->contacts.put(c);
  }
};

// -- search
// ----------------------------------------------------------------------------------------------------

TEST_F(ContactQuestions, SearchAnswersWithReferencesOfWhomWeixinNames) {
  start();
  finds(friend_json("@mia", "Mia") + "," + friend_json("@new", "Mia Elsewhere", 0));
  auto done = outcome(wish(kind::contact_search, "", "mia"));
  EXPECT_EQ(done.state, state::answered);
  EXPECT_EQ(done.to, "");
  ASSERT_THAT(done.found, SizeIs(2));
  EXPECT_EQ(done.found[0].ref, *context->contacts.known_ref("@mia"));
  EXPECT_EQ(done.found[0].kind, "friend");
  EXPECT_EQ(done.found[1].nick, "Mia Elsewhere");
  EXPECT_EQ(done.found[1].kind, "stranger");
  EXPECT_EQ(*context->contacts.resolve(done.found[1].ref), "@new") << "and can be asked to be a friend";
  EXPECT_THAT(body_of("webwxsearchcontact"), HasSubstr(R"("KeyWord":"mia")"));
}

TEST_F(ContactQuestions, SearchChangesNothingOfWhoIsKnown) {
  start();
  finds(friend_json("@mia", "Other", 0));
  auto done = outcome(wish(kind::contact_search, "", "mia"));
  ASSERT_THAT(done.found, SizeIs(1));
  EXPECT_EQ(done.found[0].nick, "Mia");
  EXPECT_EQ(done.found[0].kind, "friend");
  EXPECT_THAT(events, Not(::testing::Contains(::testing::Key("contact"))));
}

TEST_F(ContactQuestions, SearchKeepsNoMoreThanItsBound) {
  start();
  std::string all;
  for (int i = 0; i < 30; ++i)
    all += (i > 0 ? "," : "") + friend_json("@n" + std::to_string(i), "N", 0);
  finds(all);
  EXPECT_THAT(outcome(wish(kind::contact_search, "", "n")).found, SizeIs(contact_operation::max_found));
  EXPECT_FALSE(context->contacts.find("@n20"));
}

// -- links
// -----------------------------------------------------------------------------------------------------

TEST_F(ContactQuestions, LinkIsAnsweredWithWhereWeixinWouldLead) {
  start();
  weixin.next("webwxcheckurl", http_response{302, {{"Location", "https://weixin110.qq.com/warning"}}, ""});
  auto done = outcome(wish(kind::link_check, "", "https://example.org/?a=1"));
  EXPECT_EQ(done.state, state::answered);
  EXPECT_EQ(done.leads_to, "https://weixin110.qq.com/warning");
  EXPECT_EQ(weixin.requests.size(), 1U) << "nobody goes there";
}

TEST_F(ContactQuestions, LinkMustBeOneOfTheWeb) {
  start();
  for (const char* url : {"", "ftp://example.org/", "example.org", "https://example.org/a b",
                          "https://example.org/\n", "https://example.org/\"", "javascript:alert(1)"})
    EXPECT_EQ(refusal(wish(kind::link_check, "", url)), errc::invalid_argument) << url;
  EXPECT_EQ(refusal(wish(kind::link_check, "", "https://" + std::string(4'089, 'a'))),
            errc::invalid_argument);
  EXPECT_THAT(weixin.requests, IsEmpty());
}

TEST_F(ContactQuestions, QuestionWithoutAnAnswerIsRefused) {
  start();
  weixin.next("webwxcheckurl", lost_answer());
  auto done = outcome(wish(kind::link_check, "", "https://example.org/"));
  EXPECT_EQ(done.state, state::refused) << "nothing can have come of it";
  EXPECT_EQ(done.error, "connection_lost");
}

TEST_F(ContactQuestions, QuestionMayTellThatTheSessionEnded) {
  start();
  weixin.next("webwxcheckurl", ret(1101));
  auto done = outcome(wish(kind::link_check, "", "https://example.org/"));
  EXPECT_EQ(done.state, state::refused);
  EXPECT_EQ(done.error, "session_ended");
  EXPECT_THAT(said->hits, SizeIs(1));
}

// -- reports
// ---------------------------------------------------------------------------------------------------

TEST_F(ContactQuestions, ReportSaysWhatWasDoneNow) {
  start();
  says_yes("webwxstatreport");
  auto at = std::to_string(to_milliseconds(wall->now()));
  EXPECT_EQ(outcome(wish(kind::activity_report, "", "send-message")).state, state::answered);
  EXPECT_THAT(body_of("webwxstatreport"), HasSubstr(R"(\"action\":\"send-message\",\"time\":)" + at));
}

TEST_F(ContactQuestions, ReportThatIsLostIsUnknown) {
  start();
  weixin.next("webwxstatreport", lost_answer());
  EXPECT_EQ(outcome(wish(kind::activity_report, "", "x")).state, state::unknown);
  EXPECT_EQ(weixin.count("webwxstatreport"), 1U);
}

// -- members without a name
// -------------------------------------------------------------------------------------

TEST_F(ContactQuestions, MembersWithoutANameAreAskedForByTheirGroup) {
  start();
  put_nameless(2, "@room");
  shows(friend_json("@m1", "Lin", 0) + "," + friend_json("@m0", "Zoe", 0));
  auto done = outcome(wish(kind::group_details, "Chess club"));
  EXPECT_EQ(done.state, state::confirmed);
  EXPECT_EQ(done.to, *context->contacts.known_ref(group_name));
  EXPECT_THAT(body_of("webwxbatchgetcontact"), HasSubstr(R"({"UserName":"@m0","EncryChatRoomId":"@room"})"));
  EXPECT_THAT(names_of_members(), ElementsAre("Zoe", "Lin"));
  EXPECT_FALSE(context->contacts.find("@m1")) << "a member is no contact";
  EXPECT_THAT(events, Not(::testing::Contains(::testing::Key("group")))) << "nobody changed a name";
}

TEST_F(ContactQuestions, MembersAreNamedByTheGroupItselfWhenItHasNoOtherId) {
  start();
  put_nameless(1);
  shows(friend_json("@m0", "Zoe", 0));
  outcome(wish(kind::group_details, "Chess club"));
  EXPECT_THAT(body_of("webwxbatchgetcontact"), HasSubstr(R"("EncryChatRoomId":"@@chess")"));
}

TEST_F(ContactQuestions, MembersAreFiftyACall) {
  start();
  put_nameless(60);
  shows(friend_json("@m0", "Zoe", 0));
  EXPECT_EQ(outcome(wish(kind::group_details, "Chess club")).state, state::answered)
      << "some have no name yet";
  EXPECT_THAT(body_of("webwxbatchgetcontact"), HasSubstr(R"("Count":50)"));
}

TEST_F(ContactQuestions, MembersWhoseNamesAreKnownAreNotAskedFor) {
  start();
  EXPECT_EQ(outcome(wish(kind::group_details, "Chess club")).state, state::confirmed);
  EXPECT_THAT(weixin.requests, IsEmpty());
}

TEST_F(ContactQuestions, MembersThatNobodyToldAreAskedForWithTheirGroup) {
  start();
  put_quiet_group();
  shows(R"({"UserName":"@@other","NickName":"Quiet group","MemberList":[{"UserName":"@m0","NickName":""}]})");
  shows(friend_json("@m0", "Zoe", 0));
  EXPECT_EQ(outcome(wish(kind::group_details, "Quiet group")).state, state::confirmed);
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 2U);
}

TEST_F(ContactQuestions, MembersThatNobodyToldAreAskedForAtTheirPace) {
  start();
  put_quiet_group();
  context->pacing = pacer{pacing_settings{}};
  shows(R"({"UserName":"@@other","NickName":"Quiet group","MemberList":[{"UserName":"@m0","NickName":""}]})");
  shows(friend_json("@m0", "Zoe", 0));
  auto what = wish(kind::group_details, "Quiet group");
  what.wait = 60s;
  auto answer = submit_wish(what);
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 1U);
  EXPECT_FALSE(*answer) << "the second question waits for its turn";
  pass(60s);
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ((***answer).state, state::confirmed);
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 2U);
}

TEST_F(ContactQuestions, MembersThatWeixinKeepsToItselfAreAskedForOnce) {
  start();
  put_quiet_group();
  context->pacing = pacer{pacing_settings{}};
  shows(R"({"UserName":"@@other","NickName":"Quiet group","MemberList":[]})");
  EXPECT_EQ(outcome(wish(kind::group_details, "Quiet group")).state, state::refused);
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 1U);
}

// -- friend requests
// --------------------------------------------------------------------------------------------

TEST_F(ContactQuestions, ReplyToARequestKeepsTheRequest) {
  start();
  was_asked("77");
  auto reply = wish(kind::friend_reply, "77", "who are you?");
  says_yes("webwxverifyuser");
  EXPECT_EQ(outcome(reply).state, state::answered);
  EXPECT_THAT(body_of("webwxverifyuser"), HasSubstr(R"("Opcode":6)"));
  EXPECT_THAT(body_of("webwxverifyuser"), HasSubstr(R"("VerifyUserTicket":"v2_ticket")"));
  EXPECT_THAT(body_of("webwxverifyuser"), HasSubstr(R"("VerifyContent":"who are you?")"));
  reply.as_sender = true;
  says_yes("webwxverifyuser");
  EXPECT_EQ(outcome(reply).state, state::answered);
  EXPECT_THAT(body_of("webwxverifyuser"), HasSubstr(R"("Opcode":5)"));
  EXPECT_EQ(waiting_requests(), 1U);
}

TEST_F(ContactQuestions, FriendMayBeAddedWithoutARequest) {
  start();
  says_yes("webwxverifyuser");
  shows(friend_json(stranger, "Somebody"));
  EXPECT_EQ(outcome(wish(kind::friend_add, "Somebody")).state, state::confirmed);
  EXPECT_THAT(body_of("webwxverifyuser"), HasSubstr(R"("Opcode":1)"));
}

TEST_F(ContactQuestions, FriendWhoWasNotAddedIsNotConfirmed) {
  start();
  says_yes("webwxverifyuser");
  EXPECT_EQ(outcome(wish(kind::friend_add, "Somebody")).state, state::answered);
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 2U) << "it looked";
}

// -- what is asked of all of them
// -------------------------------------------------------------------------------

TEST_F(ContactQuestions, RefusesWhatSaysNothing) {
  start();
  was_asked("77");
  EXPECT_EQ(refusal(wish(kind::contact_search, "", "")), errc::invalid_argument);
  EXPECT_EQ(refusal(wish(kind::contact_search, "", std::string(257, 'x'))), errc::invalid_argument);
  EXPECT_EQ(refusal(wish(kind::activity_report, "", "")), errc::invalid_argument);
  EXPECT_EQ(refusal(wish(kind::friend_reply, "77", "")), errc::invalid_argument);
  EXPECT_EQ(refusal(wish(kind::friend_reply, "78", "x")), errc::friend_request_not_found);
  EXPECT_EQ(refusal(wish(kind::friend_add, "Mia")), errc::wrong_kind);
  EXPECT_EQ(refusal(wish(kind::group_details, "Mia")), errc::wrong_kind);
  EXPECT_THAT(weixin.requests, IsEmpty());
}

TEST_F(ContactQuestions, QuestionsDoNotWaitForThePaceOfFriends) {
  start();
  context->pacing = pacer{pacing_settings{}};
  says_yes("webwxoplog");
  shows(friend_json("@mia", "Mia", 3, "Supplier"));
  ASSERT_EQ(outcome(wish(kind::contact_remark, "Mia", "Supplier")).state, state::confirmed);
  auto slow = submit_wish(wish(kind::contact_remark, "Mia", "Supplier"));
  finds("");
  auto quick = submit_wish(wish(kind::contact_search, "", "x"));
  pass(3s);
  ASSERT_TRUE(*quick && **quick);
  EXPECT_EQ((***quick).state, state::answered);
  EXPECT_EQ(weixin.count("webwxoplog"), 1U);
}

TEST_F(ContactQuestions, NamesNobodyAndNoLinkInItsEvents) {
  start();
  finds(friend_json("@new", "Secret Name", 0));
  outcome(wish(kind::contact_search, "", "secret word"));
  weixin.next("webwxcheckurl", http_response{302, {{"Location", "https://secret.example/"}}, ""});
  outcome(wish(kind::link_check, "", "https://secret.example/"));
  EXPECT_EQ(operation_events(), 2U);
  for (const auto& [type, data] : events)
    EXPECT_THAT(data, Not(::testing::AnyOf(HasSubstr("ecret"), HasSubstr("@new"))));
}

} // namespace
} // namespace weixin
