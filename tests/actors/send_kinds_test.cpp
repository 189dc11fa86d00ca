// Messages that are no plain texts and need no upload: mentions, what is forwarded; recalls and read marks.
#include "actors/group_view.hpp"
#include "tests/actors/actors_fixture.hpp"

namespace weixin {
namespace {

using namespace std::chrono_literals;
using store::send_state;
using ::testing::HasSubstr;
using testing::scripted_weixin;

constexpr const char* group = "@@group000000000000000000000000000000000000000000000000000000000001";

struct SendKinds : testing::actors_fixture {
  SendKinds() {
    begin_session();
    webwx::contact g;
    g.user_name = group;
    g.nick_name = "Team";
    g.kind = webwx::contact_kind::group;
    g.members = {{"@ann", "Ann", "Ann of the team"}, {"@ben", "Ben", ""}, {"@ben2", "Ben", ""}};
    context->contacts.put_all({g});
    start_sender();
  }
  send_request to(const std::string& who, store::send_content content) {
    send_request what;
    what.to = who;
    what.content = std::move(content);
    return what;
  }
  result<store::accepted_send> forward(const std::string& entry, const std::string& msg_id = "9001") {
    return submit(to("Friend One", store::forward_content{msg_id, entry, false}));
  }
  /// What was answered by the time that one looks.
  template <class Action>
  std::shared_ptr<result<action_outcome>> ask(Action action) {
    auto answer = std::make_shared<result<action_outcome>>(fail(errc::internal, "no answer"));
    action.reply = [answer](auto r) { *answer = std::move(r); };
    caf::anon_send(context->sender, std::move(action));
    time.settle();
    return answer;
  }
  result<action_outcome> recall(const std::string& id) { return *ask(recall_message{id, {}}); }
  result<action_outcome> read(const std::string& who) { return *ask(mark_read{who, {}}); }
  void keep_the_pace() { context->pacing = pacer{pacing_settings{}}; }
};

TEST_F(SendKinds, MentionsMembersOfAGroupForReal) {
  auto r = submit(to("Team", store::text_content{"the build is red", {"Ann of the team"}}));
  ASSERT_TRUE(r) << to_string(r.error());
  EXPECT_EQ(stored(r->record.id).state, send_state::sent);
  auto body = weixin.last("webwxsendmsg")->body;
  EXPECT_THAT(body, HasSubstr("<atusername>@ann</atusername>"));
  EXPECT_THAT(body, HasSubstr(std::string{"<atchatroomname>"} + group));
  EXPECT_THAT(body, HasSubstr("@Ann of the team\xE2\x80\x85the build is red"));
}

TEST_F(SendKinds, LeavesAMentionWhereTheTextHasIt) {
  ASSERT_TRUE(submit(to("Team", store::text_content{"hello @Ann of the team !", {"Ann of the team"}})));
  EXPECT_THAT(weixin.last("webwxsendmsg")->body, HasSubstr("\"hello @Ann of the team !\""));
}

TEST_F(SendKinds, TakesAMemberByEverythingThatTheGroupIsShownWith) {
  webwx::contact ann;
  ann.user_name = "@ann";
  ann.nick_name = "Ann";
  ann.remark_name = "Colleague Ann";
  ann.kind = webwx::contact_kind::friend_;
  context->contacts.put(ann);
  auto ref = *context->contacts.known_ref("@ann");
  for (const auto& who : {ref, member_id("@ann"), std::string{"Colleague Ann"},
                          std::string{"Ann of the team"}, std::string{"Ann"}}) {
    auto r = submit(to("Team", store::text_content{"hi", {who}}));
    ASSERT_TRUE(r) << who << ": " << to_string(r.error());
    EXPECT_EQ(std::get<store::text_content>(r->record.content).mentions, std::vector<std::string>{ref});
  }
  auto r = submit(to("Team", store::text_content{"hi", {member_id("@ben2")}}));
  ASSERT_TRUE(r) << "who is no contact, too";
  EXPECT_THAT(weixin.last("webwxsendmsg")->body, HasSubstr("<atusername>@ben2</atusername>"));
}

TEST_F(SendKinds, RefusesMentionsOfWhomNobodyCanMean) {
  for (const auto& who : {std::string{"Nobody"}, std::string{"Ben"}, std::string{}, member_id("@nobody"),
                          std::string{"c-00000000000000000000000000"}})
    EXPECT_EQ(submit(to("Team", store::text_content{"hi", {who}})).error().code, errc::invalid_argument)
        << who;
  EXPECT_EQ(submit(to("Friend One", store::text_content{"hi", {"Ann"}})).error().code,
            errc::invalid_argument);
  std::vector<std::string> many(webwx::max_mentions + 1, "Ann");
  EXPECT_EQ(submit(to("Team", store::text_content{"hi", many})).error().code, errc::invalid_argument);
}

TEST_F(SendKinds, RefusesToMentionAContactWhoIsNoMember) {
  auto refused = submit(to("Team", store::text_content{"hi", {"Ann", friend_ref()}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(to_string(refused.error()),
            "invalid_argument: mentions[1]: no member of the group is this or called so");
  EXPECT_EQ(weixin.count("webwxsendmsg"), 0U);
}

TEST_F(SendKinds, TakesNothingButReferencesAsLongAsNobodyKnowsTheMembers) {
  webwx::contact g;
  g.user_name = "@@other";
  g.nick_name = "Other team";
  g.kind = webwx::contact_kind::group;
  context->contacts.put(g);
  EXPECT_EQ(to_string(submit(to("Other team", store::text_content{"hi", {"Friend One"}})).error()),
            "invalid_argument: mentions[0]: Weixin has not told yet who is in this group; name a contact by "
            "its ref");
  auto r = submit(to("Other team", store::text_content{"hi", {friend_ref()}}));
  ASSERT_TRUE(r) << to_string(r.error());
  EXPECT_EQ(stored(r->record.id).state, send_state::sent);
}

TEST_F(SendKinds, LosesItsTargetWhenAMentionedMemberHasLeft) {
  open_gate(false);
  auto r = submit(to("Team", store::text_content{"hi", {"Ann of the team"}}));
  ASSERT_TRUE(r);
  webwx::contact g;
  g.user_name = group;
  g.nick_name = "Team";
  g.kind = webwx::contact_kind::group;
  g.members = {{"@ben", "Ben", ""}};
  context->contacts.put(g);
  open_gate();
  pass(1s);
  EXPECT_EQ(stored(r->record.id).state, send_state::refused);
  EXPECT_EQ(stored(r->record.id).error, "target_lost");
}

TEST_F(SendKinds, LosesItsTargetWhenAMentionedMemberIsNotKnownAnyMore) {
  open_gate(false);
  auto r = submit(to("Team", store::text_content{"hi", {"Ann of the team"}}));
  ASSERT_TRUE(r);
  begin_session("@self000000000000000000000000000000ff");
  webwx::contact g;
  g.user_name = "@@group0000000000000000000000000000000000000000000000000000000000ff";
  g.nick_name = "Team";
  g.kind = webwx::contact_kind::group;
  context->contacts.put_all({g});
  open_gate();
  pass(1s);
  EXPECT_EQ(stored(r->record.id).state, send_state::refused);
  EXPECT_EQ(stored(r->record.id).error, "target_lost");
}

TEST_F(SendKinds, ForwardsAReceivedPicture) {
  auto r = forward(R"({"MsgId":"9001","MsgType":3,"FromUserName":"@x","Content":"&lt;msg&gt;&lt;/msg&gt;"})");
  ASSERT_TRUE(r) << to_string(r.error());
  EXPECT_EQ(stored(r->record.id).state, send_state::sent);
  auto body = weixin.last("webwxsendmsgimg")->body;
  EXPECT_THAT(body, HasSubstr("<msg></msg>"));
  EXPECT_THAT(body, HasSubstr("\"Scene\":2"));
}

TEST_F(SendKinds, ForwardsALocationAsOne) {
  auto r = forward(R"({"MsgId":"9001","MsgType":1,"SubMsgType":48,"FromUserName":"@x","Content":"Place:",)"
                   R"("OriContent":"<msg><location x=\"1\"/></msg>"})");
  ASSERT_TRUE(r) << to_string(r.error());
  EXPECT_EQ(kind_of(stored(r->record.id).content), store::send_kind::location);
  EXPECT_THAT(weixin.last("webwxsendmsg")->body, HasSubstr("\"Type\":48"));
}

TEST_F(SendKinds, RefusesToForwardWhatCannotBe) {
  EXPECT_EQ(forward(R"({"MsgId":"1","MsgType":34,"Content":"voice"})").error().code, errc::not_forwardable);
  EXPECT_EQ(forward("no JSON").error().code, errc::not_forwardable);
  EXPECT_EQ(forward(std::string(sender::max_entry_bytes + 1, 'x')).error().code, errc::body_too_large);
}

TEST_F(SendKinds, BoundsWhatForwardedMessagesHold) {
  open_gate(false);
  auto entry = R"({"MsgId":"9001","MsgType":1,"Content":"hi","Pad":")" + std::string(500'000, 'x') + R"("})";
  std::size_t taken = 0;
  while (taken < 100 && forward(entry))
    ++taken;
  EXPECT_EQ(taken, sender::max_waiting_entries / entry.size());
  EXPECT_EQ(forward(entry).error().code, errc::queue_full);
  ASSERT_TRUE(submit("Friend One", "a text still goes"));
}

TEST_F(SendKinds, TakesASendBack) {
  auto r = submit("Friend One", "too fast");
  auto done = recall(r->record.id);
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_EQ(done->what, action_result::done);
  EXPECT_EQ(done->msg_id, stored(r->record.id).msg_id);
  auto body = weixin.last("webwxrevokemsg")->body;
  EXPECT_THAT(body, HasSubstr("\"SvrMsgId\":\"" + done->msg_id + "\""));
  EXPECT_THAT(body, HasSubstr(scripted_weixin::friend_));
  EXPECT_TRUE(recall(done->msg_id)) << "by Weixin's number as well";
}

TEST_F(SendKinds, TakesNothingBackAfterTwoMinutes) {
  auto r = submit("Friend One", "too fast");
  pass(2min + 1s);
  EXPECT_EQ(recall(r->record.id).error().code, errc::too_late);
  EXPECT_EQ(weixin.count("webwxrevokemsg"), 0U);
}

TEST_F(SendKinds, TakesNothingBackThatWasNotSent) {
  open_gate(false);
  auto r = submit("Friend One", "waits");
  EXPECT_EQ(recall(r->record.id).error().code, errc::wrong_state);
  EXPECT_EQ(recall("s-00000000000000000000000000").error().code, errc::send_not_found);
  EXPECT_EQ(recall("12345").error().code, errc::send_not_found);
}

TEST_F(SendKinds, NeedsASessionToTakeSomethingBack) {
  auto r = submit("Friend One", "sent");
  open_gate(false);
  EXPECT_EQ(recall(r->record.id).error().code, errc::not_online);
  EXPECT_EQ(read("Friend One").error().code, errc::not_online);
}

TEST_F(SendKinds, TellsWhatWeixinSaidToARecall) {
  auto r = submit("Friend One", "sent");
  weixin.next("webwxrevokemsg", ret(-2));
  auto refused = recall(r->record.id);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->what, action_result::refused);
  EXPECT_EQ(refused->code, "rejected_request");
  EXPECT_EQ(refused->ret, -2);
  weixin.next("webwxrevokemsg", lost_answer());
  EXPECT_EQ(recall(r->record.id)->what, action_result::unknown);
  weixin.next("webwxrevokemsg", fail(errc::connect_failed, "test"));
  EXPECT_EQ(recall(r->record.id).error().code, errc::connect_failed) << "nothing has left";
  weixin.next("webwxrevokemsg", ret(1101));
  EXPECT_EQ(recall(r->record.id)->what, action_result::refused);
  EXPECT_EQ(said->hits.size(), 1U) << "the account hears of its session's end";
}

TEST_F(SendKinds, TakesBackAtThePaceOfTexts) {
  keep_the_pace();
  auto first = submit("Friend One", "one");
  auto done = ask(recall_message{first->record.id, {}});
  pass(900ms);
  EXPECT_EQ(weixin.count("webwxrevokemsg"), 0U);
  pass(700ms);
  EXPECT_EQ(weixin.count("webwxrevokemsg"), 1U);
  EXPECT_EQ(done->value().what, action_result::done);
}

TEST_F(SendKinds, TakesBackBeforeTheTextsThatWait) {
  keep_the_pace();
  auto first = submit("Friend One", "one");
  ASSERT_TRUE(submit("Friend One", "two"));
  ask(recall_message{first->record.id, {}});
  pass(1600ms);
  EXPECT_EQ(weixin.count("webwxrevokemsg"), 1U);
  EXPECT_EQ(weixin.count("webwxsendmsg"), 1U);
  pass(1600ms);
  EXPECT_EQ(weixin.count("webwxsendmsg"), 2U);
}

TEST_F(SendKinds, RefusesToTakeBackWhatBecomesTooLateWhileItWaits) {
  keep_the_pace();
  auto first = submit("Friend One", "one");
  pass(2min - 100ms);
  ASSERT_TRUE(submit("Friend One", "two"));
  auto done = ask(recall_message{first->record.id, {}});
  pass(2s);
  EXPECT_EQ(done->error().code, errc::too_late);
  EXPECT_EQ(weixin.count("webwxrevokemsg"), 0U);
}

TEST_F(SendKinds, TellsWhoWaitsThatTheSessionEnded) {
  keep_the_pace();
  ASSERT_TRUE(submit("Friend One", "one"));
  auto done = ask(mark_read{"Friend One", {}});
  open_gate(false);
  EXPECT_EQ(done->error().code, errc::not_online);
}

TEST_F(SendKinds, MarksNothingAsReadWhileWeixinWantsAPause) {
  context->pacing.pause(time.scheduler.clock().now() + 5min);
  EXPECT_EQ(read("Friend One").error().code, errc::too_frequent);
  EXPECT_EQ(weixin.count("webwxstatusnotify"), 0U);
}

TEST_F(SendKinds, BoundsTheReadMarksThatWait) {
  keep_the_pace();
  ASSERT_TRUE(submit("Friend One", "one"));
  for (std::size_t i = 0; i < sender::max_actions; ++i)
    ask(mark_read{"Friend One", {}});
  EXPECT_EQ(read("Friend One").error().code, errc::store_busy);
  pass(30s);
  EXPECT_EQ(weixin.count("webwxstatusnotify"), sender::max_actions);
}

TEST_F(SendKinds, MarksAChatAsRead) {
  auto done = read("Friend One");
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_EQ(done->what, action_result::done);
  auto body = weixin.last("webwxstatusnotify")->body;
  EXPECT_THAT(body, HasSubstr("\"Code\":1"));
  EXPECT_THAT(body, HasSubstr(scripted_weixin::friend_));
  EXPECT_EQ(read("nobody").error().code, errc::contact_not_found);
}

TEST_F(SendKinds, MarksAChatAsOpened) {
  auto done = *ask(mark_read{"Friend One", {}, true});
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_EQ(done->what, action_result::done);
  EXPECT_THAT(weixin.last("webwxstatusnotify")->body, HasSubstr("\"Code\":2"));
}

} // namespace
} // namespace weixin
