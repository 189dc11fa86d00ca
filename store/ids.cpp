#include "store/ids.hpp"

#include "store/base32.hpp"

#include <algorithm>
#include <utility>

namespace weixin::store {

namespace {

constexpr std::uint64_t milliseconds_mask = (std::uint64_t{1} << 48) - 1;
constexpr std::size_t id_length = 2 + 26;

/// The lowest `count` groups of five bits, the highest of them first.
void append_base32(std::string& text, std::uint64_t value, int count) {
  for (int shift = 5 * (count - 1); shift >= 0; shift -= 5)
    text += base32::digits[(value >> shift) & 31];
}

} // namespace

id_source::id_source(char prefix, entropy_source entropy) : prefix_(prefix), entropy_(std::move(entropy)) {}

std::string id_source::next(wall_time now) {
  auto since_epoch = std::max<std::int64_t>(
      std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count(), 0);
  auto ms = static_cast<std::uint64_t>(since_epoch) & milliseconds_mask;
  std::lock_guard lock{mutex_};
  if (ms > milliseconds_) {
    milliseconds_ = ms;
    random_high_ = static_cast<std::uint16_t>(entropy_());
    random_low_ = entropy_();
  } else if (++random_low_ == 0 && ++random_high_ == 0) {
    ++milliseconds_; // all randomness of this millisecond is used up: borrow from the next
  }
  std::string id{prefix_, '-'};
  id.reserve(id_length);
  append_base32(id, milliseconds_, 10);
  // 80 bits are 16 groups: 3 of the high part, one that straddles both, 12 of the low part.
  append_base32(id, static_cast<std::uint64_t>(random_high_ >> 1), 3);
  append_base32(id, (std::uint64_t{random_high_ & 1u} << 4) | (random_low_ >> 60), 1);
  append_base32(id, random_low_, 12);
  return id;
}

bool is_id(char prefix, std::string_view text) noexcept {
  if (text.size() != id_length || text[0] != prefix || text[1] != '-' || text[2] > '7') return false;
  return std::all_of(text.begin() + 2, text.end(),
                     [](char c) { return base32::value_of(c) != base32::no_digit; });
}

} // namespace weixin::store
