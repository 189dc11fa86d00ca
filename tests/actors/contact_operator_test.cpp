// Friends and groups: every operation, and what can go wrong with it, by the real actor in virtual time.
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
using testing::scripted_weixin;
using testing::stranger;

struct ContactOperator : testing::contact_operator_fixture {};

// -- outcomes
// --------------------------------------------------------------------------------------------------

TEST_F(ContactOperator, ConfirmsAChangeThatIsSeenWhenItAsksAgain) {
  start();
  says_yes("webwxoplog");
  shows(friend_json("@mia", "Mia", 3, "Supplier"));
  auto done = outcome(wish(kind::contact_remark, "Mia", "Supplier"));
  EXPECT_EQ(done.state, state::confirmed);
  EXPECT_EQ(done.error, "");
  EXPECT_EQ(done.to, *context->contacts.known_ref("@mia"));
  EXPECT_THAT(body_of("webwxoplog"), HasSubstr(R"("RemarkName":"Supplier")"));
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 1U);
  EXPECT_EQ(context->contacts.find("@mia")->remark, "Supplier");
  EXPECT_EQ(operation_events(), 1U);
}

TEST_F(ContactOperator, ConfirmsAChangeThatASyncTellsOfBeforeItAsks) {
  start();
  says_yes("webwxoplog");
  auto answer = submit_wish(wish(kind::contact_remark, "Mia", "Supplier"));
  webwx::contact c;
  c.user_name = "@mia";
  c.nick_name = "Mia";
  c.remark_name = "Supplier";
  c.kind = webwx::contact_kind::friend_;
  context->contacts.put(c);
  pass(2s);
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ((***answer).state, state::confirmed);
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 0U);
}

TEST_F(ContactOperator, CallsAYesWithoutAnyEffectAnswered) {
  start();
  says_yes("webwxoplog");
  auto done = outcome(wish(kind::contact_remark, "Mia", "Supplier"));
  EXPECT_EQ(done.state, state::answered);
  EXPECT_EQ(done.error, "");
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 2U) << "it looked twice before it gave up";
}

TEST_F(ContactOperator, CallsANoRefusedWithItsReason) {
  struct row {
    int ret;
    const char* error;
    bool concerns_the_account;
  };
  start();
  std::size_t hits = 0;
  for (auto [code, error, concerns] :
       {row{1, "rejected_request", false}, row{-2, "rejected_request", false},
        row{1204, "not_a_friend", false}, row{-1, "server_error", false}, row{1205, "too_frequent", true},
        row{1203, "barred", true}, row{1101, "session_ended", true}}) {
    weixin.next("webwxoplog", ret(code));
    auto done = outcome(wish(kind::contact_remark, "Mia", "Supplier"));
    EXPECT_EQ(done.state, state::refused) << code;
    EXPECT_EQ(done.error, error);
    EXPECT_EQ(done.ret, code);
    EXPECT_EQ(said->hits.size(), hits += concerns ? 1 : 0) << code;
  }
}

TEST_F(ContactOperator, RecognisesTooMuchHasteByWeixinsWords) {
  start();
  weixin.next("webwxoplog",
              scripted_weixin::ok(R"({"BaseResponse":{"Ret":-1,"ErrMsg":"操作太频繁，请稍后再试。"}})"));
  auto done = outcome(wish(kind::contact_remark, "Mia", "Supplier"));
  EXPECT_EQ(done.error, "too_frequent");
  EXPECT_EQ(said->hits.size(), 1U);
}

TEST_F(ContactOperator, CallsAnOutcomeUnknownWhenNoAnswerCame) {
  start();
  weixin.next("webwxoplog", lost_answer());
  auto done = outcome(wish(kind::contact_remark, "Mia", "Supplier"));
  EXPECT_EQ(done.state, state::unknown);
  EXPECT_EQ(done.error, "connection_lost");
  EXPECT_EQ(weixin.count("webwxoplog"), 1U) << "what may have happened is not done twice";
}

