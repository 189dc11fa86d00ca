// One message's way in: what the sync poller stores, and when its keys move.
#include "tests/actors/actors_fixture.hpp"

namespace weixin {
namespace {

using namespace std::chrono_literals;
using store::store_call;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::scripted_weixin;

struct SyncPoller : testing::actors_fixture {
  sync_poller_actor poller;

  ~SyncPoller() override { poller = nullptr; }

  void start() {
    begin_session();
    poller = start_child<sync_poller>();
  }
  void try_again() {
    caf::anon_send(poller, weixin::try_again{});
    time.settle();
  }
  void bring(std::vector<std::string> entries) {
    weixin.bring(std::move(entries));
    time.settle();
  }
  std::string entry(const std::string& msg_id, const std::string& from, int type = 1) const {
    auto text = scripted_weixin::text_message(msg_id, from, "hi", seconds_now());
    auto at = text.find("\"MsgType\":1");
    return text.replace(at, 11, "\"MsgType\":" + std::to_string(type));
  }
  /// The 51 message that names a chat and its lasting id.
  static std::string conversations(const std::string& msg_id, const std::string& user_name,
                                   const std::string& real_id) {
    std::string self = scripted_weixin::self;
    return R"({"MsgId":")" + msg_id + R"(","FromUserName":")" + self + R"(","ToUserName":")" + self +
           R"(","MsgType":51,"StatusNotifyCode":4,"StatusNotifyUserName":")" + user_name +
           R"(","Content":"&lt;msg&gt;&lt;op id='4'&gt;&lt;username&gt;)" + real_id +
           R"(&lt;/username&gt;&lt;/op&gt;&lt;/msg&gt;"})";
  }
  std::string asked_key() const {
    const auto& body = weixin.last("webwxsync")->body;
    return body.substr(body.find("SyncKey"), 60);
  }
  std::optional<webwx::session> stored_session() {
    std::optional<webwx::session> s;
    memory->load_session("shop-01", [&](auto r) { s = *r; });
    return s;
  }
  std::size_t message_events() const {
    return static_cast<std::size_t>(
        std::count_if(events.begin(), events.end(), [](const auto& e) { return e.first == "message"; }));
  }
  static std::string keys(int value) {
    auto v = std::to_string(value);
    return R"({"Count":2,"List":[{"Key":1,"Val":)" + v + R"(},{"Key":2,"Val":)" + v + "}]}";
  }
  static http_response sync_answer(const std::string& entries, const std::string& sync_key,
                                   const std::string& more = "") {
    return scripted_weixin::ok("{" + scripted_weixin::base_response(0) + R"(,"AddMsgList":[)" + entries +
                               R"(],"ContinueFlag":0,"SyncKey":)" + sync_key + R"(,"SyncCheckKey":)" +
                               sync_key + more + "}");
  }
  void sync_brings(http_response answer) {
    weixin.next("webwxsync", std::move(answer));
    weixin.synccheck(0, 2);
    time.settle();
  }
};

// -- what is stored
// -----------------------------------------------------------------------------------------

TEST_F(SyncPoller, StoresAMessageWithADurableReference) {
  start();
  bring({text_from_friend("77", "hello there")});
  auto stored = inbox();
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].msg_id, "77");
  EXPECT_EQ(stored[0].chat, friend_ref());
  EXPECT_EQ(member(stored[0].event, "chat"), friend_ref());
  EXPECT_EQ(member(stored[0].event, "text"), "hello there");
  EXPECT_EQ(member(stored[0].event, "sender_nick"), "Friend One");
  EXPECT_THAT(stored[0].event, Not(HasSubstr(scripted_weixin::friend_)));
  ASSERT_EQ(message_events(), 1U);
  EXPECT_EQ(member(events.back().second, "text"), "hello there");
  EXPECT_EQ(context->status->messages_in, 1U);
  EXPECT_TRUE(context->status->view().last_event_at);
}

