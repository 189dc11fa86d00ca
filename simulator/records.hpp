#pragma once

#include "simulator/ring.hpp"

#include "runtime/wall_clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::simulator {

/// Something a client had the service send. Texts are kept to `max_sent_text_bytes`.
struct sent_message {
  std::size_t user = 0;
  std::uint64_t session = 0;
  std::string_view endpoint; ///< one of the service's names, which live for ever
  std::string to_id;         ///< lasting id of the contact or chatroom
  std::string to_nick;       ///< nick name or topic
  int type = 0;
  std::string text;
  std::string client_msg_id;
  std::string msg_id; ///< empty when refused
  int ret = 0;
  std::uint64_t ledger_number = 0; ///< of the message it replies to, 0: none
  std::string media_name;          ///< of what it carried; empty: nothing
  std::string media_md5;
  std::uint64_t media_bytes = 0;
  std::string msg_source;            ///< as it came (weixin-protocol.md 6), kept as the text is
  std::vector<std::string> mentions; ///< lasting ids of the members that it mentions, when it is right
  bool forwarded = false;            ///< Scene 2
  bool revoked = false;
  wall_time at;
};

/// A friend request that a client had the service send.
struct friend_request {
  std::size_t user = 0;
  std::string to_id;
  std::string to_nick;
  std::string words;
  int opcode = 0;
  wall_time at;
};
inline constexpr std::size_t max_friend_requests = 10'000;

inline constexpr std::size_t max_sent_messages = 100'000;
inline constexpr std::size_t max_sent_text_bytes = 4'096;

/// How a client broke the protocol.
enum class violation_kind {
  unknown_host,
  wrong_host,
  wrong_method,
  unknown_endpoint,
  missing_cookie,
  wrong_cookie,
  bad_base_request,
  bad_device_id,
  bad_user_agent,
  bad_pass_ticket,
  stale_skey,
  bad_sync_key,
  unknown_user_name,
  bad_query,
  bad_body,
  too_many,
  late_login_poll,
  repeated_client_msg_id,
};
inline constexpr std::size_t violation_kind_count =
    static_cast<std::size_t>(violation_kind::repeated_client_msg_id) + 1;
std::string_view to_string(violation_kind kind) noexcept;

struct violation {
  violation_kind kind{};
  std::string endpoint;
  std::size_t user = 0; ///< 0: not known
  std::string detail;   ///< what was expected; never a secret
  wall_time at;
};

/// The newest `max_violations`, and the count of each kind.
class violation_log {
public:
  static constexpr std::size_t max_violations = 1'000;

  void add(violation v) {
    ++counts_[static_cast<std::size_t>(v.kind)];
    ++total_;
    newest_.add(std::move(v));
  }
  std::uint64_t total() const noexcept { return total_; }
  std::uint64_t count(violation_kind kind) const noexcept { return counts_[static_cast<std::size_t>(kind)]; }
  const ring<violation>& newest() const noexcept { return newest_; }
  void clear() {
    newest_.clear();
    counts_ = {};
    total_ = 0;
  }

private:
  ring<violation> newest_{max_violations};
  std::array<std::uint64_t, violation_kind_count> counts_{};
  std::uint64_t total_ = 0;
};

} // namespace weixin::simulator
