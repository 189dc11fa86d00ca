#pragma once

#include "actors/event_log.hpp"
#include "actors/media_writer.hpp"
#include "actors/pacing.hpp"
#include "metrics/registry.hpp"
#include "protocol/webwx/login.hpp"
#include "protocol/webwx/upload_plan.hpp"
#include "runtime/random.hpp"
#include "runtime/shared_bucket.hpp"
#include "runtime/shared_value.hpp"
#include "runtime/wall_clock.hpp"
#include "runtime/worker_pool.hpp"
#include "store/ids.hpp"
#include "store/spool.hpp"
#include "store/store.hpp"
#include "transport/http_client.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace weixin {

/// The nick names of all users that this server's accounts are: bots do not answer them, so that two bots of
/// one server never talk to each other for ever. Thread-safe.
class own_users {
public:
  void add(const std::string& nick_name) {
    std::lock_guard lock(mutex_);
    names_.insert(nick_name);
  }
  bool contains(const std::string& nick_name) const {
    std::lock_guard lock(mutex_);
    return names_.contains(nick_name);
  }

private:
  mutable std::mutex mutex_;
  std::set<std::string> names_;
};

/// What an account looks like to Weixin; from the configuration.
struct webwx_settings {
  std::string login_host = "login.wx.qq.com"; ///< for the first jslogin (weixin-protocol.md 1.1)
  std::string entry_host = "wx.qq.com";
  std::string user_agent;
  /// Whether a session that ended is followed by a login that the phone only confirms, before there is a new
  /// QR code (weixin-protocol.md 3.4).
  bool push_login = true;
  /// Without extspam nobody logs in as the desktop client (weixin-protocol.md 3.6).
  webwx::desktop_client desktop;
};

/// What is fetched, and how much of it; from the configuration.
struct media_settings {
  store::media_policy policy = store::media_policy::images_and_voices; ///< of accounts that have none
  std::uint64_t max_file_bytes = std::uint64_t{200} << 20;
  store::media_quota quota;
};

/// What every actor may use: made once by the program (or a test), shared by all accounts. Everything in it
/// is thread-safe or immutable.
struct services {
  std::shared_ptr<store::store> store;
  std::shared_ptr<metrics::registry> metrics;
  std::shared_ptr<store::id_source> send_ids;
  std::shared_ptr<store::id_source> contact_ids;
  std::shared_ptr<const wall_clock> clock;
  std::shared_ptr<event_log> events;
  std::shared_ptr<own_users> users;
  std::shared_ptr<runtime::worker_pool> workers; ///< null in tests: large bodies are then parsed in place
  std::shared_ptr<runtime::shared_bucket> logins;
  std::shared_ptr<runtime::shared_bucket> reconnects;
  /// The HTTPS client of one account on that shard.
  std::function<std::shared_ptr<transport::http_client>(const std::string& account, unsigned shard)>
      make_client;
  media_writer_factory make_media_writer; ///< empty: no media are fetched
  /// What a reload of the configuration changes; accounts are told of it besides.
  std::shared_ptr<runtime::shared_value<media_settings>> media =
      std::make_shared<runtime::shared_value<media_settings>>();
  /// Removes media files by their ids, later and on another thread; empty: there are none.
  std::function<void(std::vector<std::string>)> remove_media;
  std::shared_ptr<store::spool> spool; ///< the files that wait to be sent; null: files cannot be sent
  webwx::upload_limits upload_limits;
  entropy_source entropy; ///< any thread
  std::uint64_t seed = 0; ///< of all jitter
  std::shared_ptr<runtime::shared_value<pacing_settings>> pacing =
      std::make_shared<runtime::shared_value<pacing_settings>>(); ///< as `media`
  webwx_settings webwx;
};

} // namespace weixin
