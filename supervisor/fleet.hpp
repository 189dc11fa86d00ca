#pragma once

#include "actors/account_status.hpp"
#include "actors/address_book.hpp"
#include "actors/bot_host.hpp"
#include "actors/contact_operation.hpp"
#include "actors/group_view.hpp"
#include "actors/services.hpp"
#include "supervisor/account_change.hpp"
#include "supervisor/account_state.hpp"
#include "supervisor/fleet_plan.hpp"
#include "supervisor/friend_request_view.hpp"
#include "supervisor/restart_policy.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace caf {
class actor_system;
}

namespace weixin::supervisor {

class fleet_directory;

struct fleet_options {
  std::vector<bot_entry> bots;
  std::vector<std::string> default_bots; ///< of an account that names none
  webwx::login_choice default_login = webwx::login_choice::web;
  std::size_t max_accounts = 10'000;
  /// Why not more: told to whoever adds one too many.
  std::string max_accounts_reason = "limits.max_accounts is reached";
  std::size_t account_shards = 1; ///< accounts live on shards 0 .. n-1
  std::size_t fleet_shard = 0;    ///< the fleet supervisor's own shard
  policy_limits limits;
  store::retention keep; ///< what the store's upkeep leaves
  /// What the configuration declares: put in place before the first account starts. What cannot be is told in
  /// the log, and the stored accounts start all the same.
  std::vector<wanted_account> declared;
  /// A shared service failed more than three times in a minute: the program has to end (exit code 70).
  std::function<void(std::string_view service)> fatal;
};

/// What a reload of the configuration can change while the fleet runs.
struct fleet_configuration {
  std::vector<bot_entry> bots;
  std::vector<std::string> default_bots;
  webwx::login_choice default_login = webwx::login_choice::web;
  std::size_t max_accounts = 10'000;
  std::string max_accounts_reason;
  store::retention keep;
  pacing_settings pacing;
  media_settings media;
};

/// True for [a-z0-9][a-z0-9-]{0,62}.
bool is_valid_account_name(std::string_view name) noexcept;

/// All accounts of this server, for the admin API: any thread. Reads are answered from a directory at once;
/// changes are done by the fleet supervisor and the account's own supervisor, and `reply` is called later,
/// from any thread, exactly once. Errors: account_not_found, account_exists, invalid_name, unknown_bot,
/// invalid_argument (kind), queue_full (max_accounts), contact_not_found, contact_ambiguous, store_failed,
/// disk_full.
class fleet {
public:
  using view_reply = std::function<void(result<account_view>)>;
  using fleet_reply = std::function<void(result<fleet_verdict>)>;

  fleet(caf::actor_system& system, std::shared_ptr<const services> service, fleet_options options);
  ~fleet();
  fleet(const fleet&) = delete;
  fleet& operator=(const fleet&) = delete;

  /// Starts every stored account. `done` tells when all are started, or why they cannot be read.
  void start(std::function<void(result<std::size_t>)> done);
  /// Ends all actors; returns at once. The actor system's destructor waits for them.
  void stop();

  /// Calls `answered` from inside the fleet supervisor: it is alive.
  void answer(std::function<void()> answered);

  std::vector<account_view> accounts() const; ///< sorted by name
  std::optional<account_view> account(std::string_view name) const;
  /// nullopt for an unknown account; an empty inner value when no code is pending.
  std::optional<std::optional<pending_qr>> qr(std::string_view name) const;
  /// The pending code as Weixin draws it; null when none is pending. Errors: queue_full, media_failed, and
  /// those of the network.
  void drawn_qr(std::string name,
                std::function<void(result<std::shared_ptr<const webwx::scan_picture>>)> reply);
  /// The picture of who scanned and is to confirm; null when there is none, or no such account.
  std::shared_ptr<const webwx::scan_picture> scan_picture(std::string_view name) const;
  std::map<std::string, std::size_t> count_by_state() const;

  /// What `initial` does not name: the configured defaults.
  void add(std::string name, std::string kind, account_change initial, view_reply reply);
  void change(std::string name, account_change what, view_reply reply);
  void remove(std::string name, std::function<void(result<void>)> reply);
  void command(std::string name, account_command c, view_reply reply);

  /// What becomes of many accounts at once: all of it or nothing. `reply` is told the plan when everybody
  /// works by it, or, with `dry_run`, when it is made. A verdict with problems changed nothing. Errors:
  /// plan_changed (it is not the one of `wish.revision`), wrong_state (a named account is being removed), and
  /// those of the store.
  void apply(fleet_wish wish, bool dry_run, fleet_reply reply);
  /// The same by another configuration, which holds from then on; without effect when the wish is refused.
  void configure(fleet_configuration by, fleet_wish wish, bool dry_run, fleet_reply reply);
  /// Further errors: idempotency_conflict, body_too_large, invalid_argument, not_forwardable, not_online (for
  /// mentions), io_failed (this server keeps no files).
  void send(std::string name, send_request request, send_reply reply);
  /// Errors: send_not_found, wrong_state.
  void command_send(std::string name, std::string id, outbox_command what, send_record_reply reply);
  /// Errors: see `recall_message`.
  void recall(std::string name, std::string id, action_reply reply);
  /// Errors: see `weixin::mark_read`.
  void mark_read(std::string name, weixin::mark_read what);
  /// Has a message's medium fetched, and answers its record at once, whatever its state. Errors:
  /// message_not_found, media_not_found, media_not_allowed, store_corrupt.
  void want_media(std::string name, std::string msg_id, store::media_part part, media_reply reply);
  /// The same with what Weixin has of a send's file. Errors: send_not_found, media_not_found,
  /// media_not_allowed, target_lost.
  void want_upload(std::string name, std::string send_id, media_reply reply);
  /// The picture of a contact, or of a member of the group `ref`, once it is there. Errors: not_online,
  /// media_not_allowed, and those of `fetch_avatar`.
  void avatar(std::string name, std::string ref, std::string member, media_reply reply);
  void contacts(std::string name, std::string query, std::string kind,
                std::function<void(result<std::vector<contact_view>>)> reply);
  /// The contacts that an ambiguous name means.
  void candidates(std::string name, std::string to, std::function<void(std::vector<contact_view>)> reply);
  /// A person says which contact a reference of an earlier session means. Errors: see
  /// `address_book::confirm`, and those of the store.
  void confirm_contact(std::string name, std::string ref, std::string to,
                       std::function<void(result<contact_view>)> reply);

  // -- friends and groups
  /// Errors before it is accepted: not_online, contact_not_found, contact_ambiguous, member_not_found,
  /// friend_request_not_found, target_lost, wrong_kind, invalid_argument, queue_full.
  void operate(std::string name, contact_operation_request what, operation_reply reply);
  /// Those that wait and the last that ended, newest first.
  void operations(std::string name, std::function<void(result<std::vector<contact_operation>>)> reply);
  /// Error: operation_not_found.
  void operation(std::string name, std::string id, operation_reply reply);
  void groups(std::string name, std::function<void(result<std::vector<group_view>>)> reply);
  /// Errors: contact_not_found, contact_ambiguous, wrong_kind.
  void group(std::string name, std::string group,
             std::function<void(result<std::pair<group_view, std::vector<member_view>>>)> reply);
  void friend_requests(std::string name, std::function<void(result<std::vector<friend_request_view>>)> reply);
  /// Error: friend_request_not_found.
  void ignore_friend_request(std::string name, std::string id, std::function<void(result<void>)> reply);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace weixin::supervisor
