// Every schema that was ever released opens, with all that it held.

#include "store/schema.hpp"
#include "tests/store/opened_store.hpp"

namespace weixin::store {
namespace {

namespace fs = std::filesystem;

struct Migration : OpenedStore {
  static fs::path fixture(const std::string& name) { return fs::path{WEIXIN_TEST_DATA} / "store" / name; }
  void plant_with_key(const std::string& name) {
    plant(read_file(fixture(name + ".db")));
    write_file(options.data_dir / "key", read_file(fixture(name + ".key")));
    fs::permissions(options.data_dir / "key", fs::perms::owner_read | fs::perms::owner_write);
  }
  /// What the version with schema 2 wrote: two accounts with a send in every state, and a message.
  void plant_version_2() { plant_with_key("schema-2"); }
  /// The same: two accounts, a message, and three pictures.
  void plant_version_2_with_pictures() { plant_with_key("schema-2-media"); }
  /// A file that the version with schema 1 wrote: three accounts.
  void plant_version_1() { plant(read_file(fs::path{WEIXIN_TEST_DATA} / "store" / "schema-1.db")); }
};

TEST_F(Migration, KeepsThePicturesOfSchema2ForTheirAccounts) {
  plant_version_2_with_pictures();
  ASSERT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), 2);
  open();
  EXPECT_EQ(account_names(), (names{"shop-01", "shop-02"}));
  EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-01"})), names{"1001"});
  EXPECT_FALSE(call().list_accounts()->at(0).media) << "the server's default";
  EXPECT_EQ(*call().unknown_media_files({"m-01hf7yat000000000000000abc", "m-01hf7yat000000000000009abc"}),
            names{"m-01hf7yat000000000000009abc"});
  EXPECT_EQ(call().check()->faults, names{});
  open();
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), schema_version);
  EXPECT_EQ(*call().remove_account("shop-01"),
            (names{"m-01hf7yat000000000000000abc", "m-01hf7yat000000000000001abc"}));
}

TEST_F(Migration, FromSchema2IsAllOrNothing) {
  plant_version_2_with_pictures();
  options.database.max_bytes = read_file(file()).size();
  EXPECT_EQ(refused().code, errc::disk_full);
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), 2);
  options.database.max_bytes = 0;
  open();
  EXPECT_EQ(account_names().size(), 2u);
}

TEST_F(Migration, KeepsTheAccountsOfSchema1) {
  plant_version_1();
  ASSERT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), 1);
  open();
  auto accounts = call().list_accounts();
  ASSERT_TRUE(accounts) << to_string(accounts.error());
  ASSERT_EQ(account_names(), (names{"a-first", "shop-01", "shop-02"}));
  EXPECT_EQ(accounts->at(0).kind, "ilink");
  EXPECT_EQ(accounts->at(0).bots, names{"rules"});
  EXPECT_EQ(accounts->at(0).uin, 9'000'000'001);
  EXPECT_EQ(accounts->at(1).bots, (names{"echo", "rules", "echo"}));
  EXPECT_EQ(accounts->at(1).created_at, noon);
  EXPECT_EQ(accounts->at(1).held, "");
  EXPECT_EQ(accounts->at(2).desired, desired_state::paused);
  EXPECT_TRUE(accounts->at(2).bots.empty());
}

TEST_F(Migration, KeepsTheSendsOfSchema2) {
  plant_version_2();
  ASSERT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), 2);
  open();
  for (const std::string account : {"shop-01", "shop-02"}) {
    auto sends = call().list_sends({.account = account});
    ASSERT_TRUE(sends);
    ASSERT_EQ(sends->size(), 6U);
    for (const auto& send : *sends) {
      EXPECT_EQ(kind_of(send.content), send_kind::text);
      EXPECT_EQ(text_of(send.content), "text of " + std::string{to_string(send.state)} + " in " + account);
      EXPECT_EQ(send.attempts, 1U);
      bool is_settled = !is_unfinished(send.state);
      EXPECT_EQ(send.msg_id, send.state == send_state::sent ? "9001" : "");
      EXPECT_EQ(send.error, is_settled && send.state != send_state::sent ? "some_code" : "");
    }
    EXPECT_EQ(call().unfinished_sends(account)->size(), 2U);
  }
  EXPECT_EQ(call().find_message("shop-01", "1")->value().raw, R"({"MsgId":"1"})");
  EXPECT_TRUE(call().spooled_files()->empty());
  EXPECT_EQ(call().check()->faults, names{});
  open();
  EXPECT_EQ(call().list_sends({.account = "shop-01"})->size(), 6U);
}

