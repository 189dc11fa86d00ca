#pragma once

#include "actors/pacing.hpp"
#include "protocol/webwx/scan_picture.hpp"
#include "runtime/wall_clock.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace weixin {

/// A QR code that waits for a phone. A credential while it is valid: never logged.
struct pending_qr {
  std::string uuid;
  std::string url; ///< what the symbol encodes
  wall_time issued_at{};
  unsigned attempt = 1;
};

/// How far the upload of a send is.
struct upload_progress {
  std::string send_id;
  std::uint64_t bytes = 0; ///< that Weixin took
  std::uint64_t total = 0;
};

/// What of one paced operation waits, and for what.
struct pacing_view {
  std::uint64_t waiting = 0;
  std::optional<wall_time> next_at; ///< when the first of them may leave; nullopt: at once, or nothing waits
  pacing_reason reason = pacing_reason::none;
};

/// What the admin API shows of an account, as a value.
struct account_view {
  std::string name;
  std::string kind;
  wall_time created_at{}; ///< tells it from an earlier account of its name
  std::string state;
  wall_time state_since{};
  std::string reason;
  std::optional<wall_time> retry_at;
  std::string desired;
  std::string nickname;
  std::vector<std::string> bots;
  std::string media;                         ///< which media are fetched: the name of a store::media_policy
  std::string login;                         ///< how it logs in: the name of a webwx::login_choice
  std::string proxy;                         ///< without credentials; empty: none
  std::string proxy_error;                   ///< what it did last instead of letting a connection through
  std::optional<wall_time> proxy_checked_at; ///< when it was last seen whether it lets one through
  std::optional<wall_time> last_poll_at;
  std::optional<wall_time> last_event_at; ///< when the newest received message was stored
  std::optional<wall_time> last_send_at;  ///< when Weixin last took a send
  std::uint64_t messages_in = 0;
  std::uint64_t messages_out = 0;
  std::uint64_t queue = 0;
  std::uint64_t restarts = 0;
  std::optional<upload_progress> upload;                   ///< of the send whose file is under way
  std::array<pacing_view, paced_operation_count> pacing{}; ///< by paced_operation
};

/// The window through which other threads see an account: its actors write, the admin API reads. Counters are
/// atomic, the rest is behind a mutex that is held only for a copy.
class account_status {
public:
  explicit account_status(account_view initial) : view_(std::move(initial)) {}

  std::atomic<std::uint64_t> messages_in{0};
  std::atomic<std::uint64_t> messages_out{0};
  std::atomic<std::uint64_t> queue{0};
  std::atomic<std::uint64_t> restarts{0};
  std::atomic<std::int64_t> last_poll_ms{0}; ///< since the epoch; 0: never
  std::atomic<std::int64_t> last_event_ms{0};
  std::atomic<std::int64_t> last_send_ms{0};

  /// How many of an operation wait for their turn.
  void show_waiting(paced_operation o, std::size_t waiting) {
    auto& p = pacing_[static_cast<std::size_t>(o)];
    p.waiting = waiting;
    if (waiting == 0) p.next_ms = 0;
  }
  /// When the first of them may leave, and what it waits for.
  void show_turn(paced_operation o, wall_time at, pacing_reason why) {
    auto& p = pacing_[static_cast<std::size_t>(o)];
    p.reason = why;
    p.next_ms = why == pacing_reason::none ? 0 : to_milliseconds(at);
  }

  account_view view() const;
  /// Applies `change` to the view under the lock.
  template <class F>
  void update(F change) {
    std::lock_guard lock(mutex_);
    change(view_);
  }

  std::optional<pending_qr> qr() const;
  void set_qr(std::optional<pending_qr> qr);

  /// Of who scanned and has not confirmed yet; null when there is none.
  std::shared_ptr<const webwx::scan_picture> scan_picture() const;
  void set_scan_picture(std::shared_ptr<const webwx::scan_picture> picture);

private:
  struct shown_pace {
    std::atomic<std::uint64_t> waiting{0};
    std::atomic<std::int64_t> next_ms{0};
    std::atomic<pacing_reason> reason{pacing_reason::none};
  };

  std::array<shown_pace, paced_operation_count> pacing_;
  mutable std::mutex mutex_;
  account_view view_;
  std::optional<pending_qr> qr_;
  std::shared_ptr<const webwx::scan_picture> scan_picture_;
};

} // namespace weixin