TEST_F(ContactOperator, TriesAgainWhatFailedBeforeAByteLeft) {
  start();
  weixin.next("webwxoplog", fail(errc::connect_failed, "test"));
  says_yes("webwxoplog");
  shows(friend_json("@mia", "Mia", 3, "Supplier"));
  auto done = outcome(wish(kind::contact_remark, "Mia", "Supplier"));
  EXPECT_EQ(done.state, state::confirmed);
  EXPECT_EQ(weixin.count("webwxoplog"), 2U);
}

TEST_F(ContactOperator, AnswersTheCallerWhoWaitedLongEnoughAndGoesOn) {
  start();
  weixin.hold("webwxoplog");
  auto what = wish(kind::contact_remark, "Mia", "Supplier");
  what.wait = 3s;
  auto answer = submit_wish(what);
  pass(2s);
  EXPECT_FALSE(*answer);
  pass(2s);
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ((***answer).state, state::attempting);
  weixin.answer_waiting("webwxoplog", ret(1));
  time.settle();
  EXPECT_EQ(context->operations.find((***answer).id)->state, state::refused);
}

// -- friends
// -----------------------------------------------------------------------------------------------

TEST_F(ContactOperator, AcceptsAFriendWithTheTicketOfTheRequest) {
  start();
  was_asked("77");
  says_yes("webwxverifyuser");
  shows(friend_json(stranger, "Somebody"));
  auto done = outcome(wish(kind::friend_accept, "77"));
  EXPECT_EQ(done.state, state::confirmed);
  EXPECT_THAT(body_of("webwxverifyuser"), HasSubstr(R"("Opcode":3)"));
  EXPECT_THAT(body_of("webwxverifyuser"), HasSubstr(R"("Value":"@stranger","VerifyUserTicket":"v2_ticket")"));
  EXPECT_EQ(waiting_requests(), 0U);
  EXPECT_EQ(context->contacts.find(stranger)->kind, webwx::contact_kind::friend_);
}

TEST_F(ContactOperator, KeepsARequestWhoseAcceptanceShowedNoEffect) {
  start();
  was_asked("77");
  says_yes("webwxverifyuser");
  EXPECT_EQ(outcome(wish(kind::friend_accept, "77")).state, state::answered);
  EXPECT_EQ(waiting_requests(), 1U);
}

TEST_F(ContactOperator, RejectsAFriend) {
  start();
  was_asked("77");
  says_yes("webwxverifyuser");
  EXPECT_EQ(outcome(wish(kind::friend_reject, "77")).state, state::answered);
  EXPECT_THAT(body_of("webwxverifyuser"), HasSubstr(R"("Opcode":4)"));
  EXPECT_EQ(waiting_requests(), 0U);
}

TEST_F(ContactOperator, AnswersNoRequestThatIsUnknownOrOfAnEarlierSession) {
  start();
  was_asked("77", "@self-of-then");
  EXPECT_EQ(refusal(wish(kind::friend_accept, "77")), errc::target_lost);
  EXPECT_EQ(refusal(wish(kind::friend_accept, "78")), errc::friend_request_not_found);
  EXPECT_EQ(weixin.count("webwxverifyuser"), 0U);
  EXPECT_EQ(waiting_requests(), 1U);
}

TEST_F(ContactOperator, AsksAContactOrAMemberOfAGroupToBeAFriend) {
  start();
  says_yes("webwxverifyuser");
  EXPECT_EQ(outcome(wish(kind::friend_request, "Somebody", "hello")).state, state::answered);
  EXPECT_THAT(body_of("webwxverifyuser"), HasSubstr(R"("Value":"@stranger")"));
  EXPECT_THAT(body_of("webwxverifyuser"), HasSubstr(R"("VerifyContent":"hello")"));
  says_yes("webwxverifyuser");
  auto member = wish(kind::friend_request, member_id("@pawn"), "hello");
  member.group = "Chess club";
  EXPECT_EQ(outcome(member).state, state::answered);
  EXPECT_THAT(body_of("webwxverifyuser"), HasSubstr(R"("Value":"@pawn")"));
}

