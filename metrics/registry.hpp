#pragma once

#include "metrics/account_metrics.hpp"
#include "metrics/account_series.hpp"
#include "metrics/consumer_lag.hpp"
#include "metrics/labels.hpp"
#include "metrics/samples.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::metrics {

/// Durations are handed over in any unit and exported in seconds. Negative ones (a clock jumped) count as 0.
using seconds = std::chrono::duration<double>;

struct registry_options {
  std::string version = "unknown";
  std::string revision = "unknown";
  std::string compiler = "unknown";
  wall_time started_at{};
  account_series series_of_accounts = account_series::automatic;
};

/// Everything the server measures. Names, labels and help texts: metrics/catalog.hpp.
///
/// Thread-safe. A call costs some 10 ns for enumerated labels, below 1 us for checked ones. No call fails and
/// none throws except for lack of memory: a value outside its closed set is counted as "other".
class registry {
public:
  explicit registry(registry_options options = {});
  ~registry();
  registry(const registry&) = delete;
  registry& operator=(const registry&) = delete;

  /// Adds a value to a closed set, at start, from configuration or a table of ours: never from what a peer
  /// sent. False when the set is full (max_label_values) or the value is empty or longer than 100 bytes.
  bool allow(checked_label label, std::string_view value);

  /// The account's series, at 0 on first use. The same object while somebody owns it. May outlive the
  /// registry.
  std::shared_ptr<account_metrics> account(std::string_view name);
  /// Whether accounts have series of their own, when a `render` decided otherwise than what this said last:
  /// first that they have, unless that is `off`.
  std::optional<bool> take_account_series_change();

  // Login.
  void login_finished(login_result result, seconds took);
  void qr_code_issued();

  // Sync.
  void synccheck_finished(int retcode, int selector, seconds took);
  void sync_failed(sync_failure kind);
  void messages_set_aside(std::size_t count); ///< entries of a batch that could not be read
  void messages_undecoded(std::size_t count); ///< taken, and their content could not be read
  void contacts_set_aside(contact_answer answer, std::size_t count); ///< contacts that could not be read
  void inbox_appended(std::size_t messages, seconds took);
  void event_lag(seconds lag); ///< the message's CreateTime until it is stored

  // Sending.
  /// From the first byte to the answer, whatever it was; `type` as in checked_label::message_type.
  void send_finished(std::string_view type, seconds took);
  void send_queue_waited(seconds waited);
  void send_dropped(send_drop reason);
  void pacing_delayed(paced_operation operation, seconds delay);
  void contact_operation_ended(contact_operation_kind kind, contact_operation_outcome outcome);

  // Media and bots.
  void media_finished(media_direction direction, media_result result, std::uint64_t bytes);
  void media_fetched(media_kind kind, media_result result);
  void media_dropped(std::uint64_t count);
  void set_media_store(std::uint64_t bytes, std::uint64_t quota_bytes);
  void bot_dispatched(std::string_view bot, bot_result result);
  void bot_thought(std::string_view bot, seconds took);
  void router_duplicate(); ///< a message came to a bot again whose answer was stored
  /// How far that bot is behind in one account; `consumer_lag::set` keeps it.
  consumer_lag lag_of(std::string_view bot);

  // Actors. What ended by itself or as it was asked to is no failure.
  void actor_failed(actor_kind kind);
  void actor_gave_up(actor_kind kind); ///< its supervisor does not start it again for now
  void set_actors(actor_kind kind, const actor_sample& sample);

  // The machine room: registry_machine_room.cpp.
  void set_scheduler(std::size_t shard, scheduler_sample sample);
  /// `result` is "ok" or the name of the error.
  void upstream_finished(std::string_view endpoint, std::string_view result, seconds took);
  void set_breaker(std::string_view host, breaker_state state);
  void tls_handshake_ended(tls_result result, seconds took);
  void set_connections_open(std::size_t count);
  void host_looked_up(lookup_result result, seconds took);
  void http_request_served(std::string_view route, std::string_view method, int status, seconds took);
  /// `took` is from the notification to this end.
  void notification_ended(std::string_view target, notification_result result, seconds took);
  void set_notifications_waiting(std::string_view target, std::size_t count, seconds oldest);
  /// One transaction in which so many calls shared.
  void store_transaction(store_access access, std::size_t calls, seconds took);
  void store_failed();
  void store_dropped(dropped_rows rows, std::uint64_t count);
  void set_store(const store_sample& sample);
  void set_stored(const stored_sample& sample);
  /// The configuration was read again; the start of the server counts as a success at `started_at`.
  void config_reloaded(bool successful, wall_time at);

  /// The text exposition (version 0.0.4). Any thread; some 100 ms for 100,000 series, so never on a shard
  /// when there are that many.
  std::string render() const;
  /// The Content-Type that goes with `render`.
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

private:
  std::shared_ptr<registry_impl> impl_;
};

} // namespace weixin::metrics
