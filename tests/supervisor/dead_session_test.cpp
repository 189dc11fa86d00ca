// Who says that a session is dead, and what else fails at the same time: found by scripts/simulate.
#include "tests/support/account_tree_fixture.hpp"

#include <set>

namespace weixin {
namespace {

using namespace std::chrono_literals;
using testing::scripted_weixin;

struct DeadSession : testing::account_tree {
  static http_response ret(int code) {
    return scripted_weixin::ok("{" + scripted_weixin::base_response(code) + "}");
  }

  std::set<std::string> push_hosts_asked() const {
    std::set<std::string> hosts;
    for (const auto& r : weixin.requests)
      if (r.target.find("/synccheck") != std::string::npos) hosts.insert(r.host);
    return hosts;
  }
  std::size_t messages_stored() {
    std::size_t count = 0;
    memory->read_inbox({record.name, 0, 100, ""}, [&](result<std::vector<store::stored_message>> r) {
      if (r) count = r->size();
    });
    return count;
  }
};

TEST_F(DeadSession, IsBelievedWhenAListOfGroupsSaysSo) {
  log_in();
  weixin.next("webwxbatchgetcontact", ret(1101));
  weixin.bring(
      {scripted_weixin::text_message("777", "@@group0000000000000000000000000000c3",
                                     "@member00000000000000000000000000d4:<br/>hello", seconds_now())});
  pass(1s);
  EXPECT_EQ(weixin.count("webwxinit"), 2U) << "asked whether the session still lives";
  EXPECT_EQ(messages_stored(), 1U) << "what was received comes first";
  EXPECT_EQ(state(), "online");
}

TEST_F(DeadSession, IsBelievedWhenTheAddressBookSaysSo) {
  start();
  weixin.next("webwxgetcontact", ret(1101));
  weixin.confirm();
  pass(1s);
  EXPECT_EQ(weixin.count("webwxsync"), 0U);
  EXPECT_EQ(state(), "awaiting_scan");
}

TEST_F(DeadSession, IsBelievedWhenTheEntryHostSaysSoBeforeThePushHostWasProven) {
  start();
  weixin.next("webwxsync", ret(1100));
  weixin.confirm();
  pass(1s);
  EXPECT_EQ(weixin.count("webwxinit"), 2U);
  EXPECT_LE(push_hosts_asked().size(), 1U) << "no other push host is to blame";
  EXPECT_EQ(state(), "online");
}

TEST_F(DeadSession, OfASendDoesNotKeepThePollerFromTryingAgain) {
  log_in();
  weixin.next("synccheck", unreachable());
  auto syncs = weixin.count("webwxsync");
  weixin.next("webwxsendmsg", ret(1205));
  ASSERT_TRUE(send_text("filehelper", "hello"));
  pass(2min);
  EXPECT_GT(weixin.count("webwxsync"), syncs);
}

TEST_F(DeadSession, LeavesNoQueueBehindWhenItsOnlySendExpires) {
  log_in();
  command(supervisor::account_command::pause);
  ask([&](supervisor::account_supervisor& a) {
    send_request r;
    r.to = "filehelper";
    r.content = store::text_content{"hello"};
    r.expires_at = wall->now() + 10s;
    a.submit({r, [](result<store::accepted_send>) {}});
  });
  EXPECT_EQ(status->view().queue, 1U);
  pass(20s);
  EXPECT_EQ(status->view().queue, 0U);
}

TEST_F(DeadSession, LeavesNoQueueBehindWhenTheSenderCrashesWithItsOnlySend) {
  log_in();
  weixin.throw_at("webwxsendmsg");
  ASSERT_TRUE(send_text("filehelper", "hello"));
  pass(5s);
  EXPECT_EQ(status->view().queue, 0U);
}

} // namespace
} // namespace weixin
