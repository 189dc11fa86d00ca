#include "supervisor/fleet_plan.hpp"

#include "supervisor/fleet.hpp"
#include "transport/proxy.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <tuple>

namespace weixin::supervisor {

namespace {

constexpr std::size_t most_listed = 50;

/// Another one in each process: a revision that can be looked up outside would tell of a proxy's password.
const std::array<unsigned char, crypto_generichash_KEYBYTES>& revision_key() {
  static const auto key = [] {
    std::array<unsigned char, crypto_generichash_KEYBYTES> made{};
    if (::sodium_init() < 0) throw std::runtime_error("libsodium does not start");
    crypto_generichash_keygen(made.data());
    return made;
  }();
  return key;
}

/// What an operator can set of an account, so that different ones never give the same text.
std::string text_of(const std::optional<store::account_record>& a) {
  if (!a) return "-";
  std::string text;
  auto add = [&text](std::string_view part) {
    text += std::to_string(part.size()) + ":" + std::string{part};
  };
  add(a->name);
  add(a->kind);
  add(a->desired == store::desired_state::running ? "running" : "paused");
  add(std::to_string(a->bots.size()));
  for (const auto& bot : a->bots)
    add(bot);
  add(a->media ? to_string(*a->media) : std::string_view{});
  add(to_string(a->settings.login));
  add(a->settings.proxy.reveal());
  return text;
}

std::string revision_of(const std::vector<planned_change>& changes) {
  const auto& key = revision_key();
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.data(), key.size(), 16);
  for (const auto& c : changes)
    for (const auto* side : {&c.before, &c.after}) {
      auto text = text_of(*side) + "\n";
      crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    }
  std::array<unsigned char, 16> digest{};
  crypto_generichash_final(&state, digest.data(), digest.size());
  std::array<char, 33> hex{};
  return sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
}

bool is_same_to_an_operator(const store::account_record& a, const store::account_record& b) {
  return std::tie(a.desired, a.bots, a.media, a.settings) == std::tie(b.desired, b.bots, b.media, b.settings);
}

class planner {
public:
  planner(const std::vector<store::account_record>& stored, const fleet_wish& wish, const fleet_rules& rules,
          store::wall_time now)
      : wish_(wish), rules_(rules), now_(now) {
    for (const auto& record : stored)
      stored_.emplace(record.name, &record);
    verdict_.problems = wish.problems;
    for (const auto& p : wish.problems)
      if (p.field == "name") unnamed_.insert(p.index);
  }

  fleet_verdict decide() {
    for (std::size_t i = 0; i < wish_.accounts.size(); ++i)
      look_at(i);
    auto& changes = verdict_.plan.changes;
    for (const auto& [name, record] : stored_) {
      if (named_.contains(name)) continue;
      if (wish_.prune)
        changes.push_back({*record, std::nullopt});
      else
        ++verdict_.plan.unchanged;
    }
    std::sort(changes.begin(), changes.end(),
              [](const auto& a, const auto& b) { return a.name() < b.name(); });
    check_room();
    auto& problems = verdict_.problems;
    std::stable_sort(problems.begin(), problems.end(),
                     [](const auto& a, const auto& b) { return a.index < b.index; });
    if (problems.empty())
      verdict_.plan.revision = revision_of(changes);
    else
      verdict_.plan = {};
    return std::move(verdict_);
  }

private:
  void problem(std::size_t index, std::string field, std::string detail) {
    verdict_.problems.push_back({index, std::move(field), std::move(detail)});
  }

  void look_at(std::size_t index) {
    const auto& wanted = wish_.accounts[index];
    if (unnamed_.contains(index)) return;
    if (!is_valid_account_name(wanted.name))
      return problem(index, "name", "a name is 1 to 63 of a-z, 0-9 and '-', and does not begin with '-'");
    if (auto [first, is_new] = named_.emplace(wanted.name, index); !is_new)
      return problem(index, "name",
                     "account " + std::to_string(first->second + 1) + " of the list has the same name");
    check(index, wanted);
    auto found = stored_.find(wanted.name);
    auto before = found == stored_.end() ? std::nullopt : std::optional{*found->second};
    auto after = outcome(before, wanted);
    if (before && is_same_to_an_operator(*before, after))
      ++verdict_.plan.unchanged;
    else
      verdict_.plan.changes.push_back({std::move(before), std::move(after)});
  }

