#pragma once

#include "ctl/session.hpp"

namespace weixin::ctl {

// One function for each verb: asks the server, writes the result, and gives the exit code, or the failure
// that is still to be reported.
outcome<exit_code> execute(session& s, const account_add& c);
outcome<exit_code> execute(session& s, const account_list& c);
outcome<exit_code> execute(session& s, const account_show& c);
outcome<exit_code> execute(session& s, const account_set& c);
outcome<exit_code> execute(session& s, const account_qr& c);
outcome<exit_code> execute(session& s, const account_share& c);
outcome<exit_code> execute(session& s, const account_verb& c);
outcome<exit_code> execute(session& s, const account_relogin& c);
outcome<exit_code> execute(session& s, const account_remove& c);
outcome<exit_code> execute(session& s, const account_history& c);
outcome<exit_code> execute(session& s, const list_contacts& c);
outcome<exit_code> execute(session& s, const send_message& c);
outcome<exit_code> execute(session& s, const recall_message& c);
outcome<exit_code> execute(session& s, const mark_read& c);
outcome<exit_code> execute(session& s, const list_messages& c);
outcome<exit_code> execute(session& s, const run_chat& c);
outcome<exit_code> execute(session& s, const outbox_list& c);
outcome<exit_code> execute(session& s, const outbox_show& c);
outcome<exit_code> execute(session& s, const outbox_verb& c);
outcome<exit_code> execute(session& s, const media_get& c);
outcome<exit_code> execute(session& s, const avatar_get& c);
outcome<exit_code> execute(session& s, const friend_list& c);
outcome<exit_code> execute(session& s, const friend_verb& c);
outcome<exit_code> execute(session& s, const group_list& c);
outcome<exit_code> execute(session& s, const group_members& c);
outcome<exit_code> execute(session& s, const group_verb& c);
outcome<exit_code> execute(session& s, const question& c);
outcome<exit_code> execute(session& s, const operation_list& c);
outcome<exit_code> execute(session& s, const operation_show& c);
outcome<exit_code> execute(session& s, const backup_store& c);
outcome<exit_code> execute(session& s, const check_store& c);
outcome<exit_code> execute(session& s, const apply_fleet& c);
outcome<exit_code> execute(session& s, const reload_configuration& c);
outcome<exit_code> execute(session& s, const notify_test& c);
outcome<exit_code> execute(session& s, const follow_events& c);
outcome<exit_code> execute(session& s, const top& c);
outcome<exit_code> execute(session& s, const diagnose& c);
outcome<exit_code> execute(session& s, const show_status& c);
outcome<exit_code> execute(session& s, const token_create& c);
outcome<exit_code> execute(session& s, const token_list& c);
outcome<exit_code> execute(session& s, const token_revoke& c);
outcome<exit_code> execute(session& s, const show_audit& c);
outcome<exit_code> execute(session& s, const console_link& c);
outcome<exit_code> execute(session& s, const show_version& c);

} // namespace weixin::ctl
