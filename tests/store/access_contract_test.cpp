// Tokens and the audit: the rules of store/store.hpp on every implementation.

#include "tests/store/contract.hpp"

namespace weixin::store {
namespace {

using namespace std::chrono_literals;

struct AccessContract : StoreContract {
  names token_ids() {
    names ids;
    auto tokens = call().list_tokens();
    if (!tokens) return {to_string(tokens.error())};
    for (const auto& t : *tokens)
      ids.push_back(t.id);
    return ids;
  }
  names calls(std::int64_t after = 0, std::size_t limit = 100) {
    names found;
    auto rows = call().read_audit(after, limit);
    if (!rows) return {to_string(rows.error())};
    for (const auto& r : *rows)
      found.push_back(r.call);
    return found;
  }
};
WEIXIN_ON_EVERY_STORE(AccessContract);

TEST_P(AccessContract, KeepsATokenAsItWasMadeOverARestart) {
  auto plain = token_named("t-1");
  auto limited = token_named("t-2", 'b');
  limited.scope = token_scope::administer;
  limited.accounts = {"shop-01", "shop-02"};
  limited.expires_at = noon + 24h;
  ASSERT_TRUE(call().add_token(limited));
  ASSERT_TRUE(call().add_token(plain));
  reopen();
  auto tokens = call().list_tokens();
  ASSERT_TRUE(tokens) << to_string(tokens.error());
  EXPECT_EQ(*tokens, (std::vector{plain, limited}));
}

TEST_P(AccessContract, ForgetsATokenThatIsRevoked) {
  ASSERT_TRUE(call().add_token(token_named("t-1")));
  ASSERT_TRUE(call().add_token(token_named("t-2", 'b')));
  ASSERT_TRUE(call().remove_token("t-1"));
  reopen();
  EXPECT_EQ(token_ids(), names{"t-2"});
  EXPECT_EQ(code_of(call().remove_token("t-1")), errc::token_not_found);
}

TEST_P(AccessContract, NotesWhenATokenWasUsed) {
  ASSERT_TRUE(call().add_token(token_named("t-1")));
  ASSERT_TRUE(call().note_token_use("t-1", noon + 1h));
  reopen();
  EXPECT_EQ(call().list_tokens()->front().last_used_at, noon + 1h);
  EXPECT_EQ(code_of(call().note_token_use("t-9", noon)), errc::token_not_found);
}

TEST_P(AccessContract, HoldsABoundedNumberOfTokens) {
  for (std::size_t i = 0; i < max_tokens; ++i) {
    auto t = token_named("t-" + std::to_string(i));
    t.hash = std::to_string(i) + std::string(32, 'x');
    t.hash.resize(32);
    ASSERT_TRUE(call().add_token(t));
  }
  EXPECT_EQ(code_of(call().add_token(token_named("t-one-more", 'z'))), errc::queue_full);
  EXPECT_EQ(token_ids().size(), max_tokens);
}

TEST_P(AccessContract, KeepsAnAuditRowAsItWasWrittenOverARestart) {
  audit_record full{.id = 0,
                    .at = noon,
                    .refused = false,
                    .who = "local",
                    .uid = 1000,
                    .pid = 4711,
                    .token = "t-1",
                    .name = "grafana",
                    .from = "127.0.0.1",
                    .call = "POST /v1/accounts",
                    .account = "shop-01",
                    .object = "pause",
                    .status = 409,
                    .code = "account_exists"};
  ASSERT_TRUE(call().append_audit(full));
  reopen();
  auto rows = call().read_audit(0, 10);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_GT(rows->front().id, 0);
  full.id = rows->front().id;
  EXPECT_EQ(rows->front(), full);
}

TEST_P(AccessContract, ReadsTheAuditPageByPage) {
  for (const char* c : {"a", "b", "c", "d"})
    ASSERT_TRUE(call().append_audit(audit_of(c)));
  EXPECT_EQ(calls(0, 2), (names{"c", "d"})) << "the newest";
  EXPECT_EQ(calls(-1, 3), (names{"a", "b", "c"})) << "from the beginning";
  auto first = call().read_audit(-1, 1)->front().id;
  EXPECT_EQ(calls(first, 2), (names{"b", "c"}));
}

TEST_P(AccessContract, DropsAuditRowsThatAreTooOld) {
  ASSERT_TRUE(call().append_audit(audit_of("old", false, noon)));
  ASSERT_TRUE(call().append_audit(audit_of("new", false, noon + 2h)));
  retention keep;
  keep.history_age = 24h;
  auto report = call().upkeep(noon + 25h, keep);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->audit_rows, 1u);
  EXPECT_EQ(calls(), names{"new"});
}

TEST_P(AccessContract, DropsWhatWasRefusedWithoutTouchingWhatWasDone) {
  retention keep;
  keep.audit_rows = 2;
  keep.refused_audit_rows = 1;
  for (const char* c : {"a", "b", "c"})
    ASSERT_TRUE(call().append_audit(audit_of(c)));
  for (const char* c : {"x", "y", "z"})
    ASSERT_TRUE(call().append_audit(audit_of(c, true)));
  auto report = call().upkeep(noon, keep);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->audit_rows, 3u);
  EXPECT_EQ(calls(), (names{"b", "c", "z"}));
}

TEST_P(AccessContract, NamesScopesAsTheyAreRead) {
  for (auto scope : {token_scope::read, token_scope::operate, token_scope::administer})
    EXPECT_EQ(parse_token_scope(to_string(scope)), scope);
  EXPECT_EQ(parse_token_scope("root"), std::nullopt);
}

} // namespace
} // namespace weixin::store
