// Tokens, sessions and codes: who is let in, for how long, and what for.
#include "admin/access.hpp"
#include "admin/token_text.hpp"
#include "store/memory_store.hpp"

#include <gtest/gtest.h>

#include <set>

namespace weixin::admin {
namespace {

using namespace std::chrono_literals;
using store::token_scope;

struct Access : ::testing::Test {
  std::shared_ptr<manual_wall_clock> clock =
      std::make_shared<manual_wall_clock>(wall_time{} + std::chrono::hours{24 * 365 * 56});
  std::shared_ptr<store::memory_store> kept = std::make_shared<store::memory_store>();
  std::uint64_t entropy = 1;
  std::unique_ptr<access> who_may = open();
  caller local{.peer = httpd::peer_credentials{1000, 1000, 4711}};

  std::unique_ptr<access> open() {
    auto opened = std::make_unique<access>(kept, clock, [this] { return entropy++; });
    kept->list_tokens([&](result<std::vector<store::token_record>> tokens) { opened->load(*tokens); });
    return opened;
  }
  made_access create(access_request wanted = {"grafana", token_scope::read, {}, {}}) {
    std::optional<made_access> made;
    who_may->create(std::move(wanted), local, [&](result<made_access> m) {
      ASSERT_TRUE(m) << to_string(m.error());
      made = *m;
    });
    return made.value_or(made_access{});
  }
  result<void> revoke(const std::string& id) {
    result<void> answer = fail(errc::internal);
    who_may->revoke(id, [&](result<void> r) { answer = std::move(r); });
    return answer;
  }
  std::shared_ptr<grant> shown(const secret& token) { return who_may->find(token.reveal()); }
  caller by(const secret& token) { return {.from = "127.0.0.1", .by = shown(token)}; }
};

TEST_F(Access, MakesTokensOf32RandomBytesThatNobodyElseHas) {
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i) {
    auto token = make_token().reveal();
    EXPECT_TRUE(is_token(token)) << token;
    EXPECT_EQ(token.size(), 47u);
    made.insert(token);
  }
  EXPECT_EQ(made.size(), 100u);
  for (const char* no : {"", "wxd_", "wxd_short", "xwd_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                         "wxd_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa="})
    EXPECT_FALSE(is_token(no)) << no;
}

TEST_F(Access, KnowsATokenAgainAlsoAfterARestart) {
  auto made = create({"shop", token_scope::operate, {"shop-01"}, {}});
  for (int i = 0; i < 2; ++i) {
    auto g = shown(made.text);
    ASSERT_TRUE(g);
    EXPECT_EQ(g->record().name, "shop");
    EXPECT_EQ(g->record().scope, token_scope::operate);
    EXPECT_EQ(g->record().accounts, std::vector<std::string>{"shop-01"});
    EXPECT_EQ(g->record().created_by, "uid 1000");
    who_may = open();
  }
  EXPECT_FALSE(who_may->find(make_token().reveal()));
}

TEST_F(Access, StoresNothingThatATokenCouldBeMadeOf) {
  auto made = create();
  kept->list_tokens([&](result<std::vector<store::token_record>> tokens) {
    ASSERT_EQ(tokens->size(), 1u);
    EXPECT_EQ(tokens->front().hash, hash_of(made.text.reveal()));
    EXPECT_EQ(tokens->front().hash.size(), 32u);
    EXPECT_EQ(tokens->front().hash.find("wxd_"), std::string::npos);
  });
}

TEST_F(Access, RefusesATokenFromItsEndOn) {
  auto made = create({"short", token_scope::read, {}, 60s});
  EXPECT_TRUE(shown(made.text));
  clock->advance(59s);
  EXPECT_TRUE(shown(made.text));
  clock->advance(1s);
  EXPECT_FALSE(shown(made.text));
  EXPECT_EQ(who_may->list().size(), 1u) << "it is still shown to the operator";
}

TEST_F(Access, RefusesATokenFromItsRevocationOn) {
  auto made = create();
  auto other = create();
  auto held = shown(made.text);
  int told = 0;
  held->watch([&] { ++told; });
  ASSERT_TRUE(revoke(made.record.id));
  EXPECT_FALSE(shown(made.text));
  EXPECT_FALSE(held->is_good(clock->now()));
  EXPECT_EQ(told, 1) << "open streams hear of it";
  held->watch([&] { ++told; });
  EXPECT_EQ(told, 2) << "and who comes late at once";
  EXPECT_TRUE(shown(other.text));
  who_may = open();
  EXPECT_FALSE(shown(made.text));
  EXPECT_EQ(revoke(made.record.id).error().code, errc::token_not_found);
  EXPECT_EQ(revoke("nonsense").error().code, errc::token_not_found);
}

TEST_F(Access, RefusesARevokedTokenEvenWhenTheStoreFails) {
  auto made = create();
  kept->fail_next(store::store_call::remove_token, fail(errc::store_failed));
  EXPECT_EQ(revoke(made.record.id).error().code, errc::store_failed);
  EXPECT_FALSE(shown(made.text));
  EXPECT_TRUE(revoke(made.record.id)) << "it can be asked again";
}

TEST_F(Access, DoesNotKnowATokenThatTheStoreDidNotTake) {
  kept->fail_next(store::store_call::add_token, fail(errc::disk_full));
  bool refused = false;
  who_may->create({"x", token_scope::read, {}, {}}, local,
                  [&](result<made_access> m) { refused = !m && m.error().code == errc::disk_full; });
  EXPECT_TRUE(refused);
  EXPECT_EQ(who_may->tokens(), 0u);
}

TEST_F(Access, StoresTheUseOfATokenOnceAnHour) {
  auto made = create();
  auto g = shown(made.text);
  for (int i = 0; i < 10; ++i) {
    who_may->used(g);
    clock->advance(1min);
  }
  EXPECT_EQ(kept->calls(store::store_call::note_token_use), 1u);
  clock->advance(1h);
  who_may->used(g);
  EXPECT_EQ(kept->calls(store::store_call::note_token_use), 2u);
  EXPECT_EQ(g->last_used_at(), clock->now());
}

TEST_F(Access, GivesASessionForACodeOnce) {
  auto code = who_may->make_code({"console", token_scope::operate, {"shop-01"}, {}}, local);
  auto session = who_may->sign_in(code.text.reveal());
  ASSERT_TRUE(session);
  EXPECT_EQ(session->record.scope, token_scope::operate);
  EXPECT_EQ(session->record.accounts, std::vector<std::string>{"shop-01"});
  EXPECT_EQ(session->record.expires_at, clock->now() + access::session_lifetime);
  auto g = shown(session->text);
  ASSERT_TRUE(g);
  EXPECT_TRUE(g->is_session());
  EXPECT_EQ(who_may->sign_in(code.text.reveal()).error().code, errc::code_rejected);
  EXPECT_EQ(who_may->tokens(), 0u) << "a session is no token";
  clock->advance(access::session_lifetime);
  EXPECT_FALSE(shown(session->text));
}

TEST_F(Access, TakesNoCodeThatIsTooOld) {
  auto code = who_may->make_code({"console", token_scope::read, {}, {}}, local);
  clock->advance(access::code_lifetime);
  EXPECT_EQ(who_may->sign_in(code.text.reveal()).error().code, errc::code_rejected);
  EXPECT_EQ(who_may->sign_in("").error().code, errc::code_rejected);
}

TEST_F(Access, ForgetsSessionsAtARestart) {
  auto session =
      who_may->sign_in(who_may->make_code({"console", token_scope::read, {}, {}}, local).text.reveal());
  who_may = open();
  EXPECT_FALSE(shown(session->text));
}

TEST_F(Access, EndsASessionWithTheTokenThatMadeItsCode) {
  auto token = create({"boss", token_scope::administer, {}, 1h});
  auto used = who_may->make_code({"console", token_scope::administer, {}, {}}, by(token.text));
  auto waiting = who_may->make_code({"console", token_scope::administer, {}, {}}, by(token.text));
  auto session = who_may->sign_in(used.text.reveal());
  ASSERT_TRUE(session);
  EXPECT_EQ(session->record.expires_at, clock->now() + 1h) << "it does not outlive the token";
  ASSERT_TRUE(revoke(token.record.id));
  EXPECT_FALSE(shown(session->text));
  EXPECT_FALSE(who_may->sign_in(waiting.text.reveal()));
}

TEST_F(Access, SignsASessionOutAndNothingElse) {
  auto token = create();
  auto session =
      who_may->sign_in(who_may->make_code({"console", token_scope::read, {}, {}}, local).text.reveal());
  EXPECT_FALSE(who_may->sign_out(local));
  EXPECT_FALSE(who_may->sign_out(by(token.text)));
  EXPECT_TRUE(who_may->sign_out(by(session->text)));
  EXPECT_FALSE(shown(session->text));
  EXPECT_TRUE(shown(token.text));
}

TEST_F(Access, EndsASessionThatTheOperatorRevokes) {
  auto session =
      who_may->sign_in(who_may->make_code({"console", token_scope::read, {}, {}}, local).text.reveal());
  EXPECT_TRUE(revoke(session->record.id));
  EXPECT_FALSE(shown(session->text));
}

TEST_F(Access, HoldsABoundedNumberOfCodesAndSessions) {
  auto first_code = who_may->make_code({"console", token_scope::read, {}, {}}, local);
  for (std::size_t i = 0; i < access::max_codes; ++i)
    who_may->make_code({"console", token_scope::read, {}, {}}, local);
  EXPECT_FALSE(who_may->sign_in(first_code.text.reveal())) << "the oldest made room";
  secret first;
  for (std::size_t i = 0; i <= access::max_sessions; ++i) {
    auto session =
        who_may->sign_in(who_may->make_code({"console", token_scope::read, {}, {}}, local).text.reveal());
    ASSERT_TRUE(session);
    if (i == 0) first = session->text;
    clock->advance(1ms);
  }
  EXPECT_EQ(who_may->list().size(), access::max_sessions);
  EXPECT_FALSE(shown(first)) << "the one that ends first made room";
}

TEST_F(Access, BoundsTheFailuresOfAnAddressAndOfNoOther) {
  int taken = 0;
  while (!who_may->failed("192.0.2.1") && taken < 100)
    ++taken;
  EXPECT_LT(taken, 20);
  EXPECT_FALSE(who_may->failed("192.0.2.2"));
}

TEST_F(Access, ReadsTheTokenOfARequestAndTheUserOfASocket) {
  auto made = create();
  httpd::request r;
  r.peer_address = "192.0.2.1";
  EXPECT_FALSE(who_may->identify(r).by);
  for (auto scheme : {"Bearer ", "bearer ", "BEARER  "}) {
    r.headers = {{"Authorization", scheme + made.text.reveal()}};
    auto who = who_may->identify(r);
    ASSERT_TRUE(who.by) << scheme;
    EXPECT_EQ(who.from, "192.0.2.1");
    EXPECT_FALSE(who.is_local());
  }
  for (auto value : {made.text.reveal(), "Basic " + made.text.reveal(), "Bearer " + made.text.reveal() + "x",
                     std::string{"Bearer "}, "Bearer " + made.text.reveal() + ", Bearer x"}) {
    r.headers = {{"Authorization", value}};
    EXPECT_FALSE(who_may->identify(r).by);
  }
  r.peer = httpd::peer_credentials{1000, 1000, 1};
  EXPECT_TRUE(who_may->identify(r).is_local());
}

// -- what a caller may do

struct Caller : Access {
  using params = std::map<std::string, std::string, std::less<>>;
  static std::optional<errc> code(const std::optional<error>& e) {
    return e ? std::optional{e->code} : std::nullopt;
  }
  caller with(token_scope scope, std::vector<std::string> accounts = {}) {
    return by(create({"x", scope, std::move(accounts), {}}).text);
  }
};

TEST_F(Caller, MayDoWhatItsScopeIncludes) {
  struct {
    token_scope scope;
    need most;
  } table[] = {{token_scope::read, need::read},
               {token_scope::operate, need::operate},
               {token_scope::administer, need::administer}};
  for (const auto& [scope, most] : table) {
    auto who = with(scope);
    for (auto what : {need::anyone, need::read, need::operate, need::administer})
      EXPECT_EQ(code(who.refusal(what, {})),
                what <= most ? std::nullopt : std::optional{errc::forbidden_scope})
          << to_string(scope) << " " << to_string(what);
  }
}

TEST_F(Caller, WithoutATokenMayDoNothingThatNeedsOne) {
  caller nobody{.from = "127.0.0.1"};
  EXPECT_FALSE(nobody.refusal(need::anyone, {}));
  for (auto what : {need::read, need::operate, need::administer})
    EXPECT_EQ(code(nobody.refusal(what, {})), errc::unauthorized);
  EXPECT_FALSE(nobody.sees("shop-01"));
}

TEST_F(Caller, OfTheUnixSocketMayDoEverything) {
  EXPECT_FALSE(local.refusal(need::administer, params{{"name", "shop-01"}}));
  EXPECT_TRUE(local.sees("shop-01"));
}

TEST_F(Caller, OfSomeAccountsFindsNoOthers) {
  auto who = with(token_scope::administer, {"shop-01"});
  EXPECT_FALSE(who.refusal(need::administer, params{{"name", "shop-01"}}));
  EXPECT_EQ(code(who.refusal(need::read, params{{"name", "shop-02"}})), errc::account_not_found);
  EXPECT_EQ(code(who.refusal(need::read, params{{"name", "shop-01x"}})), errc::account_not_found);
  EXPECT_TRUE(who.sees("shop-01"));
  EXPECT_FALSE(who.sees("shop-02"));
}

TEST_F(Caller, OfSomeAccountsMayNotDoWhatConcernsAll) {
  auto who = with(token_scope::administer, {"shop-01"});
  EXPECT_EQ(code(who.refusal(need::administer, {})), errc::forbidden_scope);
  EXPECT_FALSE(who.refusal(need::read, {})) << "lists show its own";
}

} // namespace
} // namespace weixin::admin
