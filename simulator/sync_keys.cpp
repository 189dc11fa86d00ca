#include "simulator/sync_keys.hpp"

#include <boost/json/array.hpp>

#include <charconv>

namespace weixin::simulator {
namespace {

constexpr std::int64_t event_key = 2;
constexpr std::int64_t purpose_key = 203;
constexpr std::int64_t purpose_value = 1'463'752'834;
constexpr std::int64_t lag_key = 201;
constexpr std::int64_t lag_value = 1'463'755'900;
constexpr std::size_t short_form = 4;

key_list pairs(std::int64_t base, key_position at, key_purpose purpose) {
  auto events = static_cast<std::int64_t>(at.events);
  key_list keys{{1, base}, {event_key, base + 1'000 + events}, {3, base + 500}};
  if (!at.first_form) {
    bool check = purpose == key_purpose::check;
    keys.insert(keys.end(), {{11, base + 700},
                             {13, base + 20},
                             {lag_key, lag_value + events + (check ? 1 : 0)},
                             {purpose_key, purpose_value + (check ? 1 : 0)}});
  }
  keys.emplace_back(1'000, 1'463'740'202);
  if (!at.first_form) keys.insert(keys.end(), {{1'001, 1'463'740'232}, {1'002, 1'463'719'049}});
  return keys;
}

std::optional<std::int64_t> value_of(const key_list& keys, std::int64_t key) {
  for (auto [k, v] : keys)
    if (k == key) return v;
  return std::nullopt;
}

std::optional<std::int64_t> number(const boost::json::value* v) {
  if (v == nullptr || !v->is_int64()) return std::nullopt;
  return v->get_int64();
}

} // namespace

boost::json::object make_sync_key(std::int64_t base, key_position at, key_purpose purpose) {
  boost::json::array list;
  for (auto [key, value] : pairs(base, at, purpose))
    list.push_back(boost::json::object{{"Key", key}, {"Val", value}});
  auto count = static_cast<std::int64_t>(list.size());
  return {{"Count", count}, {"List", std::move(list)}};
}

std::optional<key_list> read_sync_key(const boost::json::value& object) {
  const auto* fields = object.if_object();
  if (fields == nullptr) return std::nullopt;
  auto count = number(fields->if_contains("Count"));
  const auto* list = fields->if_contains("List");
  if (!count || list == nullptr || !list->is_array()) return std::nullopt;
  key_list keys;
  for (const auto& item : list->get_array()) {
    const auto* pair = item.if_object();
    if (pair == nullptr) return std::nullopt;
    auto key = number(pair->if_contains("Key"));
    auto value = number(pair->if_contains("Val"));
    if (!key || !value) return std::nullopt;
    keys.emplace_back(*key, *value);
  }
  if (keys.empty() || static_cast<std::int64_t>(keys.size()) != *count) return std::nullopt;
  return keys;
}

std::optional<key_list> read_sync_check_text(std::string_view text) {
  key_list keys;
  while (!text.empty()) {
    auto item = text.substr(0, text.find('|'));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    std::int64_t key = 0;
    std::int64_t value = 0;
    const auto* end = item.data() + item.size();
    auto first = std::from_chars(item.data(), end, key);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '_') return std::nullopt;
    auto second = std::from_chars(first.ptr + 1, end, value);
    if (second.ec != std::errc{} || second.ptr != end) return std::nullopt;
    keys.emplace_back(key, value);
  }
  if (keys.empty()) return std::nullopt;
  return keys;
}

key_verdict judge_sync_key(const key_list& keys, std::int64_t base, key_purpose purpose) {
  auto event_value = value_of(keys, event_key);
  // What is above was never given out, and adding to it could overflow.
  constexpr std::int64_t most_events = std::int64_t{1} << 40;
  if (!event_value || *event_value < base + 1'000 || *event_value > base + most_events) return {};
  auto events = static_cast<std::uint64_t>(*event_value - base - 1'000);
  bool first_form = keys.size() == short_form;
  key_position at{events, first_form};
  if (keys == pairs(base, at, purpose)) return {key_verdict::kind::good, events};
  auto other = purpose == key_purpose::sync ? key_purpose::check : key_purpose::sync;
  if (keys != pairs(base, at, other)) return {};
  // Taken literally a SyncKey in synccheck stands one event back, for ever.
  if (purpose == key_purpose::check && events > 0) --events;
  return {key_verdict::kind::wrong_list, events};
}

} // namespace weixin::simulator
