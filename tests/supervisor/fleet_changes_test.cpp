// Many accounts at once, and another configuration, in virtual time: all of it or nothing, and nobody logs in
// anew because of it.
#include "supervisor/fleet.hpp"

#include "tests/support/account_tree_fixture.hpp"

#include <gmock/gmock.h>

namespace weixin {
namespace {

using namespace std::chrono_literals;
using store::store_call;
using supervisor::fleet_verdict;
using supervisor::wanted_account;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using names = std::vector<std::string>;

struct FleetChanges : ::testing::Test {
  testing::virtual_time time;
  testing::scripted_weixin weixin;
  std::shared_ptr<manual_wall_clock> wall =
      std::make_shared<manual_wall_clock>(wall_time{} + std::chrono::hours{24 * 365 * 56});
  std::shared_ptr<store::memory_store> memory = std::make_shared<store::memory_store>();
  std::shared_ptr<services> service = std::make_shared<services>();
  std::unique_ptr<supervisor::fleet> fleet;
  supervisor::fleet_options options;
  std::uint64_t entropy = 1;

  FleetChanges() {
    testing::fill(*service, memory, wall, weixin, entropy);
    time.deliver = [this] { return weixin.deliver(); };
    time.on_advance = [this](std::chrono::nanoseconds d) {
      wall->advance(d);
      weixin.pass(d);
    };
    options.bots = {bot("echo"), bot("faq")};
    options.max_accounts = 5;
  }
  ~FleetChanges() override {
    if (fleet) fleet->stop();
    time.settle();
    fleet.reset();
    time.scheduler.advance_time(2h);
    time.settle();
  }

  /// Says its own name to everything.
  struct sayer final : bots::bot {
    explicit sayer(std::string t) : text(std::move(t)) {}
    std::optional<std::string> reply_to(const inbound&) const override { return text; }
    std::string text;
  };
  static bot_entry bot(const std::string& name, const std::string& says = {}) {
    return {name, 120s, std::make_shared<sayer>(says.empty() ? name : says)};
  }

