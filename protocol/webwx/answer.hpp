#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/endpoint.hpp"
#include "protocol/webwx/json_slices.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weixin::webwx {

/// An error about an answer: `request_left` is set, the context is "<what>: <detail>".
error answer_error(errc code, std::string_view what, std::string_view detail = {}, int ret = 0);

/// Errors: http_status when the status is none of `expected`.
result<void> expect_status(const http_response& answer, endpoint e,
                           std::initializer_list<int> expected = {200});

/// Errors: malformed_answer for a body that is empty or blank, or that is a page. Content-Type is not asked,
/// it lies (weixin-protocol.md 1.3).
result<void> expect_no_page(std::string_view body, endpoint e);

/// True for a body that begins as HTML does.
bool is_page(std::string_view body) noexcept;

/// The outermost members of a JSON answer whose BaseResponse says Ret 0.
class json_answer {
public:
  /// Errors: http_status; malformed_answer; those of `error_of`.
  static result<json_answer> open(const http_response& answer, endpoint e);

  /// The last member of that name, or an empty view. Views and parts live as long as this and the body.
  std::string_view find(std::string_view key) const noexcept;
  /// That member as text, as number, as any value; empty, nothing or null when it is missing or none.
  std::string text(std::string_view key) const;
  std::optional<std::int64_t> number(std::string_view key) const;
  boost::json::value value(std::string_view key) const;
  /// The parts of that array, not yet looked at; none when it is missing or null. Errors: malformed_answer
  /// when it is anything else: nobody knows what is lost with it.
  result<std::span<const std::string_view>> list(std::string_view key) const;
  std::string_view what() const noexcept { return to_string(endpoint_); }

private:
  const json_member* member(std::string_view key) const noexcept;
  json_answer(std::vector<json_member> members, endpoint e) : members_(std::move(members)), endpoint_(e) {}

  std::vector<json_member> members_;
  endpoint endpoint_;
};

} // namespace weixin::webwx