TEST_F(Migration, KeepsTheIdempotencyKeysOfSchema2) {
  plant_version_2();
  open();
  auto first = call().list_sends({.account = "shop-01"})->front();
  auto again = first;
  again.id = "s-00000000000000000000000999";
  again.idempotency_key = "key of " + first.id;
  auto repeated = call().enqueue(again);
  ASSERT_TRUE(repeated) << to_string(repeated.error());
  EXPECT_TRUE(repeated->repeated);
  EXPECT_EQ(repeated->record.id, first.id);
  again.content = text_content{"other words"};
  EXPECT_EQ(code_of(call().enqueue(again)), errc::idempotency_conflict);
}

TEST_F(Migration, KeepsASendOfSchema2ThatCannotBeReadAsUnreadable) {
  plant_version_2();
  raw().exec("UPDATE outbox SET recipient = 'c-00000000000000000000000002' WHERE rowid = 1");
  open();
  EXPECT_EQ(call().list_sends({.account = "shop-01"})->size(), 5U);
  ASSERT_TRUE(call().list_accounts()); // behind it, what the call before found is counted
  EXPECT_EQ(s->health().unreadable_rows, 1U);
}

TEST_F(Migration, AddsTheSettingsOfAccountsToSchema4) {
  plant_version_1();
  open();
  s.reset();
  auto old = raw();
  old.exec("DROP TABLE api_token");
  old.exec("DROP TABLE audit");
  old.exec("DROP TABLE account_settings");
  old.exec("DROP TABLE friend_request");
  old.exec("PRAGMA user_version = 4");
  open();
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), schema_version);
  auto account = call().list_accounts()->at(1);
  EXPECT_EQ(account.settings, account_settings{});
  account.settings.login = webwx::login_choice::desktop;
  ASSERT_TRUE(call().update_account(account));
  EXPECT_EQ(call().list_accounts()->at(1).settings, account.settings);
}

/// What version 5 wrote: the present schema without friend requests.
TEST_F(Migration, AddsFriendRequestsToSchema5) {
  open();
  fill();
  s.reset();
  {
    auto db = raw();
    db.exec("DROP TABLE api_token");
    db.exec("DROP TABLE audit");
    db.exec("DROP TABLE friend_request");
    db.exec("PRAGMA user_version = 5");
  }
  open();
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), schema_version);
  EXPECT_EQ(call().read_inbox({.account = "shop-01"})->size(), 40u);
  EXPECT_EQ(call().load_contacts("shop-01")->size(), 20u);
  EXPECT_EQ(call().unfinished_sends("shop-01")->size(), 20u);
  EXPECT_TRUE(call().load_friend_requests("shop-01")->empty());
  auto sync = batch({"100"}, 2);
  sync.friend_requests.emplace_back();
  sync.friend_requests.back().id = "100";
  sync.friend_requests.back().received_at = noon;
  ASSERT_TRUE(call().commit(sync));
  EXPECT_EQ(call().load_friend_requests("shop-01")->size(), 1u);
  EXPECT_EQ(call().check()->faults, names{});
}

/// What the version with schema 6 wrote: two accounts with sessions, a message, a send, and a proxy.
TEST_F(Migration, AddsTokensAndTheAuditToSchema6) {
  plant_with_key("schema-6");
  ASSERT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), 6);
  open();
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), schema_version);
  EXPECT_EQ(account_names(), (names{"shop-01", "shop-02"}));
  EXPECT_TRUE(call().load_session("shop-01")->has_value());
  EXPECT_EQ(call().read_inbox({.account = "shop-01"})->size(), 1u);
  EXPECT_EQ(call().list_sends({.account = "shop-01"})->size(), 1u);
  EXPECT_EQ(call().list_accounts()->at(1).settings.proxy.reveal(), "http://user:word@127.0.0.1:9");
  EXPECT_TRUE(call().list_tokens()->empty());
  EXPECT_TRUE(call().read_audit(0, 10)->empty());
  ASSERT_TRUE(call().add_token(token_named("t-1")));
  ASSERT_TRUE(call().append_audit(audit_of("POST /v1/tokens")));
  open();
  EXPECT_EQ(call().list_tokens()->size(), 1u);
  EXPECT_EQ(call().read_audit(0, 10)->size(), 1u);
  EXPECT_EQ(call().check()->faults, names{});
}

