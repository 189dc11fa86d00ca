#include "simulator/simulated_weixin.hpp"

#include "simulator/contact_changes.hpp"
#include "simulator/endpoints.hpp"
#include "simulator/phones.hpp"
#include "simulator/sessions.hpp"

namespace weixin::simulator {

simulated_weixin::simulated_weixin(simulator_options options) : world_(std::move(options)) {}

std::size_t simulated_weixin::user_of(const request_view& r) const {
  for (auto sid : {r.cookie("wxsid"), std::string_view{r.base().sid}, r.field("sid")}) {
    if (sid.empty()) continue;
    if (auto found = world_.sessions.find(std::string{sid}); found != world_.sessions.end())
      return found->second->user_id;
  }
  auto uuid = r.field("uuid");
  if (uuid.empty()) return 0;
  const auto* code = const_cast<world&>(world_).logins.find(uuid);
  return code == nullptr ? 0 : code->user;
}

std::optional<answer> simulated_weixin::handle(exchange_id id, const httpd::request& r, const moment& now) {
  world_.now = now;
  request_view view{r};
  call c{id, view, user_of(view)};
  auto label = endpoint_label(view.endpoint());
  ++world_.requests[std::string{label}];

  open_exchange exchange;
  exchange.gzip = view.offers_gzip();
  if (auto fault = world_.faults.pick(label, c.user, [this] { return world_.secrets.unit(); })) {
    if (!happens_after_the_work(fault->kind)) return faulty_answer(*fault, label);
    exchange.fault = std::move(fault);
  }
  world_.open.emplace(id, std::move(exchange));
  auto a = serve(world_, c);
  if (!a) return std::nullopt;
  world_.release(id, std::move(*a));
  // An answer that is on time goes straight back.
  if (world_.released.empty() || world_.released.back().first != id) return std::nullopt;
  auto ready = std::move(world_.released.back().second);
  world_.released.pop_back();
  return ready;
}

void simulated_weixin::forget(exchange_id id, const moment& now) {
  world_.now = now;
  auto found = world_.open.find(id);
  if (found == world_.open.end()) return;
  world_.plan.cancel(found->second.timer);
  world_.open.erase(found);
}

void simulated_weixin::advance(const moment& now) {
  world_.now = now;
  world_.plan.run_due(now.steady);
}

std::optional<steady_time> simulated_weixin::next_event() const { return world_.plan.next(); }

std::vector<std::pair<exchange_id, answer>> simulated_weixin::take_released() {
  return std::exchange(world_.released, {});
}

result<void> simulated_weixin::add_users(std::size_t count, const people_shape& shape, const moment& now) {
  world_.now = now;
  return simulator::add_users(world_, count, shape);
}

result<void> simulated_weixin::scan(std::string_view uuid, std::size_t user, const moment& now) {
  world_.now = now;
  return scan_code(world_, uuid, user);
}

result<void> simulated_weixin::confirm(std::string_view uuid, const moment& now) {
  world_.now = now;
  return confirm_code(world_, uuid);
}

result<void> simulated_weixin::cancel(std::string_view uuid, const moment& now) {
  world_.now = now;
  return cancel_code(world_, uuid);
}

result<void> simulated_weixin::expire(std::string_view uuid, const moment& now) {
  world_.now = now;
  return expire_code(world_, uuid);
}

result<injected> simulated_weixin::inject(injection what, const moment& now) {
  world_.now = now;
  return simulator::inject(world_, std::move(what));
}

result<void> simulated_weixin::start_load(double rate_per_second, double seconds, std::string text,
                                          const moment& now) {
  world_.now = now;
  return simulator::start_load(world_, load_, rate_per_second, seconds, std::move(text));
}

void simulated_weixin::stop_load() { simulator::stop_load(world_, load_); }

std::size_t simulated_weixin::end_sessions(std::size_t user, int code, const moment& now) {
  world_.now = now;
  std::size_t count = 0;
  for (auto& u : world_.users)
    if ((user == 0 || u->id == user) && u->session && !u->session->ended) {
      end_session(world_, *u->session, code);
      ++count;
    }
  return count;
}

std::size_t simulated_weixin::rotate_keys(std::size_t user, const moment& now) {
  world_.now = now;
  std::size_t count = 0;
  for (auto& u : world_.users)
    if ((user == 0 || u->id == user) && u->session && !u->session->ended) {
      simulator::rotate_keys(world_, *u->session);
      ++count;
    }
  return count;
}

result<std::uint64_t> simulated_weixin::add_fault(fault_rule rule) {
  constexpr std::int64_t largest_value = 1'000'000'000;
  if (rule.probability < 0 || rule.probability > 1)
    return fail(errc::invalid_argument, "probability is 0 to 1");
  if (rule.value < -largest_value || rule.value > largest_value) return fail(errc::invalid_argument, "value");
  if (rule.kind == fault_kind::http_status && rule.value != 0 && (rule.value < 200 || rule.value > 599))
    return fail(errc::invalid_argument, "an HTTP status is 200 to 599");
  if (rule.kind == fault_kind::slow && rule.value < 0) return fail(errc::invalid_argument, "milliseconds");
  auto id = world_.faults.add(std::move(rule));
  if (id == 0) return fail(errc::queue_full, "too many fault rules");
  return id;
}

bool simulated_weixin::remove_fault(std::uint64_t id) { return world_.faults.remove(id); }
void simulated_weixin::clear_faults() { world_.faults.clear(); }

void simulated_weixin::set_options(simulator_options o, const moment& now) {
  world_.now = now;
  o.people_seed = world_.options.people_seed;
  o.secret_seed = world_.options.secret_seed;
  o.canary = world_.options.canary;
  world_.options = std::move(o);
  assign_codes(world_);
}

result<std::string> simulated_weixin::add_friend(std::size_t user, std::string nick, const moment& now) {
  world_.now = now;
  auto* u = world_.user(user);
  if (u == nullptr) return fail(errc::invalid_argument, "no such user");
  if (u->contacts.size() >= max_contacts) return fail(errc::queue_full, "too many contacts");
  return simulator::add_friend(world_, *u, std::move(nick));
}

result<void> simulated_weixin::set_remark(std::size_t user, std::string_view contact, std::string remark,
                                          const moment& now) {
  world_.now = now;
  auto* u = world_.user(user);
  auto found = u == nullptr ? std::nullopt : find_contact(*u, contact);
  if (!found) return fail(errc::invalid_argument, "no such user or contact");
  simulator::set_remark(world_, *u, *found, std::move(remark));
  return {};
}

result<void> simulated_weixin::delete_contact(std::size_t user, std::string_view contact, const moment& now) {
  world_.now = now;
  auto* u = world_.user(user);
  auto found = u == nullptr ? std::nullopt : find_contact(*u, contact);
  if (!found) return fail(errc::invalid_argument, "no such user or contact");
  simulator::delete_contact(world_, *u, *found);
  return {};
}

void simulated_weixin::clear_records() {
  world_.book.clear();
  world_.sent.clear();
  world_.friend_requests.clear();
  world_.violations.clear();
  world_.requests.clear();
}

} // namespace weixin::simulator
