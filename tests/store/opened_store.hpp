#pragma once

#include "store/sqlite_store.hpp"
#include "tests/store/contract.hpp"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

namespace weixin::store {

/// A store on disk, in a directory of its own.
struct OpenedStore : testing::Test {
  temporary_directory directory;
  sqlite_store_options options;
  std::unique_ptr<store> s;

  OpenedStore() {
    options.data_dir = directory.path() / "data";
    options.database.busy_timeout = std::chrono::milliseconds{10};
    options.database.survives = durability::process;
  }

  std::filesystem::path file() const { return options.data_dir / "weixind.db"; }
  waiting_store call() { return {*s}; }

  void open() {
    s.reset(); // first lets the old one go
    auto opened = open_sqlite_store(options);
    ASSERT_TRUE(opened) << to_string(opened.error());
    s = std::move(*opened);
  }

  error refused() {
    s.reset();
    auto opened = open_sqlite_store(options);
    EXPECT_FALSE(opened);
    return opened ? error{} : opened.error();
  }

  /// A data directory that holds a file of that content under the database's name, and nothing else but its
  /// key.
  void plant(const std::string& content) {
    std::filesystem::create_directory(options.data_dir);
    std::filesystem::permissions(options.data_dir, std::filesystem::perms::owner_all);
    for (const char* beside : {"weixind.db-wal", "weixind.db-shm"})
      std::filesystem::remove(options.data_dir / beside);
    write_file(file(), content);
  }

  SQLite::Database raw() {
    return SQLite::Database{file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  }

  names account_names() {
    names found;
    auto accounts = call().list_accounts();
    if (!accounts) return {to_string(accounts.error())};
    for (const auto& account : *accounts)
      found.push_back(account.name);
    return found;
  }

  /// Some of everything, for the account shop-01.
  void fill() {
    auto account = account_named("shop-01");
    account.media = media_policy::all;
    ASSERT_TRUE(call().add_account(account));
    names ids;
    for (int i = 0; i < 40; ++i)
      ids.push_back(std::to_string(i));
    auto sync = batch(ids);
    sync.session = session_of(1001, 1);
    for (int i = 0; i < 20; ++i)
      sync.contacts.push_back(contact_with("c-" + std::to_string(i)));
    sync.friend_requests.emplace_back();
    sync.friend_requests.back().id = "7";
    ASSERT_TRUE(call().commit(sync));
    for (int i = 0; i < 20; ++i)
      ASSERT_TRUE(call().enqueue(send_with("s-" + std::to_string(i))));
    ASSERT_TRUE(call().save_position("shop-01", "echo", 7));
    ASSERT_TRUE(call().append_history("shop-01", {0, noon, "logged_out", "online", "resumed"}));
    ASSERT_TRUE(call().add_token(token_named("t-1")));
    ASSERT_TRUE(call().append_audit(audit_of("POST /v1/accounts")));
    ASSERT_TRUE(call().want_media("shop-01", picture_of("1")));
    ASSERT_TRUE(call().keep_media("shop-01", fetched("2", "m-1", "hash-1")));
  }

  /// Makes every call that reads, and some that write, whatever they answer.
  void use_everything() {
    call().list_accounts();
    call().load_session("shop-01");
    call().read_inbox({.account = "shop-01", .limit = 1'000});
    call().read_inbox({.account = "shop-01", .with = "c-1"});
    call().inbox_positions_of("shop-01");
    call().load_contacts("shop-01");
    call().load_friend_requests("shop-01");
    call().remove_friend_request("shop-01", "1");
    call().unfinished_sends("shop-01");
    call().list_sends({.account = "shop-01"});
    call().read_history("shop-01", 0, 100);
    call().find_message("shop-01", "1");
    call().list_tokens();
    call().note_token_use("t-1", noon);
    call().read_audit(0, 100);
    call().append_audit(audit_of("POST /v1/tokens"));
    call().waiting_media("shop-01", 100);
    call().find_media("shop-01", "2");
    call().keep_media("shop-01", fetched("3", "m-3", "hash-3"));
    call().check();
    call().commit(batch({"1", "1000"}));
    call().enqueue(send_with("s-1000"));
    call().update_send(send_with("s-1", send_state::refused));
    call().upkeep(noon + std::chrono::hours{24 * 30}, {});
    call().remove_account("shop-01");
  }
};

} // namespace weixin::store
