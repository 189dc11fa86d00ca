#pragma once

#include "protocol/result.hpp"
#include "store/records.hpp"
#include "supervisor/account_change.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weixin::supervisor {

/// One account as an operator declares it. What it does not name stays as it is, or becomes the default of an
/// account that is new.
struct wanted_account {
  std::string name;
  std::string kind; ///< empty: not named
  account_change what{};
  std::optional<store::desired_state> desired{};

  friend bool operator==(const wanted_account&, const wanted_account&) = default;
};

/// What is wrong with one of them. Never holds a secret.
struct fleet_problem {
  std::size_t index = 0; ///< in `fleet_wish::accounts`
  std::string field;     ///< "bots"; empty: the account as a whole
  std::string detail;

  friend bool operator==(const fleet_problem&, const fleet_problem&) = default;
};

/// What is wanted of all accounts together.
struct fleet_wish {
  std::vector<wanted_account> accounts;
  /// Accounts that are not named are removed, with all that is stored for them. Otherwise they stay.
  bool prune = false;
  /// The plan that the operator saw, which must still be the one that is carried out; empty: any.
  std::string revision;
  /// What the reader of the wish found already. The accounts that it belongs to are judged as far as they
  /// could be read.
  std::vector<fleet_problem> problems;
};

/// What an account may be, by the configuration.
struct fleet_rules {
  std::set<std::string> bots;
  std::vector<std::string> default_bots;
  webwx::login_choice default_login = webwx::login_choice::web;
  bool may_be_desktop = false;
  std::size_t max_accounts = 10'000;
  std::string max_accounts_reason;
};

/// What becomes of one account: added without `before`, removed without `after`, changed with both.
struct planned_change {
  std::optional<store::account_record> before;
  std::optional<store::account_record> after;

  const std::string& name() const { return after ? after->name : before->name; }
};

struct fleet_plan {
  std::vector<planned_change> changes; ///< by name
  std::size_t unchanged = 0;           ///< accounts, those that are left alone included
  std::string revision;                ///< equal plans of one process have the same
};

/// A plan, or everything that speaks against it.
struct fleet_verdict {
  fleet_plan plan;
  std::vector<fleet_problem> problems; ///< in the order of the accounts, then of the fields
};

/// Decides what is to be done: pure. `stored` is sorted by name. Nothing is to be done when there are
/// problems.
fleet_verdict make_plan(const std::vector<store::account_record>& stored, const fleet_wish& wish,
                        const fleet_rules& rules, store::wall_time now);

/// The same for the store.
store::account_edits edits_of(const fleet_plan& plan);

/// What the account's supervisor has to be told: what differs between the two.
account_change difference(const store::account_record& before, const store::account_record& after);

/// The names of the problems' accounts and what is wrong with them, one a line, at most 50.
std::string to_text(const std::vector<fleet_problem>& problems, const std::vector<wanted_account>& accounts);

} // namespace weixin::supervisor
