#include "bench/forgetful_store.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <unordered_set>
#include <utility>

namespace weixin::bench {

namespace {

using namespace store;

struct account_memory {
  account_record record;
  std::optional<webwx::session> session;
  std::unordered_set<std::string> msg_ids;
  std::map<std::string, send_record> sends;
  std::map<std::string, std::string> send_by_key;
  std::set<std::string> unfinished;
  std::map<std::string, contact_record> contacts;
  std::map<std::string, std::int64_t> positions;
};

class forgetful_store final : public store::store {
public:
  void list_accounts(callback<std::vector<account_record>> done) override {
    std::vector<account_record> list;
    {
      std::lock_guard lock(mutex_);
      for (const auto& [name, a] : accounts_)
        list.push_back(a.record);
    }
    done(std::move(list));
  }

  void add_account(account_record account, callback<void> done) override {
    std::unique_lock lock(mutex_);
    auto name = account.name;
    bool added = accounts_.try_emplace(name).second;
    if (added) accounts_[name].record = std::move(account);
    lock.unlock();
    if (added) return done({});
    done(fail(errc::account_exists, name));
  }

  void update_account(account_record account, callback<void> done) override {
    done(with(account.name, [&](account_memory& a) -> result<void> {
      a.record = account;
      return {};
    }));
  }

  void remove_account(std::string name, callback<std::vector<std::string>> done) override {
    std::unique_lock lock(mutex_);
    accounts_.erase(name);
    lock.unlock();
    done(std::vector<std::string>{});
  }

  void edit_accounts(account_editor decide, callback<std::vector<std::string>> done) override {
    std::unique_lock lock(mutex_);
    std::vector<account_record> stored;
    for (const auto& [name, a] : accounts_)
      stored.push_back(a.record);
    auto edits = decide(stored);
    if (edits) {
      for (auto* list : {&edits->added, &edits->replaced})
        for (auto& record : *list)
          accounts_[record.name].record = record;
      for (const auto& name : edits->removed)
        accounts_.erase(name);
    }
    lock.unlock();
    if (!edits) return done(edits.error());
    done(std::vector<std::string>{});
  }

  void append_history(std::string, state_change, callback<void> done) override { done({}); }
  void read_history(std::string, std::int64_t, std::size_t,
                    callback<std::vector<state_change>> done) override {
    done(std::vector<state_change>{});
  }

  void commit(sync_commit c, callback<std::vector<appended_message>> done) override {
    done(with(c.account, [&](account_memory& a) -> result<std::vector<appended_message>> {
      std::vector<appended_message> fresh;
      for (auto& m : c.messages)
        if (a.msg_ids.insert(m.msg_id).second) fresh.push_back({std::move(m.msg_id), ++last_seq_});
      if (c.session) a.session = std::move(c.session);
      if (a.session) a.session->keys = std::move(c.keys);
      for (auto& contact : c.contacts)
        a.contacts[contact.ref] = std::move(contact);
      return fresh;
    }));
  }

  void save_session(std::string account, std::optional<webwx::session> session,
                    callback<void> done) override {
    done(with(account, [&](account_memory& a) -> result<void> {
      a.session = std::move(session);
      return {};
    }));
  }

  void load_session(std::string account, callback<std::optional<webwx::session>> done) override {
    done(
        with(account, [&](account_memory& a) -> result<std::optional<webwx::session>> { return a.session; }));
  }

  void read_inbox(inbox_query, callback<std::vector<stored_message>> done) override {
    done(std::vector<stored_message>{});
  }

  void inbox_positions_of(std::string account, callback<inbox_positions> done) override {
    done(with(account, [&](account_memory& a) -> result<inbox_positions> {
      return inbox_positions{last_seq_, a.positions, {}};
    }));
  }

  void save_position(std::string account, std::string consumer, std::int64_t seq,
                     callback<void> done) override {
    done(with(account, [&](account_memory& a) -> result<void> {
      a.positions[consumer] = std::max(a.positions[consumer], seq);
      return {};
    }));
  }

  void save_contacts(std::string account, std::vector<contact_record> contacts,
                     callback<void> done) override {
    done(with(account, [&](account_memory& a) -> result<void> {
      for (auto& c : contacts)
        a.contacts[c.ref] = std::move(c);
      return {};
    }));
  }

  void load_friend_requests(std::string, callback<std::vector<friend_request_record>> done) override {
    done(std::vector<friend_request_record>{});
  }

  void remove_friend_request(std::string, std::string, callback<void> done) override {
    done(fail(errc::friend_request_not_found, "none are kept"));
  }