TEST_F(SyncPoller, StoresAContactThatIsNewWithItsFirstMessage) {
  start();
  bring({entry("77", "@somebody-new")});
  auto ref = inbox().at(0).chat;
  std::vector<store::contact_record> records;
  memory->load_contacts("shop-01", [&](auto r) { records = *r; });
  auto found = std::find_if(records.begin(), records.end(), [&](const auto& r) { return r.ref == ref; });
  ASSERT_NE(found, records.end());
  EXPECT_EQ(found->user_name, "@somebody-new");
}

TEST_F(SyncPoller, StoresAContactLaterWhenTheStoreRefusedItsFirstMessage) {
  start();
  memory->fail_next(store_call::commit, fail(errc::store_failed, "test"));
  bring({entry("77", "@somebody-new")});
  EXPECT_THAT(inbox(), IsEmpty());
  // Another poller takes over: what the first one took out of the book is not forgotten.
  stop();
  weixin.bring({entry("77", "@somebody-new")});
  poller = start_child<sync_poller>();
  time.settle();
  ASSERT_EQ(inbox().size(), 1U);
  std::vector<store::contact_record> records;
  memory->load_contacts("shop-01", [&](auto r) { records = *r; });
  EXPECT_TRUE(
      std::any_of(records.begin(), records.end(), [&](const auto& r) { return r.ref == inbox()[0].chat; }));
}

TEST_F(SyncPoller, KnowsWhoSpeaksByTheRealIdThatComesWithTheMessage) {
  start();
  auto ref = friend_ref();
  bring({conversations("70", scripted_weixin::friend_, "wxid_friend")});
  stop();
  begin_session("@another-self", "@unlike");
  webwx::contact renamed;
  renamed.user_name = "@friend-now";
  renamed.nick_name = "Friend Two";
  renamed.kind = webwx::contact_kind::friend_;
  context->contacts.put_all({renamed});
  ASSERT_NE(context->contacts.ref_of("@friend-now"), ref);
  weixin.bring({entry("77", "@friend-now"), conversations("78", "@friend-now", "wxid_friend")});
  poller = start_child<sync_poller>();
  time.settle();
  ASSERT_EQ(inbox().size(), 1U);
  EXPECT_EQ(inbox()[0].chat, ref);
}

TEST_F(SyncPoller, GivesAGroupThatSpeaksItsReferenceOfEarlierSessions) {
  begin_session();
  webwx::contact group;
  group.user_name = "@@group-then";
  group.nick_name = "Chess club";
  group.kind = webwx::contact_kind::group;
  context->contacts.put(group);
  auto ref = context->contacts.ref_of("@@group-then");
  memory->save_contacts("shop-01", context->contacts.take_changed(), [](result<void>) {});
  begin_session("@another-self");
  poller = start_child<sync_poller>();
  weixin.next(
      "webwxbatchgetcontact",
      scripted_weixin::ok("{" + scripted_weixin::base_response(0) +
                          R"(,"Count":1,"ContactList":[{"UserName":"@@group-now",)"
                          R"("NickName":"Chess club","MemberList":[{"UserName":"@m","NickName":"Mia"}]}]})"));
  auto said_in_group = entry("77", "@@group-now");
  said_in_group.replace(said_in_group.find("\"hi\""), 4, "\"@m:<br/>hi\"");
  bring({said_in_group});
  ASSERT_EQ(inbox().size(), 1U);
  EXPECT_EQ(inbox()[0].chat, ref);
  EXPECT_EQ(member(inbox()[0].event, "sender_nick"), "Mia");
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 1U);
  bring({entry("78", "@@group-now")});
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 1U);
}

TEST_F(SyncPoller, StoresAGroupsMessageAlsoWhenNothingCanBeLearntOfTheGroup) {
  start();
  weixin.next("webwxbatchgetcontact", fail(errc::timed_out, "test"));
  bring({entry("77", "@@group")});
  EXPECT_EQ(inbox().size(), 1U);
  EXPECT_THAT(said->failures, IsEmpty());
}

