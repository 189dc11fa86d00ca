#pragma once

#include "metrics/account_collector.hpp"
#include "metrics/catalog.hpp"
#include "metrics/labels.hpp"
#include "metrics/process_metrics.hpp"
#include "metrics/registry.hpp"
#include "metrics/sampled_collector.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weixin::metrics {

/// Series by their label values: finding one in prometheus-cpp's family builds a map of labels first, which
/// is too much for a call that every message makes several times. Bounded by the closed sets of the values.
template <class Metric>
class series_cache {
public:
  /// The series of these two values; `make` is asked for it the first time. Thread-safe.
  template <class Make>
  Metric& get(std::string_view a, std::string_view b, Make make) {
    thread_local std::string key;
    key.assign(a).append(1, '\0').append(b);
    {
      std::shared_lock lock{mutex_};
      if (auto found = series_.find(key); found != series_.end()) return *found->second;
    }
    auto& made = make();
    std::lock_guard lock{mutex_};
    series_.emplace(key, &made);
    return made;
  }

private:
  std::shared_mutex mutex_;
  std::unordered_map<std::string, Metric*> series_;
};

inline double positive(seconds d) { return d.count() > 0 ? d.count() : 0.0; }

prometheus::Histogram::BucketBoundaries buckets(metric id);

/// What registry and account_metrics share. Internal to metrics/.
///
/// Series with enumerated labels are made once, at 0, and kept as pointers; series with checked labels are
/// looked up, the busy ones in a cache.
struct registry_impl {
  using counter_family = prometheus::Family<prometheus::Counter>;
  using gauge_family = prometheus::Family<prometheus::Gauge>;
  using histogram_family = prometheus::Family<prometheus::Histogram>;

  explicit registry_impl(account_series series_of_accounts);

  counter_family& counters(metric id);
  gauge_family& gauges(metric id);
  histogram_family& histograms(metric id);
  prometheus::Counter& counter(metric id) { return counters(id).Add({}); }
  prometheus::Gauge& gauge(metric id) { return gauges(id).Add({}); }
  prometheus::Histogram& histogram(metric id);

  bool allow(checked_label label, std::string_view value);
  /// The value itself when it is in the closed set, else "other".
  std::string checked(checked_label label, std::string_view value) const;

  prometheus::Registry families;
  account_collector accounts;
  process_collector process;
  sampled_collector sampled;

  std::array<prometheus::Counter*, account_state_count> state_changes{};
  std::array<prometheus::Counter*, login_result_count> logins{};
  std::array<std::array<prometheus::Counter*, 7>, 6> syncchecks{};
  std::array<std::array<prometheus::Counter*, media_result_count>, media_direction_count> media{};
  std::array<prometheus::Counter*, media_direction_count> media_bytes{};
  std::array<std::array<prometheus::Counter*, media_result_count>, media_kind_count> media_files{};
  std::array<prometheus::Counter*, 2> config_reloads{}; ///< ok, rejected
  counter_family& received_by_type;
  counter_family& sent_by_type;
  counter_family& bots;
  series_cache<prometheus::Counter> by_type_cache; ///< received or sent, and the type
  series_cache<prometheus::Counter> bot_cache;
  series_cache<prometheus::Counter> upstream_cache;
  series_cache<prometheus::Histogram> upstream_duration_cache;
  counter_family& upstream;
  histogram_family& upstream_duration;
  gauge_family& breakers;
  counter_family& http;
  histogram_family& http_duration;
  series_cache<prometheus::Histogram> http_duration_cache;
  counter_family& notifications;
  histogram_family& notification_delivery;
  gauge_family& notifications_waiting;
  gauge_family& notification_oldest;
  counter_family& failures_by_reason;
  histogram_family& bot_handler_duration;
  series_cache<prometheus::Histogram> bot_handler_cache;
  prometheus::Counter& qr_codes;
  prometheus::Counter& set_aside;
  prometheus::Counter& undecoded;
  prometheus::Counter& inbox_appends;
  prometheus::Counter& media_dropped;
  prometheus::Gauge& media_store_bytes;
  prometheus::Gauge& media_quota_bytes;
  prometheus::Gauge& config_last_reload_successful;
  prometheus::Gauge& config_last_reload_success;
  prometheus::Histogram& login_duration;
  prometheus::Histogram& synccheck_duration;
  prometheus::Histogram& event_lag;
  prometheus::Histogram& inbox_append_duration;
  histogram_family& send_duration;
  series_cache<prometheus::Histogram> send_duration_cache;
  prometheus::Histogram& send_queue_wait;
  std::array<prometheus::Histogram*, paced_operation_count> pacing_delay{};
  std::array<std::array<prometheus::Counter*, contact_operation_outcome_count>, contact_operation_kind_count>
      contact_operations{};

  std::array<prometheus::Counter*, sync_failure_count> sync_failures{};
  std::array<prometheus::Counter*, contact_answer_count> contacts_set_aside{};
  std::array<prometheus::Counter*, send_drop_count> send_drops{};
  prometheus::Counter& duplicates;
  std::array<prometheus::Counter*, actor_kind_count> actor_failures{};
  std::array<prometheus::Counter*, actor_kind_count> actor_giveups{};
  std::array<prometheus::Gauge*, actor_kind_count> actors{};
  std::array<prometheus::Gauge*, actor_kind_count> mailbox_length{};
  std::array<prometheus::Gauge*, actor_kind_count> mailbox_max_length{};
  std::array<prometheus::Counter*, tls_result_count> tls_handshakes{};
  std::array<prometheus::Histogram*, tls_result_count> tls_durations{};
  prometheus::Gauge& connections;
  std::array<prometheus::Counter*, lookup_result_count> lookups{};
  prometheus::Histogram& lookup_duration;
  std::array<prometheus::Counter*, store_access_count> store_calls{};
  std::array<prometheus::Histogram*, store_access_count> store_durations{};
  prometheus::Counter& store_failures;
  std::array<prometheus::Counter*, dropped_rows_count> store_dropped{};
  prometheus::Gauge& store_queue;
  prometheus::Gauge& store_accepting;
  prometheus::Counter& unreadable_rows;
  prometheus::Gauge& database_bytes;
  prometheus::Gauge& log_bytes;
  prometheus::Gauge& disk_free;
  prometheus::Gauge& disk_size;
  prometheus::Gauge& stored_messages;
  prometheus::Gauge& stored_message_bytes;
  prometheus::Gauge& stored_sends;
  std::mutex store_mutex; ///< of the next one
  std::uint64_t unreadable_so_far = 0;

private:
  void make_machine_room();

  mutable std::shared_mutex sets_mutex_;
  std::array<std::set<std::string, std::less<>>, checked_label_count> sets_;
};

} // namespace weixin::metrics
