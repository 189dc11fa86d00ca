#include "simulator/control_routes.hpp"

#include "simulator/endpoints.hpp"

#include <boost/json/array.hpp>

#include <charconv>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

httpd::response start_load(const control_call& c) {
  auto rate = c.fields.number("rate_per_second", 0);
  auto seconds = c.fields.number("seconds", 0);
  auto text = c.fields.text("text", "load {token}");
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  if (auto r = c.service.start_load(rate, seconds, std::move(text), c.now); !r) return refused(r.error());
  return ok(to_json(c.service.load()), 202);
}

httpd::response show_load(const control_call& c) { return ok(to_json(c.service.load())); }

httpd::response stop_load(const control_call& c) {
  c.service.stop_load();
  return ok(to_json(c.service.load()));
}

// What the service does to its clients.

/// The field "user", or 0 for `"all": true`.
std::size_t user_or_all(const control_call& c) {
  if (c.fields.flag("all", false)) return 0;
  if (!c.fields.has("user")) c.fields.refuse("user or all is needed");
  return static_cast<std::size_t>(c.fields.integer("user", 0, 1, any_number));
}

httpd::response end_sessions(const control_call& c) {
  auto user = user_or_all(c);
  auto code = static_cast<int>(c.fields.integer("code", 1101, 1100, 1102));
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  return ok({{"ended", c.service.end_sessions(user, code, c.now)}});
}

httpd::response rotate_keys(const control_call& c) {
  auto user = user_or_all(c);
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  return ok({{"rotated", c.service.rotate_keys(user, c.now)}});
}

httpd::response list_faults(const control_call& c) {
  json::array rules;
  for (const auto& rule : c.service.state().faults.rules())
    rules.push_back(to_json(rule));
  return ok({{"faults", std::move(rules)}});
}

httpd::response add_fault(const control_call& c) {
  auto& f = c.fields;
  fault_rule rule;
  rule.endpoint = f.text("endpoint", "*");
  if (rule.endpoint != "*" && (endpoint_label(rule.endpoint) == "other" || rule.endpoint == "other"))
    f.refuse("endpoint must be one of the service's, or *");
  rule.user = static_cast<std::size_t>(f.integer("user", 0, 1, any_number));
  auto kind = fault_kind_of(f.text("kind"));
  if (!kind) f.refuse("kind is none of the known faults");
  rule.value = f.integer("value", 0, -any_number, any_number);
  if (f.has("count")) rule.remaining = static_cast<std::uint64_t>(f.integer("count", 1, 1, any_number));
  rule.probability = f.number("probability", 1.0);
  if (auto v = f.verdict(); !v) return refused(v.error());
  rule.kind = *kind;
  auto id = c.service.add_fault(std::move(rule));
  return id ? ok({{"id", *id}}, 201) : refused(id.error());
}

httpd::response clear_faults(const control_call& c) {
  c.service.clear_faults();
  return ok({});
}

httpd::response remove_fault(const control_call& c) {
  const auto& text = c.request.params.at("id");
  std::uint64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return c.service.remove_fault(id) ? ok({}) : httpd::problem(404, "not_found", "There is no such fault.");
}

httpd::response show_options(const control_call& c) { return ok(to_json(c.service.state().options)); }

httpd::response change_options(const control_call& c) {
  auto changed = with_changes(c.service.state().options, c.fields);
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  c.service.set_options(std::move(changed), c.now);
  return ok(to_json(c.service.state().options));
}

constexpr control_route routes[] = {
    {"POST", "/v1/load", start_load},
    {"GET", "/v1/load", show_load},
    {"DELETE", "/v1/load", stop_load},
    {"POST", "/v1/sessions/end", end_sessions},
    {"POST", "/v1/sessions/rotate", rotate_keys},
    {"GET", "/v1/faults", list_faults},
    {"POST", "/v1/faults", add_fault},
    {"DELETE", "/v1/faults", clear_faults},
    {"DELETE", "/v1/faults/{id}", remove_fault},
    {"GET", "/v1/options", show_options},
    {"PATCH", "/v1/options", change_options},
};

} // namespace

std::span<const control_route> service_routes() { return routes; }

} // namespace weixin::simulator
