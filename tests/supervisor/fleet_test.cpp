// The fleet in virtual time: accounts come and go, shared services fail, names and users stay apart.
#include "supervisor/fleet.hpp"

#include "supervisor/fleet_supervisor.hpp"
#include "tests/support/account_tree_fixture.hpp"

#include <algorithm>

namespace weixin {
namespace {

using namespace std::chrono_literals;
using supervisor::account_command;

struct Fleet : ::testing::Test {
  testing::virtual_time time;
  testing::scripted_weixin weixin;
  std::shared_ptr<manual_wall_clock> wall =
      std::make_shared<manual_wall_clock>(wall_time{} + std::chrono::hours{24 * 365 * 56});
  std::shared_ptr<store::memory_store> memory = std::make_shared<store::memory_store>();
  std::shared_ptr<services> service = std::make_shared<services>();
  std::unique_ptr<supervisor::fleet> fleet;
  std::vector<std::string> fatal;
  supervisor::fleet_options options;
  std::uint64_t entropy = 1;

  Fleet() {
    testing::fill(*service, memory, wall, weixin, entropy);
    time.deliver = [this] { return weixin.deliver(); };
    time.on_advance = [this](std::chrono::nanoseconds d) {
      wall->advance(d);
      weixin.pass(d);
    };
    options.fatal = [this](std::string_view what) { fatal.emplace_back(what); };
    options.max_accounts = 3;
  }

  ~Fleet() override {
    if (fleet) fleet->stop();
    time.settle();
    fleet.reset();
    time.scheduler.advance_time(2h);
    time.settle();
  }

  std::size_t start() {
    fleet = std::make_unique<supervisor::fleet>(time.system, service, options);
    std::size_t started = 0;
    fleet->start([&](result<std::size_t> r) { started = r ? *r : 999; });
    time.settle();
    return started;
  }

  result<account_view> add(const std::string& name, const std::string& kind = "webwx",
                           std::optional<std::vector<std::string>> bots = std::nullopt) {
    result<account_view> answer = fail(errc::internal, "no answer");
    fleet->add(name, kind, {.bots = bots}, [&](result<account_view> v) { answer = std::move(v); });
    time.settle();
    return answer;
  }

  /// The next start of the server, on what the store has.
  std::size_t restart() {
    fleet->stop();
    time.settle();
    fleet.reset();
    time.scheduler.advance_time(2h);
    time.settle();
    memory = std::make_shared<store::memory_store>(memory->database());
    service->store = memory;
    return start();
  }

  /// Adds the account and scans its code, as another user than those before.
  void log_in(const std::string& name) {
    ++weixin.uin;
    ASSERT_TRUE(add(name));
    weixin.confirm();
    time.advance(2s);
    ASSERT_EQ(fleet->account(name)->state, "online") << fleet->account(name)->reason;
  }

