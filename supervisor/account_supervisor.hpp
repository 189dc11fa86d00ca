#pragma once

#include "actors/account_context.hpp"
#include "actors/interfaces.hpp"
#include "runtime/supervised_children.hpp"
#include "supervisor/account_change.hpp"
#include "supervisor/account_writer.hpp"
#include "supervisor/friend_request_view.hpp"
#include "supervisor/restart_policy.hpp"
#include "supervisor/service_faults.hpp"
#include "supervisor/user_claims.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weixin::supervisor {

class account_supervisor;

/// Work from the fleet, done inside the account supervisor.
struct account_request {
  std::function<void(account_supervisor&)> run;
};

} // namespace weixin::supervisor

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::supervisor::account_request)

namespace weixin::supervisor {

/// The ACCOUNT SUPERVISOR as the fleet sees it.
using account_root_actor = account_actor::extend<caf::reacts_to<account_request>>;

/// What an account supervisor needs besides the services.
struct account_setup {
  store::account_record record;
  std::shared_ptr<account_status> status;
  std::shared_ptr<user_claims> claims;
  router_actor router; ///< of the account's shard
  policy_limits limits;
  std::shared_ptr<service_faults> store_faults; ///< hears that the store is corrupt; null: nobody does
};

/// The ACCOUNT SUPERVISOR: the root of one account's tree. It supervises the children, translates what they
/// report into events for the restart policy, and carries out what the policy decides. It decides nothing
/// itself.
///
/// Two groups of children. Sender and inbox reader live as long as the account, rest_for_one: what the reader
/// gave to the bots is answered through the sender, and is lost with it, so the reader begins anew. Login,
/// media fetcher, contact operator and poller live while the policy wants them, one_for_one: they find each
/// other through the context. Start order: sender, inbox reader, then login; after a login media fetcher,
/// then poller. Stop order is the reverse.
class account_supervisor final : public runtime::actor_base<account_root_actor> {
public:
  account_supervisor(caf::actor_config& cfg, std::shared_ptr<const services> service, account_setup setup);
  const char* name() const override { return "account_supervisor"; }

  // What an account_request may ask.
  using view_reply = std::function<void(result<account_view>)>;
  using contact_reply = std::function<void(result<contact_view>)>;
  void command(account_command c, view_reply reply);
  /// The values have been checked.
  void change(account_change what, view_reply reply);
  /// The same, and what the operator wants of it besides, in one write.
  void change(account_change what, std::optional<store::desired_state> desired, view_reply reply);
  /// What a reload of the configuration changed.
  void use_defaults(const pacing_settings& pacing, store::media_policy media);
  void want_media(std::string msg_id, store::media_part part, media_reply reply);
  /// Has what Weixin has of a send's file fetched. Errors: send_not_found, media_not_found (it has no file),
  /// media_not_allowed, target_lost (another session uploaded it, or it was long ago).
  void want_upload(std::string send_id, media_reply reply);
  void avatar(fetch_avatar wanted);
  /// The pending QR code as Weixin draws it, asked for once; null when none is pending. Errors: queue_full,
  /// media_failed, and those of the network when no byte left.
  using qr_picture_reply = std::function<void(result<std::shared_ptr<const webwx::scan_picture>>)>;
  void drawn_qr(qr_picture_reply reply);
  void submit(submit_send what);
  void command_send(weixin::command_send what);
  void recall(recall_message what);
  void mark_as_read(mark_read what);
  const address_book& contacts() const { return context_->contacts; }
  /// Errors before it is accepted: not_online and those of `contact_operator`.
  void operate(submit_operation what);
  const operation_book& operations() const { return context_->operations; }
  /// Those that wait for a decision, oldest first; who is a friend by now is left out, and forgotten.
  void friend_requests(std::function<void(result<std::vector<friend_request_view>>)> reply);
  /// Decided without a word to Weixin. Error: friend_request_not_found.
  void ignore_friend_request(std::string id, std::function<void(result<void>)> reply);
  /// A person says whom a reference means: `address_book::confirm`. Answered once it is stored.
  void confirm_contact(const std::string& ref, const std::string& to, contact_reply reply);
  void set_router(router_actor router);
  /// The present child, nullptr when there is none.
  caf::strong_actor_ptr child_handle(child who) { return group_of(who).handle(std::string{to_string(who)}); }

protected:
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  void use_settings();
  void proxy_showed(const std::string& problem);
  void watch_proxy();
  void check_proxy();

