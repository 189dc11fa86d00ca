#pragma once

#include "actors/event_log.hpp"
#include "httpd/router.hpp"
#include "runtime/wall_clock.hpp"
#include "store/media_files.hpp"
#include "store/store.hpp"
#include "supervisor/fleet.hpp"

#include <functional>
#include <memory>
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
  store::retention retention;
};

/// What the admin API works with. All of it is thread-safe and outlives the server.
struct api_context {
  supervisor::fleet& fleet;
  std::shared_ptr<store::store> store;
  std::shared_ptr<event_log> events;
  std::shared_ptr<const wall_clock> clock;
  server_facts facts;
  /// Opens a file of the media store; empty: there is none.
  std::function<void(std::string id, std::function<void(result<std::shared_ptr<store::media_reader>>)>)>
      open_media{};
};

/// The admin API as routes: HTTP/1.1 and JSON, errors as RFC 9457 problems with a stable `code`. Handlers run
/// on the listener's thread and never wait: what an account or the store has to do answers later. Each call
/// that is to change something leaves one line in the log (`reply`). `listener` is the io_context that the
/// thread runs.
httpd::router make_api(api_context context, boost::asio::io_context& listener);

} // namespace weixin::admin
