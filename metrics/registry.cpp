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

double positive(seconds d) { return d.count() > 0 ? d.count() : 0.0; }

/// More shards than cores of any machine would be a mistake of ours, not a label.
std::string shard_label(std::size_t shard) {
  return shard < 256 ? std::to_string(shard) : std::string{other};
}

prometheus::Histogram::BucketBoundaries buckets(metric id) {
  auto bounds = describe(id).buckets;
  return {bounds.begin(), bounds.end()};
}

} // namespace

registry_impl::registry_impl(bool account_label)
    : accounts(account_label), received_by_type(counters(metric::messages_received_by_type)),
      sent_by_type(counters(metric::messages_sent_by_type)), bots(counters(metric::bot_dispatches)),
      upstream(counters(metric::upstream_requests)),
      upstream_duration(histograms(metric::upstream_request_duration)),
      breakers(gauges(metric::breaker_state)), http(counters(metric::http_requests)),
      notifications(counters(metric::notifications)), scheduler_lag(gauges(metric::scheduler_lag)),
      scheduler_queue(gauges(metric::scheduler_queue_length)), qr_codes(counter(metric::qr_codes_issued)),
      set_aside(counter(metric::messages_set_aside)), undecoded(counter(metric::messages_undecoded)),
      inbox_appends(counter(metric::inbox_appends)), media_dropped(counter(metric::media_dropped)),
      media_store_bytes(gauges(metric::media_store_bytes).Add({})),
      media_quota_bytes(gauges(metric::media_quota_bytes).Add({})),
      config_last_reload_successful(gauges(metric::config_last_reload_successful).Add({})),
      config_last_reload_success(gauges(metric::config_last_reload_success).Add({})),
      login_duration(histogram(metric::login_duration)),
      synccheck_duration(histogram(metric::synccheck_duration)), event_lag(histogram(metric::event_lag)),
      inbox_append_duration(histogram(metric::inbox_append_duration)),
      send_duration(histogram(metric::send_duration)), send_queue_wait(histogram(metric::send_queue_wait)) {
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

registry::registry(registry_options options) : impl_(std::make_shared<registry_impl>(options.account_label)) {
  impl_->gauges(metric::build_info)
      .Add({{"version", options.version}, {"revision", options.revision}, {"compiler", options.compiler}})
      .Set(1);
  impl_->gauges(metric::start_time).Add({}).Set(seconds_of(options.started_at));
  impl_->config_last_reload_successful.Set(1);
  impl_->config_last_reload_success.Set(seconds_of(options.started_at));
}

registry::~registry() = default;

bool registry::allow(checked_label label, std::string_view value) {
  if (!impl_->allow(label, value)) return false;
  // A rate is seen from the first event on only when the series stood at 0 before it.
  if (label == checked_label::bot)
    for (std::size_t i = 0; i < bot_result_count; ++i)
      impl_->bots.Add(
          {{"bot", std::string{value}}, {"result", std::string{to_string(static_cast<bot_result>(i))}}});
  if (label == checked_label::host) impl_->breakers.Add({{"host", std::string{value}}});
  if (label == checked_label::notify_target)
    for (std::size_t i = 0; i < notification_result_count; ++i)
      impl_->notifications.Add({{"target", std::string{value}},
                                {"result", std::string{to_string(static_cast<notification_result>(i))}}});
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

void registry::inbox_appended(std::size_t messages, seconds took) {
  impl_->inbox_appends.Increment(static_cast<double>(messages));
  impl_->inbox_append_duration.Observe(positive(took));
}

void registry::event_lag(seconds lag) { impl_->event_lag.Observe(positive(lag)); }
void registry::send_finished(seconds took) { impl_->send_duration.Observe(positive(took)); }
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

void registry::set_scheduler_lag(std::size_t shard, seconds lag) {
  impl_->scheduler_lag.Add({{"shard", shard_label(shard)}}).Set(positive(lag));
}

void registry::set_scheduler_queue_length(std::size_t shard, std::size_t length) {
  impl_->scheduler_queue.Add({{"shard", shard_label(shard)}}).Set(static_cast<double>(length));
}

void registry::upstream_finished(std::string_view endpoint, std::string_view result, seconds took) {
  auto name = impl_->checked(checked_label::endpoint, endpoint);
  auto outcome = impl_->checked(checked_label::upstream_result, result);
  impl_->upstream_cache
      .get(
          name, outcome,
          [&]() -> auto& {
            return impl_->upstream.Add({{"endpoint", name}, {"result", outcome}});
          })
      .Increment();
  impl_->upstream_duration_cache
      .get(
          name, {},
          [&]() -> auto& {
            return impl_->upstream_duration.Add({{"endpoint", name}},
                                                buckets(metric::upstream_request_duration));
          })
      .Observe(positive(took));
}

void registry::set_breaker(std::string_view host, breaker_state state) {
  impl_->breakers.Add({{"host", impl_->checked(checked_label::host, host)}})
      .Set(static_cast<double>(std::min(state, breaker_state::open)));
}

void registry::http_request_served(std::string_view route, std::string_view method, int status) {
  impl_->http
      .Add({{"route", impl_->checked(checked_label::route, route)},
            {"method", impl_->checked(checked_label::method, method)},
            {"code", status_label(status)}})
      .Increment();
}

void registry::notification_ended(std::string_view target, notification_result result) {
  impl_->notifications
      .Add({{"target", impl_->checked(checked_label::notify_target, target)},
            {"result", std::string{to_string(result)}}})
      .Increment();
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
        static_cast<const prometheus::Collectable*>(&impl_->process)}) {
    auto more = source->Collect();
    std::move(more.begin(), more.end(), std::back_inserter(families));
  }
  return prometheus::TextSerializer{}.Serialize(families);
}

} // namespace weixin::metrics