TEST_F(Migration, FromSchema6IsAllOrNothing) {
  plant_with_key("schema-6");
  options.database.max_bytes = read_file(file()).size();
  EXPECT_EQ(refused().code, errc::disk_full);
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), 6);
  options.database.max_bytes = 0;
  open();
  EXPECT_EQ(account_names().size(), 2u);
}

/// What the version with schema 8 wrote: two accounts with sessions, a message and three contacts each.
TEST_F(Migration, KeepsTheContactsOfSchema8) {
  plant_with_key("schema-8");
  ASSERT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), 8);
  open();
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), schema_version);
  for (const std::string account : {"shop-01", "shop-02"}) {
    auto contacts = call().load_contacts(account);
    ASSERT_TRUE(contacts);
    ASSERT_EQ(refs_of(contacts), (names{"c-1", "c-2", "c-3"}));
    for (const auto& found : *contacts) {
      contact_record expected;
      expected.ref = found.ref;
      expected.session = "@own";
      expected.user_name = "@user-" + found.ref;
      expected.kind = webwx::contact_kind::friend_;
      expected.alias = "alias";
      expected.remark = "remark";
      expected.nick = "nick of " + found.ref + " in " + account;
      expected.seen_at = noon;
      expected.basis = webwx::match_basis::names; // at least
      EXPECT_EQ(found, expected);
    }
  }
  EXPECT_TRUE(call().load_session("shop-02")->has_value());
  EXPECT_EQ(call().list_sends({.account = "shop-01"})->size(), 1u);
  ASSERT_TRUE(call().save_contacts("shop-01", {contact_with("c-2")}));
  open();
  EXPECT_EQ(call().load_contacts("shop-01")->at(1), contact_with("c-2"));
  EXPECT_EQ(call().check()->faults, names{});
}

TEST_F(Migration, KeepsAContactOfSchema8ThatCannotBeReadAsUnreadable) {
  plant_with_key("schema-8");
  raw().exec("UPDATE contact SET ref = 'c-4' WHERE ref = 'c-3'");
  open();
  EXPECT_EQ(refs_of(call().load_contacts("shop-01")), (names{"c-1", "c-2"}));
  ASSERT_TRUE(call().list_accounts()); // behind it, what the call before found is counted
  EXPECT_EQ(s->health().unreadable_rows, 1u);
}

TEST_F(Migration, FromSchema8IsAllOrNothing) {
  plant_with_key("schema-8");
  raw().exec("CREATE TRIGGER third BEFORE UPDATE ON contact WHEN NEW.ref = 'c-3' "
             "BEGIN SELECT RAISE(ABORT, 'no'); END");
  refused();
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), 8);
  raw().exec("DROP TRIGGER third");
  open();
  EXPECT_EQ(call().load_contacts("shop-01")->size(), 3u);
}

TEST_F(Migration, LeavesADatabaseOfThePresentSchema) {
  plant_version_1();
  open();
  ASSERT_EQ(ids_of(call().commit(batch({"1"}))), names{"1"});
  ASSERT_TRUE(call().save_session("shop-01", session_of(1001, 1)));
  open();
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), schema_version);
  EXPECT_EQ(*call().load_session("shop-01"), session_of(1001, 1));
  EXPECT_EQ(call().check()->faults, names{});
}

TEST_F(Migration, IsAllOrNothing) {
  plant_version_1();
  auto before = read_file(file());
  options.database.max_bytes = before.size(); // no room for more tables
  EXPECT_EQ(refused().code, errc::disk_full);
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), 1);
  options.database.max_bytes = 0;
  open();
  EXPECT_EQ(account_names().size(), 3u);
}

TEST_F(Migration, RefusesADamagedDatabaseOfSchema1) {
  plant_version_1();
  auto damaged = read_file(file());
  std::fill(damaged.begin() + 4096, damaged.begin() + 4096 + 512, '\xff');
  plant(damaged);
  EXPECT_EQ(refused().code, errc::store_corrupt);
  EXPECT_TRUE(read_file(file()) == damaged);
  EXPECT_FALSE(fs::exists(options.data_dir / "key"));
}

} // namespace
} // namespace weixin::store
