#pragma once

#include "protocol/result.hpp"
#include "store/store.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace weixin::store {

/// A private directory below the system's temporary one, removed at the end.
class temporary_directory {
public:
  temporary_directory();
  ~temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& text);
/// The permission bits, as in 0700.
unsigned mode_of(const std::filesystem::path& path);

/// Makes an asynchronous call and waits for its answer; fails with errc::timed_out when none comes.
template <class T>
result<T> await(const std::function<void(std::function<void(result<T>)>)>& call) {
  auto promise = std::make_shared<std::promise<result<T>>>();
  auto answer = promise->get_future();
  call([promise](result<T> r) { promise->set_value(std::move(r)); });
  if (answer.wait_for(std::chrono::seconds{20}) != std::future_status::ready)
    return fail(errc::timed_out, "no answer from the store");
  return answer.get();
}

/// The store's calls, waited for.
struct waiting_store {
  store& s;

  result<std::vector<account_record>> list_accounts() {
    return await<std::vector<account_record>>([&](auto done) { s.list_accounts(done); });
  }
  result<void> add_account(account_record a) {
    return await<void>([&](auto done) { s.add_account(a, done); });
  }
  result<void> update_account(account_record a) {
    return await<void>([&](auto done) { s.update_account(a, done); });
  }
  result<void> remove_account(std::string name) {
    return await<void>([&](auto done) { s.remove_account(name, done); });
  }
  result<std::vector<inbound_message>> commit(sync_commit c) {
    return await<std::vector<inbound_message>>([&](auto done) { s.commit(c, done); });
  }
  result<void> save_session(std::string account, std::optional<webwx::session> session) {
    return await<void>([&](auto done) { s.save_session(account, session, done); });
  }
  result<std::optional<webwx::session>> load_session(std::string account) {
    return await<std::optional<webwx::session>>([&](auto done) { s.load_session(account, done); });
  }
  result<void> enqueue(send_record r) {
    return await<void>([&](auto done) { s.enqueue(r, done); });
  }
  result<void> update_send(send_record r) {
    return await<void>([&](auto done) { s.update_send(r, done); });
  }
  result<std::optional<send_record>> find_send(std::string account, std::string id) {
    return await<std::optional<send_record>>([&](auto done) { s.find_send(account, id, done); });
  }
  result<std::vector<send_record>> unfinished_sends(std::string account) {
    return await<std::vector<send_record>>([&](auto done) { s.unfinished_sends(account, done); });
  }
};

/// An invented account.
account_record account_named(std::string name);
/// The error's code; `internal` when the call succeeded, which no test expects.
template <class T>
errc code_of(const result<T>& r) {
  return r ? errc::internal : r.error().code;
}

} // namespace weixin::store
