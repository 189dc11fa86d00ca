#include "tests/simulation/mishaps.hpp"

#include "runtime/log.hpp"

namespace weixin::simulation {
namespace {

constexpr auto between_mishaps = 6min;
/// How often a favourite happens for certain.
constexpr int certain = 2;

} // namespace

mishaps::mishaps(world& w, people& owners, std::chrono::minutes duration)
    : world_(w), people_(owners), random_(w.options().seed ^ 0x315BABULL) {
  world_.time.after(next_arrival(random_, between_mishaps), [this] { happen_now_and_then(); });
  for (auto i = first_world_fault; i < fault_count; ++i) {
    auto f = static_cast<fault>(i);
    for (int n = 0; world_.plan.is_favourite(f) && n < certain; ++n)
      world_.time.after(between(random_, 3min, duration * 3 / 4), [this, f] {
        if (!stopped_) happen(f);
      });
  }
}

void mishaps::happen_now_and_then() {
  world_.time.after(next_arrival(random_, between_mishaps), [this] { happen_now_and_then(); });
  if (!stopped_) happen(world_.plan.of_world());
}

void mishaps::stop() {
  stopped_ = true;
  world_.net.set_state(network_state::up);
  if (world_.store) world_.store->recover();
  for (auto& u : world_.weixin.state().users)
    u->policy = simulator::login_policy::allowed;
  set_sends_per_minute(0);
  world_.time.wall()->set(world_.time.true_time());
  if (!world_.fleet) world_.boot();
}

void mishaps::ends_session(std::size_t user, int code) {
  world_.weixin.end_sessions(user, code, world_.moment());
}

void mishaps::jump(std::chrono::hours by) {
  if (chance(random_, 0.5)) by = -by;
  world_.time.wall()->advance(by);
  log_debug("simulated.jump", {{"hours", by.count()}});
  world_.was_far_behind = world_.was_far_behind || by < -24h * 7;
  // Somebody notices, or starts the server again.
  world_.time.after(between(random_, 1min, 40min),
                    [this] { world_.time.wall()->set(world_.time.true_time()); });
}

void mishaps::set_sends_per_minute(unsigned most) {
  auto options = world_.weixin.state().options;
  options.sends_per_minute = most;
  world_.weixin.set_options(options, world_.moment());
}

void mishaps::happen(fault f) {
  if (!world_.is_running()) return;
  world_.events.note("mishap", to_string(f));
  log_debug("simulated.mishap",
            {{"fault", to_string(f)}, {"ms", (world_.time.now() - steady_time{1h}) / 1ms}});
  auto user = 1 + static_cast<std::size_t>(random_() % world_.options().accounts);
  switch (f) {
  case fault::store_failed:
    world_.store->fail_for(between(random_, 2s, 90s));
    return; // counts itself
  case fault::store_slow:
    world_.store->be_slow_for(between(random_, 5s, 60s));
    return;
  case fault::disk_full:
    world_.store->be_full_for(between(random_, 5s, 300s));
    return;
  case fault::crash:
  case fault::graceful_restart:
    f == fault::crash ? world_.kill() : world_.stop();
    world_.time.after(world::stopping_takes + between(random_, 100ms, chance(random_, 0.1) ? 900s : 20s),
                      [this] {
                        if (!world_.fleet) world_.boot();
                      });
    break;
  case fault::clock_day:
    jump(24h);
    break;
  case fault::clock_year:
    jump(24h * 365);
    break;
  case fault::outage:
    world_.net.set_state(chance(random_, 0.5) ? network_state::refusing : network_state::silent);
    world_.time.after(between(random_, 10s, 1200s), [this] { world_.net.set_state(network_state::up); });
    break;
  case fault::session_ended_1100:
    ends_session(user, 1100);
    break;
  case fault::session_ended_1101:
    ends_session(user, 1101);
    break;
  case fault::session_ended_1102:
    ends_session(user, 1102);
    break;
  case fault::kicked_after_login: // counts itself
    people_.kick_after_next_login(user);
    return ends_session(user, 1101);
  case fault::too_many_sends:
    set_sends_per_minute(1);
    world_.time.after(between(random_, 2min, 12min), [this] { set_sends_per_minute(0); });
    break;
  case fault::barred:
    world_.weixin.state().user(user)->policy = simulator::login_policy::barred;
    ends_session(user, 1101);
    world_.time.after(between(random_, 1min, 10min), [this, user] {
      world_.weixin.state().user(user)->policy = simulator::login_policy::allowed;
    });
    break;
  case fault::keys_rotated:
    world_.weixin.rotate_keys(user, world_.moment());
    break;
  case fault::qr_expired:
  case fault::qr_cancelled:
  case fault::scan_without_confirm:
  case fault::other_user_scans:
  case fault::login_elsewhere: // count themselves
    people_.plan_next(user, f);
    return ends_session(user, 1101);
  default:
    return;
  }
  world_.plan.fired(f);
}

} // namespace weixin::simulation
