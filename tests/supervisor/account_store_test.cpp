// What an account leaves in the store, and what it does when the store refuses.
#include "tests/support/account_tree_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace weixin {
namespace {

using namespace std::chrono_literals;
using store::store_call;
using supervisor::account_command;
using testing::scripted_weixin;

struct AccountStore : testing::account_tree {
  void fail_commits(errc code, int times) {
    for (int i = 0; i < times; ++i)
      memory->fail_next(store_call::commit, fail(code, "test"));
  }
  void bring_one(const std::string& msg_id) {
    weixin.bring({scripted_weixin::text_message(msg_id, scripted_weixin::friend_, "hi", seconds_now())});
  }
};

// -- held
// ---------------------------------------------------------------------------------------------------------

TEST_F(AccountStore, HoldsAKickedAccountOverARestartAndLogsNothingIn) {
  log_in();
  weixin.synccheck(0, 0);
  pass(10s);
  weixin.synccheck(1102, 0);
  pass(1s);
  ASSERT_EQ(state(), "held");
  restart();
  pass(1h);
  EXPECT_EQ(state(), "held");
  EXPECT_EQ(reason(), "kicked");
  EXPECT_EQ(status->view().desired, "running");
  EXPECT_EQ(weixin.count("jslogin"), 1U);
  EXPECT_EQ(weixin.count("webwxinit"), 1U);
}

TEST_F(AccountStore, RemembersEveryReasonToHold) {
  for (const char* held : {"kicked", "barred", "different_user", "duplicate_user"}) {
    record.held = held;
    if (!root) {
      start();
    } else {
      memory->update_account(record, [](result<void>) {});
      restart();
    }
    pass(10s);
    EXPECT_EQ(state(), "held");
    EXPECT_EQ(reason(), held);
  }
  EXPECT_EQ(weixin.count("jslogin"), 0U);
}

TEST_F(AccountStore, ForgetsThatAnAccountWasHeldWhenTheOperatorActs) {
  for (auto c : {account_command::resume, account_command::restart, account_command::relogin,
                 account_command::pause, account_command::logout}) {
    record.held = "kicked";
    record.desired = store::desired_state::running;
    if (!root) {
      start();
    } else {
      memory->update_account(record, [](result<void>) {});
      restart();
    }
    ASSERT_EQ(state(), "held");
    ASSERT_TRUE(command(c));
    EXPECT_EQ(stored_record().held, "") << to_string(c);
    EXPECT_NE(state(), "held");
    record = stored_record();
  }
}

// -- history
// ------------------------------------------------------------------------------------------------------

TEST_F(AccountStore, WritesEveryChangeOfStateWithItsReason) {
  start();
  weixin.scan();
  pass(1s);
  weixin.confirm();
  pass(1s);
  ASSERT_EQ(state(), "online");
  weixin.synccheck(1102, 0);
  pass(1s);
  EXPECT_EQ(history(), (std::vector<std::string>{
                           "stopped>starting", "starting>awaiting_scan", "awaiting_scan>awaiting_confirm",
                           "awaiting_confirm>starting", "starting>online", "online>held kicked"}));
}

TEST_F(AccountStore, SaysInItsHistoryThatTheServerWasStopped) {
  log_in();
  restart(caf::exit_reason::user_shutdown);
  pass(1s);
  auto lines = history();
  ASSERT_GE(lines.size(), 3U);
  EXPECT_EQ(lines[lines.size() - 3], "online>stopped server stopped");
  EXPECT_EQ(lines[lines.size() - 2], "stopped>starting");
  EXPECT_EQ(lines[lines.size() - 1], "starting>online");
}

TEST_F(AccountStore, GivesEveryChangeItsTime) {
  start();
  auto began = wall->now();
  pass(30s);
  weixin.confirm();
  pass(1s);
  std::vector<store::state_change> changes;
  memory->read_history(record.name, 0, 100,
                       [&](result<std::vector<store::state_change>> r) { changes = std::move(*r); });
  ASSERT_FALSE(changes.empty());
  EXPECT_EQ(changes.front().at, began);
  EXPECT_GE(changes.back().at, began + 30s);
}

TEST_F(AccountStore, WritesTheHistoryLaterThatTheStoreDidNotTake) {
  for (int i = 0; i < 5; ++i)
    memory->fail_next(store_call::append_history, fail(errc::store_failed, "test"));
  log_in();
  EXPECT_TRUE(history().empty());
  pass(20s);
  EXPECT_EQ(history(), (std::vector<std::string>{"stopped>starting", "starting>awaiting_scan",
                                                 "awaiting_scan>starting", "starting>online"}))
      << "all of it, in order";
}

TEST_F(AccountStore, DoesNotWriteAFlappingNetworkIntoTheHistory) {
  log_in();
  auto before = history().size();
  for (int i = 0; i < 20; ++i) {
    weixin.next("synccheck", unreachable());
    pass(15s);
  }
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(history().size(), before);
}

// -- a store that refuses
// -----------------------------------------------------------------------------------------

TEST_F(AccountStore, DegradesWhileTheDiskIsFullAndComesBackByItself) {
  for (auto code : {errc::disk_full, errc::store_failed, errc::store_busy}) {
    SCOPED_TRACE(to_string(code));
    if (!root) log_in();
    fail_commits(code, 4);
    bring_one("1" + std::to_string(static_cast<int>(code)));
    pass(1s);
    EXPECT_EQ(state(), "degraded");
    EXPECT_EQ(reason(), to_string(code));
    pass(2min);
    EXPECT_EQ(state(), "online");
  }
  EXPECT_EQ(status->view().messages_in, 3U) << "nothing is lost";
  EXPECT_EQ(status->view().restarts, 0U) << "no crash";
  EXPECT_EQ(weixin.count("jslogin"), 1U) << "no end of the session";
  EXPECT_EQ(fatal_store_faults, 0);
}

TEST_F(AccountStore, AsksAFullDiskAtLeastEveryThirtySecondsAndNotMoreOftenThanEveryFour) {
  log_in();
  fail_commits(errc::disk_full, 1'000);
  bring_one("1");
  pass(1s);
  auto before = memory->calls(store_call::commit);
  pass(10min);
  auto tries = memory->calls(store_call::commit) - before;
  EXPECT_GE(tries, 19U);
  EXPECT_LE(tries, 30U);
}

TEST_F(AccountStore, GivesUpOnAStoreThatIsCorruptThreeTimesAMinute) {
  log_in();
  fail_commits(errc::store_corrupt, 2);
  bring_one("1");
  pass(30s);
  EXPECT_EQ(fatal_store_faults, 0);
  ASSERT_EQ(state(), "online");
  pass(61s);
  fail_commits(errc::store_corrupt, 3);
  bring_one("2");
  pass(60s);
  EXPECT_EQ(fatal_store_faults, 1);
}

TEST_F(AccountStore, StoresASessionLaterThatTheStoreDidNotTake) {
  memory->fail_next(store_call::save_session, fail(errc::store_failed, "test"));
  weixin.hold("webwxsync"); // a commit would store it as well
  start();
  weixin.confirm();
  pass(1s);
  EXPECT_FALSE(stored_session());
  pass(6s);
  EXPECT_TRUE(stored_session());
  weixin.release("webwxsync");
  restart();
  pass(1s);
  EXPECT_EQ(state(), "online");
}

TEST_F(AccountStore, WaitsForItsContactsBeforeASessionBegins) {
  start();
  memory->fail_next(store_call::load_contacts, fail(errc::store_failed, "test"));
  weixin.confirm();
  pass(1s);
  EXPECT_NE(state(), "online");
  pass(6s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("webwxinit"), 1U) << "the login itself is not repeated";
}

TEST_F(AccountStore, BeginsWithoutContactsThatCannotBeRead) {
  start();
  memory->fail_next(store_call::load_contacts, fail(errc::store_corrupt, "test"));
  weixin.confirm();
  pass(1s);
  EXPECT_EQ(state(), "online");
}

TEST_F(AccountStore, AnswersACommandWhoseWishItCouldNotStoreAndStoresItLater) {
  log_in();
  memory->fail_next(store_call::update_account, fail(errc::disk_full, "test"));
  EXPECT_EQ(command(account_command::pause).error().code, errc::disk_full);
  EXPECT_EQ(state(), "stopped") << "what the operator wants is done all the same";
  pass(6s);
  EXPECT_EQ(stored_record().desired, store::desired_state::paused);
}

// -- the children
// -------------------------------------------------------------------------------------------------

TEST_F(AccountStore, StartsItsChildrenInOrderAndStopsThemInReverse) {
  auto file = std::filesystem::path(::testing::TempDir()) / ("children_" + std::to_string(::getpid()));
  ASSERT_TRUE(open_log({log_level::debug, log_format::logfmt, file.string()}));
  log_in();
  stop(caf::exit_reason::user_shutdown);
  ASSERT_TRUE(open_log({}));
  std::vector<std::string> order;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);)
    for (const char* what : {"child.started", "child.stopped"})
      if (line.find(what) != std::string::npos)
        order.push_back((std::string{what} == "child.started" ? "+" : "-") +
                        line.substr(line.find("child=") + 6));
  std::filesystem::remove(file);
  EXPECT_EQ(order,
            (std::vector<std::string>{"+sender", "+inbox_reader", "+login", "-login", "+media_fetcher",
                                      "+contact_operator", "+sync_poller", "-sync_poller",
                                      "-contact_operator", "-media_fetcher", "-inbox_reader", "-sender"}));
}

TEST_F(AccountStore, LeavesNoChildBehindWhenTheSupervisorIsKilled) {
  log_in();
  ASSERT_EQ(weixin.waiting("synccheck"), 1U);
  stop(caf::exit_reason::kill);
  auto calls = weixin.requests.size();
  pass(10min);
  EXPECT_EQ(weixin.requests.size(), calls) << "nobody polls for a dead supervisor";
}

} // namespace
} // namespace weixin
