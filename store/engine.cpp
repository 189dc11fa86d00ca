#include "store/engine.hpp"

#include "store/account_rows.hpp"
#include "store/contact_rows.hpp"
#include "store/friend_request_rows.hpp"
#include "store/history_rows.hpp"
#include "store/inbox_rows.hpp"
#include "store/outbox_rows.hpp"
#include "store/session_rows.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace weixin::store {

namespace {

constexpr std::size_t max_idempotency_key = 255;
/// How far one upkeep may move the clock that retention goes by.
constexpr std::chrono::hours max_clock_step{24};

} // namespace

wall_time before(wall_time now, std::chrono::hours age) {
  auto since_epoch = std::chrono::floor<std::chrono::hours>(now.time_since_epoch());
  return since_epoch < age ? wall_time{} : now - age;
}

error no_such_account(const std::string& name) { return fail(errc::account_not_found, name); }

engine::engine(std::unique_ptr<SQLite::Database> db, sealer seal, store_limits limits)
    : db_(std::move(db)), seal_(std::move(seal)), limits_(limits) {}

void engine::begin(bool writes) { rows().use(writes ? "BEGIN IMMEDIATE" : "BEGIN").run(); }

void engine::commit() { rows().use("COMMIT").run(); }

void engine::roll_back() noexcept {
  known_.clear();
  last_seq_.reset();
  media_bytes_.reset();
  try {
    // SQLite undoes a transaction by itself after some failures.
    if (::sqlite3_get_autocommit(database().getHandle()) == 0) rows().use("ROLLBACK").run();
  } catch (const std::exception&) {
  }
}

engine::known_account* engine::find(const std::string& name) {
  auto at = known_.find(name);
  if (at != known_.end()) return &at->second;
  auto id = find_account(rows(), name);
  if (!id) return nullptr;
  return &known_.emplace(name, known_account{{*id, name}, std::nullopt, std::nullopt, std::nullopt, {}})
              .first->second;
}

// -- accounts
// -------------------------------------------------------------------------------------------------------

std::vector<account_record> engine::list_accounts() { return load_accounts(rows()); }

result<void> engine::add_account(const account_record& account) { return insert_account(rows(), account); }

result<void> engine::update_account(const account_record& account) {
  auto* known = find(account.name);
  if (!known) return no_such_account(account.name);
  replace_account(rows(), known->ref.id, account);
  return {};
}

result<std::vector<std::string>> engine::remove_account(const std::string& name) {
  auto* known = find(name);
  if (!known) return no_such_account(name);
  auto media = hide_account(rows(), known->ref.id);
  known_.erase(name);
  media_bytes_ = all_media_bytes(rows());
  return media;
}

result<std::vector<std::string>> engine::edit_accounts(const account_editor& decide) {
  auto stored = list_accounts();
  auto edits = decide(stored);
  if (!edits) return edits.error();
  // A refusal changes nothing, so everything is looked at before the first change.
  std::set<std::string> new_names;
  for (const auto& account : edits->added)
    if (find(account.name) || !new_names.insert(account.name).second)
      return fail(errc::account_exists, account.name);
  for (const auto& account : edits->replaced)
    if (!find(account.name)) return no_such_account(account.name);
  for (const auto& name : edits->removed)
    if (!find(name)) return no_such_account(name);
  for (const auto& account : edits->added)
    if (auto added = insert_account(rows(), account); !added) return added.error();
  for (const auto& account : edits->replaced)
    replace_account(rows(), find(account.name)->ref.id, account);
  std::vector<std::string> files;
  for (const auto& name : edits->removed) {
    auto of_account = hide_account(rows(), find(name)->ref.id);
    std::move(of_account.begin(), of_account.end(), std::back_inserter(files));
    known_.erase(name);
  }
  if (!edits->removed.empty()) media_bytes_ = all_media_bytes(rows());
  return files;
}

bool engine::purge() {
  if (!has_removed()) return false;
  keep_last_seq(rows());
  return purge_step(rows());
}

