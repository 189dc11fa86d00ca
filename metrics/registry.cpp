#include "metrics/registry.hpp"

#include "metrics/registry_impl.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace weixin::metrics {

namespace {

constexpr std::array methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
constexpr std::array message_types{
    "text",  "image",          "voice",           "video",      "emoticon", "location",
    "card",  "link",           "forward",         "music",      "file",     "mini_program",
    "quote", "chat_record",    "transfer",        "red_packet", "channels", "group_invitation",
    "app",   "friend_request", "possible_friend", "call",       "news",     "recalled",
    "pat",   "system",         "status_notify",   "unsupported"};
constexpr std::array upstream_results{"ok",           "dns_failed",   "connect_failed",   "proxy_failed",
                                      "tls_failed",   "timed_out",    "connection_lost",  "http_status",
                                      "http_4xx",     "http_5xx",     "malformed_answer", "answer_too_large",
                                      "server_error", "breaker_open", "host_not_allowed", "cancelled"};
/// What a send may end with, besides the errors of a call to Weixin.
constexpr std::array send_failures{
    "expired",         "interrupted",      "target_lost",       "rejected_request", "not_a_friend",
    "not_forwardable", "invalid_argument", "contact_ambiguous", "member_not_found", "upload_failed",
    "file_gone",       "file_changed",     "file_missing",      "file_empty",       "unsupported_file",
    "body_too_large",  "io_failed",        "not_online",        "internal"};
constexpr std::array endpoints{"jslogin",
                               "login",
                               "qrcode",
                               "proxy_check",
                               "synccheck",
                               "webwxnewloginpage",
                               "webwxpushloginurl",
                               "webwxinit",
                               "webwxstatusnotify",
                               "webwxgetcontact",
                               "webwxbatchgetcontact",
                               "webwxsync",
                               "webwxlogout",
                               "webwxsendmsg",
                               "webwxsendmsgimg",
                               "webwxsendvideomsg",
                               "webwxsendemoticon",
                               "webwxsendappmsg",
                               "webwxrevokemsg",
                               "webwxcheckupload",
                               "webwxuploadmedia",
                               "webwxgetmsgimg",
                               "webwxgetvoice",
                               "webwxgetvideo",
                               "webwxgetmedia",
                               "webwxgeticon",
                               "webwxgetheadimg",
                               "webwxgetpubliclinkimg",
                               "webwxoplog",
                               "webwxverifyuser",
                               "webwxcreatechatroom",
                               "webwxupdatechatroom",
                               "webwxstatreport"};

constexpr std::array retcodes{0, 1100, 1101, 1102, 1205, -1};
constexpr std::array selectors{0, 2, 3, 4, 6, 7, -1};

template <std::size_t N>
std::size_t position(const std::array<int, N>& codes, int code) {
  auto found = std::find(codes.begin(), codes.end(), code);
  return found == codes.end() ? N - 1 : static_cast<std::size_t>(found - codes.begin());
}

double seconds_of(wall_time t) { return seconds(t.time_since_epoch()).count(); }

} // namespace

prometheus::Histogram::BucketBoundaries buckets(metric id) {
  auto bounds = describe(id).buckets;
  return {bounds.begin(), bounds.end()};
}

