#include "protocol/webwx/json_fields.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <cmath>
#include <limits>

namespace weixin::webwx {

namespace {

template <class T>
std::optional<T> to_number(std::string_view text) noexcept {
  T number{};
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

} // namespace

std::optional<std::int64_t> to_int64(std::string_view text) noexcept { return to_number<std::int64_t>(text); }
std::optional<int> to_int(std::string_view text) noexcept { return to_number<int>(text); }

std::string text_of(const boost::json::value& value) {
  if (const auto* s = value.if_string()) return {s->data(), s->size()};
  if (const auto* u = value.if_uint64()) return std::to_string(*u);
  if (const auto* i = value.if_int64()) return std::to_string(*i);
  return {};
}

std::optional<std::int64_t> int64_of(const boost::json::value& value) noexcept {
  if (const auto* i = value.if_int64()) return *i;
  if (const auto* s = value.if_string()) return to_int64({s->data(), s->size()});
  if (const auto* d = value.if_double()) {
    // Written as 1e3 or 7.0. Above 2^53 a double does not tell which number was meant.
    constexpr double exact = 9007199254740992.0;
    if (std::trunc(*d) == *d && *d >= -exact && *d <= exact) return static_cast<std::int64_t>(*d);
  }
  return std::nullopt;
}

std::string text_field(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? std::string{} : text_of(*value);
}

std::optional<std::int64_t> int64_field(const boost::json::object& object, std::string_view key) noexcept {
  const auto* value = object.if_contains(key);
  return value == nullptr ? std::nullopt : int64_of(*value);
}

std::optional<int> int_field(const boost::json::object& object, std::string_view key) noexcept {
  auto number = int64_field(object, key);
  if (!number || *number < std::numeric_limits<int>::min() || *number > std::numeric_limits<int>::max())
    return std::nullopt;
  return static_cast<int>(*number);
}

int flags_field(const boost::json::object& object, std::string_view key) noexcept {
  return static_cast<int>(int64_field(object, key).value_or(0));
}

const boost::json::object* object_field(const boost::json::object& object, std::string_view key) noexcept {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

const boost::json::array* array_field(const boost::json::object& object, std::string_view key) noexcept {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

} // namespace weixin::webwx
