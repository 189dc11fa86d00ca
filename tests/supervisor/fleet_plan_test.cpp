// What is to be done so that the accounts are as they are declared: a pure decision.
#include "supervisor/fleet_plan.hpp"

#include <gmock/gmock.h>

namespace weixin::supervisor {
namespace {

using store::account_record;
using store::desired_state;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using names = std::vector<std::string>;

struct FleetPlan : ::testing::Test {
  std::vector<account_record> stored{existing("shop-01"), existing("shop-02")};
  fleet_wish wish;
  fleet_rules rules;
  store::wall_time now{std::chrono::hours{24 * 365 * 56}};

  FleetPlan() {
    rules.bots = {"echo", "faq"};
    rules.max_accounts = 4;
    rules.max_accounts_reason = "limits.max_accounts is reached";
  }

  static account_record existing(const std::string& name) {
    account_record a;
    a.name = name;
    a.bots = {"echo"};
    a.uin = 4711;
    a.held = "kicked";
    return a;
  }
  wanted_account& want(const std::string& name) {
    wish.accounts.emplace_back().name = name;
    return wish.accounts.back();
  }
  fleet_verdict verdict() { return make_plan(stored, wish, rules, now); }
  fleet_plan plan() {
    auto v = verdict();
    EXPECT_THAT(v.problems, IsEmpty()) << to_text(v.problems, wish.accounts);
    return v.plan;
  }
  /// "+name", "~name", "-name"
  names actions() {
    names list;
    for (const auto& c : plan().changes)
      list.push_back((!c.before ? "+" : c.after ? "~" : "-") + c.name());
    return list;
  }
  /// "index field: detail"
  names problems() {
    names list;
    for (const auto& p : verdict().problems)
      list.push_back(std::to_string(p.index) + " " + p.field + ": " + p.detail);
    EXPECT_THAT(verdict().plan.changes, IsEmpty()) << "nothing is to be done when there are problems";
    return list;
  }
};

TEST_F(FleetPlan, AddsWhoIsMissing) {
  want("shop-03").what.bots = names{"faq"};
  EXPECT_THAT(actions(), ElementsAre("+shop-03"));
  auto p = plan();
  EXPECT_EQ(p.changes[0].after->bots, names{"faq"});
  EXPECT_EQ(p.changes[0].after->kind, "webwx");
  EXPECT_EQ(p.changes[0].after->created_at, now);
  EXPECT_EQ(p.unchanged, 2U);
}

TEST_F(FleetPlan, GivesANewAccountTheDefaultsOfWhatIsNotNamed) {
  rules.default_bots = {"echo"};
  rules.default_login = webwx::login_choice::desktop;
  want("shop-03");
  auto added = *plan().changes[0].after;
  EXPECT_EQ(added.bots, names{"echo"});
  EXPECT_EQ(added.settings.login, webwx::login_choice::desktop);
  EXPECT_EQ(added.media, std::nullopt);
  EXPECT_EQ(added.desired, desired_state::running);
}

TEST_F(FleetPlan, LeavesWhatIsNotNamedAsItIs) {
  rules.default_bots = {"faq"};
  stored[0].desired = desired_state::paused;
  stored[0].settings.proxy = secret{"http://user:password@proxy:1"};
  want("shop-01");
  EXPECT_THAT(actions(), IsEmpty());
  EXPECT_EQ(plan().unchanged, 2U);
}

TEST_F(FleetPlan, ChangesEachFieldThatIsNamedAndDiffers) {
  rules.may_be_desktop = true;
  auto& w = want("shop-01");
  w.what = {names{"faq"}, store::media_policy::all, webwx::login_choice::desktop, secret{"http://proxy:1"}};
  w.desired = desired_state::paused;
  EXPECT_THAT(actions(), ElementsAre("~shop-01"));
  auto after = *plan().changes[0].after;
  EXPECT_EQ(after.bots, names{"faq"});
  EXPECT_EQ(after.media, store::media_policy::all);
  EXPECT_EQ(after.settings,
            (store::account_settings{webwx::login_choice::desktop, secret{"http://proxy:1"}}));
  EXPECT_EQ(after.desired, desired_state::paused);
  EXPECT_EQ(after.uin, 4711) << "what is not the operator's stays";
  EXPECT_EQ(after.held, "kicked");
}

TEST_F(FleetPlan, HasNothingToDoTheSecondTime) {
  auto& w = want("shop-01");
  w.what = {names{"faq"}, store::media_policy::all, webwx::login_choice::web, secret{}};
  want("shop-03");
  for (const auto& c : plan().changes)
    if (c.name() == "shop-01")
      stored[0] = *c.after;
    else
      stored.push_back(*c.after);
  EXPECT_THAT(actions(), IsEmpty());
  EXPECT_EQ(plan().unchanged, 3U);
}

TEST_F(FleetPlan, LeavesOthersAloneUnlessTheyAreToBePruned) {
  want("shop-01");
  EXPECT_THAT(actions(), IsEmpty());
  wish.prune = true;
  EXPECT_THAT(actions(), ElementsAre("-shop-02"));
  wish.accounts.clear();
  EXPECT_THAT(actions(), ElementsAre("-shop-01", "-shop-02"));
}

TEST_F(FleetPlan, ListsChangesByName) {
  want("z");
  want("a");
  want("shop-02").what.bots = names{};
  EXPECT_THAT(actions(), ElementsAre("+a", "~shop-02", "+z"));
}

TEST_F(FleetPlan, TellsEveryProblemAtOnce) {
  want("Shop").what.bots = names{"nobody"};
  auto& w = want("shop-03");
  w.kind = "ilink";
  w.what = {names{"nobody", "faq", "faq"}, std::nullopt, webwx::login_choice::desktop,
            secret{"http://user:canary-password@"}};
  want("shop-03");
  wish.problems = {{1, "media", "media must be a word"}};
  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr("0 name: a name is 1 to 63"), "1 media: media must be a word",
                          HasSubstr("1 kind: "), "1 bots: no bot of that name is configured",
                          "1 bots: a bot is named more than once", HasSubstr("1 login: "),
                          HasSubstr("1 proxy: "), "2 name: account 2 of the list has the same name"));
  EXPECT_THAT(to_text(verdict().problems, wish.accounts), Not(HasSubstr("canary")));
  EXPECT_THAT(to_text(verdict().problems, wish.accounts), HasSubstr("account shop-03: kind: kind must be"));
}

