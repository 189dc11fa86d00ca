#pragma once

#include "store/store.hpp"
#include "tests/simulation/fault_plan.hpp"
#include "tests/simulation/timeline.hpp"
#include "tests/simulation/trace.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weixin::simulation {

/// Who watches what the store holds. Called when a change is stored, before its caller hears of it.
struct store_observer {
  virtual ~store_observer() = default;
  virtual void committed(const store::sync_commit& commit,
                         const std::vector<store::appended_message>& fresh) = 0;
  virtual void session_saved(const std::string& account, const std::optional<webwx::session>& session) = 0;
  virtual void enqueued(const store::send_record& wanted, const store::accepted_send& accepted) = 0;
  virtual void updated(const store::send_record& change) = 0;
  virtual void not_updated(const store::send_record& change, const error& why) = 0;
  virtual void position_saved(const std::string& account, const std::string& consumer, std::int64_t seq) = 0;
};

/// One server process's way to the store that outlives it: every call takes some virtual time, in order, and
/// now and then the disk has its way.
class faulty_store final : public weixin::store::store {
public:
  using account_record = weixin::store::account_record;
  using state_change = weixin::store::state_change;
  using sync_commit = weixin::store::sync_commit;
  using appended_message = weixin::store::appended_message;
  using inbox_query = weixin::store::inbox_query;
  using stored_message = weixin::store::stored_message;
  using inbox_positions = weixin::store::inbox_positions;
  using contact_record = weixin::store::contact_record;
  using friend_request_record = weixin::store::friend_request_record;
  using accepted_send = weixin::store::accepted_send;
  using outbox_query = weixin::store::outbox_query;
  using retention = weixin::store::retention;
  using upkeep_report = weixin::store::upkeep_report;
  using check_report = weixin::store::check_report;
  using store_health = weixin::store::store_health;
  using send_record = weixin::store::send_record;
  using media_record = weixin::store::media_record;
  using media_quota = weixin::store::media_quota;
  using kept_media = weixin::store::kept_media;
  using token_record = weixin::store::token_record;
  using audit_record = weixin::store::audit_record;

  faulty_store(timeline& time, fault_plan& plan, trace& t, std::shared_ptr<weixin::store::store> inner,
               store_observer& observer, std::uint64_t seed);

  /// The disk takes no writes for so long.
  void be_full_for(std::chrono::nanoseconds time);
  /// Writes fail, for so long, with store_failed.
  void fail_for(std::chrono::nanoseconds time);
  void be_slow_for(std::chrono::nanoseconds time);
  /// Nothing is wrong any more; what fails by itself stays so until its caller asks again.
  void recover();
  /// The process is gone. Of the calls that wait the first `carried_out` still reach the disk; no caller ever
  /// hears of any.
  void die(std::size_t carried_out);
  std::size_t waiting() const noexcept { return waiting_.size(); }

  void list_accounts(callback<std::vector<account_record>> done) override;
  void add_account(account_record account, callback<void> done) override;
  void update_account(account_record account, callback<void> done) override;
  void remove_account(std::string name, callback<std::vector<std::string>> done) override;
  void edit_accounts(weixin::store::account_editor decide, callback<std::vector<std::string>> done) override;
  void append_history(std::string account, state_change change, callback<void> done) override;
  void read_history(std::string account, std::int64_t after, std::size_t limit,
                    callback<std::vector<state_change>> done) override;
  void commit(sync_commit commit, callback<std::vector<appended_message>> done) override;
  void save_session(std::string account, std::optional<webwx::session> session, callback<void> done) override;
  void load_session(std::string account, callback<std::optional<webwx::session>> done) override;
  void read_inbox(inbox_query query, callback<std::vector<stored_message>> done) override;
  void inbox_positions_of(std::string account, callback<inbox_positions> done) override;
  void save_position(std::string account, std::string consumer, std::int64_t seq,
                     callback<void> done) override;
  void save_contacts(std::string account, std::vector<contact_record> contacts, callback<void> done) override;
  void load_contacts(std::string account, callback<std::vector<contact_record>> done) override;
  void load_friend_requests(std::string account, callback<std::vector<friend_request_record>> done) override;
  void remove_friend_request(std::string account, std::string id, callback<void> done) override;
  void find_message(std::string account, std::string msg_id,
                    callback<std::optional<stored_message>> done) override;
  void want_media(std::string account, media_record wanted, callback<media_record> done) override;
  void waiting_media(std::string account, std::size_t limit,
                     callback<std::vector<media_record>> done) override;
  void keep_media(std::string account, media_record record, media_quota quota,
                  callback<kept_media> done) override;
  void note_media(std::string account, media_record record, callback<void> done) override;
  void find_media(std::string account, std::string owner, callback<std::vector<media_record>> done) override;
  void unknown_media_files(std::vector<std::string> files, callback<std::vector<std::string>> done) override;
  void enqueue(send_record send, callback<accepted_send> done) override;
  void update_send(send_record send, callback<void> done) override;
  void find_send(std::string account, std::string id, callback<std::optional<send_record>> done) override;
  void unfinished_sends(std::string account, callback<std::vector<send_record>> done) override;
  void find_sent(std::string account, std::string msg_id, callback<std::optional<send_record>> done) override;
  void spooled_files(callback<std::vector<std::string>> done) override;
  void list_sends(outbox_query query, callback<std::vector<send_record>> done) override;
  void list_tokens(callback<std::vector<token_record>> done) override;
  void add_token(token_record token, callback<void> done) override;
  void remove_token(std::string id, callback<void> done) override;
  void note_token_use(std::string id, wall_time at, callback<void> done) override;
  void append_audit(audit_record row, callback<void> done) override;
  void read_audit(std::int64_t after, std::size_t limit, callback<std::vector<audit_record>> done) override;
  void probe(callback<void> done) override;
  void upkeep(wall_time now, retention keep, callback<upkeep_report> done) override;
  void backup(std::filesystem::path file, callback<void> done) override;
  void check(callback<check_report> done) override;
  store_health health() const override;
  secret derived_key(std::string_view purpose) const override;

private:
  using error_or_none = std::optional<error>;
  /// Lines up `work`, which asks the inner store and answers; told an error, it answers that instead.
  void line_up(const char* name, bool writes, std::function<void(error_or_none, bool answers)> work);
  template <class T, class Ask>
  void forward(const char* name, bool writes, callback<T> done, Ask ask);
  error_or_none trouble(bool writes);

  timeline& time_;
  fault_plan& plan_;
  trace& trace_;
  std::shared_ptr<store> inner_;
  store_observer& observer_;
  generator random_;
  steady_time last_due_{};
  steady_time full_until_{};
  steady_time failing_until_{};
  steady_time slow_until_{};
  bool accepting_ = true;
  bool alive_ = true;
  std::deque<std::shared_ptr<std::function<void(error_or_none, bool)>>> waiting_;
  std::shared_ptr<bool> exists_ = std::make_shared<bool>(true);
};

} // namespace weixin::simulation
