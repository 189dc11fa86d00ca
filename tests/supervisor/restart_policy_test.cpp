// The restart table: one test a row.
#include "actors/backoff.hpp"
#include "tests/supervisor/restart_policy_fixture.hpp"

namespace weixin::supervisor {
namespace {

using std::chrono::milliseconds;

// -- the way up
// ---------------------------------------------------------------------------------------------------

TEST_F(RestartPolicy, ShowsEachStepOfALoginAsAState) {
  EXPECT_EQ(on(event::run{}).what, action::load_session);
  EXPECT_EQ(s.state, account_state::starting);
  EXPECT_EQ(loaded(event::session_loaded::outcome::none).what, action::start_login);
  EXPECT_EQ(s.state, account_state::starting);
  on(event::qr_shown{});
  EXPECT_EQ(s.state, account_state::awaiting_scan);
  on(event::scanned{});
  EXPECT_EQ(s.state, account_state::awaiting_confirm);
  on(event::logged_in{});
  EXPECT_EQ(s.state, account_state::starting) << "online is earned by a good poll, not by a login";
  on(event::good_poll{});
  EXPECT_EQ(s.state, account_state::online);
}

// -- crash
// --------------------------------------------------------------------------------------------------------

TEST_F(RestartPolicy, RestartsACrashedChildFiveTimesAMinute) {
  go_online();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(on(event::crash{}).what, action::restart_child);
    pass(1s);
  }
  EXPECT_EQ(s.state, account_state::online);
}

TEST_F(RestartPolicy, CoolsOffAfterTheSixthCrashWithinAMinute) {
  go_online();
  for (int i = 0; i < 5; ++i)
    on(event::crash{});
  auto d = on(event::crash{});
  EXPECT_EQ(d.what, action::stop_children);
  EXPECT_TRUE(d.alert);
  EXPECT_EQ(s.state, account_state::cooling_off);
  EXPECT_GE(d.delay, 48s);
  EXPECT_LE(d.delay, 72s);
  EXPECT_EQ(s.until, now + d.delay) << "retry_at is shown";
}

TEST_F(RestartPolicy, NeverCoolsOffWhenCrashesAreSpread) {
  go_online();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(on(event::crash{}).what, action::restart_child);
    pass(13s);
  }
}

TEST_F(RestartPolicy, DoublesTheCoolOffUpToHalfAnHourWhileTrialStartsFail) {
  go_online();
  for (int i = 0; i < 5; ++i)
    on(event::crash{});
  auto wait = on(event::crash{}).delay;
  for (milliseconds expected : {2min, 4min, 8min, 16min, 30min, 30min, 30min}) {
    pass(wait);
    EXPECT_EQ(on(event::due{}).what, action::start_children) << "one trial start on the session that is left";
    auto d = on(event::crash{});
    ASSERT_EQ(d.what, action::stop_children) << "a trial start gets one chance";
    wait = d.delay;
    EXPECT_GE(wait, expected * 8 / 10);
    EXPECT_LE(wait, expected * 12 / 10);
  }
}

TEST_F(RestartPolicy, AtMostTwelveStartsInTenMinutesOfAChildThatAlwaysDies) {
  go_online();
  int starts = 1;
  auto begin = now;
  while (now - begin < 10min) {
    auto d = on(event::crash{});
    if (d.what == action::stop_children) {
      pass(d.delay);
      on(event::due{});
    }
    ++starts;
  }
  EXPECT_LE(starts, 12);
}

TEST_F(RestartPolicy, ForgetsTheCoolOffAfterTenHealthyMinutes) {
  go_online();
  for (int i = 0; i < 6; ++i)
    on(event::crash{});
  pass(90s);
  on(event::due{});
  on(event::good_poll{.synccheck = true});
  pass(11min);
  on(event::tick{});
  EXPECT_EQ(s.cool_off_level, 0U);
}

// -- unreachable
// --------------------------------------------------------------------------------------------------

TEST_F(RestartPolicy, RetriesWhatIsUnreachableAndNeverCountsItAsACrash) {
  go_online();
  for (auto code : {errc::timed_out, errc::http_status, errc::connection_lost, errc::dns_failed,
                    errc::tls_failed, errc::connect_failed, errc::malformed_answer, errc::answer_too_large,
                    errc::breaker_open, errc::server_error}) {
    auto d = fails(code);
    EXPECT_EQ(d.what, action::retry) << to_string(code);
    EXPECT_LE(d.delay, 60s);
  }
  EXPECT_TRUE(s.crashes.empty());
  EXPECT_EQ(s.state, account_state::online) << "the last good poll is still young";
}

TEST_F(RestartPolicy, SpreadsRetriesOverTheWholeIntervalUpToAMinute) {
  for (unsigned failures = 1; failures < 12; ++failures) {
    auto ceiling = std::min(milliseconds{1s} * (1 << std::min(failures - 1, 6U)), milliseconds{60s});
    milliseconds lowest = 1h, highest{0};
    for (int i = 0; i < 1000; ++i) {
      auto d = retry_delay(failures, random);
      EXPECT_LE(d, ceiling);
      lowest = std::min(lowest, d);
      highest = std::max(highest, d);
    }
    EXPECT_LT(lowest, ceiling / 8);
    EXPECT_GT(highest, ceiling * 7 / 8);
  }
}

