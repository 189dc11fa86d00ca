#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::store {

/// How much the holder of a token may do; each includes the one before.
enum class token_scope : std::uint8_t { read, operate, administer };
/// "read", "operator" or "admin".
std::string_view to_string(token_scope scope) noexcept;
std::optional<token_scope> parse_token_scope(std::string_view name) noexcept;

/// What is kept of a token of the API: never the token itself.
struct token_record {
  std::string id;   ///< "t-" and 26 characters of an id_source
  std::string name; ///< the operator's label for it, as an account's name
  token_scope scope = token_scope::read;
  std::vector<std::string> accounts; ///< the only ones it sees; empty: all
  std::string hash;                  ///< SHA-256 of the token, 32 bytes
  std::string created_by;            ///< "uid 1000" or the id of a token
  std::chrono::system_clock::time_point created_at{};
  std::optional<std::chrono::system_clock::time_point> expires_at;
  std::optional<std::chrono::system_clock::time_point> last_used_at; ///< to the hour

  friend bool operator==(const token_record&, const token_record&) = default;
};

/// One change through the admin API, or one attempt that was refused. No text of messages, no names of
/// people, no secrets.
struct audit_record {
  std::int64_t id = 0; ///< given by the store, ascending
  std::chrono::system_clock::time_point at{};
  bool refused = false;            ///< for want of a token or of its scope: nothing was tried
  std::string who;                 ///< "local", "token", "session", or "nobody" without a good token
  std::optional<std::int64_t> uid; ///< of a local caller
  std::optional<std::int64_t> pid;
  std::string token; ///< id and label of a token, or id of a session
  std::string name;
  std::string from; ///< the address that it came from; empty for a local caller
  std::string call; ///< method and pattern of the route
  std::string account;
  std::string object;
  int status = 0;
  std::string code; ///< of the problem; empty when it went well

  friend bool operator==(const audit_record&, const audit_record&) = default;
};

inline constexpr std::size_t max_tokens = 1'000;

} // namespace weixin::store
