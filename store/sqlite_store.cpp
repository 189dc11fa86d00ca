#include "store/sqlite_store.hpp"

#include "store/backup.hpp"
#include "store/check.hpp"
#include "store/database.hpp"
#include "store/engine.hpp"
#include "store/job_queue.hpp"
#include "store/log_vfs.hpp"
#include "store/sqlite_error.hpp"
#include "store/store_job.hpp"
#include "store/system_failure.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

namespace weixin::store {

namespace {

constexpr const char* what_fails = "the database";

/// A removed account, or nothing but the wish to erase what an earlier process left.
struct removal {
  std::optional<std::string> name; ///< still to be taken out of sight
  std::optional<error> refusal;
  std::vector<std::string> media;
};

class sqlite_store final : public store {
public:
  sqlite_store(sqlite_store_options options, std::unique_ptr<log_vfs> files, data_directory directory,
               engine e, bool to_purge)
      : options_(std::move(options)), files_(std::move(files)), directory_(std::move(directory)),
        engine_(std::move(e)), media_bytes_(engine_.known_media_bytes().value_or(0)),
        queue_(options_.max_waiting_calls), slow_queue_(1'000), thread_([this] { run(); }),
        slow_thread_([this] { run_slow(); }) {
    if (to_purge) submit(make_removal({}, nullptr));
  }

  ~sqlite_store() override {
    closing_ = true;
    slow_queue_.close();
    slow_thread_.join();
    queue_.close();
    thread_.join();
  }

  void list_accounts(callback<std::vector<account_record>> done) override {
    submit(make_call(call_kind::reads, std::move(done), [](engine& e) { return e.list_accounts(); }));
  }

  void add_account(account_record account, callback<void> done) override {
    submit(make_call(call_kind::writes, std::move(done),
                     [account = std::move(account)](engine& e) { return e.add_account(account); }));
  }

  void update_account(account_record account, callback<void> done) override {
    submit(make_call(call_kind::writes, std::move(done),
                     [account = std::move(account)](engine& e) { return e.update_account(account); }));
  }

  void remove_account(std::string name, callback<std::vector<std::string>> done) override {
    removal wanted;
    wanted.name = std::move(name);
    submit(make_removal(std::move(wanted), std::move(done)));
  }

  void edit_accounts(account_editor decide, callback<std::vector<std::string>> done) override {
    auto removed_any = std::make_shared<bool>(false);
    account_editor noting = [decide = std::move(decide), removed_any](const auto& stored) {
      auto edits = decide(stored);
      *removed_any = edits && !edits->removed.empty();
      return edits;
    };
    callback<std::vector<std::string>> then = [this, removed_any, done = std::move(done)](auto files) {
      if (files && *removed_any) submit(make_removal({}, nullptr)); // else the next upkeep does it
      done(std::move(files));
    };
    submit(make_call(call_kind::writes, std::move(then),
                     [noting = std::move(noting)](engine& e) { return e.edit_accounts(noting); }));
  }

  void append_history(std::string account, state_change change, callback<void> done) override {
    submit(make_call(call_kind::writes, std::move(done),
                     [account = std::move(account), change = std::move(change)](engine& e) {
                       return e.append_history(account, change);
                     }));
  }

  void read_history(std::string account, std::int64_t after, std::size_t limit,
                    callback<std::vector<state_change>> done) override {
    submit(
        make_call(call_kind::reads, std::move(done), [account = std::move(account), after, limit](engine& e) {
          return e.read_history(account, after, limit);
        }));
  }

  void commit(sync_commit commit, callback<std::vector<appended_message>> done) override {
    submit(make_call(call_kind::grows, std::move(done),
                     [commit = std::move(commit)](engine& e) { return e.commit_sync(commit); }));
  }

  void save_session(std::string account, std::optional<webwx::session> session,
                    callback<void> done) override {
    submit(make_call(call_kind::writes, std::move(done),
                     [account = std::move(account), session = std::move(session)](engine& e) {
                       return e.save_session(account, session);
                     }));
  }

  void load_session(std::string account, callback<std::optional<webwx::session>> done) override {
    submit(make_call(call_kind::reads, std::move(done),
                     [account = std::move(account)](engine& e) { return e.load_session(account); }));
  }

  void read_inbox(inbox_query query, callback<std::vector<stored_message>> done) override {
    submit(make_call(call_kind::reads, std::move(done),
                     [query = std::move(query)](engine& e) { return e.read_inbox(query); }));
  }

  void inbox_positions_of(std::string account, callback<inbox_positions> done) override {
    submit(make_call(call_kind::reads, std::move(done),
                     [account = std::move(account)](engine& e) { return e.inbox_positions_of(account); }));
  }

  void save_position(std::string account, std::string consumer, std::int64_t seq,
                     callback<void> done) override {
    submit(make_call(call_kind::writes, std::move(done),
                     [account = std::move(account), consumer = std::move(consumer), seq](engine& e) {
                       return e.save_position(account, consumer, seq);
                     }));
  }

  void save_contacts(std::string account, std::vector<contact_record> contacts,
                     callback<void> done) override {
    submit(make_call(call_kind::writes, std::move(done),
                     [account = std::move(account), contacts = std::move(contacts)](engine& e) {
                       return e.save_contacts(account, contacts);
                     }));
  }

  void load_contacts(std::string account, callback<std::vector<contact_record>> done) override {
    submit(make_call(call_kind::reads, std::move(done),
                     [account = std::move(account)](engine& e) { return e.load_contacts(account); }));
  }

  void load_friend_requests(std::string account, callback<std::vector<friend_request_record>> done) override {
    submit(make_call(call_kind::reads, std::move(done),
                     [account = std::move(account)](engine& e) { return e.load_friend_requests(account); }));
  }

  void remove_friend_request(std::string account, std::string id, callback<void> done) override {
    submit(make_call(call_kind::writes, std::move(done),
                     [account = std::move(account), id = std::move(id)](engine& e) {
                       return e.remove_friend_request(account, id);
                     }));
  }

  void find_message(std::string account, std::string msg_id,
                    callback<std::optional<stored_message>> done) override {
    submit(make_call(call_kind::reads, std::move(done),
                     [account = std::move(account), msg_id = std::move(msg_id)](engine& e) {
                       return e.find_message(account, msg_id);
                     }));
  }

  void want_media(std::string account, media_record wanted, callback<media_record> done) override {
    submit(make_call(call_kind::grows, std::move(done),
                     [account = std::move(account), wanted = std::move(wanted)](engine& e) {
                       return e.want_media(account, wanted);
                     }));
  }

  void waiting_media(std::string account, std::size_t limit,
                     callback<std::vector<media_record>> done) override {
    submit(make_call(call_kind::reads, std::move(done), [account = std::move(account), limit](engine& e) {
      return e.waiting_media(account, limit);
    }));
  }

  void keep_media(std::string account, media_record record, media_quota quota,
                  callback<kept_media> done) override {
    submit(make_call(call_kind::grows, std::move(done),
                     [account = std::move(account), record = std::move(record), quota](engine& e) {
                       return e.keep_media(account, record, quota);
                     }));
  }

  void note_media(std::string account, media_record record, callback<void> done) override {
    submit(make_call(call_kind::writes, std::move(done),
                     [account = std::move(account), record = std::move(record)](engine& e) {
                       return e.note_media(account, record);
                     }));
  }

  void find_media(std::string account, std::string owner, callback<std::vector<media_record>> done) override {
    submit(make_call(call_kind::reads, std::move(done),
                     [account = std::move(account), owner = std::move(owner)](engine& e) {
                       return e.find_media(account, owner);
                     }));
  }

  void unknown_media_files(std::vector<std::string> files, callback<std::vector<std::string>> done) override {
    submit(make_call(call_kind::reads, std::move(done),
                     [files = std::move(files)](engine& e) -> result<std::vector<std::string>> {
                       return e.unknown_media_files(files);
                     }));
  }

  void enqueue(send_record send, callback<accepted_send> done) override {
    submit(make_call(call_kind::grows, std::move(done),
                     [send = std::move(send)](engine& e) { return e.enqueue(send); }));
  }

  void update_send(send_record send, callback<void> done) override {
    submit(make_call(call_kind::writes, std::move(done),
                     [send = std::move(send)](engine& e) { return e.update_send(send); }));
  }

  void find_send(std::string account, std::string id, callback<std::optional<send_record>> done) override {
    submit(make_call(
        call_kind::reads, std::move(done),
        [account = std::move(account), id = std::move(id)](engine& e) { return e.find_send(account, id); }));
  }

  void unfinished_sends(std::string account, callback<std::vector<send_record>> done) override {
    submit(make_call(call_kind::reads, std::move(done),
                     [account = std::move(account)](engine& e) { return e.unfinished_sends(account); }));
  }

  void find_sent(std::string account, std::string msg_id,
                 callback<std::optional<send_record>> done) override {
    submit(make_call(call_kind::reads, std::move(done),
                     [account = std::move(account), msg_id = std::move(msg_id)](engine& e) {
                       return e.find_sent(account, msg_id);
                     }));
  }

  void spooled_files(callback<std::vector<std::string>> done) override {
    submit(make_call(call_kind::reads, std::move(done),
                     [](engine& e) -> result<std::vector<std::string>> { return e.spooled_files(); }));
  }

  void list_sends(outbox_query query, callback<std::vector<send_record>> done) override {
    submit(make_call(call_kind::reads, std::move(done),
                     [query = std::move(query)](engine& e) { return e.list_sends(query); }));
  }

  void list_tokens(callback<std::vector<token_record>> done) override {
    submit(make_call(call_kind::reads, std::move(done), [](engine& e) { return e.list_tokens(); }));
  }

  void add_token(token_record token, callback<void> done) override {
    submit(make_call(call_kind::writes, std::move(done),
                     [token = std::move(token)](engine& e) { return e.add_token(token); }));
  }

  void remove_token(std::string id, callback<void> done) override {
    submit(make_call(call_kind::writes, std::move(done),
                     [id = std::move(id)](engine& e) { return e.remove_token(id); }));
  }

  void note_token_use(std::string id, wall_time at, callback<void> done) override {
    submit(make_call(call_kind::writes, std::move(done),
                     [id = std::move(id), at](engine& e) { return e.note_token_use(id, at); }));
  }

  void append_audit(audit_record row, callback<void> done) override {
    submit(make_call(call_kind::writes, std::move(done), [row = std::move(row)](engine& e) -> result<void> {
      e.append_audit(row);
      return {};
    }));
  }

  void read_audit(std::int64_t after, std::size_t limit, callback<std::vector<audit_record>> done) override {
    submit(make_call(call_kind::reads, std::move(done),
                     [after, limit](engine& e) { return e.read_audit(after, limit); }));
  }

  void probe(callback<void> done) override {
    auto restored = [this, done = std::move(done)](result<void> written) {
      if (written) written = look_at_room();
      if (written) accepting_ = true;
      done(std::move(written));
    };
    submit(make_call<void>(call_kind::writes, std::move(restored), [](engine& e) -> result<void> {
      e.probe();
      return {};
    }));
  }

  void upkeep(wall_time now, retention keep, callback<upkeep_report> done) override {
    submit(make_long_call(
        upkeep_progress{now, keep},
        [this](engine& e, upkeep_progress& progress) { return e.upkeep(progress) && !closing_; },
        [done = std::move(done)](result<upkeep_progress> progress) {
          if (progress)
            done(progress->report);
          else
            done(progress.error());
        }));
  }

  void backup(std::filesystem::path file, callback<void> done) override {
    submit_slow(std::move(done), [this, file = std::move(file)] {
      auto db = connect_again(directory_, options_.database);
      // The destructor may want to end what takes long.
      ::sqlite3_progress_handler(db->getHandle(), 100'000, &sqlite_store::wants_to_stop, this);
      return write_backup(*db, file);
    });
  }

  void check(callback<check_report> done) override {
    submit_slow(std::move(done), [this] {
      engine reader{connect_again(directory_, options_.database), sealer{seals_}, options_.limits};
      ::sqlite3_progress_handler(reader.database().getHandle(), 100'000, &sqlite_store::wants_to_stop, this);
      return check_everything(reader, [this] { return closing_.load(); });
    });
  }

  secret derived_key(std::string_view purpose) const override { return seals_.derived_key(purpose); }

  store_health health() const override {
    store_health health;
    health.accepting = accepting_;
    health.log_bytes = log_bytes_;
    health.database_bytes = database_bytes_ + health.log_bytes;
    health.disk_free_bytes = disk_free_bytes_;
    health.disk_size_bytes = disk_size_bytes_;
    health.waiting_calls = queue_.size();
    health.unreadable_rows = unreadable_;
    health.media_bytes = media_bytes_;
    return health;
  }

private:
  using batch = std::vector<std::unique_ptr<job>>;

  static int wants_to_stop(void* self) { return static_cast<sqlite_store*>(self)->closing_ ? 1 : 0; }

  std::unique_ptr<job> make_removal(removal wanted, callback<std::vector<std::string>> done) {
    return make_long_call(
        std::move(wanted),
        [](engine& e, removal& r) {
          if (r.name) {
            auto media = e.remove_account(*r.name);
            if (!media) {
              r.refusal = media.error();
              return false;
            }
            r.media = std::move(*media);
            r.name.reset();
          }
          // A small account is gone at once; a large one in turns, between which other calls are done.
          for (int slice = 0; slice < 3; ++slice)
            if (!e.purge()) return false;
          return true;
        },
        [this, done = std::move(done)](result<removal> r) {
          if (r && !r->refusal) empty_log();
          if (!done) return;
          if (!r)
            done(r.error());
          else if (r->refusal)
            done(*r->refusal);
          else
            done(std::move(r->media));
        });
  }

  void submit(std::unique_ptr<job> j) {
    if (!queue_.push(j)) j->fail_with(fail(errc::store_busy, "the store has too many waiting calls"));
  }

  template <class T, class Work>
  void submit_slow(callback<T> done, Work work) {
    std::function<void()> task = [done, work = std::move(work)] {
      auto answer = [&]() -> result<T> {
        try {
          return work();
        } catch (const SQLite::Exception& e) {
          return sqlite_failure(what_fails, e);
        } catch (const std::exception&) {
          return fail(errc::store_failed, what_fails);
        }
      }();
      done(std::move(answer));
    };
    if (!slow_queue_.push(task)) done(fail(errc::store_busy, "too many backups or checks wait"));
  }

  void run_slow() noexcept {
    ::pthread_setname_np(::pthread_self(), "store-slow");
    for (auto tasks = slow_queue_.take(1); !tasks.empty(); tasks = slow_queue_.take(1)) {
      tasks.front()();
      if (log_to_empty_) submit(make_removal({}, nullptr));
    }
  }

  void run() noexcept {
    ::pthread_setname_np(::pthread_self(), "store");
    std::size_t enough = 1;
    job_queue<std::unique_ptr<job>>::time_point begun{};
    for (;;) {
      auto jobs = queue_.take(options_.max_group, enough, begun + options_.group_wait);
      if (jobs.empty()) return;
      begun = std::chrono::steady_clock::now();
      enough = jobs.size() > 1 ? options_.group_enough : 1;
      watch_room();
      carry_out(jobs);
      unreadable_ = engine_.unreadable();
    }
  }

  void carry_out(batch& jobs) {
    std::vector<job*> together;
    together.reserve(jobs.size());
    for (auto& j : jobs)
      if (j->kind() != call_kind::grows || !short_of_room_) together.push_back(j.get());
    std::vector<std::optional<error>> failures(jobs.size());
    bool begun = false;
    auto failed = transact(together, begun);
    // Who waited for the lock in vain does not wait once more for each job.
    bool locked_out = failed && !begun;
    std::size_t next = 0;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (next == together.size() || jobs[i].get() != together[next]) {
        failures[i] = fail(errc::disk_full, options_.data_dir.string() + ": less room than the reserve");
        continue;
      }
      ++next;
      if (!failed) continue;
      const bool writes = jobs[i]->kind() != call_kind::reads;
      if (together.size() == 1 || (locked_out && writes)) {
        failures[i] = failed;
        continue;
      }
      begun = false;
      failures[i] = transact({jobs[i].get()}, begun);
      if (failures[i] && !begun && writes) locked_out = true;
    }
    if (auto bytes = engine_.known_media_bytes()) media_bytes_ = *bytes; // before anybody hears of it
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (failures[i])
        jobs[i]->fail_with(*failures[i]);
      else if (jobs[i]->finish())
        queue_.push_again(std::move(jobs[i]));
    }
  }

  /// All jobs in one transaction; the failure for which none of them took place. When SQLite fails, it may
  /// have undone any part of it: then each job gets a transaction of its own, so that one failure is not
  /// everybody's. `begun` becomes true once there is a transaction.
  std::optional<error> transact(const std::vector<job*>& jobs, bool& begun) {
    if (jobs.empty()) return std::nullopt;
    const bool writes =
        std::any_of(jobs.begin(), jobs.end(), [](const job* j) { return j->kind() != call_kind::reads; });
    auto started = std::chrono::steady_clock::now();
    auto failed = attempt(jobs, writes, begun);
    if (options_.on_transaction)
      options_.on_transaction(writes, jobs.size(), std::chrono::steady_clock::now() - started,
                              failed.has_value());
    return failed;
  }

  std::optional<error> attempt(const std::vector<job*>& jobs, bool writes, bool& begun) {
    try {
      engine_.begin(writes);
      begun = true;
      for (auto* j : jobs)
        j->work(engine_);
      if (writes && options_.before_commit) options_.before_commit();
      engine_.commit();
      if (writes && options_.after_commit) options_.after_commit();
      return std::nullopt;
    } catch (const SQLite::Exception& e) {
      auto code = e.getExtendedErrorCode() > 0 ? e.getExtendedErrorCode() : e.getErrorCode();
      auto system = ::sqlite3_system_errno(engine_.database().getHandle());
      engine_.roll_back();
      if (writes && is_out_of_order(code)) accepting_ = false;
      if ((code & 0xff) == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT))
        return system_failure(errc::store_failed, what_fails, system);
      return sqlite_failure(what_fails, code);
    } catch (const std::exception&) {
      engine_.roll_back();
      return fail(errc::store_failed, what_fails);
    }
  }