registry_impl::registry_impl(account_series series_of_accounts)
    : accounts(series_of_accounts), received_by_type(counters(metric::messages_received_by_type)),
      sent_by_type(counters(metric::messages_sent_by_type)), bots(counters(metric::bot_dispatches)),
      upstream(counters(metric::upstream_requests)),
      upstream_duration(histograms(metric::upstream_request_duration)),
      breakers(gauges(metric::breaker_state)), http(counters(metric::http_requests)),
      http_duration(histograms(metric::http_request_duration)),
      notifications(counters(metric::notifications)),
      notification_delivery(histograms(metric::notification_delivery)),
      notifications_waiting(gauges(metric::notifications_waiting)),
      notification_oldest(gauges(metric::notification_oldest)),
      failures_by_reason(counters(metric::send_failures_by_reason)),
      bot_handler_duration(histograms(metric::bot_handler_duration)),
      qr_codes(counter(metric::qr_codes_issued)), set_aside(counter(metric::messages_set_aside)),
      undecoded(counter(metric::messages_undecoded)), inbox_appends(counter(metric::inbox_appends)),
      media_dropped(counter(metric::media_dropped)),
      media_store_bytes(gauges(metric::media_store_bytes).Add({})),
      media_quota_bytes(gauges(metric::media_quota_bytes).Add({})),
      config_last_reload_successful(gauges(metric::config_last_reload_successful).Add({})),
      config_last_reload_success(gauges(metric::config_last_reload_success).Add({})),
      login_duration(histogram(metric::login_duration)),
      synccheck_duration(histogram(metric::synccheck_duration)), event_lag(histogram(metric::event_lag)),
      inbox_append_duration(histogram(metric::inbox_append_duration)),
      send_duration(histograms(metric::send_duration)), send_queue_wait(histogram(metric::send_queue_wait)),
      duplicates(counter(metric::router_duplicates)), connections(gauge(metric::connections_open)),
      lookup_duration(histogram(metric::dns_lookup_duration)),
      store_failures(counter(metric::store_failures)), store_queue(gauge(metric::store_queue_length)),
      store_accepting(gauge(metric::store_accepting)),
      unreadable_rows(counter(metric::store_unreadable_rows)), database_bytes(gauge(metric::database_bytes)),
      log_bytes(gauge(metric::database_log_bytes)), disk_free(gauge(metric::disk_free_bytes)),
      disk_size(gauge(metric::disk_size_bytes)), stored_messages(gauge(metric::stored_messages)),
      stored_message_bytes(gauge(metric::stored_message_bytes)), stored_sends(gauge(metric::stored_sends)) {
  auto fill = [](auto& made, counter_family& family, const char* label, auto name) {
    for (std::size_t i = 0; i < made.size(); ++i)
      made[i] = &family.Add({{label, std::string{name(i)}}});
  };
  fill(state_changes, counters(metric::account_state_changes), "to",
       [](std::size_t i) { return to_string(static_cast<account_state>(i)); });
  fill(logins, counters(metric::logins), "result",
       [](std::size_t i) { return to_string(static_cast<login_result>(i)); });
  fill(config_reloads, counters(metric::config_reloads), "result",
       [](std::size_t i) { return i == 0 ? "ok" : "rejected"; });
  fill(sync_failures, counters(metric::sync_failures), "kind",
       [](std::size_t i) { return to_string(static_cast<sync_failure>(i)); });
  fill(contacts_set_aside, counters(metric::contacts_set_aside), "endpoint",
       [](std::size_t i) { return to_string(static_cast<contact_answer>(i)); });
  fill(send_drops, counters(metric::send_drops), "reason",
       [](std::size_t i) { return to_string(static_cast<send_drop>(i)); });
  auto direction = [](std::size_t i) { return to_string(static_cast<media_direction>(i)); };
  fill(media_bytes, counters(metric::media_bytes), "direction", direction);

  auto& delays = histograms(metric::pacing_delay);
  for (std::size_t i = 0; i < pacing_delay.size(); ++i)
    pacing_delay[i] = &delays.Add({{"operation", std::string{to_string(static_cast<paced_operation>(i))}}},
                                  buckets(metric::pacing_delay));
  auto& operations = counters(metric::contact_operations);
  for (std::size_t k = 0; k < contact_operations.size(); ++k)
    for (std::size_t o = 0; o < contact_operations[k].size(); ++o)
      contact_operations[k][o] =
          &operations.Add({{"operation", std::string{to_string(static_cast<contact_operation_kind>(k))}},
                           {"outcome", std::string{to_string(static_cast<contact_operation_outcome>(o))}}});
  auto& transfers = counters(metric::media_transfers);
  for (std::size_t d = 0; d < media.size(); ++d)
    for (std::size_t r = 0; r < media[d].size(); ++r)
      media[d][r] = &transfers.Add({{"direction", std::string{direction(d)}},
                                    {"result", std::string{to_string(static_cast<media_result>(r))}}});
  auto& files = counters(metric::media_files);
  for (std::size_t k = 0; k < media_files.size(); ++k)
    for (std::size_t r = 0; r < media_files[k].size(); ++r)
      media_files[k][r] = &files.Add({{"kind", std::string{to_string(static_cast<media_kind>(k))}},
                                      {"result", std::string{to_string(static_cast<media_result>(r))}}});
  auto& checks = counters(metric::syncchecks);
  for (std::size_t r = 0; r < syncchecks.size(); ++r)
    for (std::size_t s = 0; s < syncchecks[r].size(); ++s)
      syncchecks[r][s] = &checks.Add({{"retcode", std::string{retcode_label(retcodes[r])}},
                                      {"selector", std::string{selector_label(selectors[s])}}});

  auto allow_all = [this](checked_label label, const auto& values) {
    for (const char* value : values)
      allow(label, value);
  };
  allow_all(checked_label::endpoint, endpoints);
  allow_all(checked_label::upstream_result, upstream_results);
  allow_all(checked_label::message_type, message_types);
  allow_all(checked_label::method, methods);
  allow_all(checked_label::send_failure, upstream_results);
  allow_all(checked_label::send_failure, send_failures);
  for (const auto& reason : sets_[static_cast<std::size_t>(checked_label::send_failure)])
    failures_by_reason.Add({{"reason", reason}});
  make_machine_room();
}

