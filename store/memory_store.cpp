#include "store/memory_store.hpp"

#include <utility>

namespace weixin::store {

void memory_store::fail_next(store_call call, error e) {
  std::lock_guard lock{mutex_};
  calls_[static_cast<std::size_t>(call)].failures.push_back(std::move(e));
}

std::size_t memory_store::calls(store_call call) const {
  std::lock_guard lock{mutex_};
  return calls_[static_cast<std::size_t>(call)].calls;
}

template <class T, class Work>
void memory_store::run(store_call call, callback<T>& done, Work work) {
  auto answer = [&]() -> result<T> {
    std::lock_guard lock{mutex_};
    auto& board = calls_[static_cast<std::size_t>(call)];
    ++board.calls;
    if (board.failures.empty()) return work();
    auto e = std::move(board.failures.front());
    board.failures.pop_front();
    return e;
  }();
  done(std::move(answer));
}

void memory_store::list_accounts(callback<std::vector<account_record>> done) {
  run(store_call::list_accounts, done,
      [&]() -> result<std::vector<account_record>> { return tables_.list_accounts(); });
}

void memory_store::add_account(account_record account, callback<void> done) {
  run(store_call::add_account, done, [&] { return tables_.add_account(std::move(account)); });
}

void memory_store::update_account(account_record account, callback<void> done) {
  run(store_call::update_account, done, [&] { return tables_.update_account(account); });
}

void memory_store::remove_account(std::string name, callback<void> done) {
  run(store_call::remove_account, done, [&] { return tables_.remove_account(name); });
}

void memory_store::commit(sync_commit commit, callback<std::vector<inbound_message>> done) {
  run(store_call::commit, done, [&] { return tables_.commit(std::move(commit)); });
}

void memory_store::save_session(std::string account, std::optional<webwx::session> session,
                                callback<void> done) {
  run(store_call::save_session, done, [&] { return tables_.save_session(account, std::move(session)); });
}

void memory_store::load_session(std::string account, callback<std::optional<webwx::session>> done) {
  run(store_call::load_session, done, [&] { return tables_.load_session(account); });
}

void memory_store::enqueue(send_record send, callback<void> done) {
  run(store_call::enqueue, done, [&] { return tables_.enqueue(std::move(send)); });
}

void memory_store::update_send(send_record send, callback<void> done) {
  run(store_call::update_send, done, [&] { return tables_.update_send(std::move(send)); });
}

void memory_store::find_send(std::string account, std::string id, callback<std::optional<send_record>> done) {
  run(store_call::find_send, done, [&] { return tables_.find_send(account, id); });
}

void memory_store::unfinished_sends(std::string account, callback<std::vector<send_record>> done) {
  run(store_call::unfinished_sends, done, [&] { return tables_.unfinished_sends(account); });
}

} // namespace weixin::store
