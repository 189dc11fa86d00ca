// Operations on friends and groups in the whole tree of an account: who carries them out, and how a session's
// end and 1205 meet them.
#include "tests/support/account_tree_fixture.hpp"

namespace weixin {
namespace {

using namespace std::chrono_literals;
using state = operation_state;

struct ContactOperations : testing::account_tree {
  using told = std::shared_ptr<std::optional<result<contact_operation>>>;

  told operate(const std::string& remark) {
    auto answer = std::make_shared<std::optional<result<contact_operation>>>();
    contact_operation_request what;
    what.kind = contact_operation_kind::contact_remark;
    what.to = "Friend One";
    what.text = remark;
    ask([&](supervisor::account_supervisor& a) {
      a.operate({what, [answer](auto r) { *answer = std::move(r); }});
    });
    return answer;
  }
  pacing_view friends() const {
    return status->view().pacing[static_cast<std::size_t>(paced_operation::friends)];
  }
};

TEST_F(ContactOperations, NeedASession) {
  start();
  auto answer = operate("Supplier");
  ASSERT_TRUE(*answer);
  ASSERT_FALSE(**answer);
  EXPECT_EQ((*answer)->error().code, errc::not_online);
  weixin.confirm();
  time.settle();
  weixin.next("webwxoplog", ret(0));
  answer = operate("Supplier");
  pass(12s);
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ((***answer).state, state::answered);
  EXPECT_EQ(testing::account_tree::state(), "online");
}

TEST_F(ContactOperations, EndWithTheSession) {
  log_in();
  weixin.hold("webwxoplog");
  auto first = operate("Supplier");
  auto second = operate("Buyer");
  command(supervisor::account_command::pause);
  ASSERT_TRUE(*first && **first && *second && **second);
  EXPECT_EQ((***first).state, state::unknown);
  EXPECT_EQ((***second).state, state::expired);
  EXPECT_EQ((***second).error, "session_ended");
  weixin.release("webwxoplog");
}

TEST_F(ContactOperations, ThatAreTooFrequentPauseTheWholeAccount) {
  log_in();
  weixin.next("webwxoplog", ret(1205));
  auto refused = operate("Supplier");
  ASSERT_TRUE(*refused && **refused);
  EXPECT_EQ((***refused).state, state::refused);
  EXPECT_EQ(testing::account_tree::state(), "throttled");
  auto waiting = operate("Supplier");
  pass(11s);
  ASSERT_TRUE(*waiting && **waiting);
  EXPECT_EQ((***waiting).state, state::queued);
  EXPECT_EQ(friends().waiting, 1U);
  EXPECT_EQ(friends().reason, pacing_reason::too_frequent);
  EXPECT_EQ(weixin.count("webwxoplog"), 1U);
  weixin.next("webwxoplog", ret(0));
  pass(6min);
  EXPECT_EQ(weixin.count("webwxoplog"), 2U);
  EXPECT_EQ(friends().waiting, 0U);
}

TEST_F(ContactOperations, MeetingADeadSessionReportIt) {
  log_in();
  weixin.next("webwxoplog", ret(1101));
  auto refused = operate("Supplier");
  ASSERT_TRUE(*refused && **refused);
  EXPECT_EQ((***refused).error, "session_ended");
  EXPECT_GE(weixin.count("webwxinit"), 2U) << "the session is tried once more";
}

TEST_F(ContactOperations, DoNotListWhoIsAFriendByNow) {
  log_in();
  store::sync_commit sync;
  sync.account = record.name;
  sync.at = wall->now();
  sync.messages = {{"7", "c-1", wall->now(), "{}", "{}"}, {"8", "c-1", wall->now(), "{}", "{}"}};
  for (auto [id, user_name] : {std::pair{"7", testing::scripted_weixin::friend_}, std::pair{"8", "@mia"}}) {
    store::friend_request_record r;
    r.id = id;
    r.session = testing::scripted_weixin::self;
    r.user_name = user_name;
    sync.friend_requests.push_back(r);
  }
  memory->commit(sync, [](auto) {});
  std::vector<supervisor::friend_request_view> listed;
  ask([&](supervisor::account_supervisor& a) { a.friend_requests([&](auto r) { listed = std::move(*r); }); });
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].record.id, "8");
  EXPECT_TRUE(listed[0].acceptable);
  std::size_t kept = 0;
  memory->load_friend_requests(record.name, [&](auto r) { kept = r->size(); });
  EXPECT_EQ(kept, 1U);
}

} // namespace
} // namespace weixin
