#pragma once

#include "tests/simulation/faulty_store.hpp"
#include "tests/simulation/virtual_network.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weixin::simulation {

/// Sees everything that passes between the accounts, the service and the store, and holds it against the
/// promises. It knows nothing of actors. The first breach ends a run.
class witness final : public call_observer, public store_observer {
public:
  explicit witness(timeline& time) : time_(time) {}

  const std::vector<std::string>& breaches() const noexcept { return breaches_; }
  void breach(std::string what);

  /// The server process died or was stopped; a new one will start.
  void process_ended();
  /// An operator tries this send again, or settles it.
  void decided_by_operator(const std::string& id);

  struct send_history {
    std::string account;
    std::string text;
    std::string client_msg_id;
    weixin::store::send_state state{};
    weixin::store::unknown_policy if_unknown{};
    std::string msg_id;
    std::string error;
    bool decided_by_operator = false; ///< tried again or settled
    unsigned left = 0;                ///< how often its bytes left
    std::string life;                 ///< what happened to it, for a breach
  };
  const std::map<std::string, send_history>& sends() const noexcept { return sends_; }
  /// The ids of the messages that the store has of an account.
  const std::set<std::string>& stored(const std::string& account) { return stored_[account]; }
  /// How often the service took this text from that account.
  unsigned taken(const std::string& account, const std::string& text) const;
  std::optional<steady_time> last_good_poll(const std::string& account) const;
  /// Whether the message was never shown: the answer of the session's first webwxinit was lost, and with it
  /// the only keys that stood before the message (weixin-protocol.md 10).
  bool was_never_shown(const std::string& msg_id) const { return never_shown_.contains(msg_id); }
  /// Tells the ids of the messages that wait for a session.
  std::function<std::vector<std::string>(const std::string& sid)> waiting_for;

  // -- call_observer
  void started(const std::string& account, const transport::http_call& call) override;
  void left(const std::string& account, const httpd::request& request, std::string_view endpoint) override;
  void answered(const std::string& account, const httpd::request& request, std::string_view endpoint,
                const simulator::answer& answer) override;
  void completed(const std::string& account, const http_request& request, std::string_view endpoint,
                 const result<http_response>& outcome) override;
  // -- store_observer
  void committed(const weixin::store::sync_commit& commit,
                 const std::vector<weixin::store::appended_message>& fresh) override;
  void session_saved(const std::string& account, const std::optional<webwx::session>& session) override;
  void enqueued(const weixin::store::send_record& wanted,
                const weixin::store::accepted_send& accepted) override;
  void updated(const weixin::store::send_record& change) override;
  void not_updated(const weixin::store::send_record& change, const error& why) override;
  void position_saved(const std::string& account, const std::string& consumer, std::int64_t seq) override;

private:
  struct batch {
    std::int64_t position = 0; ///< the key that says it was read
    std::vector<std::string> msg_ids;
  };
  /// The messages up to this key of the session must be stored.
  void check_read(const std::string& account, const std::string& sid, std::int64_t position,
                  const char* where);
  std::string at() const;
  void judge_session(const std::string& account, const std::string& sid, std::string_view endpoint,
                     const http_response& answer);

  timeline& time_;
  std::vector<std::string> breaches_;
  std::map<std::string, std::vector<batch>> handed_out_; ///< by sid
  std::map<std::string, std::string> sid_of_;            ///< by account: of its last webwxsync
  std::map<std::string, std::set<std::string>> stored_;  ///< by account
  std::map<std::string, std::int64_t> last_seq_;         ///< by account
  std::map<std::pair<std::string, std::string>, std::int64_t> positions_;
  std::map<std::string, send_history> sends_;
  std::map<std::pair<std::string, std::string>, std::string> send_of_client_msg_id_; ///< by account and that
  std::map<std::pair<std::string, std::string>, unsigned> taken_;
  struct obituary {
    steady_time at;
    std::string reporter; ///< the endpoint that said it, and the code
  };
  std::map<std::string, obituary> dead_;   ///< by sid
  std::set<std::string> proven_push_host_; ///< sids
  std::set<std::string> initialised_;      ///< sids
  std::set<std::string> synced_;           ///< sids
  std::set<std::string> never_shown_;      ///< message ids
  std::map<std::string, steady_time> last_good_poll_;
};

} // namespace weixin::simulation
