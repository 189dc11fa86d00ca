#pragma once

#include "store/store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace weixin::store {

/// What is known of a server's stored life at one moment: what was asked for, and how much of it was answered
/// as done.
struct scenario_ledger {
  struct account {
    bool session_answered = false;
    int keys_asked = 0;                                ///< the number of the last commit
    int keys_answered = 0;                             ///< the last one that is done
    std::vector<std::pair<int, std::string>> messages; ///< by the number of their commit, in order
    std::int64_t position_asked = 0;
    std::int64_t position_answered = 0;
    std::size_t changes_asked = 0;
    std::size_t changes_answered = 0;
  };
  struct send {
    std::string account;
    std::vector<send_state> asked;
    std::size_t answered = 0; ///< how many of them are done
  };

  std::map<std::string, account> accounts;
  std::map<std::string, send> sends;

  /// Proves that a store opened over what was left holds all that was answered, nothing that was never asked
  /// for, each commit whole or not at all, and sync keys that are never ahead of the messages.
  void verify(store& s) const;
};

/// Commits, sends and their states, positions and state changes of two accounts, drawn from a seed. Calls are
/// made without waiting for each other.
class scenario {
public:
  explicit scenario(std::uint32_t seed);

  /// Adds the accounts; false when the store fails.
  bool begin(store& s);
  /// Makes that many calls and waits for the answers.
  void run(store& s, int calls);
  scenario_ledger ledger() const;
  /// How many calls were answered as done.
  std::size_t done() const;

private:
  struct shared {
    mutable std::mutex mutex;
    scenario_ledger ledger;
    std::size_t done = 0;
  };

  void call_one(store& s, std::function<void()> answered);
  template <class Note>
  auto noting(Note note, std::function<void()> answered);

  std::shared_ptr<shared> shared_ = std::make_shared<shared>();
  std::minstd_rand random_;
  int next_ = 0;
};

} // namespace weixin::store
