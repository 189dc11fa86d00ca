#include "metrics/catalog.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace weixin::metrics {
namespace {

bool has_label(const metric_info& m, std::string_view label) {
  return std::find(m.labels.begin(), m.labels.end(), label) != m.labels.end();
}

TEST(MetricsCatalog, NamesEveryMetricOnceWithOneOfTwoPrefixes) {
  std::set<std::string_view> names;
  for (const auto& m : catalog()) {
    EXPECT_TRUE(names.insert(m.name).second) << m.name;
    EXPECT_TRUE(m.name.starts_with("weixin_") || m.name.starts_with("process_")) << m.name;
    for (char c : m.name)
      EXPECT_TRUE((c >= 'a' && c <= 'z') || c == '_') << m.name;
  }
  EXPECT_EQ(names.size(), metric_count);
}

TEST(MetricsCatalog, EndsCountersAndOnlyCountersInTotal) {
  for (const auto& m : catalog())
    EXPECT_EQ(m.name.ends_with("_total"), m.type == metric_type::counter) << m.name;
}

TEST(MetricsCatalog, NamesBaseUnitsOnly) {
  for (const auto& m : catalog())
    for (const char* unit : {"millis", "_ms", "micro", "minutes", "kilo", "mega"})
      EXPECT_EQ(m.name.find(unit), std::string_view::npos) << m.name;
}

TEST(MetricsCatalog, MeasuresHistogramsInSecondsWithRisingBuckets) {
  for (const auto& m : catalog()) {
    EXPECT_EQ(m.buckets.empty(), m.type != metric_type::histogram) << m.name;
    if (m.type != metric_type::histogram) continue;
    EXPECT_TRUE(m.name.ends_with("_seconds")) << m.name;
    EXPECT_TRUE(std::is_sorted(m.buckets.begin(), m.buckets.end())) << m.name;
    EXPECT_EQ(std::adjacent_find(m.buckets.begin(), m.buckets.end()), m.buckets.end()) << m.name;
  }
}

TEST(MetricsCatalog, ExplainsEveryMetricInASentence) {
  for (const auto& m : catalog()) {
    EXPECT_GT(m.help.size(), 15u) << m.name;
    EXPECT_TRUE(m.help.ends_with(".")) << m.name;
    EXPECT_EQ(m.help.find_first_of("\n\\"), std::string_view::npos) << m.name;
  }
}

TEST(MetricsCatalog, GivesNoHistogramAnAccount) {
  for (const auto& m : catalog())
    EXPECT_FALSE(m.type == metric_type::histogram && has_label(m, "account")) << m.name;
}

TEST(MetricsCatalog, HasNoLabelThatNamesAPersonOrAMessage) {
  const std::set<std::string_view> allowed{
      "account",  "state",     "to",     "reason",    "kind",    "result", "retcode", "selector", "type",
      "bot",      "direction", "shard",  "host",      "route",   "method", "code",    "endpoint", "version",
      "revision", "compiler",  "target", "operation", "outcome", "access", "consumer"};
  for (const auto& m : catalog())
    for (auto label : m.labels)
      EXPECT_TRUE(label.empty() || allowed.contains(label)) << m.name << " " << label;
}

} // namespace
} // namespace weixin::metrics