TEST_F(FleetPlan, SaysNothingMoreOfAnAccountWhoseNameCouldNotBeRead) {
  want("");
  wish.problems = {{0, "name", "name is missing or not a string"}};
  EXPECT_THAT(problems(), ElementsAre("0 name: name is missing or not a string"));
}

TEST_F(FleetPlan, NeedsRoomForWhoIsNew) {
  for (const char* name : {"a", "b", "c"})
    want(name);
  EXPECT_THAT(problems(), ElementsAre("2 : there would be 5 accounts: limits.max_accounts is reached"));
  wish.prune = true;
  EXPECT_THAT(actions(), ElementsAre("+a", "+b", "+c", "-shop-01", "-shop-02")) << "two make room for three";
}

TEST_F(FleetPlan, DoesNotMindThatThereAreMoreThanThereIsRoomForAlready) {
  rules.max_accounts = 1;
  want("shop-01").what.bots = names{};
  EXPECT_THAT(actions(), ElementsAre("~shop-01"));
}

TEST_F(FleetPlan, HasTheSameRevisionAsLongAsTheSameIsToBeDone) {
  want("shop-01").what.bots = names{"faq"};
  auto first = plan().revision;
  EXPECT_EQ(first.size(), 32U);
  EXPECT_EQ(plan().revision, first);
  stored[1].bots = {};
  EXPECT_EQ(plan().revision, first) << "it is none of the plan's business";
  stored[0].uin = 1;
  EXPECT_EQ(plan().revision, first) << "the operator sees nothing of it";
  stored[0].settings.proxy = secret{"http://proxy:1"};
  EXPECT_NE(plan().revision, first);
}

TEST_F(FleetPlan, HasAnotherRevisionForAnotherPassword) {
  want("shop-01").what.proxy = secret{"http://user:one@proxy:1"};
  auto first = plan().revision;
  wish.accounts[0].what.proxy = secret{"http://user:two@proxy:1"};
  EXPECT_NE(plan().revision, first);
}

TEST_F(FleetPlan, TellsASupervisorOnlyWhatDiffers) {
  auto before = existing("shop-01");
  auto after = before;
  EXPECT_EQ(difference(before, after), account_change{});
  after.bots = {"faq"};
  after.settings.proxy = secret{"http://proxy:1"};
  EXPECT_EQ(difference(before, after),
            (account_change{.bots = names{"faq"}, .proxy = secret{"http://proxy:1"}}));
}

TEST_F(FleetPlan, IsForTheStoreWhatIsToBeAddedReplacedAndRemoved) {
  want("shop-01").what.bots = names{};
  want("new");
  wish.prune = true;
  auto edits = edits_of(plan());
  ASSERT_EQ(edits.added.size(), 1U);
  EXPECT_EQ(edits.added[0].name, "new");
  ASSERT_EQ(edits.replaced.size(), 1U);
  EXPECT_EQ(edits.replaced[0].name, "shop-01");
  EXPECT_EQ(edits.removed, names{"shop-02"});
}

TEST(FleetProblems, AreListedUpToABound) {
  std::vector<fleet_problem> many(60, {0, "bots", "no bot of that name is configured"});
  auto text = to_text(many, {});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 50);
  EXPECT_THAT(text, ::testing::EndsWith("and 10 more"));
}

} // namespace
} // namespace weixin::supervisor