  /// Leaves nothing in the log of what was deleted.
  void empty_log() {
    try {
      auto* handle = engine_.database().getHandle();
      ::sqlite3_busy_timeout(handle, 0);
      int code = ::sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
      ::sqlite3_busy_timeout(handle, static_cast<int>(options_.database.busy_timeout.count()));
      log_to_empty_ = code != SQLITE_OK;
    } catch (const std::exception&) {
      log_to_empty_ = true;
    }
  }

  // -- room

  std::optional<std::uint64_t> free_bytes() {
    struct statvfs status {};
    bool known = ::fstatvfs(directory_.fd(), &status) == 0;
    std::optional<std::uint64_t> room;
    if (options_.free_bytes)
      room = options_.free_bytes();
    else if (known)
      room = std::uint64_t{status.f_bavail} * status.f_frsize;
    disk_free_bytes_ = room.value_or(0);
    // As a user sees it: what is kept for root is no part of it.
    if (known) disk_size_bytes_ = (status.f_blocks - status.f_bfree + status.f_bavail) * status.f_frsize;
    return room;
  }

  result<void> look_at_room() {
    auto room = free_bytes();
    short_of_room_ = room && *room < options_.reserve_bytes;
    if (!short_of_room_) return {};
    accepting_ = false;
    return fail(errc::disk_full, options_.data_dir.string() + ": less room than the reserve");
  }

