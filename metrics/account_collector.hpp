#pragma once

#include "metrics/account_metrics.hpp"
#include "metrics/account_series.hpp"

#include <prometheus/collectable.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::metrics {

/// The series of all accounts, made from their numbers at each scrape. Internal to metrics/.
///
/// Not built on the library's families: those search a family from its start to remove a series, which is
/// quadratic when thousands of accounts stop together.
class account_collector final : public prometheus::Collectable {
public:
  explicit account_collector(account_series wanted)
      : wanted_(wanted), exported_(wanted != account_series::off), told_(exported_) {}

  std::shared_ptr<account_metrics> find_or_add(std::string_view name,
                                               const std::shared_ptr<registry_impl>& owner);
  /// Called by the destructor of `account` only.
  void remove(const account_metrics& account);

  /// What a scrape decided about the series of accounts, when it is not what the last call said.
  std::optional<bool> take_change();

  std::vector<prometheus::MetricFamily> Collect() const override;

private:
  struct entry {
    const account_metrics* account = nullptr;
    std::weak_ptr<account_metrics> handle;
  };
  /// Counters of accounts that are gone: sums over all accounts must not fall when one is removed.
  struct totals {
    std::array<std::uint64_t, logout_reason_count> logouts{};
    std::array<std::uint64_t, restart_reason_count> restarts{};
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t send_failures = 0;
    std::uint64_t queue_length = 0;

    void add(const account_metrics& account);
  };

  void collect_states(std::vector<prometheus::MetricFamily>& families) const;
  void collect_each(std::vector<prometheus::MetricFamily>& families) const;
  void collect_sums(std::vector<prometheus::MetricFamily>& families) const;

  const account_series wanted_;
  mutable std::mutex mutex_;
  mutable bool exported_; ///< accounts had series of their own at the last scrape
  bool told_;
  std::map<std::string, entry, std::less<>> accounts_;
  totals gone_;
};

} // namespace weixin::metrics
