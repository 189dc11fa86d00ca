#include "store/sqlite_store.hpp"

#include "store/account_rows.hpp"
#include "store/job_queue.hpp"
#include "store/sqlite_error.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>
#include <pthread.h>

#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace weixin::store {

namespace {

/// One call, carried out on the store thread: `write`, if any, inside a transaction; then, once that is on
/// disk, `finish` with its outcome. Only `finish` touches the tables in memory, so that they never hold what
/// the disk does not.
struct job {
  std::function<result<void>(SQLite::Database&)> write;
  std::function<void(result<void>)> finish;
};

bool is_refusal(const result<void>& outcome) {
  return !outcome &&
         (outcome.error().code == errc::account_exists || outcome.error().code == errc::account_not_found);
}

class sqlite_store final : public store {
public:
  sqlite_store(sqlite_store_options options, data_directory directory, std::unique_ptr<SQLite::Database> db,
               tables loaded)
      : options_(std::move(options)), directory_(std::move(directory)), db_(std::move(db)),
        tables_(std::move(loaded)), queue_(options_.max_waiting_calls), thread_([this] { run(); }) {}

  ~sqlite_store() override {
    queue_.close();
    thread_.join();
  }

  void list_accounts(callback<std::vector<account_record>> done) override {
    remember(std::move(done),
             [this]() -> result<std::vector<account_record>> { return tables_.list_accounts(); });
  }

  void add_account(account_record account, callback<void> done) override {
    persist([account](SQLite::Database& db) { return insert_account(db, account); },
            [this, account] { return tables_.add_account(account); }, std::move(done));
  }

  void update_account(account_record account, callback<void> done) override {
    persist([account](SQLite::Database& db) { return replace_account(db, account); },
            [this, account] { return tables_.update_account(account); }, std::move(done));
  }

  void remove_account(std::string name, callback<void> done) override {
    persist([name](SQLite::Database& db) { return delete_account(db, name); },
            [this, name] { return tables_.remove_account(name); }, std::move(done));
  }

  void commit(sync_commit commit, callback<std::vector<inbound_message>> done) override {
    remember_at_once(std::move(done), [this, commit = std::move(commit)]() mutable {
      return tables_.commit(std::move(commit));
    });
  }

  void save_session(std::string account, std::optional<webwx::session> session,
                    callback<void> done) override {
    remember(std::move(done), [this, account = std::move(account), session = std::move(session)]() mutable {
      return tables_.save_session(account, std::move(session));
    });
  }

  void load_session(std::string account, callback<std::optional<webwx::session>> done) override {
    remember(std::move(done), [this, account = std::move(account)] { return tables_.load_session(account); });
  }

  void enqueue(send_record send, callback<void> done) override {
    remember_at_once(std::move(done),
                     [this, send = std::move(send)]() mutable { return tables_.enqueue(std::move(send)); });
  }

  void update_send(send_record send, callback<void> done) override {
    remember_at_once(std::move(done), [this, send = std::move(send)]() mutable {
      return tables_.update_send(std::move(send));
    });
  }

  void find_send(std::string account, std::string id, callback<std::optional<send_record>> done) override {
    remember(std::move(done), [this, account = std::move(account), id = std::move(id)] {
      return tables_.find_send(account, id);
    });
  }

  void unfinished_sends(std::string account, callback<std::vector<send_record>> done) override {
    remember(std::move(done),
             [this, account = std::move(account)] { return tables_.unfinished_sends(account); });
  }

private:
  template <class Work>
  auto locked(Work& work) {
    std::lock_guard lock{tables_mutex_};
    return work();
  }

  /// The calls of every message: they change the tables in memory only, so a trip to the store thread would
  /// cost more than the call. They are not ordered with calls that wait for the disk; nobody makes both at a
  /// time for one account.
  template <class T, class Work>
  void remember_at_once(callback<T> done, Work work) {
    done(locked(work));
  }

