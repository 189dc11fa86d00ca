#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace weixin::runtime {

/// While it exists the process is ending, and has to be done by the deadline: an actor that is stuck must not
/// keep the process. Then it logs one line and ends the process at once with `exit_code`; what is stored is
/// consistent at any moment. On a thread of its own.
class shutdown_guard {
public:
  shutdown_guard(std::chrono::milliseconds deadline, int exit_code);
  ~shutdown_guard();
  shutdown_guard(const shutdown_guard&) = delete;
  shutdown_guard& operator=(const shutdown_guard&) = delete;

private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

} // namespace weixin::runtime
