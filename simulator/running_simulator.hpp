#pragma once

#include "protocol/result.hpp"
#include "simulator/simulator_server.hpp"

#include <functional>
#include <memory>
#include <string>
#include <type_traits>

namespace weixin::simulator {

/// A simulator with a thread of its own: for tests and for programs that embed it. The destructor closes
/// every connection and joins the thread.
class running_simulator {
public:
  /// Errors: those of simulator_server::start.
  static result<std::unique_ptr<running_simulator>> start(simulator_server_options options);
  ~running_simulator();
  running_simulator(const running_simulator&) = delete;
  running_simulator& operator=(const running_simulator&) = delete;

  const std::string& endpoint() const noexcept { return endpoint_; }
  const std::string& control_endpoint() const noexcept { return control_endpoint_; }
  const std::string& ca_file() const noexcept { return ca_file_; }

  /// Runs `work` on the simulator's thread, sends what it made ready, and returns what it returned. From any
  /// other thread.
  template <class F>
  auto with(F work) -> std::invoke_result_t<F&, simulated_weixin&, const moment&> {
    using value = std::invoke_result_t<F&, simulated_weixin&, const moment&>;
    if constexpr (std::is_void_v<value>) {
      run([&](simulated_weixin& s, const moment& now) { work(s, now); });
    } else {
      std::unique_ptr<value> kept;
      run([&](simulated_weixin& s, const moment& now) { kept = std::make_unique<value>(work(s, now)); });
      return std::move(*kept);
    }
  }

private:
  struct impl;
  explicit running_simulator(simulator_server_options options);
  void run(const std::function<void(simulated_weixin&, const moment&)>& work);

  std::unique_ptr<impl> impl_;
  std::string endpoint_;
  std::string control_endpoint_;
  std::string ca_file_;
};

} // namespace weixin::simulator
