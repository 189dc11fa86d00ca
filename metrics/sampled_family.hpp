#pragma once

#include "metrics/catalog.hpp"
#include "metrics/single_writer_histogram.hpp"

#include <prometheus/metric_family.h>

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weixin::metrics {

/// A family of the catalog whose samples are made by hand. Internal to metrics/.
class sampled_family {
public:
  explicit sampled_family(metric id) : info_(describe(id)) {
    family_.name = std::string{info_.name};
    family_.help = std::string{info_.help};
    family_.type = info_.type == metric_type::counter ? prometheus::MetricType::Counter
                   : info_.type == metric_type::gauge ? prometheus::MetricType::Gauge
                                                      : prometheus::MetricType::Histogram;
  }

  /// As many label values as the catalog names labels; none at all for a sum without labels.
  void sample(double value, std::vector<std::string> label_values = {}) {
    prometheus::ClientMetric m;
    (family_.type == prometheus::MetricType::Counter ? m.counter.value : m.gauge.value) = value;
    add(std::move(m), std::move(label_values));
  }

  /// Of a histogram; without counts it is one that nobody filled yet.
  void sample(const histogram_values& values, std::vector<std::string> label_values) {
    prometheus::ClientMetric m;
    m.histogram.sample_sum = values.sum_seconds;
    for (std::size_t i = 0; i <= info_.buckets.size(); ++i) {
      if (i < values.counts.size()) m.histogram.sample_count += values.counts[i];
      auto bound = i < info_.buckets.size() ? info_.buckets[i] : std::numeric_limits<double>::infinity();
      m.histogram.bucket.push_back({m.histogram.sample_count, bound});
    }
    add(std::move(m), std::move(label_values));
  }

  /// The same for a family that is summed over its first label, `account`.
  void sample_summed(double value, std::string second_label_value) {
    prometheus::ClientMetric m;
    (family_.type == prometheus::MetricType::Counter ? m.counter.value : m.gauge.value) = value;
    m.label.push_back({std::string{info_.labels[1]}, std::move(second_label_value)});
    family_.metric.push_back(std::move(m));
  }

  /// Hands the family over unless it has no sample: a family without series is not exposed.
  void append_to(std::vector<prometheus::MetricFamily>& families) {
    if (!family_.metric.empty()) families.push_back(std::move(family_));
  }

private:
  void add(prometheus::ClientMetric m, std::vector<std::string> label_values) {
    for (std::size_t i = 0; i < label_values.size(); ++i)
      m.label.push_back({std::string{info_.labels[i]}, std::move(label_values[i])});
    family_.metric.push_back(std::move(m));
  }

  const metric_info& info_;
  prometheus::MetricFamily family_;
};

} // namespace weixin::metrics
