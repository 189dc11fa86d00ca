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
  result<std::vector<std::string>> remove_account(std::string a) {
    return await<std::vector<std::string>>([&](auto done) { s.remove_account(a, done); });
  }
  result<std::vector<std::string>> edit_accounts(account_editor a) {
    return await<std::vector<std::string>>([&](auto done) { s.edit_accounts(a, done); });
  }
  result<void> append_history(std::string a, state_change b) {
    return await<void>([&](auto done) { s.append_history(a, b, done); });
  }
  result<std::vector<state_change>> read_history(std::string a, std::int64_t b, std::size_t c) {
    return await<std::vector<state_change>>([&](auto done) { s.read_history(a, b, c, done); });
  }
  result<std::vector<appended_message>> commit(sync_commit a) {
    return await<std::vector<appended_message>>([&](auto done) { s.commit(a, done); });
  }
  result<void> save_session(std::string a, std::optional<webwx::session> b) {
    return await<void>([&](auto done) { s.save_session(a, b, done); });
  }
  result<std::optional<webwx::session>> load_session(std::string a) {
    return await<std::optional<webwx::session>>([&](auto done) { s.load_session(a, done); });
  }
  result<std::vector<stored_message>> read_inbox(inbox_query a) {
    return await<std::vector<stored_message>>([&](auto done) { s.read_inbox(a, done); });
  }
  result<inbox_positions> inbox_positions_of(std::string a) {
    return await<inbox_positions>([&](auto done) { s.inbox_positions_of(a, done); });
  }
  result<void> save_position(std::string a, std::string b, std::int64_t c) {
    return await<void>([&](auto done) { s.save_position(a, b, c, done); });
  }
  result<void> save_contacts(std::string a, std::vector<contact_record> b) {
    return await<void>([&](auto done) { s.save_contacts(a, b, done); });
  }
  result<std::vector<contact_record>> load_contacts(std::string a) {
    return await<std::vector<contact_record>>([&](auto done) { s.load_contacts(a, done); });
  }
  result<std::vector<friend_request_record>> load_friend_requests(std::string a) {
    return await<std::vector<friend_request_record>>([&](auto done) { s.load_friend_requests(a, done); });
  }
  result<void> remove_friend_request(std::string a, std::string b) {
    return await<void>([&](auto done) { s.remove_friend_request(a, b, done); });
  }
  result<std::vector<token_record>> list_tokens() {
    return await<std::vector<token_record>>([&](auto done) { s.list_tokens(done); });
  }
  result<void> add_token(token_record a) {
    return await<void>([&](auto done) { s.add_token(a, done); });
  }
  result<void> remove_token(std::string a) {
    return await<void>([&](auto done) { s.remove_token(a, done); });
  }
  result<void> note_token_use(std::string a, wall_time b) {
    return await<void>([&](auto done) { s.note_token_use(a, b, done); });
  }
  result<void> append_audit(audit_record a) {
    return await<void>([&](auto done) { s.append_audit(a, done); });
  }
  result<std::vector<audit_record>> read_audit(std::int64_t a, std::size_t b) {
    return await<std::vector<audit_record>>([&](auto done) { s.read_audit(a, b, done); });
  }
  result<std::optional<stored_message>> find_message(std::string a, std::string b) {
    return await<std::optional<stored_message>>([&](auto done) { s.find_message(a, b, done); });
  }
  result<media_record> want_media(std::string a, media_record b) {
    return await<media_record>([&](auto done) { s.want_media(a, b, done); });
  }
  result<std::vector<media_record>> waiting_media(std::string a, std::size_t b) {
    return await<std::vector<media_record>>([&](auto done) { s.waiting_media(a, b, done); });
  }
  result<kept_media> keep_media(std::string a, media_record b, media_quota c = {}) {
    return await<kept_media>([&](auto done) { s.keep_media(a, b, c, done); });
  }
  result<void> note_media(std::string a, media_record b) {
    return await<void>([&](auto done) { s.note_media(a, b, done); });
  }
  result<std::vector<media_record>> find_media(std::string a, std::string b) {
    return await<std::vector<media_record>>([&](auto done) { s.find_media(a, b, done); });
  }
  result<std::vector<std::string>> unknown_media_files(std::vector<std::string> a) {
    return await<std::vector<std::string>>([&](auto done) { s.unknown_media_files(a, done); });
  }
  result<accepted_send> enqueue(send_record a) {
    return await<accepted_send>([&](auto done) { s.enqueue(a, done); });
  }
  result<void> update_send(send_record a) {
    return await<void>([&](auto done) { s.update_send(a, done); });
  }
  result<std::optional<send_record>> find_send(std::string a, std::string b) {
    return await<std::optional<send_record>>([&](auto done) { s.find_send(a, b, done); });
  }
  result<std::vector<send_record>> unfinished_sends(std::string a) {
    return await<std::vector<send_record>>([&](auto done) { s.unfinished_sends(a, done); });
  }
  result<std::optional<send_record>> find_sent(std::string a, std::string b) {
    return await<std::optional<send_record>>([&](auto done) { s.find_sent(a, b, done); });
  }
  result<std::vector<std::string>> spooled_files() {
    return await<std::vector<std::string>>([&](auto done) { s.spooled_files(done); });
  }
  result<std::vector<send_record>> list_sends(outbox_query a) {
    return await<std::vector<send_record>>([&](auto done) { s.list_sends(a, done); });
  }
  result<void> probe() {
    return await<void>([&](auto done) { s.probe(done); });
  }
  result<upkeep_report> upkeep(wall_time a, retention b) {
    return await<upkeep_report>([&](auto done) { s.upkeep(a, b, done); });
  }
  result<void> backup(std::filesystem::path a) {
    return await<void>([&](auto done) { s.backup(a, done); });
  }
  result<check_report> check() {
    return await<check_report>([&](auto done) { s.check(done); });
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