  void check(std::size_t index, const wanted_account& wanted) {
    if (!wanted.kind.empty() && wanted.kind != "webwx") problem(index, "kind", "kind must be \"webwx\"");
    std::set<std::string_view> seen;
    for (const auto& bot : wanted.what.bots.value_or(std::vector<std::string>{})) {
      if (!rules_.bots.contains(bot)) problem(index, "bots", "no bot of that name is configured");
      if (!seen.insert(bot).second) problem(index, "bots", "a bot is named more than once");
    }
    if (wanted.what.login && *wanted.what.login != webwx::login_choice::web && !rules_.may_be_desktop)
      problem(index, "login", "login as the desktop client needs webwx.extspam_file in the configuration");
    if (wanted.what.proxy && !wanted.what.proxy->empty())
      if (auto parsed = transport::parse_proxy(wanted.what.proxy->reveal()); !parsed)
        problem(index, "proxy", parsed.error().context);
  }

  store::account_record outcome(const std::optional<store::account_record>& before,
                                const wanted_account& wanted) const {
    store::account_record after;
    if (before) {
      after = *before;
    } else {
      after.name = wanted.name;
      after.created_at = now_;
      after.bots = rules_.default_bots;
      after.settings.login = rules_.default_login;
    }
    if (wanted.what.bots) after.bots = *wanted.what.bots;
    if (wanted.what.media) after.media = *wanted.what.media;
    if (wanted.what.login) after.settings.login = *wanted.what.login;
    if (wanted.what.proxy) after.settings.proxy = *wanted.what.proxy;
    if (wanted.desired) after.desired = *wanted.desired;
    return after;
  }

  /// Accounts that are there already may be more than there is room for; more of them may not become.
  void check_room() {
    std::size_t total = stored_.size();
    std::optional<std::size_t> first_without_room;
    for (const auto& c : verdict_.plan.changes)
      if (!c.after) --total;
    for (const auto& [name, index] : named_in_order()) {
      if (stored_.contains(name) || ++total <= rules_.max_accounts) continue;
      if (!first_without_room) first_without_room = index;
    }
    if (first_without_room)
      problem(*first_without_room, "",
              "there would be " + std::to_string(total) + " accounts: " + rules_.max_accounts_reason);
  }

  std::vector<std::pair<std::string, std::size_t>> named_in_order() const {
    std::vector<std::pair<std::string, std::size_t>> all{named_.begin(), named_.end()};
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return all;
  }

  const fleet_wish& wish_;
  const fleet_rules& rules_;
  const store::wall_time now_;
  std::map<std::string, const store::account_record*> stored_;
  std::map<std::string, std::size_t> named_; ///< with the place of the first of that name
  std::set<std::size_t> unnamed_;            ///< whose name could not be read
  fleet_verdict verdict_;
};

} // namespace

fleet_verdict make_plan(const std::vector<store::account_record>& stored, const fleet_wish& wish,
                        const fleet_rules& rules, store::wall_time now) {
  return planner{stored, wish, rules, now}.decide();
}

store::account_edits edits_of(const fleet_plan& plan) {
  store::account_edits edits;
  for (const auto& c : plan.changes) {
    if (!c.after)
      edits.removed.push_back(c.name());
    else if (!c.before)
      edits.added.push_back(*c.after);
    else
      edits.replaced.push_back(*c.after);
  }
  return edits;
}

account_change difference(const store::account_record& before, const store::account_record& after) {
  account_change what;
  if (after.bots != before.bots) what.bots = after.bots;
  if (after.media != before.media) what.media = after.media;
  if (after.settings.login != before.settings.login) what.login = after.settings.login;
  if (!(after.settings.proxy == before.settings.proxy)) what.proxy = after.settings.proxy;
  return what;
}

std::string to_text(const std::vector<fleet_problem>& problems, const std::vector<wanted_account>& accounts) {
  std::string text;
  for (std::size_t i = 0; i < problems.size() && i < most_listed; ++i) {
    const auto& p = problems[i];
    if (i > 0) text += '\n';
    bool has_name = p.index < accounts.size() && is_valid_account_name(accounts[p.index].name);
    text += "account " + (has_name ? accounts[p.index].name : std::to_string(p.index + 1)) + ": ";
    text += (p.field.empty() ? "" : p.field + ": ") + p.detail;
  }
  if (problems.size() > most_listed)
    text += "\nand " + std::to_string(problems.size() - most_listed) + " more";
  return text;
}

} // namespace weixin::supervisor
