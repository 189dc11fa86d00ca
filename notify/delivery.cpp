#include "notify/delivery.hpp"

#include "notify/command_runner.hpp"
#include "notify/http_post.hpp"
#include "notify/signature.hpp"
#include "runtime/secret_file.hpp"

namespace weixin::notify {

namespace {

std::string text_of(const job& j, const qr_lookup& qr) { return to_json(j.what.front(), j.id, qr); }

} // namespace

result<deliver> make_delivery(const target_settings& target, delivery_context context) {
  auto qr = target.include_qr ? context.qr : [](const std::string&) { return std::optional<std::string>{}; };
  if (target.type == target_type::command)
    return deliver{[target, qr](const job& j, const stop_signal& stop) {
      return run_command(target.command, text_of(j, qr), target.timeout, stop);
    }};

  http_post_options options;
  options.ca_file = target.ca_file;
  options.loopback_only = context.loopback_only;
  if (target.type == target_type::alertmanager)
    return deliver{[target, qr, options, clock = context.clock](const job& j, const stop_signal& stop) {
      auto body = to_alerts(j.what, target.events, clock->now(), qr);
      if (body.empty()) return attempt{attempt::verdict::delivered, "nothing to tell"};
      return post(target.url, {}, body, options, stop);
    }};

  auto key = read_secret_file(target.secret_file);
  if (!key)
    return fail(errc::config_invalid,
                "notify.targets: secret_file of " + target.name + " " + key.error().context);
  return deliver{
      [target, qr, options, clock = context.clock, key = *key](const job& j, const stop_signal& stop) {
        auto body = text_of(j, qr);
        return post(target.url,
                    {{"X-Weixind-Id", j.id},
                     {"X-Weixind-Signature", signature_of(key, to_milliseconds(clock->now()) / 1'000, body)}},
                    body, options, stop);
      }};
}

bool wants(const target_settings& target, const notification& n) {
  if (n.what == kind::test) return true;
  if (target.type != target_type::alertmanager)
    return n.what != kind::withdrawn && target.events.contains(n.what);
  return (is_problem(n.what) && target.events.contains(n.what)) ||
         (n.ends && target.events.contains(n.ends->what));
}

} // namespace weixin::notify
