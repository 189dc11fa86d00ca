#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// One stored cookie, with the attributes that decide where it goes.
struct cookie {
  std::string name;
  secret value;
  std::string domain;    ///< lower case, without a leading dot
  bool host_only = true; ///< no Domain attribute: goes to exactly `domain`, not below it
  std::string path = "/";
  bool secure = false;
  /// Seconds since the epoch as Expires said; nothing without one. Kept for the record only: see
  /// `cookie_jar`.
  std::optional<std::int64_t> expires = std::nullopt;

  friend bool operator==(const cookie&, const cookie&) = default;
};

/// The cookies of one session (weixin-protocol.md 1.4).
///
/// Domain attributes are kept and obeyed: a cookie of wx.qq.com also goes to webpush.wx.qq.com. Stated
/// lifetimes are not obeyed, on purpose: a quiet account would lose its session after 12 hours (rule 2). A
/// cookie is deleted only by Max-Age of 0 or less, or by an empty value with an Expires that has passed.
/// Holds at most `max_cookies`; the one that was set the longest time ago makes room. A cookie with more than
/// `max_cookie_bytes` is not taken.
class cookie_jar {
public:
  static constexpr std::size_t max_cookies = 50;
  static constexpr std::size_t max_cookie_bytes = 4096;

  /// Takes over every Set-Cookie of an answer of `request_host`, whatever its status. What is malformed,
  /// foreign to that host or set for a whole top-level domain is left out without a word.
  void store(std::string_view request_host, const std::vector<http_header>& response_headers);

  /// The value of the Cookie header for a request; empty when no cookie goes there.
  std::string header_for(std::string_view host, std::string_view target) const;

  /// The cookie that was set last under that name, whatever its domain; nullptr when there is none. Valid
  /// until the jar is changed.
  const cookie* find(std::string_view name) const noexcept;

  /// Forgets everything but what a login without a scan needs (weixin-protocol.md 3.4).
  void retain_push_login();

  const std::vector<cookie>& entries() const noexcept { return cookies_; }

  /// For the store, which seals it.
  secret to_json() const;
  /// Errors: store_corrupt.
  static result<cookie_jar> from_json(const secret& json);

  friend bool operator==(const cookie_jar&, const cookie_jar&) = default;

private:
  void put(cookie c);
  void erase(const cookie& c);

  std::vector<cookie> cookies_; // ordered by when they were set last
};

/// Adds the Cookie header for the request's own host and target, if any cookie goes there.
http_request with_cookies(http_request request, const cookie_jar& jar);
/// Adds the Cookie header that a request for that target on another host would have. For push hosts that are
/// only tried and lie outside the cookies' domain: without cookies they answer 1102 and prove nothing
/// (weixin-protocol.md 1.1, 1.4).
http_request with_cookies_of(std::string_view host, http_request request, const cookie_jar& jar);

} // namespace weixin::webwx