  result<void> remove(const std::string& name) {
    result<void> answer = fail(errc::internal, "no answer");
    fleet->remove(name, [&](result<void> r) { answer = std::move(r); });
    time.settle();
    return answer;
  }
};

TEST_F(Fleet, StartsALoginAtOnceForANewAccount) {
  start();
  auto v = add("shop-01");
  ASSERT_TRUE(v);
  EXPECT_EQ(v->desired, "running");
  ASSERT_TRUE(fleet->account("shop-01"));
  EXPECT_EQ(fleet->account("shop-01")->state, "awaiting_scan");
  ASSERT_TRUE(fleet->qr("shop-01"));
  EXPECT_TRUE(fleet->qr("shop-01")->has_value());
  EXPECT_EQ(fleet->count_by_state().at("awaiting_scan"), 1U);
}

TEST_F(Fleet, RefusesNamesThatAreNone) {
  start();
  for (const auto& name :
       std::initializer_list<std::string>{"", "-a", "A", "shop_1", "a b", "a/b", std::string(64, 'a'),
                                          "\xe5\xba\x97", "..", std::string("a\0b", 3)})
    EXPECT_EQ(add(name).error().code, errc::invalid_name) << name;
  EXPECT_TRUE(add(std::string(63, 'a')));
  EXPECT_TRUE(add("0-"));
}

TEST_F(Fleet, RefusesASecondAccountOfTheSameName) {
  start();
  ASSERT_TRUE(add("shop-01"));
  EXPECT_EQ(add("shop-01").error().code, errc::account_exists);
}

TEST_F(Fleet, RefusesAWayToWeixinThatIsNone) {
  start();
  ASSERT_TRUE(add("shop-01"));
  std::vector<supervisor::account_change> wrong{{.login = webwx::login_choice::desktop},
                                                {.login = webwx::login_choice::web_then_desktop},
                                                {.proxy = secret{"canary.example.com:80"}}};
  for (const auto& what : wrong) {
    result<account_view> added = fail(errc::internal, "no answer"), changed = added;
    fleet->add("shop-02", "webwx", what, [&](result<account_view> v) { added = std::move(v); });
    fleet->change("shop-01", what, [&](result<account_view> v) { changed = std::move(v); });
    time.settle();
    for (const auto* answer : {&added, &changed}) {
      ASSERT_FALSE(*answer);
      EXPECT_EQ(answer->error().code, errc::invalid_argument);
      EXPECT_EQ(answer->error().context.find("canary"), std::string::npos);
    }
  }
  EXPECT_FALSE(fleet->account("shop-02"));
}

TEST_F(Fleet, LogsInAsTheConfigurationSaysUnlessAnAccountSaysOtherwise) {
  service->webwx.desktop = {secret{"ZXh0c3BhbQ=="}, "2.0.0"};
  options.default_login = webwx::login_choice::desktop;
  start();
  EXPECT_EQ(add("shop-01")->login, "desktop");
  fleet->add("shop-02", "webwx", {.login = webwx::login_choice::web}, [](result<account_view>) {});
  time.settle();
  EXPECT_EQ(fleet->account("shop-02")->login, "web");
}

TEST_F(Fleet, RefusesUnknownKindsAndBots) {
  start();
  EXPECT_EQ(add("shop-01", "icq").error().code, errc::invalid_argument);
  EXPECT_EQ(add("shop-01", "webwx", std::vector<std::string>{"nobody"}).error().code, errc::unknown_bot);
  EXPECT_TRUE(fleet->accounts().empty());
}

TEST_F(Fleet, GivesAnAccountNoBotUnlessTheOperatorSaysSo) {
  start();
  EXPECT_TRUE(add("shop-01")->bots.empty());
}

TEST_F(Fleet, StopsAtTheConfiguredNumberOfAccounts) {
  start();
  for (const char* name : {"a", "b", "c"})
    ASSERT_TRUE(add(name));
  EXPECT_EQ(add("d").error().code, errc::queue_full);
}

TEST_F(Fleet, AcceptsNoAccountItCannotStore) {
  start();
  memory->fail_next(store::store_call::add_account, fail(errc::disk_full, "test"));
  EXPECT_EQ(add("shop-01").error().code, errc::disk_full);
  EXPECT_FALSE(fleet->account("shop-01"));
  EXPECT_TRUE(add("shop-01")) << "the name is free again";
}

TEST_F(Fleet, ForgetsARemovedAccountAndFreesItsNameAndUser) {
  start();
  add("shop-01");
  weixin.confirm();
  time.settle();
  ASSERT_EQ(fleet->account("shop-01")->state, "online");
  ASSERT_TRUE(remove("shop-01"));
  EXPECT_FALSE(fleet->account("shop-01"));
  EXPECT_EQ(remove("shop-01").error().code, errc::account_not_found);
  add("shop-02");
  weixin.confirm();
  time.advance(2s);
  EXPECT_EQ(fleet->account("shop-02")->state, "online") << "the user is not claimed any more";
}

TEST_F(Fleet, ServesAUserUnderOneNameOnly) {
  start();
  add("shop-01");
  weixin.confirm();
  time.settle();
  add("shop-02");
  weixin.confirm();
  time.advance(2s);
  EXPECT_EQ(fleet->account("shop-01")->state, "online");
  EXPECT_EQ(fleet->account("shop-02")->state, "held");
  EXPECT_EQ(fleet->account("shop-02")->reason, "duplicate_user");
}

TEST_F(Fleet, StartsWhatIsStoredAndLeavesPausedAccountsAlone) {
  store::account_record running, paused;
  running.name = "a";
  paused.name = "b";
  paused.desired = store::desired_state::paused;
  memory->add_account(running, [](result<void>) {});
  memory->add_account(paused, [](result<void>) {});
  EXPECT_EQ(start(), 2U);
  EXPECT_EQ(fleet->account("a")->state, "awaiting_scan");
  EXPECT_EQ(fleet->account("b")->state, "stopped");
  EXPECT_EQ(fleet->account("b")->desired, "paused");
}

TEST_F(Fleet, TellsWhenTheStoreCannotBeRead) {
  memory->fail_next(store::store_call::list_accounts, fail(errc::store_failed, "test"));
  EXPECT_EQ(start(), 999U);
}

TEST_F(Fleet, AnswersNotFoundForEveryRequestToAnUnknownAccount) {
  start();
  std::vector<errc> codes;
  auto note = [&](auto r) { codes.push_back(r ? errc::internal : r.error().code); };
  fleet->command("x", account_command::pause, note);
  fleet->change("x", {.bots = std::vector<std::string>{}}, note);
  fleet->send("x", {"filehelper", store::text_content{"hello"}, {}, {}}, note);
  fleet->command_send("x", "s-1", outbox_command::cancel, note);
  fleet->contacts("x", "", "", note);
  time.settle();
  EXPECT_EQ(codes, std::vector<errc>(5, errc::account_not_found));
  EXPECT_FALSE(fleet->account("x"));
  EXPECT_FALSE(fleet->qr("x"));
}

TEST_F(Fleet, SpacesLoginsByTheConfiguredRate) {
  service->logins = std::make_shared<runtime::shared_bucket>(1.0, 1.0);
  start();
  for (const char* name : {"a", "b", "c"})
    add(name);
  EXPECT_EQ(weixin.count("jslogin"), 1U);
  time.advance(1100ms);
  EXPECT_EQ(weixin.count("jslogin"), 2U);
  time.advance(1s);
  EXPECT_EQ(weixin.count("jslogin"), 3U);
}

TEST_F(Fleet, RemembersAPauseOverARestartOfTheProgram) {
  start();
  add("shop-01");
  fleet->command("shop-01", account_command::pause, [](result<account_view>) {});
  time.settle();
  restart();
  EXPECT_EQ(fleet->account("shop-01")->state, "stopped");
}

TEST_F(Fleet, BringsEveryLivingSessionBackAfterARestartWithoutAScan) {
  start();
  for (const char* name : {"a", "b", "c"})
    log_in(name);
  auto codes = weixin.count("jslogin");
  EXPECT_EQ(restart(), 3U);
  time.advance(2s);
  EXPECT_EQ(fleet->count_by_state(), (std::map<std::string, std::size_t>{{"online", 3}}));
  EXPECT_EQ(weixin.count("jslogin"), codes);
}

TEST_F(Fleet, SpacesResumesByTheRateOfReconnects) {
  start();
  for (const char* name : {"a", "b", "c"})
    log_in(name);
  service->reconnects = std::make_shared<runtime::shared_bucket>(1.0, 1.0);
  auto before = weixin.count("webwxinit");
  restart();
  EXPECT_EQ(weixin.count("webwxinit"), before + 1);
  time.advance(1100ms);
  EXPECT_EQ(weixin.count("webwxinit"), before + 2);
  time.advance(1s);
  EXPECT_EQ(weixin.count("webwxinit"), before + 3);
}

TEST_F(Fleet, StartsAnAccountAgainWhoseSupervisorEndedAndDisturbsNoOther) {
  start();
  log_in("a");
  log_in("b");
  auto polls = weixin.waiting("synccheck");
  ASSERT_EQ(polls, 2U);
  fleet->command("a", account_command::restart, [](result<account_view>) -> void { throw 1; });
  time.advance(3s);
  EXPECT_EQ(fleet->account("a")->state, "online") << "on the session that is stored";
  EXPECT_EQ(fleet->account("b")->state, "online");
  EXPECT_EQ(fleet->account("a")->restarts, 2U) << "the one that was asked for, and the fault";
  EXPECT_EQ(fleet->account("b")->restarts, 0U);
  EXPECT_EQ(weixin.waiting("synccheck"), 2U) << "one poll an account, as before";
}

TEST_F(Fleet, RemovesTheMediaFilesOfARemovedAccount) {
  std::vector<std::string> removed;
  service->remove_media = [&](std::vector<std::string> ids) { removed = std::move(ids); };
  start();
  add("shop-01");
  for (const std::string file : {"m-1", "m-2"}) {
    store::media_record record;
    record.owner = file;
    record.content = store::media_content{file, "hash of " + file, 10, "image/jpeg"};
    memory->keep_media("shop-01", record, {}, [](result<store::kept_media>) {});
  }
  ASSERT_TRUE(remove("shop-01"));
  std::sort(removed.begin(), removed.end());
  EXPECT_EQ(removed, (std::vector<std::string>{"m-1", "m-2"}));
}

TEST_F(Fleet, HasTheStoreCleanUpAfterAMinuteAndThenEveryTen) {
  start();
  time.advance(59s);
  EXPECT_EQ(memory->calls(store::store_call::upkeep), 0U);
  time.advance(2s);
  EXPECT_EQ(memory->calls(store::store_call::upkeep), 1U);
  memory->fail_next(store::store_call::upkeep, fail(errc::store_failed, "test"));
  time.advance(10min);
  EXPECT_EQ(memory->calls(store::store_call::upkeep), 2U);
  time.advance(10min);
  EXPECT_EQ(memory->calls(store::store_call::upkeep), 3U) << "a failure ends nothing";
}

TEST_F(Fleet, GivesUpOnTheProcessWhenTheStoreIsCorruptForWhicheverAccounts) {
  start();
  for (const char* name : {"a", "b", "c"})
    log_in(name);
  for (int i = 0; i < 3; ++i)
    memory->fail_next(store::store_call::commit, fail(errc::store_corrupt, "test"));
  weixin.bring({testing::scripted_weixin::text_message("1", testing::scripted_weixin::friend_, "hi", 1)});
  for (int i = 0; i < 2; ++i)
    weixin.synccheck(0, 2);
  time.advance(3s);
  EXPECT_EQ(fatal, std::vector<std::string>{"store"});
}

// -- shared services
// ----------------------------------------------------------------------------------------------

struct FleetSupervisor : Fleet {
  supervisor::fleet_actor root;

