// NOTE FROM THE LEAD TO THE PROTOCOL ENGINEER (21:40): the actors were coded against this header before yours landed,
// and I overwrote yours by mistake. Please implement THIS API exactly (add functions if useful, keep these signatures);
// remove this note when the .cpp is done. parse_sync takes `self`. Sorry. Applies to all headers that carry the note.
#pragma once

#include "protocol/http_message.hpp"
#include "protocol/secret.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// One cookie, with the attributes that decide where it goes.
struct cookie {
  std::string name;
  secret value;
  std::string domain;    ///< without a leading dot, lower case
  bool host_only = true; ///< no Domain attribute: only to exactly this host
  std::string path = "/";

  friend bool operator==(const cookie&, const cookie&) = default;
};

/// The cookies of one account (weixin-protocol.md 1.4): kept with their domains, sent past their stated expiry
/// (only webwxsync extends it), replaced by the newest Set-Cookie of any answer. At most 50, of at most 4 KiB each.
class cookie_jar {
public:
  static constexpr std::size_t max_cookies = 50;
  static constexpr std::size_t max_cookie_bytes = 4096;

  /// Takes every acceptable Set-Cookie of an answer of `request_host`. One for a domain that the host does not
  /// belong to, or for a whole top-level domain, is ignored; one with an empty value removes the cookie.
  void store(std::string_view request_host, const std::vector<http_header>& headers);
  /// The Cookie header for a request, empty when nothing applies.
  std::string header_for(std::string_view host, std::string_view target) const;
  /// The first cookie of that name, nullptr when there is none.
  const cookie* find(std::string_view name) const noexcept;
  /// Keeps only what a push login needs (weixin-protocol.md 3.4).
  void retain_push_login();
  const std::vector<cookie>& entries() const noexcept { return cookies_; }

  friend bool operator==(const cookie_jar&, const cookie_jar&) = default;

private:
  std::vector<cookie> cookies_;
};

/// The request with the Cookie header that its host and target get.
http_request with_cookies(http_request request, const cookie_jar& jar);

} // namespace weixin::webwx
