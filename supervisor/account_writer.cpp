#include "supervisor/account_writer.hpp"

#include "runtime/log.hpp"

#include <utility>

namespace weixin::supervisor {

account_writer::account_writer(std::string account, std::shared_ptr<store::store> store,
                               std::function<callback(callback)> inside,
                               std::function<void(const error&)> failed)
    : account_(std::move(account)), store_(std::move(store)), inside_(std::move(inside)),
      failed_(std::move(failed)) {}

bool account_writer::taken(const result<void>& r, std::string_view what) const {
  if (r) return true;
  log_warn("account.not_stored",
           {{"account", account_}, {"what", what}, {"errc", to_string(r.error().code)}});
  failed_(r.error());
  return false;
}

void account_writer::save_record(store::account_record record, callback done) {
  auto number = ++records_saved_;
  record_.reset();
  store_->update_account(record, inside_([this, number, record, done = std::move(done)](result<void> stored) {
                           if (!taken(stored, "record") && number == records_saved_) record_ = record;
                           if (done) done(std::move(stored));
                         }));
}

void account_writer::save_session(std::shared_ptr<const webwx::session> session) {
  auto number = ++sessions_saved_;
  session_.reset();
  auto value = session ? std::optional<webwx::session>{*session} : std::nullopt;
  store_->save_session(account_, std::move(value), inside_([this, number, session](result<void> stored) {
                         if (!taken(stored, "session") && number == sessions_saved_) session_ = session;
                       }));
}

void account_writer::append_history(store::state_change change) {
  if (history_.size() >= max_waiting_changes) history_.erase(history_.begin() + (writing_ ? 1 : 0));
  history_.push_back(std::move(change));
  write_history();
}

void account_writer::write_history() {
  if (writing_ || history_.empty()) return;
  writing_ = true;
  store_->append_history(account_, history_.front(), inside_([this](result<void> stored) {
                           writing_ = false;
                           if (!taken(stored, "history")) return;
                           history_.pop_front();
                           write_history();
                         }));
}

void account_writer::retry() {
  if (auto record = std::exchange(record_, std::nullopt)) save_record(std::move(*record));
  if (auto session = std::exchange(session_, std::nullopt)) save_session(std::move(*session));
  write_history();
}

} // namespace weixin::supervisor