TEST_F(ContactOperator, PinsAndUnpinsAndKeepsTheRemark) {
  start();
  says_yes("webwxoplog");
  shows(friend_json("@mia", "Mia", 2051, "Supplier"));
  webwx::contact c;
  c.user_name = "@mia";
  c.nick_name = "Mia";
  c.remark_name = "Supplier";
  c.kind = webwx::contact_kind::friend_;
  context->contacts.put(c);
  auto pin = wish(kind::contact_pin, "Supplier");
  pin.pinned = true;
  EXPECT_EQ(outcome(pin).state, state::confirmed);
  EXPECT_THAT(body_of("webwxoplog"), HasSubstr(R"("OP":1)"));
  EXPECT_THAT(body_of("webwxoplog"), HasSubstr(R"("RemarkName":"Supplier")"));
  EXPECT_TRUE(context->contacts.view_of("@mia")->pinned);
  says_yes("webwxoplog");
  shows(friend_json("@mia", "Mia", 3, "Supplier"));
  pin.pinned = false;
  EXPECT_EQ(outcome(pin).state, state::confirmed);
  EXPECT_THAT(body_of("webwxoplog"), HasSubstr(R"("OP":0)"));
}

// -- groups
// ------------------------------------------------------------------------------------------------

TEST_F(ContactOperator, MakesAGroupAndTellsWhoWasLeftOut) {
  start();
  weixin.next(
      "webwxcreatechatroom",
      scripted_weixin::ok("{" + scripted_weixin::base_response(0) +
                          R"(,"ChatRoomName":"@@new","MemberList":[{"UserName":"@mia","MemberStatus":0},)"
                          R"({"UserName":"@zoe","MemberStatus":4}]})"));
  shows(group_json({scripted_weixin::self, "@mia", scripted_weixin::friend_}, "@@new", "Order"));
  auto what = wish(kind::group_create, "", "Order");
  what.members = {"Mia", "Zoe", "Friend One"};
  auto done = outcome(what);
  EXPECT_EQ(done.state, state::confirmed);
  EXPECT_EQ(done.to, *context->contacts.known_ref("@@new"));
  EXPECT_THAT(done.left_out, ElementsAre(*context->contacts.known_ref("@zoe")));
  EXPECT_THAT(body_of("webwxcreatechatroom"), HasSubstr(R"("Topic":"Order")"));
}

TEST_F(ContactOperator, AddsToASmallGroupAndInvitesToALargeOne) {
  struct row {
    std::size_t members, newcomers;
    const char* way;
  };
  start();
  put("@ann", "Ann", webwx::contact_kind::friend_);
  for (auto [members, newcomers, way] : {row{3, 1, "add"}, row{38, 1, "add"}, row{37, 3, "invite"},
                                         row{39, 1, "invite"}, row{40, 1, "invite"}, row{200, 1, "invite"}}) {
    std::vector<std::string> there;
    for (std::size_t i = 0; i < members; ++i)
      there.push_back("@m" + std::to_string(i));
    put_group(there);
    auto what = wish(kind::group_add, "Chess club");
    what.members = std::vector<std::string>{"Mia", "Zoe", "Ann"};
    what.members.resize(newcomers);
    says_yes("webwxupdatechatroom");
    for (auto name : {"@mia", "@zoe", "@ann"})
      there.push_back(name);
    shows(group_json(there));
    auto done = outcome(what);
    EXPECT_EQ(done.way, way) << members << " and " << newcomers;
    bool invites = std::string{way} == "invite";
    EXPECT_EQ(done.state, invites ? state::answered : state::confirmed);
    EXPECT_THAT(target_of("webwxupdatechatroom"), HasSubstr(invites ? "fun=invitemember" : "fun=addmember"));
    weixin.forget("webwxbatchgetcontact");
  }
}