  void start_root() {
    root = runtime::spawn_on<supervisor::fleet_supervisor>(time.system, 0,
                                                           std::shared_ptr<const services>(service), options,
                                                           std::make_shared<supervisor::fleet_directory>());
    time.settle();
  }
  ~FleetSupervisor() override {
    caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
    root = nullptr;
    time.settle();
  }
  router_actor present_router() {
    router_actor found;
    caf::anon_send(root, supervisor::fleet_request{
                             [&](supervisor::fleet_supervisor& f) { found = f.routers().front(); }});
    time.settle();
    return found;
  }
  void kill_router() {
    caf::anon_send_exit(present_router(), caf::exit_reason::kill);
    time.settle();
  }
};

TEST_F(FleetSupervisor, StartsARouterAgainThatEnded) {
  start_root();
  auto before = present_router();
  kill_router();
  EXPECT_NE(present_router(), before);
  EXPECT_TRUE(fatal.empty());
}

TEST_F(FleetSupervisor, GivesUpOnTheProcessWhenARouterEndsThreeTimesAMinute) {
  start_root();
  kill_router();
  time.advance(20s);
  kill_router();
  EXPECT_TRUE(fatal.empty());
  time.advance(20s);
  kill_router();
  EXPECT_EQ(fatal, std::vector<std::string>{"router"});
}

TEST_F(FleetSupervisor, GoesOnWhenRoutersEndFarApart) {
  start_root();
  for (int i = 0; i < 10; ++i) {
    kill_router();
    time.advance(61s);
  }
  EXPECT_TRUE(fatal.empty());
}

} // namespace
} // namespace weixin