registry_impl::counter_family& registry_impl::counters(metric id) {
  const auto& info = describe(id);
  return prometheus::BuildCounter()
      .Name(std::string{info.name})
      .Help(std::string{info.help})
      .Register(families);
}

registry_impl::gauge_family& registry_impl::gauges(metric id) {
  const auto& info = describe(id);
  return prometheus::BuildGauge()
      .Name(std::string{info.name})
      .Help(std::string{info.help})
      .Register(families);
}

registry_impl::histogram_family& registry_impl::histograms(metric id) {
  const auto& info = describe(id);
  return prometheus::BuildHistogram()
      .Name(std::string{info.name})
      .Help(std::string{info.help})
      .Register(families);
}

prometheus::Histogram& registry_impl::histogram(metric id) { return histograms(id).Add({}, buckets(id)); }

bool registry_impl::allow(checked_label label, std::string_view value) {
  if (value.empty() || value.size() > 100) return false;
  std::unique_lock lock{sets_mutex_};
  auto& set = sets_[static_cast<std::size_t>(label)];
  if (set.contains(value)) return true;
  if (set.size() >= max_label_values) return false;
  set.emplace(value);
  return true;
}

std::string registry_impl::checked(checked_label label, std::string_view value) const {
  std::shared_lock lock{sets_mutex_};
  return std::string{sets_[static_cast<std::size_t>(label)].contains(value) ? value : other};
}

registry::registry(registry_options options)
    : impl_(std::make_shared<registry_impl>(options.series_of_accounts)) {
  impl_->gauges(metric::build_info)
      .Add({{"version", options.version}, {"revision", options.revision}, {"compiler", options.compiler}})
      .Set(1);
  impl_->gauges(metric::start_time).Add({}).Set(seconds_of(options.started_at));
  impl_->config_last_reload_successful.Set(1);
  impl_->config_last_reload_success.Set(seconds_of(options.started_at));
}

registry::~registry() = default;

std::optional<bool> registry::take_account_series_change() { return impl_->accounts.take_change(); }

bool registry::allow(checked_label label, std::string_view value) {
  if (!impl_->allow(label, value)) return false;
  // A rate is seen from the first event on only when the series stood at 0 before it.
  if (label == checked_label::bot)
    for (std::size_t i = 0; i < bot_result_count; ++i)
      impl_->bots.Add(
          {{"bot", std::string{value}}, {"result", std::string{to_string(static_cast<bot_result>(i))}}});
  if (label == checked_label::bot) {
    impl_->bot_handler_duration.Add({{"bot", std::string{value}}}, buckets(metric::bot_handler_duration));
    impl_->sampled.lag_of(std::string{value});
  }
  if (label == checked_label::host) impl_->breakers.Add({{"host", std::string{value}}});
  if (label == checked_label::notify_target) {
    for (std::size_t i = 0; i < notification_result_count; ++i)
      impl_->notifications.Add({{"target", std::string{value}},
                                {"result", std::string{to_string(static_cast<notification_result>(i))}}});
    impl_->notification_delivery.Add({{"target", std::string{value}}},
                                     buckets(metric::notification_delivery));
  }
  return true;
}

std::shared_ptr<account_metrics> registry::account(std::string_view name) {
  return impl_->accounts.find_or_add(name, impl_);
}

void registry::login_finished(login_result result, seconds took) {
  auto index = static_cast<std::size_t>(result);
  if (index >= login_result_count) return;
  impl_->logins[index]->Increment();
  impl_->login_duration.Observe(positive(took));
}

void registry::qr_code_issued() { impl_->qr_codes.Increment(); }

void registry::synccheck_finished(int retcode, int selector, seconds took) {
  impl_->syncchecks[position(retcodes, retcode)][position(selectors, selector)]->Increment();
  impl_->synccheck_duration.Observe(positive(took));
}

void registry::messages_undecoded(std::size_t count) {
  impl_->undecoded.Increment(static_cast<double>(count));
}

void registry::messages_set_aside(std::size_t count) {
  impl_->set_aside.Increment(static_cast<double>(count));
}

void registry::contacts_set_aside(contact_answer answer, std::size_t count) {
  auto a = static_cast<std::size_t>(answer);
  if (a < contact_answer_count) impl_->contacts_set_aside[a]->Increment(static_cast<double>(count));
}

