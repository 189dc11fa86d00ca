#include "store/check.hpp"

#include "store/account_rows.hpp"
#include "store/contact_rows.hpp"
#include "store/friend_request_rows.hpp"
#include "store/inbox_rows.hpp"
#include "store/media_rows.hpp"
#include "store/outbox_rows.hpp"
#include "store/session_rows.hpp"
#include "store/settings_rows.hpp"
#include "store/sqlite_error.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace weixin::store {

namespace {

constexpr std::size_t max_faults = 1'000;

struct stopped {};

class checker {
public:
  checker(engine& e, const std::function<bool()>& stop) : engine_(e), stop_(stop) {}

  check_report run() {
    guarded("the database file", [&] { check_file(); });
    std::vector<account_ref> accounts;
    guarded("the accounts", [&] { accounts = all_accounts(); });
    for (const auto& account : accounts) {
      ++report_.accounts;
      guarded("account " + account.name, [&] { check_account(account); });
    }
    return std::move(report_);
  }

private:
  row_access rows() { return engine_.rows(); }

  template <class Work>
  void guarded(const std::string& what, Work work) {
    try {
      work();
    } catch (const SQLite::Exception& e) {
      pause();
      fault(to_string(sqlite_failure(what, e)));
    }
  }

  void pause() {
    if (stop_ && stop_()) throw stopped{};
  }

  void fault(std::string sentence) {
    if (report_.faults.size() < max_faults) report_.faults.push_back(std::move(sentence));
  }

  void check_file() {
    {
      auto found = rows().use("PRAGMA integrity_check(100)");
      while (found.next())
        if (auto line = found.text(0); line != "ok") fault("database file: " + line);
    }
    auto found = rows().use("PRAGMA foreign_key_check");
    while (found.next())
      fault("table " + found.text(0) + ": row " + found.text(1) + " belongs to no account");
  }

  std::vector<account_ref> all_accounts() {
    std::vector<account_ref> accounts;
    auto found = rows().use("SELECT id, name FROM account WHERE removed = 0 ORDER BY name");
    while (found.next())
      accounts.push_back({found.number(0), found.text(1)});
    return accounts;
  }

  void check_account(const account_ref& account) {
    auto of_account = " of account " + account.name;
    if (!read_settings(rows(), account)) fault("settings" + of_account + ": cannot be unsealed");
    if (!read_session(rows(), account)) fault("session" + of_account + ": cannot be unsealed");
    check_messages(rows(), account, [&](std::int64_t seq, bool good) {
      count(report_.messages);
      if (!good) fault("message " + std::to_string(seq) + of_account + ": cannot be unsealed");
    });
    check_contacts(rows(), account, [&](const std::string& ref, bool good) {
      count(report_.contacts);
      if (!good) fault("contact " + ref + of_account + ": cannot be unsealed");
    });
    check_links(rows(), account, [&](const std::string& owner, bool good) {
      count(report_.media);
      if (!good) fault("media of " + owner + of_account + ": cannot be unsealed");
    });
    check_friend_requests(rows(), account, [&](const std::string& id, bool good) {
      if (!good) fault("friend request " + id + of_account + ": cannot be unsealed");
    });
    check_sends(rows(), account, [&](const std::string& id, bool good) {
      count(report_.sends);
      if (!good) fault("send " + id + of_account + ": cannot be read");
    });
  }

  void count(std::uint64_t& counter) {
    if (++counter % 1024 == 0) pause();
  }

  engine& engine_;
  const std::function<bool()>& stop_;
  check_report report_;
};

} // namespace

result<check_report> check_everything(engine& e, const std::function<bool()>& stop) {
  try {
    return checker{e, stop}.run();
  } catch (const stopped&) {
    return fail(errc::cancelled, "the store closes");
  }
}

} // namespace weixin::store