TEST_F(RestartPolicy, DegradesOnceTheLastGoodPollIsOlderThanAMinute) {
  go_online();
  pass(60s);
  on(event::tick{});
  EXPECT_EQ(s.state, account_state::online);
  pass(1s);
  on(event::tick{});
  EXPECT_EQ(s.state, account_state::degraded);
  pass(10s);
  on(event::good_poll{.synccheck = true});
  EXPECT_EQ(s.state, account_state::online);
}

TEST_F(RestartPolicy, StaysDegradedForTenSecondsSoThatHealthDoesNotFlap) {
  go_online();
  pass(61s);
  on(event::tick{});
  ASSERT_EQ(s.state, account_state::degraded);
  for (int i = 0; i < 9; ++i) {
    pass(1s);
    on(event::good_poll{.synccheck = true});
    EXPECT_EQ(s.state, account_state::degraded);
  }
  pass(1s);
  on(event::tick{});
  EXPECT_EQ(s.state, account_state::online) << "the good polls count, if not at once";
}

TEST_F(RestartPolicy, DegradesOnceWhatWasAnnouncedDoesNotComeForAMinute) {
  go_online();
  for (int i = 0; i <= 60; ++i) {
    EXPECT_EQ(s.state, account_state::online) << i << " s";
    on(event::good_poll{.synccheck = true, .news = poll_news::announced});
    on(event::good_poll{.synccheck = false, .news = poll_news::nothing});
    pass(1s);
  }
  on(event::tick{});
  EXPECT_EQ(s.state, account_state::degraded);
  EXPECT_EQ(s.reason, "announced messages do not come");
  pass(10s);
  on(event::good_poll{.synccheck = false, .news = poll_news::delivered});
  EXPECT_EQ(s.state, account_state::online);
}

TEST_F(RestartPolicy, StaysOnlineHoweverLongNothingIsAnnounced) {
  go_online();
  on(event::good_poll{.synccheck = true, .news = poll_news::announced});
  on(event::good_poll{.synccheck = true, .news = poll_news::quiet});
  for (int i = 0; i < 100; ++i) {
    pass(25s);
    on(event::good_poll{.synccheck = true, .news = poll_news::quiet});
    EXPECT_EQ(s.state, account_state::online);
  }
}

TEST_F(RestartPolicy, DegradesOnceSendsAreTriedForMoreThanAMinuteWithoutAnAnswer) {
  go_online();
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(s.state, account_state::online);
    on(event::send_unanswered{});
    pass(20s);
    on(event::good_poll{.synccheck = true, .news = poll_news::quiet});
  }
  on(event::send_unanswered{});
  EXPECT_EQ(s.state, account_state::degraded);
  EXPECT_EQ(s.reason, "sends get no answer");
  pass(10s);
  on(event::send_answered{});
  EXPECT_EQ(s.state, account_state::online);
}

TEST_F(RestartPolicy, DoesNotHoldAnOldSendAgainstAnAccountThatSendsNothing) {
  go_online();
  on(event::send_unanswered{});
  pass(61s);
  on(event::good_poll{.synccheck = true, .news = poll_news::quiet});
  on(event::send_unanswered{});
  ASSERT_EQ(s.state, account_state::degraded);
  pass(5min + 1s);
  on(event::good_poll{.synccheck = true, .news = poll_news::quiet});
  EXPECT_EQ(s.state, account_state::online);
  on(event::send_unanswered{});
  EXPECT_EQ(s.state, account_state::online) << "and one more begins a new count";
}

TEST_F(RestartPolicy, JudgesANewSessionByWhatItDoesItself) {
  go_online();
  on(event::send_unanswered{});
  on(event::good_poll{.synccheck = true, .news = poll_news::announced});
  pass(61s);
  on(event::send_unanswered{});
  on(event::relogin{});
  log_in();
  on(event::good_poll{.synccheck = false, .news = poll_news::nothing});
  EXPECT_EQ(s.state, account_state::online);
}

TEST_F(RestartPolicy, SaysWhyAnAccountIsNotOnline) {
  run();
  fails(errc::dns_failed);
  EXPECT_EQ(s.state, account_state::starting);
  EXPECT_EQ(s.reason, "dns_failed");
  log_in();
  on(event::good_poll{.synccheck = true});
  EXPECT_EQ(s.reason, "");
  pass(61s);
  fails(errc::timed_out);
  EXPECT_EQ(s.state, account_state::degraded);
  EXPECT_EQ(s.reason, "timed_out");
}

TEST_F(RestartPolicy, PacesReconnectsAfterAnOutage) {
  go_online();
  EXPECT_FALSE(fails(errc::timed_out).reconnect);
  EXPECT_TRUE(fails(errc::timed_out).reconnect);
}

