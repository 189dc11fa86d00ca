#pragma once

#include "supervisor/restart_policy.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace weixin::supervisor {

using namespace std::chrono_literals;

/// One account's policy: time is a number here, and nothing runs.
struct RestartPolicy : ::testing::Test {
  policy_state s;
  steady_time now = steady_time{} + 1000h;
  random_generator random{7};

  decision on(const policy_event& e) { return decide(s, e, now, random); }
  decision fails(errc code, int ret = 0) { return on(event::failure{fail(code, "synccheck", ret)}); }
  void pass(std::chrono::nanoseconds d) { now += std::chrono::duration_cast<steady_time::duration>(d); }

  void run() {
    s.session = session_state::none;
    on(event::run{});
  }
  decision loaded(event::session_loaded::outcome what) { return on(event::session_loaded{what}); }
  /// The start of the server, with a session in the store.
  decision start_on_a_stored_session() {
    on(event::run{});
    return loaded(event::session_loaded::outcome::found);
  }
  void log_in() {
    on(event::qr_shown{});
    on(event::scanned{});
    on(event::logged_in{});
  }
  void go_online() {
    run();
    log_in();
    on(event::good_poll{.synccheck = true});
    ASSERT_EQ(s.state, account_state::online);
  }
};

} // namespace weixin::supervisor
