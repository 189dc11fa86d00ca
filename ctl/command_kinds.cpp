#include "ctl/command_kinds.hpp"

namespace weixin::ctl {
namespace {

template <class... Verbs>
bool is_one_of(const command& c) noexcept {
  return (std::holds_alternative<Verbs>(c) || ...);
}

} // namespace

bool may_be_watched(const command& c) noexcept {
  return is_one_of<account_list, account_show, show_status, list_contacts, token_list, outbox_list,
                   outbox_show, friend_list, group_list, group_members, operation_list, operation_show>(c);
}

bool has_names(const command& c) noexcept {
  return !is_one_of<account_qr, follow_events, account_share, show_status, show_version, account_history,
                    list_messages, backup_store, check_store, reload_configuration, notify_test,
                    recall_message, mark_read, media_get, avatar_get, run_chat, top, diagnose, token_create,
                    show_audit, console_link>(c);
}

} // namespace weixin::ctl