  /// A call that needs the tables in memory only, in the order of all calls.
  template <class T, class Work>
  void remember(callback<T> done, Work work) {
    submit({nullptr, [this, done = std::move(done), work = std::move(work)](result<void> outcome) mutable {
              if (outcome)
                done(locked(work));
              else
                done(std::move(outcome).error());
            }});
  }

  /// A call that changes the database first and, when that is safe, the tables.
  template <class Write, class Work>
  void persist(Write write, Work work, callback<void> done) {
    submit({std::move(write), [this, done = std::move(done), work = std::move(work)](result<void> outcome) {
              done(outcome ? locked(work) : std::move(outcome));
            }});
  }

  void submit(job j) {
    if (!queue_.push(j)) j.finish(fail(errc::queue_full, "the store has too many waiting calls"));
  }

  void run() noexcept {
    ::pthread_setname_np(::pthread_self(), "store");
    for (;;) {
      auto batch = queue_.take(options_.max_group);
      if (batch.empty()) return;
      auto outcomes = write_together(batch);
      for (std::size_t i = 0; i < batch.size(); ++i)
        batch[i].finish(std::move(outcomes[i]));
    }
  }

  /// All writes in one transaction. When that fails, SQLite may have undone any part of it: then each write
  /// gets a transaction of its own, so that one failure is not everybody's.
  std::vector<result<void>> write_together(const std::vector<job>& batch) {
    std::vector<const job*> writers;
    for (const auto& j : batch)
      if (j.write) writers.push_back(&j);
    std::vector<result<void>> outcomes(batch.size());
    if (writers.empty()) return outcomes;
    auto written = transact(writers);
    if (!written && writers.size() == 1) written = std::vector<result<void>>{written.error()};
    std::size_t next = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (!batch[i].write) continue;
      outcomes[i] = written ? std::move((*written)[next++]) : write_alone(batch[i]);
    }
    return outcomes;
  }

  result<void> write_alone(const job& j) {
    auto written = transact({&j});
    if (!written) return written.error();
    return std::move(written->front());
  }

  /// Each write's outcome, or the failure for which none of them took place.
  result<std::vector<result<void>>> transact(const std::vector<const job*>& writers) {
    constexpr const char* what = "writing to the database";
    try {
      std::vector<result<void>> outcomes;
      SQLite::Transaction transaction{*db_, SQLite::TransactionBehavior::IMMEDIATE};
      for (const auto* j : writers) {
        outcomes.push_back(j->write(*db_));
        if (!outcomes.back() && !is_refusal(outcomes.back())) return outcomes.back().error();
      }
      transaction.commit();
      return outcomes;
    } catch (const SQLite::Exception& e) {
      return sqlite_failure(what, e);
    } catch (const std::exception&) {
      return fail(errc::store_failed, what);
    }
  }

  const sqlite_store_options options_;
  data_directory directory_; // its lock is let go after the database is closed
  std::unique_ptr<SQLite::Database> db_;
  std::mutex tables_mutex_;
  tables tables_;
  job_queue<job> queue_;
  std::thread thread_;
};

result<tables> load(SQLite::Database& db, store_limits limits) {
  constexpr const char* what = "reading the accounts";
  try {
    tables loaded{limits};
    for (auto& account : load_accounts(db))
      if (auto added = loaded.add_account(std::move(account)); !added) return added.error();
    return loaded;
  } catch (const SQLite::Exception& e) {
    return sqlite_failure(what, e);
  } catch (const std::exception&) {
    return fail(errc::store_failed, what);
  }
}

} // namespace

result<std::unique_ptr<store>> open_sqlite_store(sqlite_store_options options) {
  auto directory = data_directory::open(options.data_dir);
  if (!directory) return directory.error();
  auto db = open_database(*directory, options.database);
  if (!db) return db.error();
  auto loaded = load(**db, options.limits);
  if (!loaded) return loaded.error();
  try {
    return std::unique_ptr<store>{std::make_unique<sqlite_store>(std::move(options), std::move(*directory),
                                                                 std::move(*db), std::move(*loaded))};
  } catch (const std::exception&) {
    return fail(errc::store_failed, "no thread for the store");
  }
}

} // namespace weixin::store
