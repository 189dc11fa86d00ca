// The restart table once more, this time by the real actors: what an operator sees when Weixin misbehaves.
#include "tests/support/account_tree_fixture.hpp"

namespace weixin {
namespace {

using namespace std::chrono_literals;
using supervisor::account_command;
using testing::scripted_weixin;

struct AccountTree : testing::account_tree {};

// -- logging in
// ---------------------------------------------------------------------------------------------------

TEST_F(AccountTree, ShowsAQrCodeAndComesOnlineAfterScanAndConfirm) {
  start();
  EXPECT_EQ(state(), "awaiting_scan");
  ASSERT_TRUE(status->qr());
  EXPECT_EQ(status->qr()->url, "https://login.weixin.qq.com/l/uuid1==");
  EXPECT_EQ(status->qr()->attempt, 1U);
  weixin.scan();
  pass(1s);
  EXPECT_EQ(state(), "awaiting_confirm");
  ASSERT_TRUE(status->scan_picture());
  EXPECT_EQ(status->scan_picture()->mime, "image/jpeg");
  weixin.confirm();
  pass(1s);
  EXPECT_EQ(state(), "online");
  EXPECT_FALSE(status->scan_picture()) << "it is of who is to confirm, and of nobody else";
  EXPECT_EQ(status->view().nickname, "Test Shop");
  EXPECT_FALSE(status->qr()) << "a used code is forgotten";
  EXPECT_TRUE(status->view().last_poll_at);
}

TEST_F(AccountTree, AsksForANewCodeWhenOneExpiresAndGivesUpAfterFiveRefreshes) {
  start();
  for (int i = 1; i <= 5; ++i) {
    weixin.expire();
    pass(3s);
    EXPECT_EQ(state(), "awaiting_scan");
    EXPECT_EQ(status->qr()->attempt, 1U + static_cast<unsigned>(i));
  }
  weixin.expire();
  pass(3s);
  EXPECT_EQ(state(), "needs_login");
  auto codes = weixin.count("jslogin");
  pass(24h);
  EXPECT_EQ(weixin.count("jslogin"), codes) << "waits for the operator";
  command(account_command::relogin);
  pass(1s);
  EXPECT_EQ(state(), "awaiting_scan");
}

TEST_F(AccountTree, HoldsABarredUser) {
  start();
  weixin.next("webwxnewloginpage",
              scripted_weixin::ok("<error><ret>1203</ret><message>no</message></error>"));
  weixin.confirm();
  pass(1s);
  EXPECT_EQ(state(), "held");
  EXPECT_EQ(reason(), "barred");
}

TEST_F(AccountTree, HoldsWhenAnotherUserScansTheCodeOfAnAccount) {
  record.uin = 999;
  start();
  weixin.confirm();
  pass(1s);
  EXPECT_EQ(state(), "held");
  EXPECT_EQ(reason(), "different_user");
}

TEST_F(AccountTree, HoldsWhenTheUserIsServedUnderAnotherName) {
  claims->claim(weixin.uin, "shop-02");
  start();
  weixin.confirm();
  pass(1s);
  EXPECT_EQ(state(), "held");
  EXPECT_EQ(reason(), "duplicate_user");
}

TEST_F(AccountTree, NeverConnectsToAHostThatTheLoginMadeUp) {
  start();
  weixin.redirect_host = "evil.example";
  weixin.confirm();
  pass(10s);
  for (const auto& r : weixin.requests)
    EXPECT_EQ(r.host.find("evil"), std::string::npos);
  EXPECT_NE(state(), "online");
}

TEST_F(AccountTree, LogsInEvenWhenTheAddressBookCannotBeRead) {
  start();
  for (int i = 0; i < 4; ++i)
    weixin.next("webwxgetcontact", unreachable());
  weixin.confirm();
  pass(10s);
  EXPECT_EQ(state(), "online");
}

TEST_F(AccountTree, RepeatsTheStepOfALoginThatWasUnreachable) {
  start();
  weixin.next("webwxinit", unreachable());
  weixin.confirm();
  pass(3s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("webwxinit"), 2U);
  EXPECT_EQ(weixin.count("jslogin"), 1U) << "the scan is not asked for again";
}

// -- crash
// --------------------------------------------------------------------------------------------------------

TEST_F(AccountTree, StartsACrashedPollerAgainOnTheSameSession) {
  log_in();
  weixin.throw_at("synccheck");
  weixin.synccheck(0, 0);
  pass(1s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(status->view().restarts, 1U);
  EXPECT_EQ(weixin.waiting("synccheck"), 1U) << "it polls again";
  EXPECT_TRUE(counted("weixin_actor_failures_total{kind=\"sync_poller\"} 1"));
  EXPECT_TRUE(counted("weixin_actor_giveups_total{kind=\"sync_poller\"} 0"));
  EXPECT_EQ(weixin.count("jslogin"), 1U);
}

TEST_F(AccountTree, CoolsOffWhenAChildKeepsCrashingAndTriesOnceAfterwards) {
  log_in();
  for (int i = 0; i < 7; ++i)
    weixin.throw_at("synccheck");
  weixin.synccheck(0, 0);
  pass(1s);
  EXPECT_EQ(state(), "cooling_off");
  EXPECT_TRUE(counted("weixin_actor_giveups_total{kind=\"sync_poller\"} 1"));
  EXPECT_TRUE(status->view().retry_at);
  EXPECT_GT(*status->view().retry_at, wall->now());
  pass(75s);
  EXPECT_EQ(state(), "cooling_off") << "the trial start crashed as well";
  pass(150s);
  EXPECT_EQ(state(), "online") << "the second trial start went well, on the session that is left";
  EXPECT_EQ(weixin.count("jslogin"), 1U);
}

TEST_F(AccountTree, RestartsAChildThatLostAReply) {
  log_in();
  weixin.loses_replies = true;
  auto before = weixin.count("synccheck");
  pass(3min);
  EXPECT_GT(weixin.count("synccheck"), before);
  EXPECT_GE(status->view().restarts, 1U);
}

TEST_F(AccountTree, KeepsTheQueueWhenTheSenderCrashes) {
  log_in();
  weixin.throw_at("webwxsendmsg");
  auto r = send_text("Friend One", "hello");
  ASSERT_TRUE(r);
  pass(5s);
  EXPECT_EQ(stored(r->id).state, store::send_state::unknown) << "it was attempting: it may have left";
  ASSERT_TRUE(send_text("Friend One", "again"));
  pass(5s);
  EXPECT_EQ(weixin.count("webwxsendmsg"), 1U);
  EXPECT_EQ(state(), "online");
}

// -- contacts
// ------------------------------------------------------------------------------------------------------

TEST_F(AccountTree, GoesThroughPagesOfContactsWhoseSeqFallsAndThatAreEmpty) {
  auto page = [](int seq, const std::string& contacts) {
    return scripted_weixin::ok("{" + scripted_weixin::base_response(0) + R"(,"MemberCount":1,"Seq":)" +
                               std::to_string(seq) + R"(,"MemberList":[)" + contacts + "]}");
  };
  auto named = [](const std::string& name) {
    return R"({"UserName":"@)" + name + R"(","NickName":")" + name + R"(","ContactFlag":3,"VerifyFlag":0})";
  };
  start();
  weixin.next("webwxgetcontact", page(700, named("first")));
  weixin.next("webwxgetcontact", page(300, ""));
  weixin.next("webwxgetcontact", page(500, "7," + named("second")));
  weixin.next("webwxgetcontact", page(300, named("third")));
  weixin.confirm();
  pass(1s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("webwxgetcontact"), 4U) << "a Seq that comes again ends it";
  for (const char* name : {"first", "second", "third"})
    EXPECT_TRUE(send_text(name, "hello")) << name;
  auto rendered = service->metrics->render();
  EXPECT_NE(rendered.find("weixin_contacts_set_aside_total{endpoint=\"webwxgetcontact\"} 1\n"),
            std::string::npos)
      << "7 is no contact";
}

// -- unreachable
// --------------------------------------------------------------------------------------------------

TEST_F(AccountTree, DegradesWhileWeixinIsUnreachableAndRecovers) {
  log_in();
  for (int i = 0; i < 200; ++i)
    weixin.next("webwxsync", unreachable());
  weixin.next("synccheck", unreachable());
  pass(90s);
  EXPECT_EQ(state(), "degraded");
  EXPECT_EQ(status->view().restarts, 0U) << "unreachable is never a crash";
  auto calls = weixin.count("webwxsync");
  EXPECT_LE(calls, 40U) << "retries back off";
  weixin.forget("webwxsync");
  pass(61s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("jslogin"), 1U) << "the session was kept";
}

TEST_F(AccountTree, DegradesWhileSendsGetNoAnswerAlthoughPollsDo) {
  log_in();
  for (int i = 0; i < 12; ++i)
    weixin.next("webwxsendmsg", fail(errc::connect_failed, "webwxsendmsg"));
  ASSERT_TRUE(send_text("filehelper", "hello"));
  pass(15min);
  EXPECT_EQ(history().back(), "degraded>online") << "once they are answered again";
  EXPECT_EQ(history()[history().size() - 2], "online>degraded sends get no answer");
  EXPECT_EQ(status->view().restarts, 0U);
}

TEST_F(AccountTree, DegradesWhileWhatSynccheckAnnouncesDoesNotCome) {
  log_in();
  for (int i = 0; i < 30; ++i) {
    weixin.synccheck(0, 2);
    pass(5s);
  }
  EXPECT_EQ(state(), "degraded");
  EXPECT_EQ(reason(), "announced messages do not come");
  weixin.bring({weixin.text_message("7001", weixin.friend_, "at last", seconds_now())});
  weixin.synccheck(0, 2);
  pass(60s);
  EXPECT_EQ(state(), "online");
}

TEST_F(AccountTree, TreatsAGarbageSynccheckAsAReasonToSync) {
  log_in();
  auto syncs = weixin.count("webwxsync");
  weixin.next("synccheck", fail(errc::malformed_answer, "synccheck"));
  pass(1s);
  EXPECT_EQ(weixin.count("webwxsync"), syncs + 1);
  EXPECT_EQ(state(), "online");
}

// -- the end of a session
// -----------------------------------------------------------------------------------------

TEST_F(AccountTree, ProbesTheOtherPushHostsBeforeTheFirstGoodSynccheck) {
  log_in();
  weixin.synccheck(1100, 0);
  pass(1s);
  EXPECT_EQ(state(), "online");
  ASSERT_NE(weixin.last("synccheck"), nullptr);
  EXPECT_NE(weixin.last("synccheck")->host, "webpush.wx.qq.com");
  EXPECT_EQ(weixin.count("jslogin"), 1U);
}

TEST_F(AccountTree, ShowsANewCodeWhenTheSessionEnds) {
  for (int code : {1100, 1101, 1102}) {
    SCOPED_TRACE(code);
    if (!root) {
      log_in();
    } else {
      weixin.confirm();
      pass(1s);
    }
    pass(90min);
    ASSERT_EQ(state(), "online");
    weixin.next("webwxinit", ret(code)); // a session that is dead cannot be resumed
    weixin.synccheck(code, 0);
    pass(1s);
    EXPECT_EQ(state(), "awaiting_scan");
    EXPECT_EQ(reason(), std::to_string(code));
    EXPECT_TRUE(
        counted("weixin_logouts_total{account=\"shop-01\",reason=\"" + std::to_string(code) + "\"} 1"));
  }
}

TEST_F(AccountTree, CountsTheEndOfASessionThatWeixinSaysInAnotherWay) {
  log_in();
  pass(90min);
  weixin.next("webwxinit", ret(-14));
  weixin.next("webwxsync", ret(-14));
  weixin.synccheck(0, 2);
  pass(1s);
  EXPECT_EQ(state(), "awaiting_scan");
  EXPECT_TRUE(counted("weixin_logouts_total{account=\"shop-01\",reason=\"other\"} 1"));
  EXPECT_TRUE(counted("weixin_logouts_total{account=\"shop-01\",reason=\"1102\"} 0"));
}

TEST_F(AccountTree, HoldsAnAccountThatIsKickedRightAfterItsLogin) {
  log_in();
  weixin.synccheck(0, 0);
  pass(10s);
  weixin.synccheck(1102, 0);
  pass(1h);
  EXPECT_EQ(state(), "held");
  EXPECT_EQ(reason(), "kicked");
  EXPECT_EQ(weixin.count("jslogin"), 1U) << "never retried automatically";
}

// -- throttled
// ----------------------------------------------------------------------------------------------------

TEST_F(AccountTree, PausesSendsWhenWeixinSaysTooFrequentAndKeepsTheMessage) {
  log_in();
  weixin.next("webwxsendmsg",
              scripted_weixin::ok("{" + scripted_weixin::base_response(1205) + ",\"MsgID\":\"\"}"));
  auto r = send_text("Friend One", "hello");
  ASSERT_TRUE(r);
  pass(2s);
  EXPECT_EQ(state(), "throttled");
  EXPECT_TRUE(status->view().retry_at);
  EXPECT_EQ(stored(r->id).state, store::send_state::queued);
  pass(4min);
  EXPECT_EQ(weixin.count("webwxsendmsg"), 1U);
  pass(2min);
  EXPECT_EQ(stored(r->id).state, store::send_state::sent);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("jslogin"), 1U);
}

// -- the operator
// -------------------------------------------------------------------------------------------------

TEST_F(AccountTree, PausesWithoutPollingAndResumesOnTheSameSession) {
  log_in();
  auto v = command(account_command::pause);
  ASSERT_TRUE(v);
  EXPECT_EQ(v->state, "stopped");
  EXPECT_EQ(v->desired, "paused");
  auto polls = weixin.count("synccheck") + weixin.count("webwxsync");
  pass(1h);
  EXPECT_EQ(weixin.count("synccheck") + weixin.count("webwxsync"), polls);
  command(account_command::resume);
  pass(1s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("jslogin"), 1U);
}

TEST_F(AccountTree, RestartsTheTreeOnTheSameSession) {
  log_in();
  command(account_command::restart);
  pass(1s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("jslogin"), 1U);
  EXPECT_EQ(status->view().restarts, 1U);
}

TEST_F(AccountTree, DropsTheSessionOnRelogin) {
  log_in();
  command(account_command::relogin);
  pass(1s);
  EXPECT_EQ(state(), "awaiting_scan");
  EXPECT_EQ(weixin.count("jslogin"), 2U);
  EXPECT_TRUE(counted("weixin_logouts_total{account=\"shop-01\",reason=\"user\"} 1"));
  command(account_command::relogin);
  pass(1s);
  EXPECT_TRUE(counted("weixin_logouts_total{account=\"shop-01\",reason=\"user\"} 1"))
      << "there was no session";
}

TEST_F(AccountTree, TellsWeixinWhenTheOperatorLogsOut) {
  log_in();
  auto v = command(account_command::logout);
  ASSERT_TRUE(v);
  EXPECT_EQ(v->state, "stopped");
  EXPECT_EQ(weixin.count("webwxlogout"), 1U);
  command(account_command::resume);
  pass(1s);
  EXPECT_EQ(state(), "awaiting_scan") << "a logged-out session is gone";
}

TEST_F(AccountTree, StaysPausedOverACrashOfItsSender) {
  log_in();
  command(account_command::pause);
  pass(1h);
  EXPECT_EQ(state(), "stopped");
}

// -- messages
// -----------------------------------------------------------------------------------------------------

TEST_F(AccountTree, KeepsTheSyncKeyUntilTheStoreHasTheMessages) {
  log_in();
  memory->fail_next(store::store_call::commit, fail(errc::disk_full, "test"));
  auto entry = scripted_weixin::text_message("1", scripted_weixin::friend_, "hi", seconds_now());
  weixin.bring({entry});
  time.settle();
  auto keys = [&] {
    const auto& body = weixin.last("webwxsync")->body;
    return body.substr(body.find("SyncKey"), 60);
  };
  auto before = keys();
  weixin.bring({entry});
  pass(5s);
  EXPECT_EQ(status->view().messages_in, 1U) << "asked for again, and counted once";
  weixin.synccheck(0, 2);
  pass(1s);
  EXPECT_NE(keys(), before);
}

TEST_F(AccountTree, HandsAMessageToItsBotsOnceAndSendsTheAnswer) {
  bots::bot_settings echo;
  echo.name = "echo";
  echo.type = "echo";
  record.bots = {"echo"};
  auto object = bots::make_bot(echo);
  ASSERT_TRUE(object);
  start({{"echo", 120s, *object}});
  weixin.confirm();
  time.settle();
  auto entry = scripted_weixin::text_message("77", scripted_weixin::friend_, "hello there", seconds_now());
  weixin.bring({entry});
  weixin.bring({entry}); // delivered twice by Weixin
  pass(5s);
  EXPECT_EQ(weixin.count("webwxsendmsg"), 1U);
  EXPECT_NE(weixin.last("webwxsendmsg")->body.find("hello there"), std::string::npos);
  EXPECT_NE(weixin.last("webwxsendmsg")->body.find(scripted_weixin::friend_), std::string::npos);
  EXPECT_EQ(status->view().messages_out, 1U);
}

TEST_F(AccountTree, DoesNotHammerWeixinWhenTheSelectorNeverGoesAway) {
  log_in();
  for (int i = 0; i < 1'000; ++i)
    weixin.synccheck(0, 2);
  auto before = weixin.count("synccheck");
  pass(60s);
  EXPECT_LE(weixin.count("synccheck") - before, 20U);
}

TEST_F(AccountTree, SyncsAtLeastOnceAnHourSoThatTheCookiesLive) {
  log_in();
  auto before = weixin.count("webwxsync");
  pass(61min);
  EXPECT_GE(weixin.count("webwxsync") - before, 1U);
  EXPECT_EQ(status->view().restarts, 0U);
}

// -- sends
// --------------------------------------------------------------------------------------------------------

TEST_F(AccountTree, SendsToAContactByNickNameRemarkReferenceOrFilehelper) {
  log_in();
  for (const std::string to : {"Friend One", "filehelper"}) {
    auto r = send_text(to, "hello");
    ASSERT_TRUE(r) << to;
    pass(1s);
    EXPECT_EQ(stored(r->id).state, store::send_state::sent);
    EXPECT_FALSE(stored(r->id).msg_id.empty());
    auto by_ref = send_text(r->to, "hello");
    ASSERT_TRUE(by_ref) << r->to;
  }
  EXPECT_EQ(send_text("nobody", "hello").error().code, errc::contact_not_found);
}

TEST_F(AccountTree, PacesSendsByDefault) {
  service->pacing->set(pacing_profile::conservative);
  log_in();
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(send_text("filehelper", "hello"));
  pass(10s);
  EXPECT_LE(weixin.count("webwxsendmsg"), 4U) << "a third of one a second right after a login";
  EXPECT_GE(weixin.count("webwxsendmsg"), 2U);
  auto rendered = service->metrics->render();
  EXPECT_NE(rendered.find("weixin_pacing_delay_seconds_count{operation=\"media\"} 0"), std::string::npos);
  EXPECT_EQ(rendered.find("weixin_pacing_delay_seconds_count{operation=\"text\"} 0"), std::string::npos);
  pass(1min);
  EXPECT_EQ(weixin.count("webwxsendmsg"), 10U);
}

TEST_F(AccountTree, CallsASendUnknownWhenItMayHaveLeftAndNeverRepeatsIt) {
  log_in();
  auto lost = fail(errc::connection_lost, "webwxsendmsg");
  lost.request_left = true;
  weixin.next("webwxsendmsg", lost);
  auto r = send_text("filehelper", "hello");
  pass(10min);
  EXPECT_EQ(stored(r->id).state, store::send_state::unknown);
  EXPECT_EQ(weixin.count("webwxsendmsg"), 1U);
}

TEST_F(AccountTree, RepeatsASendOfWhichNoByteLeft) {
  log_in();
  weixin.next("webwxsendmsg", fail(errc::connect_failed, "webwxsendmsg"));
  auto r = send_text("filehelper", "hello");
  pass(5s);
  EXPECT_EQ(stored(r->id).state, store::send_state::sent);
}

struct AccountTreeAfterANewLogin : testing::account_tree {
  std::string send_id;

  /// A send meets a dead session, and waits until somebody has scanned the new code.
  void send_on_a_dead_session_and_log_in() {
    log_in();
    weixin.synccheck(0, 0);
    pass(2h);
    weixin.next("webwxinit", ret(1101));
    weixin.next("webwxsendmsg", ret(1101));
    auto r = send_text("Friend One", "hello");
    ASSERT_TRUE(r);
    send_id = r->id;
    pass(1s);
    EXPECT_EQ(stored(send_id).state, store::send_state::queued);
    EXPECT_EQ(state(), "awaiting_scan") << "a send can be the first to see that the session ended";
    weixin.user_name = "@self0000000000000000000000000000c3";
    if (renamed) weixin.friend_nick = "Somebody Else";
    weixin.confirm();
    pass(10s);
    ASSERT_EQ(state(), "online");
  }
  bool renamed = false;
};

TEST_F(AccountTreeAfterANewLogin, SendsWhatWasPutBackToTheSamePerson) {
  send_on_a_dead_session_and_log_in();
  EXPECT_EQ(stored(send_id).state, store::send_state::sent);
}

TEST_F(AccountTreeAfterANewLogin, SendsNothingToWhoeverHasTheOldNameNow) {
  renamed = true;
  send_on_a_dead_session_and_log_in();
  EXPECT_EQ(stored(send_id).state, store::send_state::refused);
  EXPECT_EQ(stored(send_id).error, "target_lost")
      << "the name of an older session can mean somebody else now";
}

TEST_F(AccountTree, RefusesASendThatWeixinRefuses) {
  log_in();
  weixin.next("webwxsendmsg", scripted_weixin::ok("{" + scripted_weixin::base_response(1204) + "}"));
  auto r = send_text("Friend One", "hello");
  pass(1s);
  EXPECT_EQ(stored(r->id).state, store::send_state::refused);
  EXPECT_EQ(stored(r->id).error, "not_a_friend");
}

TEST_F(AccountTree, AcceptsNoTextItCannotStore) {
  log_in();
  memory->fail_next(store::store_call::enqueue, fail(errc::disk_full, "test"));
  EXPECT_EQ(send_text("filehelper", "hello").error().code, errc::disk_full);
  EXPECT_EQ(send_text("filehelper", "").error().code, errc::invalid_argument);
  EXPECT_EQ(send_text("filehelper", std::string(17 * 1024, 'x')).error().code, errc::body_too_large);
  pass(10s);
  EXPECT_EQ(weixin.count("webwxsendmsg"), 0U);
}

} // namespace
} // namespace weixin