TEST_F(SyncPoller, StoresWhoAsksToBeAFriendWithTheMessageAndShowsNobodyTheTicket) {
  start();
  auto asked = entry("77", "fmessage", 37);
  asked.pop_back();
  asked += R"(,"RecommendInfo":{"UserName":"@mia","NickName":"Mia","Content":"hello","Ticket":"v2_ticket"}})";
  bring({asked});
  std::vector<store::friend_request_record> waiting;
  memory->load_friend_requests("shop-01", [&](auto r) { waiting = *r; });
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].id, "77");
  EXPECT_EQ(waiting[0].session, scripted_weixin::self);
  EXPECT_EQ(waiting[0].user_name, "@mia");
  EXPECT_EQ(waiting[0].ticket.reveal(), "v2_ticket");
  EXPECT_EQ(waiting[0].nick, "Mia");
  EXPECT_EQ(waiting[0].greeting, "hello");
  ASSERT_EQ(inbox().size(), 1U);
  EXPECT_THAT(inbox()[0].event, Not(HasSubstr("v2_ticket")));
}

TEST_F(SyncPoller, AsksAboutAGroupWhoseMembersAreSaidToHaveChanged) {
  start();
  sync_brings(
      sync_answer("", keys(5), R"(,"ModChatRoomMemberList":[{"UserName":"@@chess"},{"UserName":"@mia"},7])"));
  ASSERT_EQ(weixin.count("webwxbatchgetcontact"), 1U);
  EXPECT_THAT(weixin.last("webwxbatchgetcontact")->body, HasSubstr(R"("UserName":"@@chess")"));
  EXPECT_THAT(weixin.last("webwxbatchgetcontact")->body, Not(HasSubstr("@mia")));
}

TEST_F(SyncPoller, AsksOnceAboutSomebodyWhoWritesAndHasNoName) {
  start();
  bring({entry("77", "@somebody-new")});
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 1U);
  bring({entry("78", "@somebody-new"), text_from_friend("79", "hi")});
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 1U);
  EXPECT_EQ(inbox().size(), 3U);
}

TEST_F(SyncPoller, HoldsAMessageOfAStrangeGroupUntilItMayAskAboutIt) {
  start();
  context->pacing = pacer{pacing_settings{}};
  bring({entry("77", "@@first")});
  EXPECT_EQ(inbox().size(), 1U);
  bring({entry("78", "@@second")});
  EXPECT_EQ(inbox().size(), 1U) << "webwxbatchgetcontact keeps its distance";
  pass(4s);
  EXPECT_EQ(inbox().size(), 2U);
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 2U);
}

TEST_F(SyncPoller, CountsTheDelayOfEachQuestionOnce) {
  start();
  context->pacing = pacer{pacing_settings{}};
  const std::string delays = R"(weixin_pacing_delay_seconds_count{operation="batch_contacts"})";
  for (std::string group : {"@@first", "@@second"})
    weixin.next("webwxbatchgetcontact",
                scripted_weixin::ok(
                    "{" + scripted_weixin::base_response(0) + R"(,"Count":1,"ContactList":[{"UserName":")" +
                    group + R"(","NickName":"Club","MemberList":[{"UserName":"@m","NickName":"M"}]}]})"));
  bring({entry("77", "@@first")});
  EXPECT_EQ(measured(delays), "0");
  bring({entry("78", "@@second")});
  pass(4s);
  EXPECT_EQ(measured(delays), "1") << "the message of a strange group waited";
  // Somebody else is faster, again and again.
  random_generator random{1};
  auto somebody_asks = [&] { context->pacing.used(paced_operation::batch_contacts, steady_now(), random); };
  somebody_asks();
  bring({entry("79", "@somebody-new")});
  for (int i = 0; i < 3; ++i) {
    pass(1s);
    somebody_asks();
  }
  pass(10s);
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 3U);
  EXPECT_EQ(measured(delays), "2") << "the question about somebody new waited";
}

TEST_F(SyncPoller, CountsEntriesThatAreNoContactsAndTakesTheOthers) {
  start();
  weixin.next("webwxbatchgetcontact",
              scripted_weixin::ok("{" + scripted_weixin::base_response(0) +
                                  R"(,"Count":3,"ContactList":[null,{"NickName":"nobody"},)"
                                  R"({"UserName":"@@first","NickName":"Chess club"}]})"));
  bring({entry("77", "@@first")});
  ASSERT_EQ(inbox().size(), 1U);
  EXPECT_EQ(member(inbox()[0].event, "chat_display"), "Chess club");
  EXPECT_EQ(measured(R"(weixin_contacts_set_aside_total{endpoint="webwxbatchgetcontact"})"), "2");
}