TEST_F(ContactOperator, CountsTheMembersFirstWhenTheyAreNotKnown) {
  start();
  webwx::contact c;
  c.user_name = "@@other";
  c.nick_name = "Large group";
  c.kind = webwx::contact_kind::group;
  context->contacts.put(c);
  std::vector<std::string> there;
  for (int i = 0; i < 60; ++i)
    there.push_back("@m" + std::to_string(i));
  shows(group_json(there, "@@other", "Large group"));
  says_yes("webwxupdatechatroom");
  auto what = wish(kind::group_add, "Large group");
  what.members = {"Mia"};
  EXPECT_EQ(outcome(what).way, "invite");
}

TEST_F(ContactOperator, KeepsThePaceOfItsQuestionBeforeItCountsTheMembers) {
  start();
  webwx::contact c;
  c.user_name = "@@other";
  c.nick_name = "Large group";
  c.kind = webwx::contact_kind::group;
  context->contacts.put(c);
  context->pacing = pacer{pacing_settings{}};
  random_generator random{1};
  context->pacing.used(paced_operation::batch_contacts, steady_now(), random);
  shows(group_json({"@m"}, "@@other", "Large group"));
  says_yes("webwxupdatechatroom");
  auto what = wish(kind::group_add, "Large group");
  what.members = {"Mia"};
  what.wait = 1s;
  auto answer = submit_wish(what);
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 0U);
  auto shown = context->status->view().pacing[static_cast<std::size_t>(paced_operation::groups)];
  EXPECT_EQ(shown.waiting, 1U);
  EXPECT_EQ(shown.reason, pacing_reason::spacing);
  pass(1500ms);
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ((***answer).state, state::queued);
  EXPECT_GT(*(***answer).not_before, wall->now());
  pass(3s);
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 1U);
  EXPECT_EQ(weixin.count("webwxupdatechatroom"), 1U);
}

TEST_F(ContactOperator, CountsADelayOnceForEachOperation) {
  start();
  context->pacing = pacer{pacing_settings{}};
  says_yes("webwxoplog");
  outcome(wish(kind::contact_remark, "Mia", "Supplier"));
  for (int i = 0; i < 3; ++i)
    submit_wish(wish(kind::contact_remark, "Zoe", "Supplier"));
  EXPECT_EQ(delays(), "1") << "the first of the queue alone is held back by the pace";
  for (int i = 0; i < 3; ++i)
    says_yes("webwxoplog");
  pass(5min);
  EXPECT_EQ(delays(), "3");
}

TEST_F(ContactOperator, CountsEntriesThatAreNoContacts) {
  start();
  says_yes("webwxoplog");
  shows("7,{}," + friend_json("@mia", "Mia", 3, "Supplier"));
  EXPECT_EQ(outcome(wish(kind::contact_remark, "Mia", "Supplier")).state, state::confirmed);
  EXPECT_THAT(service->metrics->render(),
              HasSubstr(R"(weixin_contacts_set_aside_total{endpoint="webwxbatchgetcontact"} 2)"));
}

TEST_F(ContactOperator, RemovesMembersByTheirIdOrName) {
  start();
  says_yes("webwxupdatechatroom");
  shows(group_json({scripted_weixin::self, scripted_weixin::friend_}));
  auto what = wish(kind::group_remove, "Chess club");
  what.members = {member_id("@pawn")};
  EXPECT_EQ(outcome(what).state, state::confirmed);
  EXPECT_THAT(target_of("webwxupdatechatroom"), HasSubstr("fun=delmember"));
  EXPECT_THAT(body_of("webwxupdatechatroom"), HasSubstr(R"("DelMemberList":"@pawn")"));
}

