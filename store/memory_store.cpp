#include "store/memory_store.hpp"

#include "store/backup.hpp"
#include "store/check.hpp"
#include "store/engine.hpp"
#include "store/schema.hpp"
#include "store/sqlite_error.hpp"

#include <utility>

namespace weixin::store {

namespace {

engine make_engine(store_limits limits) {
  sealer seal{seal_key::random()};
  auto db = std::make_unique<SQLite::Database>(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX);
  db->exec("PRAGMA foreign_keys = ON");
  create_schema(*db, seal);
  return engine{std::move(db), std::move(seal), limits};
}

} // namespace

bool is_write(store_call call) noexcept {
  switch (call) {
  case store_call::add_account:
  case store_call::update_account:
  case store_call::remove_account:
  case store_call::edit_accounts:
  case store_call::append_history:
  case store_call::commit:
  case store_call::save_session:
  case store_call::save_position:
  case store_call::save_contacts:
  case store_call::want_media:
  case store_call::keep_media:
  case store_call::note_media:
  case store_call::remove_friend_request:
  case store_call::enqueue:
  case store_call::update_send:
  case store_call::add_token:
  case store_call::remove_token:
  case store_call::note_token_use:
  case store_call::append_audit:
  case store_call::probe:
  case store_call::upkeep:
    return true;
  default:
    return false;
  }
}

struct memory_database::state {
  explicit state(store_limits limits) : e(make_engine(limits)) {}

