#include "runtime/shutdown_guard.hpp"

#include "runtime/log.hpp"

#include <cstdlib>

namespace weixin::runtime {

shutdown_guard::shutdown_guard(std::chrono::milliseconds deadline, int exit_code)
    : thread_([this, deadline, exit_code](const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, deadline, [] { return false; });
        if (stop.stop_requested()) return;
        log_error("server.stop_overdue",
                  {{"after_ms", deadline.count()}, {"action", "exit " + std::to_string(exit_code)}});
        // Without destructors: they are what hangs.
        std::_Exit(exit_code);
      }) {}

shutdown_guard::~shutdown_guard() = default;

} // namespace weixin::runtime
