#pragma once

#include "tests/simulation/world.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weixin::simulation {

/// The people around a server: the accounts' owners with their phones, who scan what the server shows them,
/// and an operator, who looks after accounts that wait for one.
class people {
public:
  explicit people(world& w);

  /// Everybody does from now on what they should.
  void behave();
  /// The owner's next look at a QR code ends like this.
  void plan_next(std::size_t user, fault behaviour) { planned_[user] = behaviour; }
  /// Weixin throws the user's next session out within a minute.
  void kick_after_next_login(std::size_t user) { to_be_kicked_.insert(user); }

private:
  void look_at_phone(std::size_t user);
  void act_on_code(std::size_t user, const std::string& uuid);
  void look_after_accounts();
  void look_after(const account_view& account);
  std::optional<fault> draw_behaviour(std::size_t user);

  world& world_;
  generator random_;
  bool good_ = false;
  std::map<std::size_t, std::string> seen_code_; ///< by user
  std::map<std::size_t, fault> planned_;
  std::set<std::size_t> to_be_kicked_;
  std::map<std::size_t, std::uint64_t> logins_;
  std::map<std::string, steady_time> waits_since_; ///< accounts that need the operator
};

} // namespace weixin::simulation
