#include "protocol/webwx/client_ids.hpp"

#include "protocol/webwx/json_fields.hpp"

#include <algorithm>
#include <cassert>

namespace weixin::webwx {

namespace {

constexpr std::size_t device_id_digits = 15;
constexpr std::size_t client_msg_id_digits = 17;
// 13 digits of milliseconds: 2001-09-09 to 2286-11-20. A clock that is wrong by more still yields 17 digits.
constexpr std::int64_t least_ms = 1'000'000'000'000;
constexpr std::int64_t greatest_ms = 9'999'999'999'999;
constexpr std::int64_t ids_per_ms = 10'000;

} // namespace

std::string make_device_id(std::string_view random_digits) {
  assert(random_digits.size() == device_id_digits);
  return "e" + std::string{random_digits.substr(0, device_id_digits)};
}

std::string next_client_msg_id(std::int64_t now_ms, std::string_view last) {
  auto id = std::clamp(now_ms, least_ms, greatest_ms) * ids_per_ms;
  if (last.size() == client_msg_id_digits) id = std::max(id, to_int64(last).value_or(0) + 1);
  return std::to_string(id);
}

std::int32_t bitwise_not_ms(std::int64_t now_ms) noexcept { return static_cast<std::int32_t>(~now_ms); }

} // namespace weixin::webwx
