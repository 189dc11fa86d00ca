#pragma once

#include "actors/event_log.hpp"
#include "admin/access.hpp"
#include "admin/routes.hpp"
#include "protocol/webwx/upload_plan.hpp"
#include "runtime/wall_clock.hpp"
#include "store/media_files.hpp"
#include "store/spool.hpp"
#include "store/store.hpp"
#include "supervisor/fleet.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace boost::asio {
class io_context;
}

namespace weixin::admin {

/// What the admin API tells about the program itself.
struct server_facts {
  std::string version;
  wall_time started_at{};
  std::function<std::string()> metrics_listen; ///< the real address, "" when there is no listener
  std::function<bool()> ready;
  std::string durability; ///< "power" or "process"
  std::function<store::retention()> retention;
  std::function<std::string()> api_listen{}; ///< the same of the listener by TCP
  std::function<std::string()> api_url{};    ///< how that is reached: "https://console.example.com:9463"
};

/// The way to the fleet for answers that come late, from the threads of store and spool: once it is closed,
/// nobody comes through, so that the fleet can end before those threads do.
class fleet_gate {
public:
  /// Calls `work` unless the gate is closed. `work` must not wait.
  template <class Work>
  void pass(Work work) {
    std::lock_guard lock(mutex_);
    if (open_) work();
  }
  /// Returns when nobody is inside.
  void close() {
    std::lock_guard lock(mutex_);
    open_ = false;
  }

private:
  std::mutex mutex_;
  bool open_ = true;
};

/// What the admin API works with. All of it is thread-safe and outlives the server.
struct api_context {
  supervisor::fleet& fleet;
  std::shared_ptr<store::store> store;
  std::shared_ptr<event_log> events;
  std::shared_ptr<const wall_clock> clock;
  std::shared_ptr<access> who_may;
  server_facts facts;
  std::shared_ptr<store::spool> spool; ///< null: files cannot be sent
  webwx::upload_limits upload_limits;
  std::shared_ptr<fleet_gate> gate = std::make_shared<fleet_gate>();
  /// Opens a file of the media store; empty: there is none.
  std::function<void(std::string id, std::function<void(result<std::shared_ptr<store::media_reader>>)>)>
      open_media{};
  /// All metrics in Prometheus' text form, with its content type.
  std::function<httpd::response()> metrics{};
};

/// For `listen_options::receive`: the files of multipart/form-data go to the spool as they come.
std::function<std::shared_ptr<httpd::body_receiver>(const httpd::request& head)>
make_upload_receiver(std::shared_ptr<store::spool> spool, webwx::upload_limits limits);
/// The largest body of such a request.
std::uint64_t max_upload_bytes(const webwx::upload_limits& limits) noexcept;

/// The admin API as routes: HTTP/1.1 and JSON, errors as RFC 9457 problems with a stable `code`. Handlers run
/// on the listener's thread and never wait: what an account or the store has to do answers later. Each call
/// that is to change something leaves one line in the log and the audit (`reply`). `listener` is the
/// io_context that the thread runs. They serve the unix socket and, behind a `gate`, TCP.
api_routes make_api(api_context context, boost::asio::io_context& listener);

} // namespace weixin::admin
