// What people wrote, are called, or could be taken over with is not readable in any file.

#include "store/backup.hpp"
#include "store/dump.hpp"
#include "tests/store/opened_store.hpp"

namespace weixin::store {
namespace {

namespace fs = std::filesystem;

struct StoreSecrets : OpenedStore {
  names canaries;

  std::string canary(const std::string& what) {
    canaries.push_back("canary-" + what + "-4c1d9e07");
    return canaries.back();
  }

  void store_canaries() {
    auto account = account_named("shop-01");
    account.settings.proxy = secret{"http://anna:" + canary("proxy") + "@proxy.example.com:3128"};
    ASSERT_TRUE(call().add_account(account));
    auto sync = batch({});
    sync.session = session_of(1001, 1);
    sync.session->sid = secret{canary("sid")};
    sync.session->skey = secret{canary("skey")};
    sync.session->pass_ticket = secret{canary("ticket")};
    sync.session->device_id = canary("device");
    sync.session->user_name = canary("own-user-name");
    sync.session->nick_name = canary("own-nick");
    sync.messages = {message_with("1")};
    sync.messages[0].event = canary("event");
    sync.messages[0].raw = canary("raw");
    auto contact = contact_with("c-1");
    contact.session = canary("contact-session");
    contact.user_name = canary("contact-user-name");
    contact.alias = canary("alias");
    contact.remark = canary("remark");
    contact.nick = canary("nick");
    contact.real_id = canary("real-id");
    contact.province = canary("contact-province");
    contact.city = canary("contact-city");
    sync.contacts = {contact};
    sync.friend_requests = {{"1", noon, canary("request-session"), canary("request-user-name"),
                             secret{canary("request-ticket")}, canary("request-nick"),
                             canary("request-alias"), canary("greeting"), canary("province"), canary("city"),
                             1, 30}};
    ASSERT_TRUE(call().commit(sync));
    auto send = send_with("s-1");
    send.content = text_content{canary("text")};
    send.idempotency_key = canary("idempotency-key");
    ASSERT_TRUE(call().enqueue(send));
    ASSERT_TRUE(call().update_send(send_with("s-1", send_state::attempting)));
  }

  void expect_no_canary(const fs::path& path) {
    auto content = read_file(path);
    ASSERT_FALSE(content.empty()) << path;
    for (const auto& mark : canaries)
      EXPECT_EQ(content.find(mark), std::string::npos) << mark << " in " << path;
  }
};

TEST_F(StoreSecrets, AreInNoFile) {
  open();
  store_canaries();
  auto backup = directory.path() / "backup.db";
  ASSERT_TRUE(call().backup(backup));
  expect_no_canary(options.data_dir / "weixind.db-wal");
  expect_no_canary(file());
  expect_no_canary(backup);
  ASSERT_EQ((*call().load_session("shop-01"))->skey.reveal(), canaries[2]) << "what is looked for was there";
  s.reset();
  expect_no_canary(file());
}

TEST_F(StoreSecrets, AreInNoDump) {
  open();
  store_canaries();
  std::string lines;
  ASSERT_TRUE(dump(options.data_dir, [&](std::string line) { lines += line + "\n"; }));
  EXPECT_NE(lines.find("\"s-1\""), std::string::npos);
  for (const auto& mark : canaries)
    EXPECT_EQ(lines.find(mark), std::string::npos) << mark;
}

TEST_F(StoreSecrets, OfARemovedAccountAreGoneAlsoInTheirSealedForm) {
  open();
  ASSERT_TRUE(call().add_account(account_named("shop-02")));
  store_canaries();
  std::string sealed;
  {
    auto db = raw();
    sealed = db.execAndGet("SELECT sealed FROM inbox").getString();
  }
  ASSERT_GT(sealed.size(), 50u);
  sealed = sealed.substr(5, 32);
  ASSERT_NE(read_file(options.data_dir / "weixind.db-wal").find(sealed), std::string::npos);
  ASSERT_TRUE(call().remove_account("shop-01"));
  EXPECT_EQ(fs::file_size(options.data_dir / "weixind.db-wal"), 0u);
  auto content = read_file(file());
  EXPECT_EQ(content.find(sealed), std::string::npos);
  EXPECT_EQ(content.find("shop-01"), std::string::npos);
  EXPECT_NE(content.find("shop-02"), std::string::npos);
}

TEST_F(StoreSecrets, OfARemovedAccountLeaveTheLogWhenItsLastReaderEnds) {
  open();
  store_canaries();
  {
    auto reader = raw();
    reader.exec("BEGIN");
    ASSERT_EQ(reader.execAndGet("SELECT count(*) FROM inbox").getInt(), 1);
    EXPECT_TRUE(call().remove_account("shop-01")) << "nobody waits for a reader";
    EXPECT_GT(fs::file_size(options.data_dir / "weixind.db-wal"), 0u);
  }
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (fs::file_size(options.data_dir / "weixind.db-wal") > 0 &&
         std::chrono::steady_clock::now() < deadline)
    ASSERT_TRUE(call().list_accounts());
  EXPECT_EQ(fs::file_size(options.data_dir / "weixind.db-wal"), 0u);
}

TEST_F(StoreSecrets, AreInNoError) {
  open();
  store_canaries();
  auto send = send_with("s-1");
  send.content = text_content{canaries.back()};
  auto taken = call().enqueue(send);
  ASSERT_FALSE(taken);
  for (const auto& mark : canaries)
    EXPECT_EQ(to_string(taken.error()).find(mark), std::string::npos);
}

} // namespace
} // namespace weixin::store