void registry::inbox_appended(std::size_t messages, seconds took) {
  impl_->inbox_appends.Increment(static_cast<double>(messages));
  impl_->inbox_append_duration.Observe(positive(took));
}

void registry::sync_failed(sync_failure kind) {
  auto k = static_cast<std::size_t>(kind);
  if (k < sync_failure_count) impl_->sync_failures[k]->Increment();
}

void registry::send_dropped(send_drop reason) {
  auto r = static_cast<std::size_t>(reason);
  if (r < send_drop_count) impl_->send_drops[r]->Increment();
}

void registry::event_lag(seconds lag) { impl_->event_lag.Observe(positive(lag)); }
void registry::send_finished(std::string_view type, seconds took) {
  auto known = impl_->checked(checked_label::message_type, type);
  impl_->send_duration_cache
      .get(
          known, {},
          [&]() -> auto& {
            return impl_->send_duration.Add({{"type", known}}, buckets(metric::send_duration));
          })
      .Observe(positive(took));
}
void registry::send_queue_waited(seconds waited) { impl_->send_queue_wait.Observe(positive(waited)); }

void registry::pacing_delayed(paced_operation operation, seconds delay) {
  auto o = static_cast<std::size_t>(operation);
  if (o < paced_operation_count) impl_->pacing_delay[o]->Observe(positive(delay));
}

void registry::contact_operation_ended(contact_operation_kind kind, contact_operation_outcome outcome) {
  auto k = static_cast<std::size_t>(kind);
  auto o = static_cast<std::size_t>(outcome);
  if (k < contact_operation_kind_count && o < contact_operation_outcome_count)
    impl_->contact_operations[k][o]->Increment();
}

void registry::media_finished(media_direction direction, media_result result, std::uint64_t bytes) {
  auto d = static_cast<std::size_t>(direction);
  auto r = static_cast<std::size_t>(result);
  if (d >= media_direction_count || r >= media_result_count) return;
  impl_->media[d][r]->Increment();
  impl_->media_bytes[d]->Increment(static_cast<double>(bytes));
}

void registry::media_fetched(media_kind kind, media_result result) {
  auto k = static_cast<std::size_t>(kind);
  auto r = static_cast<std::size_t>(result);
  if (k < media_kind_count && r < media_result_count) impl_->media_files[k][r]->Increment();
}

void registry::media_dropped(std::uint64_t count) {
  impl_->media_dropped.Increment(static_cast<double>(count));
}

void registry::set_media_store(std::uint64_t bytes, std::uint64_t quota_bytes) {
  impl_->media_store_bytes.Set(static_cast<double>(bytes));
  impl_->media_quota_bytes.Set(static_cast<double>(quota_bytes));
}

void registry::bot_dispatched(std::string_view bot, bot_result result) {
  auto name = impl_->checked(checked_label::bot, bot);
  impl_->bot_cache
      .get(
          name, to_string(result),
          [&]() -> auto& {
            return impl_->bots.Add({{"bot", name}, {"result", std::string{to_string(result)}}});
          })
      .Increment();
}

void registry::bot_thought(std::string_view bot, seconds took) {
  auto name = impl_->checked(checked_label::bot, bot);
  impl_->bot_handler_cache
      .get(
          name, {},
          [&]() -> auto& {
            return impl_->bot_handler_duration.Add({{"bot", name}}, buckets(metric::bot_handler_duration));
          })
      .Observe(positive(took));
}

void registry::router_duplicate() { impl_->duplicates.Increment(); }

consumer_lag registry::lag_of(std::string_view bot) {
  return impl_->sampled.lag_of(impl_->checked(checked_label::bot, bot));
}

void registry::config_reloaded(bool successful, wall_time at) {
  impl_->config_reloads[successful ? 0 : 1]->Increment();
  impl_->config_last_reload_successful.Set(successful ? 1 : 0);
  if (successful) impl_->config_last_reload_success.Set(seconds_of(at));
}

std::string registry::render() const {
  auto families = impl_->families.Collect();
  for (const prometheus::Collectable* source :
       {static_cast<const prometheus::Collectable*>(&impl_->accounts),
        static_cast<const prometheus::Collectable*>(&impl_->process),
        static_cast<const prometheus::Collectable*>(&impl_->sampled)}) {
    auto more = source->Collect();
    std::move(more.begin(), more.end(), std::back_inserter(families));
  }
  return prometheus::TextSerializer{}.Serialize(families);
}

} // namespace weixin::metrics
