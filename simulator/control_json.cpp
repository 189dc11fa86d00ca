#include "simulator/control_json.hpp"

#include <boost/json/array.hpp>

#include <array>
#include <cmath>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> policy_names{"allowed", "desktop_only", "barred"};
constexpr std::int64_t longest_ms = 7LL * 24 * 3600 * 1000;

std::string_view kind_name(person_kind k) {
  constexpr std::array<std::string_view, 5> names{"special", "friend", "official", "former", "stranger"};
  return names[static_cast<std::size_t>(k)];
}

json::value milliseconds_of(const std::optional<std::chrono::microseconds>& t) {
  if (!t) return nullptr;
  return static_cast<double>(t->count()) / 1000.0;
}

} // namespace

const json::value* field_reader::find(std::string_view name) const {
  return fields_.if_contains({name.data(), name.size()});
}

bool field_reader::has(std::string_view name) const { return find(name) != nullptr; }

void field_reader::refuse(std::string detail) {
  if (!mistake_) mistake_ = std::move(detail);
}

result<void> field_reader::verdict() const {
  if (mistake_) return fail(errc::invalid_argument, *mistake_);
  return {};
}

std::string field_reader::text(std::string_view name, std::string fallback) {
  const auto* v = find(name);
  if (v == nullptr) return fallback;
  if (const auto* s = v->if_string()) return std::string{s->data(), s->size()};
  refuse(std::string{name} + " must be a string");
  return fallback;
}

std::int64_t field_reader::integer(std::string_view name, std::int64_t fallback, std::int64_t least,
                                   std::int64_t most) {
  const auto* v = find(name);
  if (v == nullptr) return fallback;
  const auto* i = v->if_int64();
  if (i != nullptr && *i >= least && *i <= most) return *i;
  refuse(std::string{name} + " must be an integer from " + std::to_string(least) + " to " +
         std::to_string(most));
  return fallback;
}

double field_reader::number(std::string_view name, double fallback) {
  const auto* v = find(name);
  if (v == nullptr) return fallback;
  if (v->is_double() && std::isfinite(v->get_double())) return v->get_double();
  if (v->is_int64()) return static_cast<double>(v->get_int64());
  refuse(std::string{name} + " must be a number");
  return fallback;
}

bool field_reader::flag(std::string_view name, bool fallback) {
  const auto* v = find(name);
  if (v == nullptr) return fallback;
  if (v->is_bool()) return v->get_bool();
  refuse(std::string{name} + " must be true or false");
  return fallback;
}

json::object field_reader::object(std::string_view name) {
  const auto* v = find(name);
  if (v == nullptr) return {};
  if (v->is_object()) return v->get_object();
  refuse(std::string{name} + " must be an object");
  return {};
}

std::chrono::milliseconds field_reader::milliseconds(std::string_view name,
                                                     std::chrono::milliseconds fallback) {
  return std::chrono::milliseconds{integer(name, fallback.count(), 0, longest_ms)};
}

json::object to_json(const simulator_options& o) {
  json::object j;
  j["hold_ms"] = o.hold.count();
  j["uuid_lifetime_ms"] = o.uuid_lifetime.count();
  j["ticket_lifetime_ms"] = o.ticket_lifetime.count();
  j["session_idle_limit_ms"] = o.session_idle_limit.count();
  j["sync_batch"] = o.sync_batch;
  j["contact_page"] = o.contact_page;
  j["rotate_skey_every"] = o.rotate_skey_every;
  j["sends_per_minute"] = o.sends_per_minute;
  j["operations_per_minute"] = o.operations_per_minute;
  j["dead_operations"] = o.dead_operations;
  j["echo_own_sends"] = o.echo_own_sends;
  j["carry_over"] = o.carry_over;
  j["gzip"] = o.gzip;
  j["login_page_status"] = o.login_page_status;
  j["extspam"] = o.extspam;
  j["auto"] = o.auto_phones;
  j["scan_delay_ms"] = o.scan_delay.count();
  j["confirm_delay_ms"] = o.confirm_delay.count();
  return j;
}

