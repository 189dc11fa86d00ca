// What becomes of a session: over a restart of the server, over a kill, and when Weixin ends it.
#include "tests/support/account_tree_fixture.hpp"

namespace weixin {
namespace {

using namespace std::chrono_literals;
using supervisor::account_command;
using testing::scripted_weixin;

struct SessionResume : testing::account_tree {
  double logins_with(const std::string& result) {
    auto text = service->metrics->render();
    auto line = "result=\"" + result + "\"} ";
    auto at = text.find("weixin_logins_total{" + line);
    return at == std::string::npos ? -1 : std::stod(text.substr(text.find("} ", at) + 2));
  }
  std::string body_of(const std::string& endpoint) { return weixin.last(endpoint)->body; }
  static std::string sync_key_in(const std::string& body) { return body.substr(body.find("SyncKey"), 60); }
};

// -- the start of the server
// --------------------------------------------------------------------------------------

TEST_F(SessionResume, BringsALivingSessionBackAfterAKillWithoutAScan) {
  log_in();
  restart();
  pass(1s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(status->view().nickname, "Test Shop");
  EXPECT_EQ(weixin.count("jslogin"), 1U);
  EXPECT_EQ(weixin.count("webwxinit"), 2U) << "webwxinit is the probe";
  EXPECT_EQ(logins_with("ok"), 1);
  EXPECT_EQ(logins_with("resumed"), 1);
}

TEST_F(SessionResume, BringsALivingSessionBackAfterAnOrderlyStop) {
  log_in();
  restart(caf::exit_reason::user_shutdown);
  pass(1s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("jslogin"), 1U);
}

TEST_F(SessionResume, GoesOnReadingWhereItWasAndNotWhereWebwxinitSays) {
  log_in();
  weixin.bring({scripted_weixin::text_message("1", scripted_weixin::friend_, "hi", seconds_now())});
  pass(1s);
  weixin.synccheck(0, 2);
  pass(1s);
  auto before = sync_key_in(body_of("webwxsync"));
  restart();
  pass(1s);
  ASSERT_EQ(state(), "online");
  EXPECT_EQ(sync_key_in(body_of("webwxsync")), before);
}

TEST_F(SessionResume, FetchesWhatCameWhileTheServerWasAway) {
  log_in();
  stop(caf::exit_reason::kill);
  weixin.bring({scripted_weixin::text_message("5", scripted_weixin::friend_, "hi", seconds_now())});
  pass(1min);
  start_tree();
  pass(2s);
  EXPECT_EQ(status->view().messages_in, 1U);
}

TEST_F(SessionResume, KeepsTheReferencesOfContactsSoThatQueuedSendsGoOut) {
  log_in();
  weixin.hold("webwxsendmsg");
  auto interrupted = send_text("Friend One", "first");
  auto queued = send_text("Friend One", "second");
  ASSERT_TRUE(interrupted && queued);
  pass(1s);
  stop(caf::exit_reason::kill);
  weixin.release("webwxsendmsg");
  auto sends = weixin.count("webwxsendmsg");
  start_tree();
  pass(5s);
  EXPECT_EQ(stored(interrupted->id).state, store::send_state::unknown) << "it may have left";
  EXPECT_EQ(stored(queued->id).state, store::send_state::sent);
  EXPECT_EQ(weixin.count("webwxsendmsg"), sends + 1);
  auto again = send_text(queued->to, "third");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->to, queued->to);
}

TEST_F(SessionResume, KeepsTheSessionWhileWeixinIsUnreachable) {
  log_in();
  stop(caf::exit_reason::kill);
  for (int i = 0; i < 100; ++i)
    weixin.next("webwxinit", unreachable());
  start_tree();
  pass(10min);
  EXPECT_EQ(state(), "starting");
  EXPECT_EQ(reason(), "timed_out");
  EXPECT_LE(weixin.count("webwxinit"), 60U) << "retries back off";
  EXPECT_EQ(status->view().restarts, 0U);
  weixin.forget("webwxinit");
  pass(61s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("jslogin"), 1U);
}

TEST_F(SessionResume, DrawsFromReconnectsAndNotFromLogins) {
  log_in();
  stop(caf::exit_reason::kill);
  service->logins = std::make_shared<runtime::shared_bucket>(0.001, 1.0);
  service->logins->take(time.scheduler.clock().now());
  service->reconnects = std::make_shared<runtime::shared_bucket>(1.0, 1.0);
  service->reconnects->take(time.scheduler.clock().now());
  auto before = weixin.count("webwxinit");
  start_tree();
  EXPECT_EQ(weixin.count("webwxinit"), before) << "the token is not there yet";
  pass(1500ms);
  EXPECT_EQ(state(), "online");
}

TEST_F(SessionResume, SaysWhyAndAsksForAScanWhenTheSessionIsRefused) {
  log_in();
  stop(caf::exit_reason::kill);
  weixin.next("webwxinit", ret(1101));
  start_tree();
  pass(1s);
  EXPECT_EQ(state(), "awaiting_scan");
  EXPECT_EQ(reason(), "1101");
  EXPECT_EQ(history().back(), "starting>awaiting_scan 1101");
  EXPECT_EQ(logins_with("resume_failed"), 1);
  EXPECT_FALSE(stored_session()) << "a dead session is not tried again";
  EXPECT_EQ(status->view().restarts, 0U);
  weixin.confirm();
  pass(1s);
  EXPECT_EQ(state(), "online");
  EXPECT_TRUE(stored_session());
}

TEST_F(SessionResume, SaysWhyAndAsksForAScanWhenTheSessionCannotBeUnsealed) {
  log_in();
  stop(caf::exit_reason::kill);
  memory->fail_next(store::store_call::load_session, fail(errc::store_corrupt, "test"));
  start_tree();
  pass(1s);
  EXPECT_EQ(state(), "awaiting_scan");
  EXPECT_EQ(reason(), "session_unreadable");
  EXPECT_EQ(fatal_store_faults, 0) << "one damaged row is no damaged store";
}

TEST_F(SessionResume, AsksTheStoreAgainThatFailedAtTheStart) {
  log_in();
  stop(caf::exit_reason::kill);
  memory->fail_next(store::store_call::load_session, fail(errc::store_failed, "test"));
  start_tree();
  EXPECT_EQ(state(), "starting");
  EXPECT_EQ(reason(), "store_failed");
  pass(10s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("jslogin"), 1U);
}

TEST_F(SessionResume, HoldsAnAccountWhoseSessionAnswersWithAnotherUser) {
  log_in();
  stop(caf::exit_reason::kill);
  weixin.uin_of_init = 2'000'002;
  start_tree();
  pass(1s);
  EXPECT_EQ(state(), "held");
  EXPECT_EQ(reason(), "different_user");
}

TEST_F(SessionResume, ShowsANewCodeAfterARestartWhenNobodyHadScanned) {
  start();
  for (int i = 0; i < 6; ++i) {
    weixin.expire();
    pass(3s);
  }
  ASSERT_EQ(state(), "needs_login");
  restart();
  pass(1s);
  EXPECT_EQ(state(), "awaiting_scan");
}

TEST_F(SessionResume, StartsNothingOfAPausedAccountUntilItIsResumed) {
  log_in();
  command(account_command::pause);
  restart();
  pass(1min);
  EXPECT_EQ(state(), "stopped");
  EXPECT_EQ(weixin.count("webwxinit"), 1U);
  command(account_command::resume);
  pass(1s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("jslogin"), 1U) << "the pause kept the session, over a restart as well";
}

TEST_F(SessionResume, TriesAgainAfterAPauseInTheMiddleOfAResume) {
  log_in();
  stop(caf::exit_reason::kill);
  weixin.hold("webwxinit");
  start_tree();
  command(account_command::pause);
  EXPECT_EQ(state(), "stopped");
  weixin.release("webwxinit");
  pass(1s);
  EXPECT_EQ(state(), "stopped");
  command(account_command::resume);
  pass(1s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("jslogin"), 1U);
}

TEST_F(SessionResume, RemovesTheStoredSessionOnLogout) {
  log_in();
  command(account_command::logout);
  EXPECT_FALSE(stored_session());
  restart();
  command(account_command::resume);
  pass(1s);
  EXPECT_EQ(state(), "awaiting_scan");
}

TEST_F(SessionResume, TellsWeixinOfALogoutAlsoWhenTheSessionWasNotInUse) {
  log_in();
  command(account_command::pause);
  restart();
  ASSERT_TRUE(command(account_command::logout));
  pass(1s);
  EXPECT_EQ(weixin.count("webwxlogout"), 1U);
  EXPECT_FALSE(stored_session());
  EXPECT_EQ(state(), "stopped");
}

TEST_F(SessionResume, RemovesTheStoredSessionOnRelogin) {
  log_in();
  command(account_command::relogin);
  EXPECT_FALSE(stored_session());
  restart();
  pass(1s);
  EXPECT_EQ(state(), "awaiting_scan");
}

TEST_F(SessionResume, ResumesAfterEveryRestartOfMany) {
  log_in();
  for (int i = 0; i < 20; ++i) {
    restart();
    pass(1s);
    ASSERT_EQ(state(), "online") << i << ": " << reason();
  }
  EXPECT_EQ(weixin.count("jslogin"), 1U);
}

TEST_F(SessionResume, StartsTheLoginAgainThatCrashedWhileItResumed) {
  log_in();
  stop(caf::exit_reason::kill);
  weixin.throw_at("webwxinit");
  start_tree();
  pass(1s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("jslogin"), 1U);
  EXPECT_EQ(status->view().restarts, 1U);
}

TEST_F(SessionResume, AsksForTheAddressBookAgainBeforeItGoesOnWithoutOne) {
  log_in();
  stop(caf::exit_reason::kill);
  weixin.next("webwxgetcontact", unreachable());
  start_tree();
  pass(3s);
  EXPECT_EQ(state(), "online");
  EXPECT_TRUE(send_text("Friend One", "hello"));
}

// -- the end of a session
// -----------------------------------------------------------------------------------------

TEST_F(SessionResume, TriesASessionThatEndedOnceByWebwxinit) {
  log_in();
  pass(90min);
  weixin.synccheck(1101, 0);
  pass(1s);
  EXPECT_EQ(state(), "online") << "webwxinit says that it lives";
  EXPECT_EQ(weixin.count("jslogin"), 1U);
  EXPECT_EQ(weixin.count("webwxinit"), 2U);
  EXPECT_EQ(logins_with("resumed"), 1);
}

TEST_F(SessionResume, HoldsAnAccountWhoseSessionEndsThreeTimesInAnHourHoweverOftenItIsResumed) {
  log_in();
  pass(90min);
  for (int i = 0; i < 2; ++i) {
    weixin.synccheck(1101, 0);
    pass(5min);
    ASSERT_EQ(state(), "online");
  }
  weixin.synccheck(1101, 0);
  pass(1s);
  EXPECT_EQ(state(), "held");
  EXPECT_EQ(reason(), "kicked");
  EXPECT_FALSE(stored_session());
}

TEST_F(SessionResume, PutsASendBackThatMetADeadSessionAndSendsItOnTheResumedOne) {
  log_in();
  weixin.synccheck(0, 0);
  pass(2h);
  weixin.next("webwxsendmsg", ret(1101));
  auto r = send_text("Friend One", "hello");
  ASSERT_TRUE(r);
  pass(5s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(stored(r->id).state, store::send_state::sent);
}

} // namespace
} // namespace weixin