  std::size_t start() {
    fleet = std::make_unique<supervisor::fleet>(time.system, service, options);
    std::size_t started = 999;
    fleet->start([&](result<std::size_t> r) { started = r ? *r : 998; });
    time.settle();
    return started;
  }
  static wanted_account wanted(const std::string& name, std::optional<names> bots = std::nullopt) {
    wanted_account w;
    w.name = name;
    w.what.bots = std::move(bots);
    return w;
  }
  result<fleet_verdict> apply(supervisor::fleet_wish wish, bool dry_run = false) {
    result<fleet_verdict> answer = fail(errc::internal, "no answer");
    fleet->apply(std::move(wish), dry_run, [&](result<fleet_verdict> v) { answer = std::move(v); });
    time.settle();
    return answer;
  }
  result<fleet_verdict> apply(std::vector<wanted_account> accounts, bool prune = false) {
    return apply(supervisor::fleet_wish{std::move(accounts), prune, {}, {}});
  }
  static supervisor::fleet_configuration configuration(std::vector<bot_entry> bots) {
    supervisor::fleet_configuration by;
    by.bots = std::move(bots);
    by.max_accounts = 5;
    by.pacing = pacing_profile::none;
    return by;
  }
  result<fleet_verdict> configure(supervisor::fleet_configuration by,
                                  std::vector<wanted_account> accounts = {}) {
    result<fleet_verdict> answer = fail(errc::internal, "no answer");
    fleet->configure(std::move(by), {std::move(accounts), false, {}, {}}, false,
                     [&](result<fleet_verdict> v) { answer = std::move(v); });
    time.settle();
    return answer;
  }
  void add(const std::string& name, supervisor::account_change what = {}) {
    fleet->add(name, "webwx", std::move(what), [](result<account_view> v) { ASSERT_TRUE(v); });
    time.settle();
  }
  void log_in(const std::string& name) {
    ++weixin.uin;
    add(name);
    weixin.confirm();
    time.advance(2s);
    ASSERT_EQ(fleet->account(name)->state, "online") << fleet->account(name)->reason;
  }
  names listed() const {
    names all;
    for (const auto& v : fleet->accounts())
      all.push_back(v.name);
    return all;
  }
  std::vector<store::account_record> stored() {
    std::vector<store::account_record> all;
    memory->list_accounts([&](auto r) {
      if (r) all = std::move(*r);
    });
    return all;
  }
  void bring(const std::string& id, const std::string& text) {
    weixin.bring({testing::scripted_weixin::text_message(id, testing::scripted_weixin::friend_, text,
                                                         to_milliseconds(wall->now()) / 1'000)});
    weixin.synccheck(0, 2);
    time.advance(2s);
  }
  std::string last_sent() const {
    const auto* r = weixin.last("webwxsendmsg");
    return r == nullptr ? std::string{} : r->body;
  }
};

TEST_F(FleetChanges, AddsChangesAndRemovesAccountsInOneStep) {
  start();
  add("a");
  add("b");
  auto done = apply({wanted("b", names{"faq"}), wanted("c", names{"echo"})}, true);
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_EQ(done->plan.changes.size(), 3U);
  EXPECT_THAT(listed(), ElementsAre("b", "c"));
  EXPECT_EQ(fleet->account("b")->bots, names{"faq"});
  EXPECT_EQ(fleet->account("c")->bots, names{"echo"});
  EXPECT_EQ(fleet->account("c")->state, "awaiting_scan") << "its login has begun";
  ASSERT_EQ(stored().size(), 2U);
  EXPECT_EQ(stored()[0].bots, names{"faq"});
  EXPECT_EQ(memory->calls(store_call::edit_accounts), 1U);
}

TEST_F(FleetChanges, KeepsTheSessionOfAnAccountThatChanges) {
  start();
  log_in("a");
  auto logins = weixin.count("webwxinit");
  ASSERT_TRUE(apply({wanted("a", names{"faq"})}));
  bring("100", "hello");
  EXPECT_THAT(last_sent(), HasSubstr("faq"));
  EXPECT_EQ(weixin.count("webwxinit"), logins);
  EXPECT_EQ(fleet->account("a")->state, "online");
}

TEST_F(FleetChanges, PausesAndResumesWhoIsDeclaredSo) {
  start();
  log_in("a");
  auto w = wanted("a");
  w.desired = store::desired_state::paused;
  ASSERT_TRUE(apply({w}));
  EXPECT_EQ(fleet->account("a")->state, "stopped");
  EXPECT_EQ(fleet->account("a")->desired, "paused");
  ASSERT_TRUE(apply({wanted("a")}));
  EXPECT_EQ(fleet->account("a")->state, "stopped") << "who is not told stays as he is";
  w.desired = store::desired_state::running;
  ASSERT_TRUE(apply({w}));
  time.advance(2s);
  EXPECT_EQ(fleet->account("a")->state, "online");
}

TEST_F(FleetChanges, StartsNoLoginForANewAccountThatIsDeclaredPaused) {
  start();
  auto w = wanted("a");
  w.desired = store::desired_state::paused;
  ASSERT_TRUE(apply({w}));
  EXPECT_EQ(fleet->account("a")->state, "stopped");
  EXPECT_EQ(weixin.count("jslogin"), 0U);
}

TEST_F(FleetChanges, OnlyShowsAPlan) {
  start();
  add("a");
  auto writes = memory->writes();
  auto done = apply({{wanted("b")}, true, {}, {}}, true);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->plan.changes.size(), 2U);
  EXPECT_THAT(listed(), ElementsAre("a"));
  EXPECT_EQ(memory->writes(), writes);
}

TEST_F(FleetChanges, CarriesOutThePlanThatWasConfirmedAndNoOther) {
  start();
  add("a");
  supervisor::fleet_wish wish{{wanted("a", names{"faq"})}, true, {}, {}};
  wish.revision = apply(wish, true)->plan.revision;
  add("b");
  EXPECT_EQ(apply(wish).error().code, errc::plan_changed) << "b would be removed unseen";
  EXPECT_THAT(listed(), ElementsAre("a", "b"));
  EXPECT_TRUE(fleet->account("a")->bots.empty());
  wish.revision.clear();
  auto again = apply(wish, true);
  ASSERT_TRUE(again) << to_string(again.error());
  wish.revision = again->plan.revision;
  EXPECT_TRUE(apply(wish));
  EXPECT_THAT(listed(), ElementsAre("a"));
}

TEST_F(FleetChanges, ChangesNothingWhenOneOfManyIsWrong) {
  start();
  add("a");
  auto done = apply({wanted("a", names{"faq"}), wanted("b"), wanted("c", names{"nobody"})}, true);
  ASSERT_TRUE(done);
  ASSERT_EQ(done->problems.size(), 1U);
  EXPECT_EQ(done->problems[0].index, 2U);
  EXPECT_THAT(listed(), ElementsAre("a"));
  EXPECT_TRUE(fleet->account("a")->bots.empty());
}

TEST_F(FleetChanges, ChangesNothingThatItCannotStore) {
  start();
  log_in("a");
  memory->fail_next(store_call::edit_accounts, fail(errc::disk_full, "test"));
  EXPECT_EQ(apply({wanted("b")}, true).error().code, errc::disk_full);
  EXPECT_THAT(listed(), ElementsAre("a"));
  EXPECT_EQ(fleet->account("a")->state, "online") << "it was never stopped";
}

TEST_F(FleetChanges, IsStoredWithWhatTheAccountLearnedMeanwhile) {
  start();
  log_in("a");
  ASSERT_TRUE(apply({wanted("a", names{"faq"})}));
  EXPECT_NE(stored()[0].uin, 0);
  EXPECT_EQ(stored()[0].bots, names{"faq"});
}

TEST_F(FleetChanges, RefusesAnAccountThatIsJustBeingRemoved) {
  start();
  log_in("a");
  result<void> removed = fail(errc::internal, "no answer");
  result<fleet_verdict> applied = fail(errc::internal, "no answer");
  fleet->remove("a", [&](auto r) { removed = std::move(r); });
  fleet->apply({{wanted("a")}, false, {}, {}}, false, [&](auto v) { applied = std::move(v); });
  time.settle();
  EXPECT_TRUE(removed);
  EXPECT_EQ(applied.error().code, errc::wrong_state);
}

TEST_F(FleetChanges, AgreesWithARemovalOfTheSameAccount) {
  start();
  log_in("a");
  result<void> removed = fail(errc::internal, "no answer");
  result<fleet_verdict> applied = fail(errc::internal, "no answer");
  fleet->apply({{}, true, {}, {}}, false, [&](auto v) { applied = std::move(v); });
  fleet->remove("a", [&](auto r) { removed = std::move(r); });
  time.settle();
  EXPECT_TRUE(applied) << to_string(applied.error());
  EXPECT_THAT(listed(), IsEmpty());
  add("a");
  EXPECT_THAT(listed(), ElementsAre("a")) << "the name is free again";
}

// -- another configuration
// ---------------------------------------------------------------------------------------------

TEST_F(FleetChanges, AnswersWithTheBotsOfTheNewConfiguration) {
  start();
  log_in("a");
  ASSERT_TRUE(apply({wanted("a", names{"echo"})}));
  bring("100", "one");
  EXPECT_THAT(last_sent(), HasSubstr("echo"));
  ASSERT_TRUE(configure(configuration({bot("echo", "other words")})));
  bring("101", "two");
  EXPECT_THAT(last_sent(), HasSubstr("other words"));
  ASSERT_TRUE(configure(configuration({bot("new")}), {wanted("a", names{"new"})}));
  bring("102", "three");
  EXPECT_THAT(last_sent(), HasSubstr("new"));
  EXPECT_EQ(weixin.count("webwxinit"), 1U);
}

TEST_F(FleetChanges, AnswersNothingByABotThatIsGone) {
  start();
  log_in("a");
  ASSERT_TRUE(apply({wanted("a", names{"echo"})}));
  ASSERT_TRUE(configure(configuration({})));
  auto sent = weixin.count("webwxsendmsg");
  bring("100", "one");
  time.advance(40s);
  EXPECT_EQ(weixin.count("webwxsendmsg"), sent);
  ASSERT_TRUE(configure(configuration({bot("echo")})));
  bring("101", "two");
  EXPECT_EQ(weixin.count("webwxsendmsg"), sent + 1) << "and goes on with what comes when it is back";
}

TEST_F(FleetChanges, KeepsTheOldConfigurationWhenTheNewOneIsRefused) {
  start();
  log_in("a");
  ASSERT_TRUE(apply({wanted("a", names{"echo"})}));
  auto refused = configure(configuration({bot("other")}), {wanted("b", names{"echo"})});
  ASSERT_TRUE(refused);
  ASSERT_EQ(refused->problems.size(), 1U) << "echo is no bot of the new configuration";
  memory->fail_next(store_call::edit_accounts, fail(errc::store_failed, "test"));
  EXPECT_FALSE(configure(configuration({bot("other")}), {wanted("b", names{"other"})}));
  bring("100", "one");
  EXPECT_THAT(last_sent(), HasSubstr("echo"));
  EXPECT_THAT(listed(), ElementsAre("a"));
}

TEST_F(FleetChanges, PutsBackWhatWasChangedByHand) {
  start();
  auto declared = wanted("a", names{"echo"});
  ASSERT_TRUE(configure(configuration({bot("echo")}), {declared}));
  fleet->change("a", {.bots = names{}}, [](result<account_view> v) { EXPECT_TRUE(v); });
  fleet->command("a", supervisor::account_command::pause, [](result<account_view> v) { EXPECT_TRUE(v); });
  time.settle();
  ASSERT_TRUE(configure(configuration({bot("echo")}), {declared}));
  EXPECT_EQ(fleet->account("a")->bots, names{"echo"});
  EXPECT_EQ(fleet->account("a")->desired, "paused") << "what the file does not name stays the operator's";
}

TEST_F(FleetChanges, GivesAccountsTheNewDefaults) {
  start();
  add("a");
  add("b", {.media = store::media_policy::all});
  auto by = configuration({bot("echo")});
  by.default_bots = {"echo"};
  by.media.policy = store::media_policy::none;
  by.max_accounts = 3;
  ASSERT_TRUE(configure(by));
  EXPECT_EQ(fleet->account("a")->media, "none");
  EXPECT_EQ(fleet->account("b")->media, "all");
  add("c");
  EXPECT_EQ(fleet->account("c")->bots, names{"echo"});
  EXPECT_EQ(fleet->account("c")->media, "none");
  fleet->add("d", "webwx", {}, [](result<account_view> v) { EXPECT_EQ(v.error().code, errc::queue_full); });
  time.settle();
}

// -- what is declared at the start
// -----------------------------------------------------------------------------------------

TEST_F(FleetChanges, StartsWithTheDeclaredAccounts) {
  options.declared = {wanted("a", names{"echo"}), wanted("b")};
  EXPECT_EQ(start(), 2U);
  EXPECT_EQ(fleet->account("a")->bots, names{"echo"});
  EXPECT_EQ(fleet->account("a")->state, "awaiting_scan");
  EXPECT_EQ(stored().size(), 2U);
}

TEST_F(FleetChanges, LeavesAccountsAloneThatAreNotDeclared) {
  auto other = store::account_record{};
  other.name = "other";
  memory->add_account(other, [](auto) {});
  options.declared = {wanted("a")};
  EXPECT_EQ(start(), 2U);
  EXPECT_THAT(listed(), ElementsAre("a", "other"));
}

TEST_F(FleetChanges, StartsWhatIsStoredWhenTheDeclaredCannotBeStored) {
  auto other = store::account_record{};
  other.name = "other";
  memory->add_account(other, [](auto) {});
  memory->fail_next(store_call::edit_accounts, fail(errc::disk_full, "test"));
  options.declared = {wanted("a")};
  EXPECT_EQ(start(), 1U);
  EXPECT_THAT(listed(), ElementsAre("other"));
  EXPECT_THAT(service->metrics->render(), HasSubstr("weixin_config_last_reload_successful 0"));
}

} // namespace
} // namespace weixin