bool engine::has_removed() { return rows().use("SELECT 1 FROM account WHERE removed = 1 LIMIT 1").next(); }

result<void> engine::append_history(const std::string& account, const state_change& change) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  append_change(rows(), known->ref.id, change);
  return {};
}

result<std::vector<state_change>> engine::read_history(const std::string& account, std::int64_t after,
                                                       std::size_t limit) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  return read_changes(rows(), known->ref.id, after, limit);
}

// -- session and inbox
// ----------------------------------------------------------------------------------------------

result<std::vector<appended_message>> engine::commit_sync(const sync_commit& sync) {
  auto* known = find(sync.account);
  if (!known) return no_such_account(sync.account);
  if (auto kept = keep_contacts(*known, sync.contacts); !kept) return kept.error();
  std::vector<appended_message> fresh;
  if (!last_seq_) last_seq_ = last_seq(rows());
  for (const auto& message : sync.messages) {
    if (!append_message(rows(), known->ref, message, sync.at, *last_seq_ + 1)) continue;
    for (const auto& wanted : message.media)
      insert_link(rows(), known->ref, wanted);
    fresh.push_back({message.msg_id, ++*last_seq_});
  }
  // One of a message that was stored before may be decided already.
  for (const auto& request : sync.friend_requests)
    if (std::any_of(fresh.begin(), fresh.end(), [&](const auto& m) { return m.msg_id == request.id; }))
      write_friend_request(rows(), known->ref, request);
  if (!sync.friend_requests.empty()) keep_friend_requests(rows(), known->ref.id, limits_.friend_requests);
  if (sync.session)
    write_session(rows(), known->ref, *sync.session, sync.keys);
  else
    write_keys(rows(), known->ref, sync.keys);
  return fresh;
}

result<void> engine::save_session(const std::string& account, const std::optional<webwx::session>& session) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  if (session)
    write_session(rows(), known->ref, *session, session->keys);
  else
    erase_session(rows(), known->ref.id);
  return {};
}

result<std::optional<webwx::session>> engine::load_session(const std::string& account) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  auto session = read_session(rows(), known->ref);
  if (!session) ++unreadable_;
  return session;
}

result<std::vector<stored_message>> engine::read_inbox(const inbox_query& wanted) {
  auto* known = find(wanted.account);
  if (!known) return no_such_account(wanted.account);
  return read_messages(rows(), known->ref, wanted, unreadable_);
}

result<inbox_positions> engine::inbox_positions_of(const std::string& account) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  return read_positions(rows(), known->ref.id);
}

result<void> engine::save_position(const std::string& account, const std::string& consumer,
                                   std::int64_t seq) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  write_position(rows(), known->ref.id, consumer, seq);
  return {};
}

result<void> engine::keep_contacts(known_account& account, const std::vector<contact_record>& contacts) {
  if (contacts.empty()) return {};
  for (const auto& contact : contacts)
    if (contact.ref.empty()) return fail(errc::invalid_argument, "a contact without ref");
  for (const auto& contact : contacts)
    write_contact(rows(), account.ref, contact);
  // Some may have replaced what was there: counted exactly only when it could be too many.
  account.contacts = account.contacts.value_or(limits_.contacts) + contacts.size();
  if (*account.contacts <= limits_.contacts) return {};
  auto there = count_contacts(rows(), account.ref.id);
  if (there > limits_.contacts) drop_contacts(rows(), account.ref.id, there - limits_.contacts);
  account.contacts = std::min(there, limits_.contacts);
  return {};
}

result<void> engine::save_contacts(const std::string& account, const std::vector<contact_record>& contacts) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  return keep_contacts(*known, contacts);
}

result<std::vector<contact_record>> engine::load_contacts(const std::string& account) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  return read_contacts(rows(), known->ref, unreadable_);
}

result<std::vector<friend_request_record>> engine::load_friend_requests(const std::string& account) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  return read_friend_requests(rows(), known->ref, unreadable_);
}

