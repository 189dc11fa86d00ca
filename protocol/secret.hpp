#pragma once

#include <string>
#include <utility>

namespace weixin {

/// A string that gives access to an account (skey, sid, pass_ticket, a cookie's value, a token).
/// It has no stream operator, no conversion to text and no formatter, so it cannot reach a log, a metric,
/// an error or a message dump by accident. `reveal()` is for the place that puts it on the wire or seals it.
class secret {
public:
  secret() = default;
  explicit secret(std::string value) : value_(std::move(value)) {}

  const std::string& reveal() const noexcept { return value_; }
  bool empty() const noexcept { return value_.empty(); }

  friend bool operator==(const secret&, const secret&) = default;

private:
  std::string value_;
};

} // namespace weixin