  // Policy.
  void apply(const policy_event& e);
  void carry_out(const decision& d);
  void show_state(account_state before, const std::string& reason_before);
  void failure_of(child who, const error& e, bool at_push_host = false);

  // Children.
  using child_starter = std::function<caf::strong_actor_ptr()>;
  runtime::supervised_children& group_of(child who);
  runtime::supervised_children::observer observe_children();
  void add_child(child who, child_starter start);
  template <class Actor, class... Args>
  auto spawn_child(child who, Args&&... args);
  /// Sender and inbox reader, where they are not there.
  void start_base();
  void stop_base();
  void base_gave_up();
  void start_login();
  void start_media();
  void start_contacts();
  void start_poller();
  /// Ends what runs on the present session, and starts a login actor after `wait`.
  void begin_login(std::chrono::nanoseconds wait);
  void start_session_children();
  void restart(child who);
  void stop_session_children();
  /// The same, but calls that are under way go on.
  void end_session_children();
  bool child_ended(child who, runtime::exit_kind kind);
  bool is_from(child who);
  void open_gate(bool new_session);
  void close_gate();
  void beat();
  /// In reverse start order, then quits.
  void end(const caf::error& why);

  // Session.
  void load_session();
  void session_loaded(result<std::optional<webwx::session>> loaded);
  void login_arrived(const login_done& login);
  void finish_login();
  void begin_session(std::vector<store::contact_record> known);
  /// What `for_good` leaves nothing of can be followed by a push login otherwise.
  void drop_session(bool for_good);
  void save_contacts(std::function<void(result<void>)> reply);
  void keep_for_commit(std::vector<store::contact_record> records);
  void log_out(view_reply reply);
  void end_session(view_reply reply);

  // Media.
  void order_media(store::media_record wanted, media_reply reply);
  void order_again(std::string msg_id, store::media_part part, media_reply reply);

  // What is stored.
  void keep_held();
  void store_failed(const error& e);
  void store_record(view_reply reply);
  void set_desired(store::desired_state desired, view_reply reply);
  void want(store::desired_state desired);
  void run_again();

  std::uint64_t child_seed();

  std::shared_ptr<const services> service_;
  account_setup setup_;
  std::shared_ptr<account_context> context_;
  std::unique_ptr<account_writer> writer_;
  policy_state policy_;
  random_generator random_;
  runtime::supervised_children base_;    ///< sender, inbox reader
  runtime::supervised_children session_; ///< login, media fetcher, contact operator, poller
  bool ending_ = false;
  child failed_child_ = child::poller; // that waits to be told to try again: the login or the poller
  child last_to_fail_ = child::sender; // by a crash, or without an answer
  child reporter_ = child::poller;     // of the failure that is being decided about
  std::shared_ptr<const webwx::session> kept_session_; // to be resumed
  std::shared_ptr<const webwx::session> retired_;      // what a push login can begin with; as stored
  bool push_next_ = false;                             // the next login is to be one
  std::optional<login_done> arrived_;                  // waits for the stored contacts
  std::uint64_t beat_number_ = 0;
  steady_time proxy_seen_{};      // when something was last seen of it
  std::uint64_t proxy_check_ = 0; // an answer to another one tells nothing of the present proxy
  bool checking_proxy_ = false;
  std::uint64_t login_timer_ = 0;     // generation of delayed starts and retries
  std::uint64_t reconnect_timer_ = 0; // the generation whose end also draws from limits.reconnects_per_second
  unsigned qr_attempt_ = 0;
  std::string drawn_uuid_;
  std::shared_ptr<const webwx::scan_picture> drawn_qr_; // of drawn_uuid_
  std::vector<qr_picture_reply> qr_waiters_;            // for the call that is under way
  bool polls_slowly_ = false;
};

} // namespace weixin::supervisor