// -- the store
// --------------------------------------------------------------------------------------------------------

TEST_F(RestartPolicy, DegradesAtOnceWhenTheStoreRefusesAndHealsWithTheNextGoodPoll) {
  for (auto code : {errc::disk_full, errc::store_failed, errc::store_busy, errc::store_corrupt}) {
    s = {};
    go_online();
    auto d = fails(code);
    EXPECT_EQ(d.what, action::retry) << to_string(code);
    EXPECT_FALSE(d.reconnect) << "Weixin is not the one that refused";
    EXPECT_EQ(s.state, account_state::degraded);
    EXPECT_EQ(s.reason, to_string(code));
    EXPECT_EQ(s.session, session_state::live) << "no end of the session";
    EXPECT_TRUE(s.crashes.empty()) << "no crash";
    pass(5s);
    on(event::tick{});
    EXPECT_EQ(s.state, account_state::degraded) << "the last good poll is young, and does not count";
    pass(5s);
    on(event::good_poll{});
    EXPECT_EQ(s.state, account_state::online);
    EXPECT_EQ(s.reason, "");
  }
}

TEST_F(RestartPolicy, TriesTheStoreAgainAfterFiveSecondsAndAtLeastEveryThirty) {
  go_online();
  for (auto ceiling : {5s, 10s, 20s, 30s, 30s, 30s}) {
    auto d = fails(errc::disk_full);
    EXPECT_LE(d.delay, ceiling);
    EXPECT_GE(d.delay, ceiling * 8 / 10);
  }
  on(event::good_poll{});
  EXPECT_LE(fails(errc::disk_full).delay, 5s);
}

// -- throttled
// ----------------------------------------------------------------------------------------------------

TEST_F(RestartPolicy, PausesSendsFiveTenTwentyThirtyMinutesOn1205AndKeepsTheSession) {
  go_online();
  for (auto expected : {5min, 10min, 20min, 30min, 30min}) {
    auto d = fails(errc::too_frequent, 1205);
    EXPECT_EQ(d.what, action::throttle);
    EXPECT_EQ(d.delay, expected);
    EXPECT_EQ(s.state, account_state::throttled);
    EXPECT_EQ(s.session, session_state::live);
    pass(expected);
    on(event::good_poll{.synccheck = true});
    EXPECT_EQ(s.state, account_state::online);
  }
}

TEST_F(RestartPolicy, CountsTheFailuresOfOneOverloadOnce) {
  go_online();
  fails(errc::too_frequent, 1205);
  pass(1min);
  EXPECT_EQ(fails(errc::too_frequent, 1205).delay, 4min) << "what is left of the first pause";
}

TEST_F(RestartPolicy, StartsAtTheFirstStepAgainAfterAQuietHour) {
  go_online();
  fails(errc::too_frequent, 1205);
  pass(61min);
  EXPECT_EQ(fails(errc::too_frequent, 1205).delay, 5min);
}

// -- the QR code
// --------------------------------------------------------------------------------------------------

TEST_F(RestartPolicy, ShowsFiveNewCodesAndThenWaitsForTheOperator) {
  run();
  for (int i = 0; i < 5; ++i) {
    on(event::qr_shown{});
    EXPECT_EQ(fails(errc::login_expired).what, action::start_login);
  }
  on(event::qr_shown{});
  auto d = fails(errc::login_expired);
  EXPECT_EQ(d.what, action::stop_children);
  EXPECT_TRUE(d.alert);
  EXPECT_EQ(s.state, account_state::needs_login);
  EXPECT_EQ(on(event::relogin{}).what, action::start_login);
}

TEST_F(RestartPolicy, AsksForANewCodeWhenThePersonCancels) {
  run();
  on(event::qr_shown{});
  on(event::scanned{});
  EXPECT_EQ(fails(errc::login_cancelled).what, action::start_login);
}

// -- desired state
// ------------------------------------------------------------------------------------------------

TEST_F(RestartPolicy, KeepsTheSessionOverAPauseAndDropsItOnLogout) {
  go_online();
  EXPECT_EQ(on(event::halt{"paused"}).what, action::stop_children);
  EXPECT_EQ(s.state, account_state::stopped);
  EXPECT_EQ(on(event::run{}).what, action::start_children);
  on(event::good_poll{});
  on(event::halt{"logged out", false});
  EXPECT_EQ(on(event::run{}).what, action::start_login);
}

TEST_F(RestartPolicy, StaysStoppedWhateverHappensUntilTheOperatorSaysRun) {
  go_online();
  on(event::halt{"paused"});
  for (const policy_event& e : std::initializer_list<policy_event>{
           event::tick{}, event::due{}, event::crash{}, event::good_poll{true}, event::logged_in{},
           event::failure{fail(errc::session_ended, "", 1101)}}) {
    EXPECT_EQ(on(e).what, action::none);
    EXPECT_EQ(s.state, account_state::stopped);
  }
}

} // namespace
} // namespace weixin::supervisor