result<void> engine::remove_friend_request(const std::string& account, const std::string& id) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  if (!erase_friend_request(rows(), known->ref.id, id))
    return fail(errc::friend_request_not_found, "no friend request of this id waits");
  return {};
}

result<std::optional<stored_message>> engine::find_message(const std::string& account,
                                                           const std::string& msg_id) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  auto message = read_message(rows(), known->ref, msg_id);
  if (!message) ++unreadable_;
  return message;
}

// -- outbox
// ---------------------------------------------------------------------------------------------------------

result<accepted_send> engine::enqueue(const send_record& send) {
  auto* known = find(send.account);
  if (!known) return no_such_account(send.account);
  if (send.id.empty()) return fail(errc::invalid_argument, "a send without id");
  if (!is_unfinished(send.state)) return fail(errc::invalid_argument, "a new send is queued or attempting");
  if (send.idempotency_key.size() > max_idempotency_key)
    return fail(errc::invalid_argument, "idempotency key: more than 255 bytes");
  if (!known->unfinished) known->unfinished = count_unfinished(rows(), known->ref.id);
  const bool full = *known->unfinished >= limits_.unfinished_sends;
  request_hashes hashes;
  const bool keyed = !send.idempotency_key.empty();
  if (keyed) hashes = hashes_of(seal_, known->ref, send);
  // Nearly every key is new: it is looked for only when the database finds it there, or nothing new has room.
  auto row = full ? std::nullopt : insert_send(rows(), known->ref, send, keyed ? &hashes : nullptr);
  if (row) {
    ++*known->unfinished;
    known->open_sends.insert_or_assign(send.id, send_row{*row, send.state});
    accepted_send accepted{send, false};
    accepted.record.idempotency_key.clear();
    return accepted;
  }
  if (keyed) {
    auto before = find_keyed_send(rows(), known->ref, hashes);
    if (!before) return before.error();
    if (*before && !(*before)->same_request)
      return fail(errc::idempotency_conflict, "the key was used for another recipient or content");
    if (*before) return accepted_send{std::move((*before)->record), true};
  }
  if (full) return fail(errc::queue_full, std::to_string(*known->unfinished) + " sends are waiting");
  return fail(errc::invalid_argument, "send id is taken");
}

std::optional<send_row> engine::row_of_send(known_account& account, const std::string& id) {
  if (auto at = account.open_sends.find(id); at != account.open_sends.end()) return at->second;
  return find_send_row(rows(), account.ref.id, id);
}

result<void> engine::update_send(const send_record& send) {
  auto* known = find(send.account);
  if (!known) return no_such_account(send.account);
  auto before = row_of_send(*known, send.id);
  if (!before) return fail(errc::send_not_found, send.id);
  if (!may_follow(before->state, send.state))
    return fail(errc::wrong_state, "the send is " + std::string{to_string(before->state)});
  bool opens = !is_unfinished(before->state) && is_unfinished(send.state);
  bool settles = is_unfinished(before->state) && !is_unfinished(send.state);
  if (!known->unfinished && (opens || settles)) known->unfinished = count_unfinished(rows(), known->ref.id);
  if (opens && *known->unfinished >= limits_.unfinished_sends)
    return fail(errc::queue_full, std::to_string(*known->unfinished) + " sends are waiting");
  if (!replace_send(rows(), before->row, send, opens || settles)) return fail(errc::send_not_found, send.id);
  if (opens) ++*known->unfinished;
  if (settles) --*known->unfinished;
  if (is_unfinished(send.state))
    known->open_sends.insert_or_assign(send.id, send_row{before->row, send.state});
  else
    known->open_sends.erase(send.id);
  return {};
}

result<std::optional<send_record>> engine::find_send(const std::string& account, const std::string& id) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  auto send = read_send(rows(), known->ref, id);
  if (!send) ++unreadable_;
  return send;
}

result<std::vector<send_record>> engine::unfinished_sends(const std::string& account) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  return read_unfinished(rows(), known->ref, unreadable_);
}