TEST_F(SyncPoller, HoldsNoMessageForLong) {
  start();
  context->pacing.pause(std::chrono::steady_clock::time_point{} + 10'000h); // as after 1205
  bring({entry("77", "@@first")});
  EXPECT_EQ(inbox().size(), 1U);
  EXPECT_EQ(weixin.count("webwxbatchgetcontact"), 0U);
}

TEST_F(SyncPoller, TellsItsSupervisorWhenItAsksTooOften) {
  start();
  weixin.next("webwxbatchgetcontact", ret(1205));
  bring({entry("77", "@@first")});
  ASSERT_EQ(said->hits.size(), 1U);
  EXPECT_EQ(said->hits[0].what.code, errc::too_frequent);
  EXPECT_EQ(inbox().size(), 1U);
}

TEST_F(SyncPoller, StoresAndCountsAMessageWhoseContentCannotBeRead) {
  start();
  bring({entry("77", scripted_weixin::friend_, 49), text_from_friend("78", "hi")});
  ASSERT_EQ(inbox().size(), 2U);
  EXPECT_EQ(member(inbox()[0].event, "type"), "app");
  EXPECT_THAT(service->metrics->render(), HasSubstr("weixin_messages_undecoded_total 1\n"));
  EXPECT_THAT(said->failures, IsEmpty());
}

TEST_F(SyncPoller, LeavesOutReadMarks) {
  start();
  bring({entry("77", scripted_weixin::friend_, 51), text_from_friend("78", "hi")});
  EXPECT_EQ(inbox().size(), 1U);
  EXPECT_EQ(message_events(), 1U);
}

TEST_F(SyncPoller, KeepsTheEchoOfAnOwnSendAndShowsItToNobody) {
  start();
  context->remember_own("77");
  auto own = entry("77", scripted_weixin::self);
  own.replace(own.find(std::string{"\"ToUserName\":\""} + scripted_weixin::self), 14 + 34,
              std::string{"\"ToUserName\":\""} + scripted_weixin::friend_);
  bring({own});
  ASSERT_EQ(inbox().size(), 1U);
  EXPECT_THAT(inbox()[0].event, HasSubstr("\"own\":true"));
  EXPECT_EQ(message_events(), 0U);
  EXPECT_EQ(context->status->messages_in, 0U);
}

// -- repeats
// ------------------------------------------------------------------------------------------------

TEST_F(SyncPoller, StoresARepeatedMessageOnce) {
  start();
  auto hi = text_from_friend("77", "hi");
  bring({hi, hi, text_from_friend("78", "you")});
  bring({hi});
  bring({text_from_friend("78", "you"), hi});
  EXPECT_EQ(inbox().size(), 2U);
  EXPECT_EQ(message_events(), 2U);
  EXPECT_EQ(context->status->messages_in, 2U);
}

TEST_F(SyncPoller, FollowsKeysThatGoBack) {
  start();
  sync_brings(sync_answer(text_from_friend("77", "hi"), keys(50)));
  sync_brings(sync_answer("", keys(10)));
  weixin.synccheck(0, 2);
  time.settle();
  EXPECT_THAT(asked_key(), HasSubstr("\"Val\":10"));
  EXPECT_THAT(said->failures, IsEmpty());
}

TEST_F(SyncPoller, IgnoresEmptyKeys) {
  start();
  sync_brings(sync_answer("", keys(50)));
  sync_brings(sync_answer(text_from_friend("77", "hi"), R"({"Count":0,"List":[]})"));
  weixin.synccheck(0, 2);
  time.settle();
  EXPECT_THAT(asked_key(), HasSubstr("\"Val\":50"));
  EXPECT_EQ(inbox().size(), 1U);
}

// -- keys and session
// ---------------------------------------------------------------------------------------

TEST_F(SyncPoller, StoresTheKeysWithTheMessages) {
  start();
  sync_brings(sync_answer(text_from_friend("77", "hi"), keys(50)));
  auto s = stored_session();
  ASSERT_TRUE(s);
  EXPECT_EQ(s->keys.sync_key.to_query(), "1_50|2_50");
  EXPECT_EQ(s->keys.sync_check_key.to_query(), "1_50|2_50");
}

TEST_F(SyncPoller, StoresTheSessionOnlyWhenMoreOfItChangedThanItsKeys) {
  start();
  ASSERT_TRUE(stored_session()) << "the first time it is not known what the store has";
  // Whoever takes the session out of the store sees when it is put back.
  memory->save_session("shop-01", std::nullopt, [](result<void>) {});
  sync_brings(sync_answer(text_from_friend("77", "hi"), keys(50)));
  EXPECT_FALSE(stored_session());
  auto later = sync_answer("", keys(51));
  later.headers = {
      {"Set-Cookie", "wxsid=new; Domain=wx.qq.com; Path=/; Expires=Wed, 21-Oct-2026 07:28:00 GMT"}};
  sync_brings(later);
  ASSERT_TRUE(stored_session());
  EXPECT_NE(stored_session()->cookies.find("wxsid"), nullptr);
  memory->save_session("shop-01", std::nullopt, [](result<void>) {});
  later.headers = {
      {"Set-Cookie", "wxsid=new; Domain=wx.qq.com; Path=/; Expires=Thu, 22-Oct-2026 07:28:00 GMT"}};
  later.body = sync_answer("", keys(52)).body;
  sync_brings(later);
  EXPECT_FALSE(stored_session()) << "another lifetime is no reason";
  sync_brings(sync_answer("", keys(53), R"(,"SKey":"@crypt_another")"));
  ASSERT_TRUE(stored_session());
  EXPECT_EQ(stored_session()->skey.reveal(), "@crypt_another");
}

TEST_F(SyncPoller, WritesNothingWhenNothingIsNew) {
  start();
  auto commits = memory->calls(store_call::commit);
  for (int i = 0; i < 3; ++i) {
    weixin.synccheck(0, 2);
    time.settle();
  }
  EXPECT_EQ(memory->calls(store_call::commit), commits);
  EXPECT_EQ(said->good_polls, 7U) << "and tells of four syncs and three checks";
}

TEST_F(SyncPoller, TellsWhatEachPollSaysOfMessages) {
  start();
  said->news.clear();
  weixin.synccheck(0, 0);
  time.settle();
  weixin.synccheck(0, 2);
  time.settle();
  sync_brings(sync_answer("", keys(60)));
  using ::testing::ElementsAre;
  EXPECT_THAT(said->news, ElementsAre(poll_news::quiet, poll_news::announced, poll_news::nothing,
                                      poll_news::announced, poll_news::delivered));
}

TEST_F(SyncPoller, PutsNoSessionBackThatEndedMeanwhile) {
  start();
  weixin.hold("webwxsync");
  weixin.synccheck(0, 2);
  time.settle();
  context->session = nullptr;
  memory->save_session("shop-01", std::nullopt, [](result<void>) {});
  weixin.release("webwxsync");
  time.settle();
  EXPECT_FALSE(stored_session());
}

// -- the store refuses
// ----------------------------------------------------------------------------------------

TEST_F(SyncPoller, KeepsItsKeysWhileTheStoreRefuses) {
  start();
  memory->fail_next(store_call::commit, fail(errc::store_failed, "test"));
  bring({text_from_friend("77", "hi")});
  auto key = asked_key();
  for (auto code : {errc::disk_full, errc::store_failed, errc::store_busy}) {
    memory->fail_next(store_call::commit, fail(code, "test"));
    try_again();
    EXPECT_EQ(said->failures.back().what.code, code);
    EXPECT_EQ(asked_key(), key) << "the same batch is asked for again";
    EXPECT_THAT(inbox(), IsEmpty());
    EXPECT_EQ(message_events(), 0U);
  }
  EXPECT_EQ(said->failures.size(), 4U);
  EXPECT_THAT(service->metrics->render(), HasSubstr("weixin_sync_failures_total{kind=\"store\"} 4\n"));
  try_again();
  EXPECT_EQ(inbox().size(), 1U);
  EXPECT_EQ(message_events(), 1U);
  weixin.synccheck(0, 2);
  time.settle();
  EXPECT_NE(asked_key(), key);
}

TEST_F(SyncPoller, FetchesNothingWhileTheDiskIsFullAndGoesOnByItself) {
  start();
  memory->fail_writes(fail(errc::disk_full, "test"));
  bring({text_from_friend("77", "hi")});
  ASSERT_EQ(said->failures.size(), 1U);
  auto syncs = weixin.count("webwxsync");
  auto polls = weixin.count("synccheck");
  for (int i = 0; i < 5; ++i) {
    pass(1min);
    try_again();
  }
  EXPECT_EQ(said->failures.size(), 6U);
  EXPECT_EQ(said->failures.back().what.code, errc::disk_full);
  EXPECT_EQ(memory->calls(store_call::probe), 5U);
  EXPECT_EQ(weixin.count("webwxsync"), syncs);
  EXPECT_EQ(weixin.count("synccheck"), polls);
  memory->fail_writes(std::nullopt);
  weixin.bring({text_from_friend("77", "hi")});
  try_again();
  EXPECT_EQ(inbox().size(), 1U);
  EXPECT_EQ(said->failures.size(), 6U);
}

TEST_F(SyncPoller, LooksAtTheStoreBeforeItFetches) {
  start();
  // Another account's write found the disk full.
  memory->fail_next(store_call::note_media, fail(errc::disk_full, "test"));
  memory->note_media("shop-01", {}, [](result<void>) {});
  ASSERT_FALSE(memory->health().accepting);
  auto syncs = weixin.count("webwxsync");
  bring({text_from_friend("77", "hi")});
  EXPECT_EQ(weixin.count("webwxsync"), syncs);
  ASSERT_EQ(said->failures.size(), 1U);
  EXPECT_EQ(said->failures[0].what.code, errc::disk_full);
  try_again();
  EXPECT_EQ(inbox().size(), 1U);
}

TEST_F(SyncPoller, CountsEveryFailureByItsKind) {
  start();
  using row = std::pair<error, const char*>;
  for (const auto& [e, kind] :
       {row{fail(errc::timed_out), "network"}, row{fail(errc::http_status, "", 502), "http"},
        row{fail(errc::malformed_answer), "malformed"},
        row{fail(errc::session_ended, "", 1101), "session_ended"},
        row{fail(errc::ticket_rejected, "", -14), "session_ended"},
        row{fail(errc::too_frequent, "", 1205), "too_frequent"},
        row{fail(errc::breaker_open), "breaker_open"}, row{fail(errc::proxy_failed), "proxy"},
        row{fail(errc::server_error, "", -1), "other"}}) {
    auto text = std::string{"weixin_sync_failures_total{kind=\""} + kind + "\"} ";
    auto count = [&] {
      auto all = service->metrics->render();
      return std::stoi(all.substr(all.find(text) + text.size()));
    };
    auto before = count();
    weixin.next("webwxsync", e);
    weixin.synccheck(0, 2);
    time.settle();
    EXPECT_EQ(count(), before + 1) << kind;
    try_again();
    pass(30s); // after some batches without a message it takes its time
  }
  weixin.next("webwxsync", fail(errc::cancelled));
  weixin.synccheck(0, 2);
  time.settle();
  EXPECT_THAT(service->metrics->render(), HasSubstr("weixin_sync_failures_total{kind=\"other\"} 1\n"))
      << "what is given up by us is no failure";
}

TEST_F(SyncPoller, TriesAgainOnlyWhatFailed) {
  start();
  auto syncs = weixin.count("webwxsync");
  try_again();
  try_again();
  EXPECT_EQ(weixin.count("webwxsync"), syncs) << "one poll at a time";
}

} // namespace
} // namespace weixin
