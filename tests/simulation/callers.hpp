#pragma once

#include "tests/simulation/world.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weixin::simulation {

/// Those who use a server: callers of its admin API who have texts sent, and friends who write to its
/// accounts. They remember what they were promised.
class callers {
public:
  struct rates {
    std::chrono::milliseconds between_sends{90'000};    ///< of an account, on average
    std::chrono::milliseconds between_messages{60'000}; ///< to an account, on average
    /// How often an operator looks for a send to cancel, try again or settle.
    std::chrono::milliseconds between_commands{300'000};
  };
  callers(world& w, rates r);

  /// No new texts and messages from now on. Who has no answer yet asks again.
  void stop() { stopped_ = true; }

  /// A text that somebody asked to be sent, by idempotency key.
  struct request {
    std::string account;
    send_request what;
    std::string id; ///< once accepted
    bool given_up = false;
    std::uint64_t asked = 0;
  };
  const std::map<std::uint64_t, request>& requests() const noexcept { return requests_; }
  /// The ids of the messages to each account, by account.
  const std::map<std::string, std::set<std::string>>& injected() const noexcept { return injected_; }
  std::uint64_t messages() const noexcept { return messages_; }
  std::uint64_t accepted() const noexcept { return accepted_; }

private:
  void want_text_sent(std::size_t user);
  void ask(std::uint64_t number);
  void answered(std::uint64_t number, const result<weixin::store::accepted_send>& r);
  void write_to(std::size_t user);
  void decide_about_a_send();
  std::string somebody(std::size_t user);

  world& world_;
  rates rates_;
  generator random_;
  bool stopped_ = false;
  std::map<std::uint64_t, request> requests_;
  std::uint64_t last_request_ = 0;
  std::map<std::string, std::set<std::string>> injected_;
  std::uint64_t messages_ = 0;
  std::uint64_t accepted_ = 0;
};

} // namespace weixin::simulation
