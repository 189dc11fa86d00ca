#pragma once

#include "bench/floor_login.hpp"

#include <cstdint>
#include <deque>
#include <string>

namespace weixin::bench {

/// One account of the floor: synccheck, webwxsync, webwxsendmsg (weixin-protocol.md 4.5, 4.6, 6) with the
/// least that can be done about them. Two connections, as weixind has them: one for the long poll, one for
/// the rest.
///
/// What a server must not leave out is left out here: no store, no metrics, no events, no pacing, no check of
/// what the answers hold, one message at a time from one friend to one friend.
class floor_account {
public:
  floor_account(const floor_service& service, const webwx::session& session);
  floor_account(const floor_account&) = delete;
  floor_account& operator=(const floor_account&) = delete;

  void start() { sync(); }

private:
  void check();
  void sync();
  void synced(const std::string& body);
  void send(const std::string& to, const std::string& text);
  /// The connection takes one call after the other.
  void queue(floor_connection::request r, floor_connection::completion done);
  void next();
  floor_connection::request post(const std::string& target, std::string body) const;

  struct job {
    floor_connection::request request;
    floor_connection::completion done;
  };

  floor_connection push_;
  floor_connection entry_;
  std::string self_;
  std::string base_request_; ///< JSON
  std::string sync_key_;     ///< JSON, as it came
  std::string check_target_; ///< up to the keys
  std::string check_keys_;
  std::string sync_target_;
  std::string send_target_;
  floor_connection::request check_request_;
  floor_connection::request post_request_;
  std::uint64_t last_client_msg_id_;
  std::deque<job> waiting_;
  bool busy_ = false;
};

} // namespace weixin::bench
