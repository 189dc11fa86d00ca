// The rows of the restart table that concern sessions: stored, resumed, ended, held.
#include "tests/supervisor/restart_policy_fixture.hpp"

#include <tuple>

namespace weixin::supervisor {
namespace {

// -- the session that is stored
// -----------------------------------------------------------------------------------

TEST_F(RestartPolicy, ResumesAStoredSessionAsAReconnectAndComesOnlineWithTheFirstGoodPoll) {
  auto d = start_on_a_stored_session();
  EXPECT_EQ(d.what, action::resume);
  EXPECT_TRUE(d.reconnect) << "it is no login";
  EXPECT_FALSE(d.alert);
  EXPECT_EQ(on(event::resumed{}).what, action::none);
  EXPECT_EQ(s.state, account_state::starting);
  on(event::good_poll{});
  EXPECT_EQ(s.state, account_state::online);
  EXPECT_EQ(s.reason, "");
}

TEST_F(RestartPolicy, AsksForAScanWhenTheStoredSessionIsRefused) {
  for (auto [code, ret, reason] :
       {std::tuple{errc::session_ended, 1100, "1100"}, std::tuple{errc::session_ended, 1101, "1101"},
        std::tuple{errc::session_ended, 1102, "1102"}, std::tuple{errc::ticket_rejected, -14, "-14"},
        std::tuple{errc::rejected_request, 1, "1"}}) {
    s = {};
    start_on_a_stored_session();
    auto d = fails(code, ret);
    EXPECT_EQ(d.what, action::start_login) << reason;
    EXPECT_TRUE(d.alert) << "a person with a phone is needed";
    EXPECT_EQ(s.session, session_state::none);
    on(event::qr_shown{});
    EXPECT_EQ(s.state, account_state::awaiting_scan);
    EXPECT_EQ(s.reason, reason) << "the state says why";
    EXPECT_TRUE(s.crashes.empty()) << "no crash";
  }
}

TEST_F(RestartPolicy, AsksForAScanWhenTheStoredSessionCannotBeRead) {
  on(event::run{});
  auto d = loaded(event::session_loaded::outcome::unreadable);
  EXPECT_EQ(d.what, action::start_login);
  EXPECT_TRUE(d.alert);
  on(event::qr_shown{});
  EXPECT_EQ(s.reason, "session_unreadable");
  log_in();
  EXPECT_EQ(s.reason, "");
}

TEST_F(RestartPolicy, KeepsTheStoredSessionWhileWeixinIsUnreachable) {
  start_on_a_stored_session();
  for (int i = 0; i < 50; ++i) {
    auto d = fails(i % 2 == 0 ? errc::timed_out : errc::breaker_open);
    EXPECT_EQ(d.what, action::retry);
    EXPECT_TRUE(d.reconnect);
    pass(60s);
    EXPECT_EQ(s.session, session_state::kept);
  }
  EXPECT_EQ(s.state, account_state::starting);
  EXPECT_EQ(s.reason, "breaker_open");
  on(event::resumed{});
  on(event::good_poll{});
  EXPECT_EQ(s.state, account_state::online);
}

TEST_F(RestartPolicy, AsksTheStoreAgainThatCouldNotSayWhetherThereIsASession) {
  on(event::run{});
  auto d = fails(errc::store_failed);
  EXPECT_EQ(d.what, action::retry);
  EXPECT_EQ(s.session, session_state::unknown);
  EXPECT_EQ(s.state, account_state::starting);
  EXPECT_EQ(s.reason, "store_failed");
}

TEST_F(RestartPolicy, TriesTheStoredSessionOnceMoreAfterAPause) {
  start_on_a_stored_session();
  EXPECT_EQ(on(event::halt{"paused"}).what, action::stop_children);
  EXPECT_EQ(on(event::run{}).what, action::resume);
}

TEST_F(RestartPolicy, DropsTheStoredSessionOnReloginAndOnLogout) {
  start_on_a_stored_session();
  EXPECT_EQ(on(event::relogin{}).what, action::start_login);
  EXPECT_EQ(s.session, session_state::none);
  s = {};
  on(event::halt{"logged out", false});
  EXPECT_EQ(s.session, session_state::none) << "nobody asks the store for it any more";
  EXPECT_EQ(on(event::run{}).what, action::start_login);
}

TEST_F(RestartPolicy, HoldsAnotherUserThatAnswersToTheStoredSession) {
  start_on_a_stored_session();
  EXPECT_EQ(fails(errc::different_user).what, action::stop_children);
  EXPECT_EQ(s.state, account_state::held);
}

TEST_F(RestartPolicy, TriesTheSessionAgainWhenTheChildThatResumesKeepsCrashing) {
  start_on_a_stored_session();
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(on(event::crash{}).what, action::restart_child);
  auto d = on(event::crash{});
  ASSERT_EQ(s.state, account_state::cooling_off);
  pass(d.delay);
  EXPECT_EQ(on(event::due{}).what, action::resume);
}

// -- the end of a session
// -----------------------------------------------------------------------------------------

TEST_F(RestartPolicy, TriesTheOtherPushHostsOn1100BeforeTheFirstGoodSynccheck) {
  run();
  log_in();
  on(event::good_poll{.synccheck = false});
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(fails(errc::session_ended, 1100).what, action::next_push_host);
  EXPECT_EQ(fails(errc::session_ended, 1100).what, action::resume) << "all six tried: the session ended";
}

TEST_F(RestartPolicy, DoesNotBelieveACandidateThatSays1102DuringTheProbe) {
  run();
  log_in();
  EXPECT_EQ(fails(errc::session_ended, 1100).what, action::next_push_host);
  EXPECT_EQ(fails(errc::session_ended, 1102).what, action::next_push_host);
  on(event::good_poll{.synccheck = true});
  EXPECT_EQ(s.state, account_state::online) << "the next candidate was right";
}

TEST_F(RestartPolicy, HoldsAsKickedWhenEveryCandidateSays1102) {
  run();
  log_in();
  fails(errc::session_ended, 1100);
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(fails(errc::session_ended, 1102).what, action::next_push_host);
  fails(errc::session_ended, 1102);
  EXPECT_EQ(s.reason, "kicked");
}

TEST_F(RestartPolicy, ResumesAProvenSessionThatEndsOnceAndThenAsksForAScan) {
  for (int ret : {1100, 1101, 1102}) {
    s = {};
    go_online();
    pass(2h);
    auto d = fails(errc::session_ended, ret);
    EXPECT_EQ(d.what, action::resume) << ret;
    EXPECT_TRUE(d.reconnect);
    EXPECT_EQ(s.reason, std::to_string(ret));
    EXPECT_EQ(s.state, account_state::starting);
    d = fails(errc::session_ended, ret);
    EXPECT_EQ(d.what, action::start_login) << ret;
    EXPECT_TRUE(d.alert) << "the operator is told";
    EXPECT_EQ(s.reason, std::to_string(ret));
    EXPECT_EQ(s.session, session_state::none);
  }
}

TEST_F(RestartPolicy, AsksForAScanWhenAResumedSessionEndsBeforeItsFirstGoodPoll) {
  go_online();
  pass(2h);
  fails(errc::session_ended, 1101);
  on(event::resumed{});
  EXPECT_EQ(fails(errc::session_ended, 1101).what, action::start_login);
}

TEST_F(RestartPolicy, ResumesAgainOnceAResumedSessionHadAGoodPoll) {
  go_online();
  pass(2h);
  fails(errc::session_ended, 1101);
  on(event::resumed{});
  on(event::good_poll{});
  EXPECT_EQ(s.state, account_state::online);
  EXPECT_EQ(fails(errc::session_ended, 1101).what, action::resume);
}

TEST_F(RestartPolicy, CountsAnEndAndItsRefusedResumeOnce) {
  go_online();
  for (int i = 0; i < 2; ++i) {
    pass(10min);
    ASSERT_EQ(fails(errc::session_ended, 1101).what, action::resume);
    ASSERT_EQ(fails(errc::session_ended, 1101).what, action::start_login);
    EXPECT_EQ(s.ends.size(), static_cast<std::size_t>(i + 1));
    log_in();
    on(event::good_poll{.synccheck = true});
  }
}

TEST_F(RestartPolicy, DoesNotTakeAResumeForAFreshLogin) {
  start_on_a_stored_session();
  on(event::resumed{});
  on(event::good_poll{.synccheck = true});
  pass(5s);
  EXPECT_EQ(fails(errc::session_ended, 1102).what, action::resume) << "nobody was kicked";
}

TEST_F(RestartPolicy, KeepsThePauseOfWeixinOverAResume) {
  go_online();
  pass(2h);
  fails(errc::too_frequent, 1205);
  pass(1min);
  fails(errc::session_ended, 1101);
  EXPECT_EQ(s.until, now + 4min);
  on(event::resumed{});
  on(event::good_poll{});
  EXPECT_EQ(s.state, account_state::throttled);
}

TEST_F(RestartPolicy, HoldsAnAccountThatIsKickedWithinAMinuteOfItsLogin) {
  go_online();
  pass(59s);
  auto d = fails(errc::session_ended, 1102);
  EXPECT_EQ(d.what, action::stop_children);
  EXPECT_TRUE(d.alert);
  EXPECT_EQ(s.state, account_state::held);
  EXPECT_EQ(s.reason, "kicked");
}

TEST_F(RestartPolicy, HoldsAnAccountAtTheThirdEndWithinAnHour) {
  go_online();
  for (int i = 0; i < 2; ++i) {
    pass(20min);
    ASSERT_EQ(fails(errc::session_ended, 1101).what, action::resume);
    on(event::resumed{});
    on(event::good_poll{.synccheck = true});
  }
  pass(19min);
  EXPECT_EQ(fails(errc::session_ended, 1101).what, action::stop_children);
  EXPECT_EQ(s.reason, "kicked");
}

TEST_F(RestartPolicy, ForgetsEndsThatAreOlderThanAnHour) {
  go_online();
  for (int i = 0; i < 10; ++i) {
    pass(31min);
    ASSERT_EQ(fails(errc::session_ended, 1101).what, action::resume);
    on(event::resumed{});
    on(event::good_poll{.synccheck = true});
  }
}

// -- held
// ---------------------------------------------------------------------------------------------------------

TEST_F(RestartPolicy, HoldsBarredDifferentAndDuplicateUsersWithTheirReason) {
  for (auto [code, reason] : {std::pair{errc::barred, "barred"},
                              {errc::different_user, "different_user"},
                              {errc::duplicate_user, "duplicate_user"}}) {
    s = {};
    run();
    on(event::qr_shown{});
    auto d = fails(code, 1203);
    EXPECT_EQ(d.what, action::stop_children);
    EXPECT_TRUE(d.alert);
    EXPECT_EQ(s.state, account_state::held);
    EXPECT_EQ(s.reason, reason);
  }
}

TEST_F(RestartPolicy, HoldsAnAccountThatWasHeldBeforeTheServerStarted) {
  EXPECT_EQ(on(event::hold{"kicked"}).what, action::none);
  EXPECT_EQ(s.state, account_state::held);
  EXPECT_EQ(s.reason, "kicked");
  EXPECT_EQ(on(event::tick{}).what, action::none);
  EXPECT_EQ(s.state, account_state::held);
  EXPECT_EQ(on(event::run{}).what, action::load_session) << "the operator can";
}

TEST_F(RestartPolicy, NeverMovesAHeldAccountByItself) {
  go_online();
  fails(errc::session_ended, 1102);
  pass(24h);
  for (const policy_event& e : std::initializer_list<policy_event>{
           event::tick{}, event::due{}, event::crash{}, event::good_poll{true}, event::logged_in{},
           event::failure{fail(errc::timed_out)}}) {
    EXPECT_EQ(on(e).what, action::none);
    EXPECT_EQ(s.state, account_state::held);
  }
  EXPECT_EQ(on(event::relogin{}).what, action::start_login) << "the operator can";
}

} // namespace
} // namespace weixin::supervisor