result<std::optional<send_record>> engine::find_sent(const std::string& account, const std::string& msg_id) {
  auto* known = find(account);
  if (!known) return no_such_account(account);
  auto send = read_sent(rows(), known->ref, msg_id);
  if (!send) ++unreadable_;
  return send;
}

std::vector<std::string> engine::spooled_files() { return read_spooled(rows()); }

result<std::vector<send_record>> engine::list_sends(const outbox_query& wanted) {
  auto* known = find(wanted.account);
  if (!known) return no_such_account(wanted.account);
  return read_sends(rows(), known->ref, wanted, unreadable_);
}

// -- upkeep
// ---------------------------------------------------------------------------------------------------------

void engine::probe() {
  rows()
      .use("INSERT INTO meta (key, value) VALUES ('probe', zeroblob(65536)) "
           "ON CONFLICT (key) DO UPDATE SET value = excluded.value")
      .run();
  rows().use("DELETE FROM meta WHERE key = 'probe'").run();
}

bool engine::for_next_account(upkeep_progress& progress) {
  auto found = rows().use("SELECT id FROM account WHERE id > ? AND removed = 0 ORDER BY id LIMIT 1");
  if (!found.bind(progress.position).next()) return false;
  progress.position = found.number(0);
  return true;
}

bool engine::upkeep(upkeep_progress& progress) {
  using stage = upkeep_progress::stage;
  auto& report = progress.report;
  auto next_stage = [&](stage s) {
    progress.at = s;
    progress.position = 0;
  };
  switch (progress.at) {
  case stage::clock: {
    // A wall clock that jumps ahead for an hour must not empty the store, nor one that went back and is right
    // again.
    auto last = rows().use("SELECT value FROM meta WHERE key = 'upkeep_at_ms'");
    progress.reached = progress.now;
    if (last.next()) {
      progress.now = std::min(progress.now, from_stored(last.number(0)) + max_clock_step);
      progress.reached = std::max(progress.now, from_stored(last.number(0)));
    }
    rows()
        .use("INSERT INTO meta (key, value) VALUES ('upkeep_at_ms', ?) "
             "ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(to_stored(progress.reached))
        .run();
    keep_last_seq(rows());
    next_stage(stage::inbox_age);
    return true;
  }
  case stage::inbox_age:
    if (!drop_old_messages(rows(), before(progress.now, progress.keep.inbox_age), progress.reached,
                           progress.position, report.messages))
      next_stage(stage::inbox_bytes);
    return true;
  case stage::inbox_bytes: {
    auto previous = progress.position;
    if (!for_next_account(progress)) {
      next_stage(stage::outbox);
      return true;
    }
    auto last = seq_beyond_bytes(rows(), progress.position, progress.keep.inbox_bytes_per_account);
    if (last != 0 && drop_messages_to(rows(), progress.position, last, report.messages))
      progress.position = previous; // the same account again, until nothing is left to drop
    return true;
  }
  case stage::outbox:
    if (!drop_settled_sends(rows(), before(progress.now, progress.keep.outbox_age), progress.reached,
                            progress.position, report.sends))
      next_stage(stage::history_age);
    return true;
  case stage::history_age:
    if (!drop_old_changes(rows(), before(progress.now, progress.keep.history_age), report.state_changes))
      next_stage(stage::history_count);
    return true;
  case stage::history_count:
    if (!for_next_account(progress))
      next_stage(stage::audit_age);
    else
      drop_changes_beyond(rows(), progress.position, progress.keep.history_per_account, report.state_changes);
    return true;
  case stage::audit_age:
  case stage::audit_count:
    return upkeep_of_audit(progress);
  case stage::media_age:
  case stage::media_links:
  case stage::media_of_accounts:
  case stage::media_of_all:
    return upkeep_of_media(progress);
  case stage::removed:
    if (!purge()) next_stage(stage::sizes);
    return true;
  case stage::sizes:
    if (for_next_account(progress)) {
      add_sizes(rows(), progress.position, report.held);
      return true;
    }
    next_stage(stage::done);
    return false;
  case stage::done:
    return false;
  }
  return false;
}

} // namespace weixin::store