TEST_F(ContactOperator, RenamesAGroup) {
  start();
  says_yes("webwxupdatechatroom");
  shows(group_json({scripted_weixin::self, "@pawn"}, group_name, "Go club"));
  EXPECT_EQ(outcome(wish(kind::group_rename, "Chess club", "Go club")).state, state::confirmed);
  EXPECT_THAT(target_of("webwxupdatechatroom"), HasSubstr("fun=modtopic"));
}

TEST_F(ContactOperator, LeavesAGroup) {
  start();
  says_yes("webwxupdatechatroom");
  auto answer = submit_wish(wish(kind::group_quit, "Chess club"));
  context->contacts.remove(group_name); // as DelContactList tells
  pass(2s);
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ((***answer).state, state::confirmed);
  EXPECT_THAT(target_of("webwxupdatechatroom"), HasSubstr("fun=quitchatroom"));
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 0U) << "who left asks no more";
}

TEST_F(ContactOperator, RefusesWhatCannotBeMeant) {
  start();
  auto members = [&](kind k, std::vector<std::string> names) {
    auto what = wish(k, k == kind::group_create ? "" : "Chess club");
    what.members = std::move(names);
    return what;
  };
  EXPECT_EQ(refusal(wish(kind::contact_remark, "Nobody", "x")), errc::contact_not_found);
  EXPECT_EQ(refusal(wish(kind::contact_remark, "Chess club", "x")), errc::wrong_kind);
  EXPECT_EQ(refusal(wish(kind::contact_remark, "Somebody", "x")), errc::wrong_kind);
  EXPECT_EQ(refusal(wish(kind::contact_remark, "Mia", std::string(1'025, 'x'))), errc::invalid_argument);
  EXPECT_EQ(refusal(wish(kind::friend_request, "Mia", "x")), errc::wrong_kind);
  EXPECT_EQ(refusal(wish(kind::contact_pin, "Somebody")), errc::wrong_kind);
  EXPECT_EQ(refusal(wish(kind::group_rename, "Mia", "x")), errc::wrong_kind);
  EXPECT_EQ(refusal(wish(kind::group_rename, "Chess club", "")), errc::invalid_argument);
  EXPECT_EQ(refusal(wish(kind::group_rename, "Chess club", std::string(257, 'x'))), errc::invalid_argument);
  EXPECT_EQ(refusal(members(kind::group_create, {"Mia"})), errc::invalid_argument);
  EXPECT_EQ(refusal(members(kind::group_create, {"Mia", "Mia"})), errc::invalid_argument);
  EXPECT_EQ(refusal(members(kind::group_create, {"Mia", "Somebody"})), errc::wrong_kind);
  EXPECT_EQ(refusal(members(kind::group_create, std::vector<std::string>(101, "Mia"))),
            errc::invalid_argument);
  EXPECT_EQ(refusal(members(kind::group_add, {"Friend One"})), errc::wrong_kind) << "is a member already";
  EXPECT_EQ(refusal(members(kind::group_remove, {"Mia"})), errc::member_not_found);
  EXPECT_EQ(refusal(members(kind::group_remove, {member_id(scripted_weixin::self)})), errc::wrong_kind);
  EXPECT_THAT(weixin.requests, IsEmpty());
  EXPECT_THAT(context->operations.list(), IsEmpty());
}

// -- pace, bounds, ends
// ------------------------------------------------------------------------------------

TEST_F(ContactOperator, DoesOneAtATimeAtThePaceOfFriends) {
  start();
  context->pacing = pacer{pacing_settings{}};
  for (int i = 0; i < 2; ++i) {
    says_yes("webwxoplog");
    shows(friend_json("@mia", "Mia", 3, "Supplier"));
  }
  ASSERT_EQ(outcome(wish(kind::contact_remark, "Mia", "Supplier")).state, state::confirmed);
  auto what = wish(kind::contact_remark, "Mia", "Supplier");
  what.wait = 1s;
  auto answer = submit_wish(what);
  pass(2s);
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ((***answer).state, state::queued);
  ASSERT_TRUE((***answer).not_before);
  EXPECT_GT(*(***answer).not_before, wall->now());
  auto shown = context->status->view().pacing[static_cast<std::size_t>(paced_operation::friends)];
  EXPECT_EQ(shown.waiting, 1U);
  EXPECT_EQ(shown.reason, pacing_reason::spacing);
  EXPECT_EQ(weixin.count("webwxoplog"), 1U);
  pass(90s);
  EXPECT_EQ(weixin.count("webwxoplog"), 2U);
  EXPECT_EQ(context->operations.find((***answer).id)->state, state::confirmed);
}

TEST_F(ContactOperator, LetsWhatWaitsTooLongExpire) {
  start();
  context->pacing.pause(context->pacing.next(paced_operation::friends, {}).at); // no pause
  context->pacing = pacer{pacing_settings{}};
  context->pacing.pause(std::chrono::steady_clock::time_point{} + 10'000h);
  auto what = wish(kind::contact_remark, "Mia", "Supplier");
  what.life = 5s;
  auto done = outcome(what);
  EXPECT_EQ(done.state, state::expired);
  EXPECT_EQ(done.error, "timed_out");
  EXPECT_EQ(weixin.count("webwxoplog"), 0U);
}

TEST_F(ContactOperator, TakesNoMoreThanItsQueueHolds) {
  start();
  weixin.hold("webwxoplog");
  for (std::size_t i = 0; i < operation_book::max_open; ++i)
    submit_wish(wish(kind::contact_remark, "Mia", "Supplier"));
  EXPECT_EQ(refusal(wish(kind::contact_remark, "Mia", "Supplier")), errc::queue_full);
}

TEST_F(ContactOperator, EndsEverythingWithTheSession) {
  start();
  weixin.hold("webwxoplog");
  auto first = submit_wish(wish(kind::contact_remark, "Mia", "Supplier"));
  auto second = submit_wish(wish(kind::contact_remark, "Zoe", "Supplier"));
  context->operations.end_session(wall->now());
  ASSERT_TRUE(*first && **first && *second && **second);
  EXPECT_EQ((***first).state, state::unknown) << "it may have left";
  EXPECT_EQ((***second).state, state::expired);
  EXPECT_EQ((***second).error, "session_ended");
  context->session.reset();
  weixin.answer_waiting("webwxoplog", ret(0));
  time.settle();
  EXPECT_EQ(context->operations.find((***first).id)->state, state::unknown)
      << "a late answer changes nothing";
  EXPECT_EQ(refusal(wish(kind::contact_remark, "Mia", "Supplier")), errc::not_online);
}

TEST_F(ContactOperator, LeavesWhatIsQueuedToItsSuccessor) {
  start();
  weixin.hold("webwxoplog");
  auto first = submit_wish(wish(kind::contact_remark, "Mia", "Supplier"));
  auto second = submit_wish(wish(kind::contact_remark, "Zoe", "Buyer"));
  caf::anon_send_exit(context->contact_operator, caf::exit_reason::kill);
  time.settle();
  weixin.release("webwxoplog");
  weixin.forget("webwxoplog");
  says_yes("webwxoplog");
  shows(friend_json("@zoe", "Zoe", 3, "Buyer"));
  start_operator();
  pass(5s);
  ASSERT_TRUE(*first && **first && *second && **second);
  EXPECT_EQ((***first).state, state::unknown);
  EXPECT_EQ((***second).state, state::confirmed);
}

TEST_F(ContactOperator, NamesNobodyInItsEvents) {
  start();
  says_yes("webwxoplog");
  outcome(wish(kind::contact_remark, "Mia", "Secret name"));
  for (const auto& [type, data] : events) {
    if (type != "operation") continue;
    EXPECT_EQ(data.find("Secret name"), std::string::npos);
    EXPECT_EQ(data.find("@mia"), std::string::npos);
  }
}

} // namespace
} // namespace weixin
