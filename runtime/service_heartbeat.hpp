#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weixin::runtime {

/// A part of the process that has to answer for the process to be healthy.
struct heartbeat_part {
  std::string name;
  /// Asks it once; `answered` is called when it does, from any thread, once or never. Must not block.
  std::function<void(std::function<void()> answered)> ask;
  /// So long it may owe its answer: for parts that are slow at times and healthy all the same.
  std::chrono::milliseconds patience{0};
};

/// Which parts have answered since they were asked. Time comes in. Used on one thread; answers come from any.
class heartbeat_round {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit heartbeat_round(std::vector<heartbeat_part> parts);

  /// Asks every part that is not being asked already.
  void ask(time_point now);
  /// The names of those that were asked longer than their patience ago and have not answered.
  std::vector<std::string> silent(time_point now) const;

private:
  struct state;
  std::vector<heartbeat_part> parts_;
  std::shared_ptr<state> state_; ///< answers may come when this object is gone
};

/// Tells the service manager that the process is healthy, but only while every part answers: a process that
/// hangs in part must not look alive. On a thread of its own.
class service_heartbeat {
public:
  struct options {
    std::chrono::milliseconds period{10'000};
    /// Called when every part has answered since the last beat.
    std::function<void()> alive;
    /// A line for people, at most once a period, when it has changed.
    std::function<std::string()> status_line;
    std::function<void(const std::string&)> show_status;
  };

  service_heartbeat(options opts, std::vector<heartbeat_part> parts);
  ~service_heartbeat();
  service_heartbeat(const service_heartbeat&) = delete;
  service_heartbeat& operator=(const service_heartbeat&) = delete;

private:
  void run(const std::stop_token& stop);
  void beat();

  options options_;
  heartbeat_round round_;
  std::vector<std::string> reported_; ///< silent at the last beat
  std::string shown_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

} // namespace weixin::runtime