  void load_contacts(std::string account, callback<std::vector<contact_record>> done) override {
    done(with(account, [&](account_memory& a) -> result<std::vector<contact_record>> {
      std::vector<contact_record> list;
      for (const auto& [ref, c] : a.contacts)
        list.push_back(c);
      return list;
    }));
  }

  void find_message(std::string, std::string, callback<std::optional<stored_message>> done) override {
    done(std::optional<stored_message>{});
  }
  void want_media(std::string, media_record wanted, callback<media_record> done) override { done(wanted); }
  void waiting_media(std::string, std::size_t, callback<std::vector<media_record>> done) override {
    done(std::vector<media_record>{});
  }
  void keep_media(std::string, media_record record, media_quota, callback<kept_media> done) override {
    done(kept_media{std::move(record), 0, {}});
  }
  void note_media(std::string, media_record, callback<void> done) override { done({}); }
  void find_media(std::string, std::string, callback<std::vector<media_record>> done) override {
    done(std::vector<media_record>{});
  }
  void unknown_media_files(std::vector<std::string>, callback<std::vector<std::string>> done) override {
    done(std::vector<std::string>{});
  }

  void enqueue(send_record send, callback<accepted_send> done) override {
    done(with(send.account, [&](account_memory& a) -> result<accepted_send> {
      if (!send.idempotency_key.empty()) {
        auto [known, added] = a.send_by_key.try_emplace(send.idempotency_key, send.id);
        if (!added) return accepted_send{a.sends.at(known->second), true};
      }
      a.unfinished.insert(send.id);
      return accepted_send{a.sends[send.id] = std::move(send), false};
    }));
  }

  void update_send(send_record send, callback<void> done) override {
    done(with(send.account, [&](account_memory& a) -> result<void> {
      auto found = a.sends.find(send.id);
      if (found == a.sends.end()) return fail(errc::send_not_found, send.id);
      if (is_unfinished(send.state))
        a.unfinished.insert(send.id);
      else
        a.unfinished.erase(send.id);
      found->second = std::move(send);
      return {};
    }));
  }

  void find_send(std::string account, std::string id, callback<std::optional<send_record>> done) override {
    done(with(account, [&](account_memory& a) -> result<std::optional<send_record>> {
      auto found = a.sends.find(id);
      if (found == a.sends.end()) return std::optional<send_record>{};
      return std::optional{found->second};
    }));
  }

  void unfinished_sends(std::string account, callback<std::vector<send_record>> done) override {
    done(with(account, [&](account_memory& a) -> result<std::vector<send_record>> {
      std::vector<send_record> list;
      for (const auto& id : a.unfinished)
        list.push_back(a.sends.at(id));
      return list;
    }));
  }

  void find_sent(std::string, std::string, callback<std::optional<send_record>> done) override {
    done(std::optional<send_record>{});
  }

  void spooled_files(callback<std::vector<std::string>> done) override { done(std::vector<std::string>{}); }

  void list_sends(outbox_query, callback<std::vector<send_record>> done) override {
    done(std::vector<send_record>{});
  }

  void list_tokens(callback<std::vector<token_record>> done) override { done(std::vector<token_record>{}); }
  void add_token(token_record, callback<void> done) override { done({}); }
  void remove_token(std::string, callback<void> done) override { done({}); }
  void note_token_use(std::string, wall_time, callback<void> done) override { done({}); }
  void append_audit(audit_record, callback<void> done) override { done({}); }
  void read_audit(std::int64_t, std::size_t, callback<std::vector<audit_record>> done) override {
    done(std::vector<audit_record>{});
  }

  void probe(callback<void> done) override { done({}); }
  void upkeep(wall_time, retention, callback<upkeep_report> done) override { done(upkeep_report{}); }
  void backup(std::filesystem::path, callback<void> done) override { done({}); }
  void check(callback<check_report> done) override { done(check_report{}); }
  store_health health() const override { return {}; }
  secret derived_key(std::string_view) const override { return secret{std::string(32, '\0')}; }

private:
  template <class Work>
  auto with(const std::string& name, Work work) -> decltype(work(std::declval<account_memory&>())) {
    std::lock_guard lock(mutex_);
    auto found = accounts_.find(name);
    if (found == accounts_.end()) return fail(errc::account_not_found, name);
    return work(found->second);
  }

  std::mutex mutex_;
  std::map<std::string, account_memory> accounts_;
  std::int64_t last_seq_ = 0;
};

} // namespace

std::shared_ptr<store::store> make_forgetful_store() { return std::make_shared<forgetful_store>(); }

} // namespace weixin::bench
