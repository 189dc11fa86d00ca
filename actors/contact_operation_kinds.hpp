#pragma once

#include "actors/contact_operation.hpp"
#include "actors/pacing.hpp"

namespace weixin {

// What kinds of operations have in common. Pure.

/// `to` is the id of a friend request.
inline bool is_about_a_request(contact_operation_kind k) noexcept {
  return k == contact_operation_kind::friend_accept || k == contact_operation_kind::friend_reject ||
         k == contact_operation_kind::friend_reply;
}

inline bool asks_somebody(contact_operation_kind k) noexcept {
  return k == contact_operation_kind::friend_request || k == contact_operation_kind::friend_add;
}

inline bool changes_a_group(contact_operation_kind k) noexcept {
  return k >= contact_operation_kind::group_add && k <= contact_operation_kind::group_quit;
}

/// It names nobody.
inline bool is_for_weixin_alone(contact_operation_kind k) noexcept {
  return k >= contact_operation_kind::contact_search;
}

/// It changes nothing of friends and groups.
inline bool is_question(contact_operation_kind k) noexcept {
  return k == contact_operation_kind::group_details || is_for_weixin_alone(k);
}

/// The budget that it draws from.
inline paced_operation pace_of(contact_operation_kind k) noexcept {
  if (is_question(k)) return paced_operation::batch_contacts;
  return k >= contact_operation_kind::group_create ? paced_operation::groups : paced_operation::friends;
}

} // namespace weixin
