#pragma once

#include "actors/messages.hpp"
#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "store/records.hpp"
#include "supervisor/account_change.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::admin {

// What callers may say in a query, a header or a body, read and checked. Every error is invalid_argument, and
// its context is a sentence that names the parameter and what is expected; it never repeats what was said.

using query_map = std::map<std::string, std::string, std::less<>>;

inline constexpr std::size_t default_page = 100;
inline constexpr std::size_t longest_page = 1'000;
inline constexpr std::size_t longest_key = 255; ///< bytes of an Idempotency-Key
inline constexpr std::chrono::seconds longest_expiry{7 * 24 * 3600};

/// Refuses a query with other names than these: a misspelled one would silently change what is listed.
result<void> check_query(const query_map& query, std::initializer_list<std::string_view> known);
/// `limit`: 1 to `longest_page`, `default_page` when it is not there.
result<std::size_t> read_limit(const query_map& query);
/// `after`: a place in an inbox or a history; nullopt when it is not there.
result<std::optional<std::int64_t>> read_position(const query_map& query);
/// Whether the newest ones are asked for: `newest=1`. Error: invalid_argument for another value, and beside
/// one of `others`, which say where to begin or what to leave out.
result<bool> read_newest(const query_map& query, std::initializer_list<std::string_view> others);
/// `after`: the id of a send; empty when it is not there.
result<std::string> read_send_position(const query_map& query);
/// `state` of a send; nullopt when it is not there.
result<std::optional<store::send_state>> read_state(const query_map& query);
/// `wait`: whole seconds from 0 to 25 that the caller waits for an operation's end; 10 when it is not there.
result<std::chrono::seconds> read_wait(const query_map& query);
/// `with`: whose messages; empty when it is not there.
result<std::string> read_with(const query_map& query);

/// The Idempotency-Key header: 1 to `longest_key` printable ASCII characters; empty when it is not there.
result<std::string> read_idempotency_key(const std::vector<http_header>& headers);
/// `expires_in`: whole seconds, 1 to `longest_expiry`; nullopt when it is not there.
result<std::optional<std::chrono::seconds>> read_expires_in(const boost::json::object& body);
/// `on_unknown`: "report", which it is when it is not there, or "resend".
result<store::unknown_policy> read_on_unknown(const boost::json::object& body);
/// `media`: what is fetched for an account; nullopt when it is not there.
result<std::optional<store::media_policy>> read_media_policy(const boost::json::object& body);
/// `thumbnail`: "1" or "0", which it is when it is not there.
result<store::media_part> read_part(const query_map& query);
/// A MsgId of Weixin: 1 to 20 digits. Error: message_not_found, for there is none of any other name.
result<std::string> read_msg_id(const std::string& text);
/// `outcome`: how an operator settles a send, "sent" or "refused".
result<outbox_command> read_outcome(const boost::json::object& body);
/// `file`: an absolute path of at most 4,000 bytes without control characters.
result<std::filesystem::path> read_file(const boost::json::object& body);
/// A string under `key`; `otherwise` when it is not there.
result<std::string> read_text(const boost::json::object& body, std::string_view key,
                              std::optional<std::string> otherwise = std::nullopt);
/// true or false under `key`; nullopt when it is not there.
result<std::optional<bool>> read_flag(const boost::json::object& body, std::string_view key);
/// A list of at most 100 strings under `key`; nullopt when it is not there.
result<std::optional<std::vector<std::string>>> read_names(const boost::json::object& body,
                                                           std::string_view key);

/// `bots`, `login` and `proxy` of an account: what is there. A proxy of null is none.
result<supervisor::account_change> read_account_change(const boost::json::object& body);

} // namespace weixin::admin
