#pragma once

#include "simulator/simulated_weixin.hpp"
#include "tests/simulation/fault_plan.hpp"
#include "tests/simulation/sync_spoiler.hpp"
#include "tests/simulation/timeline.hpp"
#include "tests/simulation/trace.hpp"
#include "transport/host_breaker.hpp"
#include "transport/http_client.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace weixin::simulation {

/// Who watches the calls of all accounts: the checkers, and the counters of a storm.
struct call_observer {
  virtual ~call_observer() = default;
  /// A call was handed to the transport.
  virtual void started(const std::string& account, const transport::http_call& call) = 0;
  /// The breaker let it pass: now somebody is looked for at the other end.
  virtual void attempted(const std::string& account, const std::string& host) {
    (void)account;
    (void)host;
  }
  /// The request's bytes leave, with these bytes as the service will read them.
  virtual void left(const std::string& account, const httpd::request& request, std::string_view endpoint) = 0;
  /// What the service answered, before anything spoils it.
  virtual void answered(const std::string& account, const httpd::request& request, std::string_view endpoint,
                        const simulator::answer& answer) = 0;
  /// What the account was told.
  virtual void completed(const std::string& account, const http_request& request, std::string_view endpoint,
                         const result<http_response>& outcome) = 0;
};

/// How the network is at the moment.
enum class network_state {
  up,
  refusing, ///< every connection is refused, and those that are open are cut
  silent,   ///< nothing is answered any more, connections neither
};

/// The network between the accounts and the simulated service: the transport's contract
/// (transport/http_client.hpp) in virtual time. Latency, a few connections an account, deadlines, the
/// process's breaker, and the faults of the plan.
class virtual_network {
public:
  virtual_network(timeline& time, simulator::simulated_weixin& weixin, fault_plan& plan, trace& t,
                  std::uint64_t seed);
  ~virtual_network();

  void observe(call_observer& o) { observers_.push_back(&o); }

  /// A server process's end of the network: its breaker and its accounts' clients.
  class process;
  std::shared_ptr<process> start_process();

  void set_state(network_state s);
  network_state state() const noexcept { return state_; }
  /// A throttled or stuck service sends its good answers so much later.
  std::chrono::milliseconds extra_latency{0};

  std::uint64_t calls() const noexcept { return calls_; }
  std::uint64_t connections() const noexcept { return connections_; }

private:
  friend class process;
  class client;
  struct exchange;
  using exchange_ptr = std::shared_ptr<exchange>;

  void begin(const exchange_ptr& x);
  void connect(const exchange_ptr& x);
  void leave(const exchange_ptr& x);
  void serve(const exchange_ptr& x);
  void come_back(const exchange_ptr& x, simulator::answer a);
  void finish(const exchange_ptr& x, result<http_response> outcome);
  void fail_call(const exchange_ptr& x, errc code, const char* context);
  void take_released();
  bool is_broken_before_a_byte(const exchange_ptr& x);
  simulator::answer spoil(const exchange_ptr& x, simulator::answer a);
  std::chrono::microseconds latency();
  std::int64_t virtual_ms() const { return (time_.now() - steady_time{1h}) / 1ms; }

  timeline& time_;
  simulator::simulated_weixin& weixin_;
  fault_plan& plan_;
  trace& trace_;
  generator random_;
  sync_spoiler spoiler_;
  std::vector<call_observer*> observers_;
  network_state state_ = network_state::up;
  std::map<simulator::exchange_id, exchange_ptr> under_way_;
  std::map<simulator::exchange_id, exchange_ptr> held_; ///< by the service
  simulator::exchange_id last_id_ = 0;
  std::uint64_t calls_ = 0;
  std::uint64_t connections_ = 0;
};

class virtual_network::process : public std::enable_shared_from_this<process> {
public:
  explicit process(virtual_network& net);
  std::shared_ptr<transport::http_client> client(const std::string& account);
  /// The process is gone: its calls end without a completion, and later ones are never made.
  void die();
  const std::shared_ptr<transport::host_breaker>& breaker() const noexcept { return breaker_; }

private:
  friend class virtual_network;
  friend class virtual_network::client;
  virtual_network& net_;
  std::shared_ptr<transport::host_breaker> breaker_;
  bool alive_ = true;
};

} // namespace weixin::simulation
