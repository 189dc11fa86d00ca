#include "tests/simulation/people.hpp"

namespace weixin::simulation {
namespace {

constexpr auto operators_round = 30s;
constexpr auto operators_patience = 3min;
/// How often the operator does something nobody needed, for a round and account.
constexpr double operators_whim = 0.004;

} // namespace

people::people(world& w) : world_(w), random_(w.options().seed ^ 0x9E09BEULL) {
  for (std::size_t user = 1; user <= w.options().accounts; ++user)
    world_.time.after(between(random_, 1s, 4s), [this, user] { look_at_phone(user); });
  world_.time.after(operators_round, [this] { look_after_accounts(); });
}

void people::behave() {
  good_ = true;
  planned_.clear();
  to_be_kicked_.clear();
}

void people::look_at_phone(std::size_t user) {
  world_.time.after(between(random_, 1s, 4s), [this, user] { look_at_phone(user); });
  auto logins = world_.weixin.state().user(user)->logins;
  if (logins != std::exchange(logins_[user], logins) && to_be_kicked_.erase(user) != 0)
    world_.time.after(between(random_, 1s, 20s), [this, user] {
      world_.plan.fired(fault::kicked_after_login);
      world_.weixin.end_sessions(user, 1102, world_.moment());
    });
  if (!world_.is_running()) return;
  auto qr = world_.fleet->qr(world_.account_name(user));
  if (!qr || !*qr || seen_code_[user] == (*qr)->uuid) return;
  seen_code_[user] = (*qr)->uuid;
  act_on_code(user, (*qr)->uuid);
}

std::optional<fault> people::draw_behaviour(std::size_t user) {
  if (good_) return std::nullopt;
  if (auto planned = planned_.extract(user)) return planned.mapped();
  constexpr fault kinds[] = {fault::qr_expired, fault::qr_cancelled, fault::scan_without_confirm,
                             fault::other_user_scans, fault::login_elsewhere};
  if (!chance(random_, 0.1)) return std::nullopt;
  return kinds[random_() % std::size(kinds)];
}

void people::act_on_code(std::size_t user, const std::string& uuid) {
  auto behaviour = draw_behaviour(user);
  // Whoever scans first has the account.
  if (behaviour == fault::other_user_scans && !world_.eyes.last_good_poll(world_.account_name(user)))
    behaviour = fault::qr_expired;
  auto at = [&](std::chrono::microseconds delay, auto what) {
    world_.time.after(delay, [this, what, uuid, user] { what(world_.weixin, uuid, user, world_.moment()); });
  };
  using service = simulator::simulated_weixin;
  using moment = simulator::moment;
  auto scan = [](service& w, const std::string& code, std::size_t who, const moment& now) {
    (void)w.scan(code, who, now);
  };
  auto confirm = [](service& w, const std::string& code, std::size_t, const moment& now) {
    (void)w.confirm(code, now);
  };
  if (behaviour) world_.plan.fired(*behaviour);
  auto scanned = between(random_, 1s, 8s);
  auto confirmed = scanned + between(random_, 1s, 5s);
  switch (behaviour.value_or(fault::slow)) {
  case fault::qr_expired:
    at(scanned, [](service& w, const std::string& code, std::size_t, const moment& now) {
      (void)w.expire(code, now);
    });
    return;
  case fault::qr_cancelled:
    at(scanned, scan);
    at(confirmed, [](service& w, const std::string& code, std::size_t, const moment& now) {
      (void)w.cancel(code, now);
    });
    return;
  case fault::scan_without_confirm:
    at(scanned, scan);
    return;
  case fault::other_user_scans: {
    auto stranger = world_.options().accounts + 1 + random_() % world_.options().strangers;
    at(scanned, [stranger](service& w, const std::string& code, std::size_t, const moment& now) {
      (void)w.scan(code, stranger, now);
    });
    at(confirmed, confirm);
    return;
  }
  case fault::login_elsewhere:
    at(scanned, scan);
    at(confirmed, confirm);
    at(confirmed + between(random_, 50ms, 3s), [](service& w, const std::string&, std::size_t who,
                                                  const moment& now) { w.end_sessions(who, 1101, now); });
    return;
  default:
    at(scanned, scan);
    at(confirmed, confirm);
  }
}

void people::look_after_accounts() {
  world_.time.after(operators_round, [this] { look_after_accounts(); });
  if (!world_.is_running()) return;
  for (const auto& account : world_.fleet->accounts())
    look_after(account);
}

void people::look_after(const account_view& account) {
  auto command = [&](supervisor::account_command c) {
    world_.events.note("operator", std::string_view{account.name}, static_cast<std::uint64_t>(c));
    world_.fleet->command(account.name, c, [](result<account_view>) {});
    waits_since_.erase(account.name);
  };
  bool waits = account.state == "held" || account.state == "needs_login" || account.state == "stopped";
  if (!waits) {
    waits_since_.erase(account.name);
    if (good_ || !chance(random_, operators_whim)) return;
    constexpr supervisor::account_command whims[] = {supervisor::account_command::pause,
                                                     supervisor::account_command::restart,
                                                     supervisor::account_command::relogin};
    return command(whims[random_() % std::size(whims)]);
  }
  auto since = waits_since_.emplace(account.name, world_.time.now()).first->second;
  if (world_.time.now() - since < (good_ ? 0s : std::chrono::seconds{operators_patience})) return;
  command(account.state == "stopped" ? supervisor::account_command::resume
                                     : supervisor::account_command::relogin);
}

} // namespace weixin::simulation