simulator_options with_changes(simulator_options o, field_reader& f) {
  o.hold = f.milliseconds("hold_ms", o.hold);
  o.uuid_lifetime = f.milliseconds("uuid_lifetime_ms", o.uuid_lifetime);
  o.ticket_lifetime = f.milliseconds("ticket_lifetime_ms", o.ticket_lifetime);
  o.session_idle_limit = f.milliseconds("session_idle_limit_ms", o.session_idle_limit);
  auto size = [&](std::string_view name, auto fallback, std::int64_t least, std::int64_t most) {
    return static_cast<decltype(fallback)>(f.integer(name, static_cast<std::int64_t>(fallback), least, most));
  };
  o.sync_batch = size("sync_batch", o.sync_batch, 1, 10'000);
  o.contact_page = size("contact_page", o.contact_page, 1, 100'000);
  o.rotate_skey_every = size("rotate_skey_every", o.rotate_skey_every, 0, 1'000'000);
  o.sends_per_minute = size("sends_per_minute", o.sends_per_minute, 0, 1'000'000);
  o.login_page_status = size("login_page_status", o.login_page_status, 0, 599);
  if (o.login_page_status != 0 && o.login_page_status != 200 && o.login_page_status != 301)
    f.refuse("login_page_status must be 0, 200 or 301");
  o.operations_per_minute = size("operations_per_minute", o.operations_per_minute, 0, 1'000'000);
  o.dead_operations = f.flag("dead_operations", o.dead_operations);
  o.echo_own_sends = f.flag("echo_own_sends", o.echo_own_sends);
  o.carry_over = f.flag("carry_over", o.carry_over);
  o.gzip = f.flag("gzip", o.gzip);
  o.extspam = f.text("extspam", o.extspam);
  if (o.extspam.size() > 4'096) f.refuse("extspam has at most 4096 characters");
  o.auto_phones = f.flag("auto", o.auto_phones);
  o.scan_delay = f.milliseconds("scan_delay_ms", o.scan_delay);
  o.confirm_delay = f.milliseconds("confirm_delay_ms", o.confirm_delay);
  return o;
}

people_shape read_shape(field_reader& f) {
  people_shape s;
  auto size = [&](std::string_view name, std::size_t fallback, std::int64_t most) {
    return static_cast<std::size_t>(f.integer(name, static_cast<std::int64_t>(fallback), 0, most));
  };
  s.friends = size("friends", s.friends, 10'000);
  s.officials = size("officials", s.officials, 1'000);
  s.formers = size("formers", s.formers, 1'000);
  s.chatrooms = size("chatrooms", s.chatrooms, 200);
  s.members = size("members", s.members, 500);
  return s;
}

json::object to_json(const phone_user& user) {
  json::object j;
  j["user"] = user.id;
  j["nick"] = user.nick;
  j["uin"] = user.uin;
  j["wxid"] = user.wxid;
  j["entry_host"] = user.entry_host;
  j["moved_to"] = user.moved_to;
  j["push_host"] = user.push_host;
  j["login_policy"] = policy_names[static_cast<std::size_t>(user.policy)];
  j["logins"] = user.logins;
  if (!user.session) {
    j["session"] = nullptr;
    return j;
  }
  const auto& s = *user.session;
  json::object session;
  session["number"] = s.number;
  session["initialised"] = s.initialised;
  session["ended"] = s.ended ? json::value(*s.ended) : json::value(nullptr);
  session["polling"] = s.held_check != 0;
  session["unfetched"] = s.unfetched();
  session["since"] = to_rfc3339(s.login_time.wall);
  j["session"] = std::move(session);
  return j;
}

json::object to_detailed_json(const phone_user& user) {
  auto j = to_json(user);
  json::array contacts;
  for (const auto& p : user.contacts)
    if (!p.deleted)
      contacts.push_back({{"id", p.id},
                          {"nick", p.nick},
                          {"remark", p.remark},
                          {"kind", kind_name(p.kind)},
                          {"pinned", p.pinned},
                          {"asked", p.asked},
                          {"asks", !p.verify_ticket.empty()}});
  j["contacts"] = std::move(contacts);
  json::array rooms;
  for (const auto& r : user.chatrooms) {
    if (r.gone) continue;
    json::array members;
    for (const auto& m : r.members)
      if (!m.gone)
        members.push_back(
            {{"id", m.id}, {"nick", m.nick}, {"display_name", m.display_name}, {"self", m.self}});
    json::array invited;
    for (const auto& id : r.invited)
      invited.push_back(json::value(id));
    rooms.push_back({{"id", r.id},
                     {"topic", r.topic},
                     {"saved", r.saved},
                     {"pinned", r.pinned},
                     {"owner", r.members[r.owner].id},
                     {"members", std::move(members)},
                     {"invited", std::move(invited)}});
  }
  j["chatrooms"] = std::move(rooms);
  return j;
}

json::object to_json(const login_code& code) {
  return {{"uuid", code.uuid},         {"state", to_string(code.state)}, {"entry_host", code.entry_host},
          {"desktop", code.desktop},   {"pushed", code.pushed},          {"user", code.user},
          {"polls", code.polls.size()}};
}

json::object to_json(const fault_rule& rule) {
  json::object j;
  j["id"] = rule.id;
  j["endpoint"] = rule.endpoint;
  j["user"] = rule.user;
  j["kind"] = to_string(rule.kind);
  j["value"] = rule.value;
  j["count"] = rule.remaining ? json::value(*rule.remaining) : json::value(nullptr);
  j["probability"] = rule.probability;
  j["fired"] = rule.fired;
  return j;
}

json::object to_json(const load_plan& plan) {
  return {{"active", plan.active()},
          {"rate_per_second", plan.rate_per_second},
          {"remaining", plan.remaining},
          {"injected", plan.injected},
          {"skipped", plan.skipped}};
}

json::object ledger_json(const simulated_weixin& service, const moment& now) {
  const auto& w = service.state();
  auto t = w.book.summary();
  json::object j;
  j["injected"] = t.injected;
  j["delivered"] = t.delivered;
  j["redelivered"] = t.redelivered;
  j["answered"] = t.answered;
  j["unanswered"] = t.unanswered;
  j["doubled"] = t.doubled;
  j["misdirected"] = t.misdirected;
  j["unrelated_sends"] = t.unrelated_replies;
  j["forgotten"] = t.forgotten;
  j["reply_p50_ms"] = milliseconds_of(t.reply_p50);
  j["reply_p99_ms"] = milliseconds_of(t.reply_p99);
  j["online"] = w.online.size();
  std::size_t polling = 0;
  for (auto id : w.online) {
    const auto& s = *w.users.at(id - 1)->session;
    if (w.open.contains(s.held_check) || now.steady - s.last_check < std::chrono::seconds{5}) ++polling;
  }
  j["polling"] = polling;
  j["users"] = w.users.size();
  j["violations"] = w.violations.total();
  j["sent"] = w.sent.last();
  json::object requests;
  for (const auto& [endpoint, count] : w.requests)
    requests[endpoint] = count;
  j["requests"] = std::move(requests);
  j["load"] = to_json(service.load());
  return j;
}

std::optional<login_policy> login_policy_of(std::string_view name) {
  for (std::size_t i = 0; i < policy_names.size(); ++i)
    if (policy_names[i] == name) return static_cast<login_policy>(i);
  return std::nullopt;
}

} // namespace weixin::simulator
