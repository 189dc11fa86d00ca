#pragma once

#include "actors/address_book.hpp"
#include "metrics/labels.hpp"
#include "protocol/result.hpp"
#include "runtime/wall_clock.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin {

/// What an operator wants done with friends and groups, or asked of Weixin.
using metrics::contact_operation_kind;

/// One such wish. Contacts and groups are named as everywhere: a reference, or an exact remark or nick name.
struct contact_operation_request {
  static constexpr std::chrono::milliseconds longest_wait{25'000};
  static constexpr std::chrono::seconds longest_life{24 * 3600};

  contact_operation_kind kind{};
  /// Whom it is about: the id of a friend request (accept, reject, reply); a contact (request, add, remark,
  /// pin); a group. Nothing for group_create, contact_search, link_check and activity_report.
  std::string to;
  /// friend_request, friend_add: the group whose member `to` is; empty: `to` is a contact
  std::string group;
  std::vector<std::string> members; ///< group_create, group_add: contacts; group_remove: members
  /// The greeting, the reply, the remark, the topic, what is searched, the link or what is reported.
  std::string text;
  bool pinned = false;    ///< contact_pin
  bool as_sender = false; ///< friend_reply: the account is the one that asked to be a friend
  /// The caller hears of it after so long at the latest, be it done or not. At most `longest_wait`.
  std::chrono::milliseconds wait{10'000};
  /// What has not begun after so long expires. At most `longest_life`.
  std::chrono::seconds life{3600};
};

/// Where an operation is. The last five are final.
enum class operation_state : std::uint8_t {
  queued,     ///< waits for its turn
  attempting, ///< the call is under way
  confirming, ///< Weixin said yes, and the change is looked for
  confirmed,  ///< the change was seen
  answered,   ///< Weixin said yes, and nothing showed the change: it may have been ignored. The end of
              ///< every question that Weixin answered
  refused,    ///< Weixin said no, or it could not be asked; `error` says why
  unknown,    ///< no answer came: it may have happened
  expired,    ///< nothing was sent: its time was over, or the session was
};
/// The enumerator's name.
std::string_view to_string(operation_state s) noexcept;
bool is_final(operation_state s) noexcept;

/// An operation as callers see it. What they said is not in it.
struct contact_operation {
  static constexpr std::size_t max_found = 20;

  std::string id; ///< "o-" and 26 characters
  contact_operation_kind kind{};
  std::string
      to; ///< a reference or the id of a friend request; empty for group_create before there is a group
  operation_state state = operation_state::queued;
  std::string error; ///< stable code; empty: none
  int ret = 0;       ///< Weixin's number, 0 when there is none
  /// "add" or "invite": how members get into a group (weixin-protocol.md 5.7); empty for other operations.
  std::string way;
  /// Of group_create: the contacts that Weixin left out, for they have deleted or blocked the account.
  std::vector<std::string> left_out;
  /// Of contact_search: whom Weixin named, at most `max_found`.
  std::vector<contact_view> found;
  /// Of link_check: where Weixin would lead a browser; empty: nowhere else. Nobody goes there.
  std::string leads_to;
  wall_time created_at{};
  wall_time updated_at{};
  std::optional<wall_time> not_before; ///< of what is queued: no earlier than that
};

/// Called once, from the account's shard: when the operation is final, or after `wait`. Errors are those of a
/// wish that was not accepted.
using operation_reply = std::function<void(result<contact_operation>)>;

/// Accept one operation.
struct submit_operation {
  contact_operation_request what;
  operation_reply reply;
};

} // namespace weixin