  std::mutex mutex;
  engine e;
};

memory_database::memory_database(store_limits limits) : state_(std::make_unique<state>(limits)) {}

memory_database::~memory_database() = default;

memory_store::memory_store(store_limits limits) : memory_store(std::make_shared<memory_database>(limits)) {}

memory_store::memory_store(std::shared_ptr<memory_database> database) : database_(std::move(database)) {}

void memory_store::fail_next(store_call call, error e) {
  std::lock_guard lock{mutex_};
  calls_[static_cast<std::size_t>(call)].failures.push_back(std::move(e));
}

void memory_store::fail_writes(std::optional<error> e) {
  std::lock_guard lock{mutex_};
  write_failure_ = std::move(e);
}

std::size_t memory_store::calls(store_call call) const {
  std::lock_guard lock{mutex_};
  return calls_[static_cast<std::size_t>(call)].calls;
}

std::size_t memory_store::writes() const {
  std::lock_guard lock{mutex_};
  return writes_;
}

void memory_store::crash_at(std::size_t nth, crash_point point) {
  std::lock_guard lock{mutex_};
  crash_at_ = writes_ + nth;
  crash_point_ = point;
}

bool memory_store::crashed() const {
  std::lock_guard lock{mutex_};
  return crashed_;
}

memory_store::fate memory_store::judge(store_call call, std::optional<error>& failure) {
  std::lock_guard lock{mutex_};
  if (crashed_) return fate::crash_before;
  auto& board = calls_[static_cast<std::size_t>(call)];
  ++board.calls;
  const bool writes = is_write(call);
  if (writes && ++writes_ == crash_at_) {
    crashed_ = true;
    return crash_point_ == crash_point::before ? fate::crash_before : fate::crash_after;
  }
  if (!board.failures.empty()) {
    failure = std::move(board.failures.front());
    board.failures.pop_front();
  } else if (writes && write_failure_) {
    failure = write_failure_;
  }
  if (writes && failure && failure->code == errc::disk_full) accepting_ = false;
  if (call == store_call::probe && !failure) accepting_ = true;
  return fate::carry_out;
}

template <class T, class Work>
void memory_store::run(store_call call, callback<T>& done, Work work) {
  std::optional<error> failure;
  auto what = judge(call, failure);
  if (what == fate::crash_before) return;
  if (failure) return done(std::move(*failure));
  auto answer = [&]() -> result<T> {
    std::lock_guard lock{database_->state_->mutex};
    auto& e = database_->state_->e;
    try {
      e.begin(is_write(call));
      result<T> worked = work(e);
      e.commit();
      return worked;
    } catch (const SQLite::Exception& x) {
      e.roll_back();
      return sqlite_failure("the database in memory", x);
    } catch (const std::exception&) {
      e.roll_back();
      return fail(errc::store_failed, "the database in memory");
    }
  }();
  if (what == fate::carry_out) done(std::move(answer));
}

void memory_store::list_accounts(callback<std::vector<account_record>> done) {
  run(store_call::list_accounts, done, [](engine& e) { return e.list_accounts(); });
}

void memory_store::add_account(account_record account, callback<void> done) {
  run(store_call::add_account, done, [&](engine& e) { return e.add_account(account); });
}

void memory_store::update_account(account_record account, callback<void> done) {
  run(store_call::update_account, done, [&](engine& e) { return e.update_account(account); });
}

void memory_store::remove_account(std::string name, callback<std::vector<std::string>> done) {
  run(store_call::remove_account, done, [&](engine& e) {
    auto media = e.remove_account(name);
    while (media && e.purge()) {
    }
    return media;
  });
}

void memory_store::edit_accounts(account_editor decide, callback<std::vector<std::string>> done) {
  run(store_call::edit_accounts, done, [&](engine& e) {
    auto files = e.edit_accounts(decide);
    while (files && e.purge()) {
    }
    return files;
  });
}

void memory_store::append_history(std::string account, state_change change, callback<void> done) {
  run(store_call::append_history, done, [&](engine& e) { return e.append_history(account, change); });
}

void memory_store::read_history(std::string account, std::int64_t after, std::size_t limit,
                                callback<std::vector<state_change>> done) {
  run(store_call::read_history, done, [&](engine& e) { return e.read_history(account, after, limit); });
}

void memory_store::commit(sync_commit commit, callback<std::vector<appended_message>> done) {
  run(store_call::commit, done, [&](engine& e) { return e.commit_sync(commit); });
}

void memory_store::save_session(std::string account, std::optional<webwx::session> session,
                                callback<void> done) {
  run(store_call::save_session, done, [&](engine& e) { return e.save_session(account, session); });
}

void memory_store::load_session(std::string account, callback<std::optional<webwx::session>> done) {
  run(store_call::load_session, done, [&](engine& e) { return e.load_session(account); });
}

void memory_store::read_inbox(inbox_query query, callback<std::vector<stored_message>> done) {
  run(store_call::read_inbox, done, [&](engine& e) { return e.read_inbox(query); });
}

void memory_store::inbox_positions_of(std::string account, callback<inbox_positions> done) {
  run(store_call::inbox_positions_of, done, [&](engine& e) { return e.inbox_positions_of(account); });
}

void memory_store::save_position(std::string account, std::string consumer, std::int64_t seq,
                                 callback<void> done) {
  run(store_call::save_position, done, [&](engine& e) { return e.save_position(account, consumer, seq); });
}

void memory_store::save_contacts(std::string account, std::vector<contact_record> contacts,
                                 callback<void> done) {
  run(store_call::save_contacts, done, [&](engine& e) { return e.save_contacts(account, contacts); });
}

void memory_store::load_contacts(std::string account, callback<std::vector<contact_record>> done) {
  run(store_call::load_contacts, done, [&](engine& e) { return e.load_contacts(account); });
}

void memory_store::load_friend_requests(std::string account,
                                        callback<std::vector<friend_request_record>> done) {
  run(store_call::load_friend_requests, done, [&](engine& e) { return e.load_friend_requests(account); });
}

void memory_store::remove_friend_request(std::string account, std::string id, callback<void> done) {
  run(store_call::remove_friend_request, done,
      [&](engine& e) { return e.remove_friend_request(account, id); });
}

void memory_store::find_message(std::string account, std::string msg_id,
                                callback<std::optional<stored_message>> done) {
  run(store_call::find_message, done, [&](engine& e) { return e.find_message(account, msg_id); });
}

void memory_store::want_media(std::string account, media_record wanted, callback<media_record> done) {
  run(store_call::want_media, done, [&](engine& e) { return e.want_media(account, wanted); });
}

void memory_store::waiting_media(std::string account, std::size_t limit,
                                 callback<std::vector<media_record>> done) {
  run(store_call::waiting_media, done, [&](engine& e) { return e.waiting_media(account, limit); });
}

void memory_store::keep_media(std::string account, media_record record, media_quota quota,
                              callback<kept_media> done) {
  run(store_call::keep_media, done, [&](engine& e) { return e.keep_media(account, record, quota); });
}

void memory_store::note_media(std::string account, media_record record, callback<void> done) {
  run(store_call::note_media, done, [&](engine& e) { return e.note_media(account, record); });
}

void memory_store::find_media(std::string account, std::string owner,
                              callback<std::vector<media_record>> done) {
  run(store_call::find_media, done, [&](engine& e) { return e.find_media(account, owner); });
}

void memory_store::unknown_media_files(std::vector<std::string> files,
                                       callback<std::vector<std::string>> done) {
  run(store_call::unknown_media_files, done,
      [&](engine& e) -> result<std::vector<std::string>> { return e.unknown_media_files(files); });
}

void memory_store::enqueue(send_record send, callback<accepted_send> done) {
  run(store_call::enqueue, done, [&](engine& e) { return e.enqueue(send); });
}

void memory_store::update_send(send_record send, callback<void> done) {
  run(store_call::update_send, done, [&](engine& e) { return e.update_send(send); });
}

void memory_store::find_send(std::string account, std::string id, callback<std::optional<send_record>> done) {
  run(store_call::find_send, done, [&](engine& e) { return e.find_send(account, id); });
}

void memory_store::unfinished_sends(std::string account, callback<std::vector<send_record>> done) {
  run(store_call::unfinished_sends, done, [&](engine& e) { return e.unfinished_sends(account); });
}

void memory_store::find_sent(std::string account, std::string msg_id,
                             callback<std::optional<send_record>> done) {
  run(store_call::find_sent, done, [&](engine& e) { return e.find_sent(account, msg_id); });
}

void memory_store::spooled_files(callback<std::vector<std::string>> done) {
  run(store_call::spooled_files, done,
      [](engine& e) -> result<std::vector<std::string>> { return e.spooled_files(); });
}

void memory_store::list_sends(outbox_query query, callback<std::vector<send_record>> done) {
  run(store_call::list_sends, done, [&](engine& e) { return e.list_sends(query); });
}

void memory_store::list_tokens(callback<std::vector<token_record>> done) {
  run(store_call::list_tokens, done, [](engine& e) { return e.list_tokens(); });
}

void memory_store::add_token(token_record token, callback<void> done) {
  run(store_call::add_token, done, [&](engine& e) { return e.add_token(token); });
}

void memory_store::remove_token(std::string id, callback<void> done) {
  run(store_call::remove_token, done, [&](engine& e) { return e.remove_token(id); });
}

void memory_store::note_token_use(std::string id, wall_time at, callback<void> done) {
  run(store_call::note_token_use, done, [&](engine& e) { return e.note_token_use(id, at); });
}

void memory_store::append_audit(audit_record row, callback<void> done) {
  run(store_call::append_audit, done, [&](engine& e) -> result<void> {
    e.append_audit(row);
    return {};
  });
}

void memory_store::read_audit(std::int64_t after, std::size_t limit,
                              callback<std::vector<audit_record>> done) {
  run(store_call::read_audit, done, [&](engine& e) { return e.read_audit(after, limit); });
}

void memory_store::probe(callback<void> done) {
  run(store_call::probe, done, [](engine& e) -> result<void> {
    e.probe();
    return {};
  });
}

void memory_store::upkeep(wall_time now, retention keep, callback<upkeep_report> done) {
  run(store_call::upkeep, done, [&](engine& e) -> result<upkeep_report> {
    upkeep_progress progress{now, keep};
    while (e.upkeep(progress)) {
    }
    return progress.report;
  });
}

void memory_store::backup(std::filesystem::path file, callback<void> done) {
  std::optional<error> failure;
  auto what = judge(store_call::backup, failure);
  if (what == fate::crash_before) return;
  if (failure) return done(std::move(*failure));
  auto answer = [&] {
    std::lock_guard lock{database_->state_->mutex};
    return write_backup(database_->state_->e.database(), file);
  }();
  done(std::move(answer));
}

void memory_store::check(callback<check_report> done) {
  run(store_call::check, done, [](engine& e) { return check_everything(e); });
}

secret memory_store::derived_key(std::string_view purpose) const {
  std::lock_guard lock{database_->state_->mutex};
  return database_->state_->e.seals().derived_key(purpose);
}

store_health memory_store::health() const {
  store_health health;
  {
    std::lock_guard lock{mutex_};
    health.accepting = accepting_;
  }
  std::lock_guard lock{database_->state_->mutex};
  health.unreadable_rows = database_->state_->e.unreadable();
  health.media_bytes = database_->state_->e.known_media_bytes().value_or(0);
  return health;
}

} // namespace weixin::store
