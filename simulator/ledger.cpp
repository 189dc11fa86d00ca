#include "simulator/ledger.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <functional>
#include <limits>

namespace weixin::simulator {
namespace {

constexpr std::string_view token_start = "msg-";
constexpr std::string_view placeholder = "{token}";

std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 33U;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33U;
  return x;
}

std::optional<std::chrono::microseconds> percentile(std::vector<std::int32_t>& sample, double part) {
  if (sample.empty()) return std::nullopt;
  auto nth = sample.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(sample.size() - 1));
  std::nth_element(sample.begin(), nth, sample.end());
  return std::chrono::microseconds{*nth};
}

} // namespace

std::string ledger::token_of(std::uint64_t number) const {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "msg-%llu-%04x", static_cast<unsigned long long>(number),
                static_cast<unsigned>(mix(number ^ seed_) & 0xFFFFU));
  return text.data();
}

std::uint64_t ledger::open(std::size_t user, std::string_view conversation, std::string& text,
                           bool match_text, steady_time now) {
  auto number = first_number_ + entries_.size();
  if (entries_.size() >= max_entries) {
    entries_.pop_front();
    ++first_number_;
    ++totals_.forgotten;
  }
  entries_.push_back(
      {now, std::hash<std::string_view>{}(conversation), static_cast<std::uint32_t>(user), -1, 0, 0});
  ++totals_.injected;
  ++totals_.unanswered;
  if (auto at = text.find(placeholder); at != std::string::npos) {
    text.replace(at, placeholder.size(), token_of(number));
  } else if (match_text && !text.empty()) {
    auto& known = whole_texts_[user];
    known.push_back({number, text});
    if (known.size() > max_whole_texts) known.pop_front();
  }
  return number;
}

ledger::entry* ledger::find(std::uint64_t number) {
  if (number < first_number_ || number >= first_number_ + entries_.size()) return nullptr;
  return &entries_[static_cast<std::size_t>(number - first_number_)];
}

void ledger::delivered(std::uint64_t number) {
  auto* e = find(number);
  if (e == nullptr) return;
  ++(e->deliveries == 0 ? totals_.delivered : totals_.redelivered);
  if (e->deliveries < std::numeric_limits<std::uint16_t>::max()) ++e->deliveries;
}

std::optional<std::uint64_t> ledger::number_in(std::string_view text) const {
  for (auto at = text.find(token_start); at != std::string_view::npos; at = text.find(token_start, at + 1)) {
    std::uint64_t number = 0;
    const auto* begin = text.data() + at + token_start.size();
    auto read = std::from_chars(begin, text.data() + text.size(), number);
    if (read.ec != std::errc{}) continue;
    auto token = token_of(number);
    if (text.substr(at, token.size()) == token) return number;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> ledger::whole_text(std::size_t user, std::string_view text) const {
  auto known = whole_texts_.find(user);
  if (known == whole_texts_.end()) return std::nullopt;
  for (auto it = known->second.rbegin(); it != known->second.rend(); ++it)
    if (text.find(it->text) != std::string_view::npos) return it->number;
  return std::nullopt;
}

std::optional<std::uint64_t> ledger::replied(std::size_t user, std::string_view conversation,
                                             std::string_view text, steady_time now) {
  auto number = number_in(text);
  if (!number) number = whole_text(user, text);
  auto* e = number ? find(*number) : nullptr;
  if (e == nullptr) {
    ++totals_.unrelated_replies;
    return std::nullopt;
  }
  if (e->user != user || e->conversation != std::hash<std::string_view>{}(conversation)) {
    ++totals_.misdirected;
    return number;
  }
  if (e->replies == 0) {
    auto latency = std::chrono::duration_cast<std::chrono::microseconds>(now - e->injected).count();
    e->latency_us = static_cast<std::int32_t>(
        std::clamp<std::int64_t>(latency, 0, std::numeric_limits<std::int32_t>::max()));
    --totals_.unanswered;
    ++totals_.answered;
  } else if (e->replies == 1) {
    --totals_.answered;
    ++totals_.doubled;
  }
  if (e->replies < std::numeric_limits<std::uint16_t>::max()) ++e->replies;
  return number;
}

ledger::totals ledger::summary() const {
  auto result = totals_;
  std::vector<std::int32_t> latencies;
  for (const auto& e : entries_)
    if (e.latency_us >= 0) latencies.push_back(e.latency_us);
  result.reply_p50 = percentile(latencies, 0.50);
  result.reply_p99 = percentile(latencies, 0.99);
  return result;
}

std::vector<std::uint64_t> ledger::unanswered(std::size_t limit) const {
  std::vector<std::uint64_t> numbers;
  for (std::size_t i = 0; i < entries_.size() && numbers.size() < limit; ++i)
    if (entries_[i].replies == 0) numbers.push_back(first_number_ + i);
  return numbers;
}

void ledger::clear() {
  first_number_ += entries_.size();
  entries_.clear();
  whole_texts_.clear();
  totals_ = {};
}

} // namespace weixin::simulator
