// Accounts, their history, and how calls are answered: the rules of store/store.hpp on every implementation.

#include "tests/store/contract.hpp"

#include <atomic>
#include <future>
#include <thread>

namespace weixin::store {
namespace {

using namespace std::chrono_literals;

WEIXIN_ON_EVERY_STORE(StoreContract);
WEIXIN_ON_EVERY_STORE(StoreContractWithAccount);

TEST_P(StoreContract, HasNoAccountsAtFirst) {
  auto accounts = call().list_accounts();
  ASSERT_TRUE(accounts);
  EXPECT_TRUE(accounts->empty());
}

TEST_P(StoreContract, ListsAccountsByNameWithAllThatWasStored) {
  auto second = account_named("shop-02");
  second.kind = "ilink";
  second.bots = {};
  second.desired = desired_state::paused;
  second.uin = 9'000'000'001;
  second.held = "kicked";
  ASSERT_TRUE(call().add_account(second));
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  reopen();
  auto accounts = call().list_accounts();
  ASSERT_TRUE(accounts);
  ASSERT_EQ(accounts->size(), 2u);
  const auto& first = accounts->at(0);
  EXPECT_EQ(first.name, "shop-01");
  EXPECT_EQ(first.kind, "webwx");
  EXPECT_EQ(first.bots, (names{"echo", "rules"}));
  EXPECT_EQ(first.desired, desired_state::running);
  EXPECT_EQ(first.created_at, account_named("").created_at);
  EXPECT_EQ(first.uin, 0);
  EXPECT_EQ(first.held, "");
  const auto& other = accounts->at(1);
  EXPECT_EQ(other.name, "shop-02");
  EXPECT_EQ(other.kind, "ilink");
  EXPECT_TRUE(other.bots.empty());
  EXPECT_EQ(other.desired, desired_state::paused);
  EXPECT_EQ(other.uin, 9'000'000'001);
  EXPECT_EQ(other.held, "kicked");
}

TEST_P(StoreContract, KeepsCreationTimesInMilliseconds) {
  auto account = account_named("shop-01");
  account.created_at += 456us;
  ASSERT_TRUE(call().add_account(account));
  EXPECT_EQ(call().list_accounts()->at(0).created_at, account_named("").created_at);
}

TEST_P(StoreContract, RefusesASecondAccountOfTheSameName) {
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  auto second = account_named("shop-01");
  second.bots = {"other"};
  auto answer = call().add_account(second);
  EXPECT_EQ(code_of(answer), errc::account_exists);
  EXPECT_EQ(answer.error().context, "shop-01");
  EXPECT_EQ(call().list_accounts()->at(0).bots, (names{"echo", "rules"}));
}

TEST_P(StoreContract, ReplacesOnlyBotsDesiredStateUinAndHeld) {
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  auto changed = account_named("shop-01");
  changed.kind = "ilink";
  changed.created_at = {};
  changed.bots = {"rules", "echo", "echo"};
  changed.desired = desired_state::paused;
  changed.uin = 1001;
  changed.held = "barred";
  ASSERT_TRUE(call().update_account(changed));
  auto stored = call().list_accounts()->at(0);
  EXPECT_EQ(stored.kind, "webwx");
  EXPECT_EQ(stored.created_at, account_named("").created_at);
  EXPECT_EQ(stored.bots, (names{"rules", "echo", "echo"}));
  EXPECT_EQ(stored.desired, desired_state::paused);
  EXPECT_EQ(stored.uin, 1001);
  EXPECT_EQ(stored.held, "barred");
}

TEST_P(StoreContract, KeepsHowAnAccountReachesWeixin) {
  auto account = account_named("shop-01");
  account.settings = {webwx::login_choice::web_then_desktop, secret{"socks5://u:p@proxy.example.com:1080"}};
  ASSERT_TRUE(call().add_account(account));
  ASSERT_TRUE(call().add_account(account_named("shop-02")));
  EXPECT_EQ(call().list_accounts()->at(0).settings, account.settings);
  EXPECT_EQ(call().list_accounts()->at(1).settings, account_settings{});
  account.settings = {webwx::login_choice::desktop, {}};
  ASSERT_TRUE(call().update_account(account));
  EXPECT_EQ(call().list_accounts()->at(0).settings, account.settings);
  account.settings = {};
  ASSERT_TRUE(call().update_account(account));
  EXPECT_EQ(call().list_accounts()->at(0).settings, account_settings{});
}

TEST_P(StoreContract, GivesANewAccountNothingOfARemovedOnesWay) {
  auto account = account_named("shop-01");
  account.settings.proxy = secret{"http://proxy.example.com:3128"};
  ASSERT_TRUE(call().add_account(account));
  ASSERT_TRUE(call().remove_account("shop-01"));
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  EXPECT_EQ(call().list_accounts()->at(0).settings, account_settings{});
}

TEST_P(StoreContractWithAccount, ForgetsAllThatBelongsToARemovedAccount) {
  auto sync = batch({"1"});
  sync.session = session_of(1001, 1);
  sync.contacts = {contact_with("c-1")};
  ASSERT_TRUE(call().commit(sync));
  auto keyed = send_with("s-1");
  keyed.idempotency_key = "key";
  ASSERT_TRUE(call().enqueue(keyed));
  ASSERT_TRUE(call().save_position("shop-01", "echo", 7));
  ASSERT_TRUE(call().append_history("shop-01", {0, noon, "logged_out", "online", ""}));
  ASSERT_TRUE(call().remove_account("shop-01"));
  ASSERT_EQ(call().list_accounts()->size(), 1u);
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  EXPECT_EQ(*call().load_session("shop-01"), std::nullopt);
  EXPECT_TRUE(call().unfinished_sends("shop-01")->empty());
  EXPECT_FALSE(call().find_send("shop-01", "s-1")->has_value());
  EXPECT_TRUE(call().load_contacts("shop-01")->empty());
  EXPECT_TRUE(call().read_history("shop-01", 0, 10)->empty());
  EXPECT_TRUE(call().read_inbox({.account = "shop-01"})->empty());
  EXPECT_TRUE(call().inbox_positions_of("shop-01")->consumers.empty());
  EXPECT_EQ(ids_of(call().commit(batch({"1"}))), names{"1"});
  keyed.id = "s-2";
  keyed.content = text_content{"another"};
  EXPECT_TRUE(call().enqueue(keyed)) << "its idempotency keys are gone too";
}

TEST_P(StoreContractWithAccount, LeavesOthersAloneWhenAnAccountIsRemoved) {
  auto other = batch({"1"}, 2);
  other.account = "shop-02";
  other.session = session_of(1002, 2);
  ASSERT_TRUE(call().commit(other));
  ASSERT_TRUE(call().remove_account("shop-01"));
  reopen();
  EXPECT_EQ(call().list_accounts()->size(), 1u);
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-02"})), names{"1"});
  EXPECT_EQ(*call().load_session("shop-02"), session_of(1002, 2));
}

TEST_P(StoreContractWithAccount, ErasesAnAccountOfManyRows) {
  std::vector<std::string> ids;
  for (int i = 0; i < 1'200; ++i)
    ids.push_back(std::to_string(i));
  ASSERT_EQ(call().commit(batch(ids))->size(), 1'200u);
  ASSERT_TRUE(call().remove_account("shop-01"));
  auto checked = call().check();
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->accounts, 1u);
  EXPECT_EQ(checked->messages, 0u);
  EXPECT_EQ(checked->faults, names{});
}

TEST_P(StoreContract, SaysSoWhenThereIsNoSuchAccount) {
  EXPECT_EQ(code_of(call().update_account(account_named("shop-01"))), errc::account_not_found);
  EXPECT_EQ(code_of(call().remove_account("shop-01")), errc::account_not_found);
  EXPECT_EQ(code_of(call().append_history("shop-01", {})), errc::account_not_found);
  EXPECT_EQ(code_of(call().read_history("shop-01", 0, 1)), errc::account_not_found);
  EXPECT_EQ(code_of(call().commit(batch({"1"}))), errc::account_not_found);
  EXPECT_EQ(code_of(call().save_session("shop-01", session_of(1, 1))), errc::account_not_found);
  EXPECT_EQ(code_of(call().load_session("shop-01")), errc::account_not_found);
  EXPECT_EQ(code_of(call().read_inbox({.account = "shop-01"})), errc::account_not_found);
  EXPECT_EQ(code_of(call().inbox_positions_of("shop-01")), errc::account_not_found);
  EXPECT_EQ(code_of(call().save_position("shop-01", "echo", 1)), errc::account_not_found);
  EXPECT_EQ(code_of(call().save_contacts("shop-01", {})), errc::account_not_found);
  EXPECT_EQ(code_of(call().load_contacts("shop-01")), errc::account_not_found);
  EXPECT_EQ(code_of(call().find_message("shop-01", "1")), errc::account_not_found);
  EXPECT_EQ(code_of(call().want_media("shop-01", picture_of("1"))), errc::account_not_found);
  EXPECT_EQ(code_of(call().waiting_media("shop-01", 1)), errc::account_not_found);
  EXPECT_EQ(code_of(call().keep_media("shop-01", fetched("1", "m-1", "hash"))), errc::account_not_found);
  EXPECT_EQ(code_of(call().note_media("shop-01", picture_of("1"))), errc::account_not_found);
  EXPECT_EQ(code_of(call().find_media("shop-01", "1")), errc::account_not_found);
  EXPECT_EQ(code_of(call().enqueue(send_with("s-1"))), errc::account_not_found);
  EXPECT_EQ(code_of(call().update_send(send_with("s-1"))), errc::account_not_found);
  EXPECT_EQ(code_of(call().find_send("shop-01", "s-1")), errc::account_not_found);
  EXPECT_EQ(code_of(call().unfinished_sends("shop-01")), errc::account_not_found);
  EXPECT_EQ(code_of(call().list_sends({.account = "shop-01"})), errc::account_not_found);
}

// -- history
// ------------------------------------------------------------------------------------------------------

names changes_of(const result<std::vector<state_change>>& changes) {
  if (!changes) return {"failed: " + to_string(changes.error())};
  names found;
  for (const auto& change : *changes)
    found.push_back(change.from + ">" + change.to);
  return found;
}

TEST_P(StoreContractWithAccount, KeepsEachStateChangeWithItsTimeAndReason) {
  ASSERT_TRUE(call().append_history("shop-01", {99, noon + 456us, "online", "degraded", "timed_out"}));
  reopen();
  auto changes = call().read_history("shop-01", 0, 10);
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->size(), 1u);
  EXPECT_GT(changes->front().id, 0);
  EXPECT_EQ(changes->front().at, noon);
  EXPECT_EQ(changes->front().from, "online");
  EXPECT_EQ(changes->front().to, "degraded");
  EXPECT_EQ(changes->front().reason, "timed_out");
  EXPECT_TRUE(call().read_history("shop-02", 0, 10)->empty());
}

TEST_P(StoreContractWithAccount, ReadsTheNewestChangesOrThoseAfterAnId) {
  for (const char* state : {"a", "b", "c", "d"})
    ASSERT_TRUE(call().append_history("shop-01", {0, noon, "x", state, ""}));
  EXPECT_EQ(changes_of(call().read_history("shop-01", 0, 2)), (names{"x>c", "x>d"}));
  auto all = call().read_history("shop-01", 0, 10);
  ASSERT_EQ(all->size(), 4u);
  EXPECT_EQ(changes_of(call().read_history("shop-01", all->at(0).id, 2)), (names{"x>b", "x>c"}));
  EXPECT_TRUE(call().read_history("shop-01", all->at(3).id, 2)->empty());
  EXPECT_TRUE(call().read_history("shop-01", 0, 0)->empty());
}

// -- many at once
// -----------------------------------------------------------------------------------------------------

names names_in(store& s) {
  names found;
  auto accounts = waiting_store{s}.list_accounts();
  if (!accounts) return {"not listed"};
  for (const auto& a : *accounts)
    found.push_back(a.name);
  return found;
}

TEST_P(StoreContractWithAccount, AddsReplacesAndRemovesAccountsTogether) {
  ASSERT_TRUE(call().commit(batch({"1"})));
  names shown;
  auto edited = call().edit_accounts([&](const std::vector<account_record>& stored) {
    shown.clear();
    for (const auto& a : stored)
      shown.push_back(a.name);
    auto changed = stored.at(1);
    changed.bots = {"faq"};
    return account_edits{{account_named("shop-03")}, {changed}, {"shop-01"}};
  });
  ASSERT_TRUE(edited) << to_string(edited.error());
  EXPECT_EQ(shown, (names{"shop-01", "shop-02"}));
  EXPECT_EQ(names_in(*s), (names{"shop-02", "shop-03"}));
  EXPECT_EQ(call().list_accounts()->at(0).bots, names{"faq"});
  reopen();
  EXPECT_EQ(names_in(*s), (names{"shop-02", "shop-03"}));
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  EXPECT_TRUE(call().read_inbox({.account = "shop-01"})->empty()) << "nothing of the old one is left";
}

TEST_P(StoreContractWithAccount, AnswersTheFilesOfAccountsThatAreRemovedTogether) {
  ASSERT_TRUE(call().want_media("shop-01", picture_of("1")));
  ASSERT_TRUE(call().keep_media("shop-01", fetched("1", "m-1", std::string(64, 'a')), {}));
  auto edited = call().edit_accounts([](const auto&) {
    return account_edits{{}, {}, {"shop-01", "shop-02"}};
  });
  ASSERT_TRUE(edited);
  EXPECT_EQ(*edited, names{"m-1"});
  EXPECT_TRUE(names_in(*s).empty());
}

TEST_P(StoreContractWithAccount, ChangesNoAccountWhenTheDecisionIsARefusal) {
  auto edited = call().edit_accounts(
      [](const auto&) -> result<account_edits> { return fail(errc::plan_changed, "test"); });
  EXPECT_EQ(code_of(edited), errc::plan_changed);
  EXPECT_EQ(names_in(*s), (names{"shop-01", "shop-02"}));
}

TEST_P(StoreContractWithAccount, ChangesNoAccountWhenOneOfManyChangesIsImpossible) {
  auto try_with = [&](const account_edits& edits) {
    return code_of(call().edit_accounts([&](const auto&) { return edits; }));
  };
  EXPECT_EQ(try_with({{account_named("shop-03"), account_named("shop-02")}, {}, {"shop-01"}}),
            errc::account_exists);
  EXPECT_EQ(try_with({{account_named("shop-03")}, {account_named("nobody")}, {}}), errc::account_not_found);
  EXPECT_EQ(try_with({{account_named("shop-03")}, {}, {"nobody"}}), errc::account_not_found);
  EXPECT_EQ(try_with({{account_named("shop-03"), account_named("shop-03")}, {}, {}}), errc::account_exists);
  EXPECT_EQ(names_in(*s), (names{"shop-01", "shop-02"}));
}

// -- calls
// -------------------------------------------------------------------------------------------------------

TEST_P(StoreContractWithAccount, AnswersCallsInTheirOrder) {
  names order;
  std::promise<void> last;
  s->add_account(account_named("shop-03"), [&](auto r) { order.push_back(r ? "add" : "add failed"); });
  s->remove_account("shop-02", [&](auto r) { order.push_back(r ? "remove" : "remove failed"); });
  s->commit(batch({"1"}), [&](auto r) { order.push_back(r ? "commit" : "commit failed"); });
  s->read_inbox({.account = "shop-01"},
                [&](auto r) { order.push_back(r && r->size() == 1 ? "read" : "not read"); });
  s->enqueue(send_with("s-1"), [&](auto r) {
    order.push_back(r ? "enqueue" : "enqueue failed");
    last.set_value();
  });
  ASSERT_EQ(last.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_EQ(order, (names{"add", "remove", "commit", "read", "enqueue"}));
}

TEST_P(StoreContractWithAccount, MayBeCalledFromItsOwnAnswer) {
  std::promise<std::string> seen;
  s->enqueue(send_with("s-1"), [&](auto) {
    s->unfinished_sends("shop-01",
                        [&](auto r) { seen.set_value(r && r->size() == 1 ? r->front().id : "nothing"); });
  });
  auto answer = seen.get_future();
  ASSERT_EQ(answer.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(answer.get(), "s-1");
}

TEST_P(StoreContractWithAccount, AnswersEachCallOnceWhenManyThreadsCall) {
  constexpr int each = 200;
  std::atomic<int> answers{0}, stored{0};
  std::promise<void> all;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < each; ++i)
        s->commit(batch({std::to_string(t) + "0000" + std::to_string(i)}), [&](auto r) {
          if (r) stored += static_cast<int>(r->size());
          if (++answers == 4 * each) all.set_value();
        });
    });
  for (auto& t : threads)
    t.join();
  ASSERT_EQ(all.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_EQ(stored, 4 * each);
}

TEST_P(StoreContract, IsHealthyAtFirst) {
  EXPECT_TRUE(call().list_accounts());
  EXPECT_TRUE(s->health().accepting);
  EXPECT_EQ(s->health().unreadable_rows, 0u);
  EXPECT_TRUE(call().probe());
  EXPECT_TRUE(s->health().accepting);
}

} // namespace
} // namespace weixin::store