  std::uint64_t size_of(const char* name) const {
    struct stat status {};
    if (::fstatat(directory_.fd(), name, &status, AT_SYMLINK_NOFOLLOW) != 0) return 0;
    return static_cast<std::uint64_t>(status.st_size);
  }

  void watch_room() {
    auto now = std::chrono::steady_clock::now();
    if (now < next_look_) return;
    next_look_ = now + std::chrono::seconds{1};
    if (auto looked = look_at_room(); !looked) accepting_ = false;
    if (log_to_empty_) empty_log();
    database_bytes_ = size_of(database_name);
    log_bytes_ = size_of("weixind.db-wal");
  }

  const sqlite_store_options options_;
  const std::unique_ptr<log_vfs> files_; // what `options_.database.vfs` names
  data_directory directory_;             // its lock is let go after the database is closed
  engine engine_;
  const sealer seals_{engine_.seals()}; // for the second thread
  bool short_of_room_ = false;          // on the store's thread only, like the next one
  std::chrono::steady_clock::time_point next_look_{};
  std::atomic<bool> accepting_{true};
  std::atomic<bool> closing_{false};
  std::atomic<bool> log_to_empty_{false};
  std::atomic<std::uint64_t> database_bytes_{0};
  std::atomic<std::uint64_t> log_bytes_{0};
  std::atomic<std::uint64_t> disk_free_bytes_{0};
  std::atomic<std::uint64_t> disk_size_bytes_{0};
  std::atomic<std::uint64_t> unreadable_{0};
  std::atomic<std::uint64_t> media_bytes_{0};
  job_queue<std::unique_ptr<job>> queue_;
  job_queue<std::function<void()>> slow_queue_;
  std::thread thread_;
  std::thread slow_thread_;
};

} // namespace

result<std::unique_ptr<store>> open_sqlite_store(sqlite_store_options options) {
  auto directory = data_directory::open(options.data_dir);
  if (!directory) return directory.error();
  std::unique_ptr<log_vfs> files;
  if (options.database.survives == durability::power) {
    files = std::make_unique<log_vfs>(options.database.vfs);
    if (!files->name().empty()) options.database.vfs = files->name();
  }
  auto opened = open_database(*directory, options.database);
  if (!opened) return opened.error();
  try {
    engine e{std::move(opened->db), std::move(opened->seal), options.limits};
    bool to_purge = e.has_removed();
    e.media_bytes(); // counted once; kept up from then on
    return std::unique_ptr<store>{std::make_unique<sqlite_store>(
        std::move(options), std::move(files), std::move(*directory), std::move(e), to_purge)};
  } catch (const SQLite::Exception& e) {
    return sqlite_failure(what_fails, e);
  } catch (const std::exception&) {
    return fail(errc::store_failed, "no thread for the store");
  }
}

} // namespace weixin::store
