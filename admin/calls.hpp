#pragma once

#include "admin/api.hpp"
#include "admin/reply.hpp"

#include <atomic>
#include <memory>
#include <vector>

namespace weixin::admin {

/// What all calls share; handlers hold it by shared_ptr, so that late answers find it alive.
struct call_context : api_context {
  explicit call_context(api_context c) : api_context(std::move(c)) {}

  /// A backup or a check reads the whole database: one at a time.
  std::atomic<bool> reads_everything{false};
};
using context_ptr = std::shared_ptr<call_context>;

// One function a call. `r.params` holds what the route's pattern names.

// account_calls.cpp
void get_status(const context_ptr& c, const httpd::request& r, const reply& to);
void get_metrics(const context_ptr& c, const httpd::request& r, const reply& to);
void list_accounts(const context_ptr& c, const httpd::request& r, const reply& to);
void add_account(const context_ptr& c, const httpd::request& r, const reply& to);
void get_account(const context_ptr& c, const httpd::request& r, const reply& to);
void patch_account(const context_ptr& c, const httpd::request& r, const reply& to);
void delete_account(const context_ptr& c, const httpd::request& r, const reply& to);
void get_scan_picture(const context_ptr& c, const httpd::request& r, const reply& to);
void get_qr(const context_ptr& c, const httpd::request& r, const reply& to);
void command_account(const context_ptr& c, const httpd::request& r, const reply& to,
                     supervisor::account_command what);
void get_history(const context_ptr& c, const httpd::request& r, const reply& to);

// fleet_calls.cpp
void apply_fleet(const context_ptr& c, const httpd::request& r, const reply& to);

// message_calls.cpp
/// 409 with the contacts that the name could mean.
void refuse_ambiguous(const reply& to, const std::vector<contact_view>& candidates);
void get_contacts(const context_ptr& c, const httpd::request& r, const reply& to);
void get_messages(const context_ptr& c, const httpd::request& r, const reply& to);

// media_calls.cpp
void get_media(const context_ptr& c, const httpd::request& r, const reply& to);
void get_media_content(const context_ptr& c, const httpd::request& r, const reply& to);
void fetch_media(const context_ptr& c, const httpd::request& r, const reply& to);
void get_upload(const context_ptr& c, const httpd::request& r, const reply& to);
void get_upload_content(const context_ptr& c, const httpd::request& r, const reply& to);
void fetch_upload(const context_ptr& c, const httpd::request& r, const reply& to);
void get_avatar(const context_ptr& c, const httpd::request& r, const reply& to);
void get_member_avatar(const context_ptr& c, const httpd::request& r, const reply& to);

// send_calls.cpp
void post_message(const context_ptr& c, const httpd::request& r, const reply& to);
void recall(const context_ptr& c, const httpd::request& r, const reply& to);
void mark_read(const context_ptr& c, const httpd::request& r, const reply& to);
void mark_opened(const context_ptr& c, const httpd::request& r, const reply& to);
void list_sends(const context_ptr& c, const httpd::request& r, const reply& to);
void get_send(const context_ptr& c, const httpd::request& r, const reply& to);
void cancel_send(const context_ptr& c, const httpd::request& r, const reply& to);
void retry_send(const context_ptr& c, const httpd::request& r, const reply& to);
void settle_send(const context_ptr& c, const httpd::request& r, const reply& to);

// friend_calls.cpp
void patch_contact(const context_ptr& c, const httpd::request& r, const reply& to);
void confirm_contact(const context_ptr& c, const httpd::request& r, const reply& to);
void list_friend_requests(const context_ptr& c, const httpd::request& r, const reply& to);
void accept_friend(const context_ptr& c, const httpd::request& r, const reply& to);
void reject_friend(const context_ptr& c, const httpd::request& r, const reply& to);
void reply_to_friend(const context_ptr& c, const httpd::request& r, const reply& to);
void ignore_friend(const context_ptr& c, const httpd::request& r, const reply& to);
void request_friend(const context_ptr& c, const httpd::request& r, const reply& to);

// operation_calls.cpp
/// Has the account do it, and answers: 200 when it is done, 202 when it is not yet.
void operate(const context_ptr& c, const httpd::request& r, const reply& to, contact_operation_request what);
void list_operations(const context_ptr& c, const httpd::request& r, const reply& to);
void get_operation(const context_ptr& c, const httpd::request& r, const reply& to);

// question_calls.cpp
void search_contacts(const context_ptr& c, const httpd::request& r, const reply& to);
void check_link(const context_ptr& c, const httpd::request& r, const reply& to);
void report_activity(const context_ptr& c, const httpd::request& r, const reply& to);
void name_members(const context_ptr& c, const httpd::request& r, const reply& to);

// group_calls.cpp
void list_groups(const context_ptr& c, const httpd::request& r, const reply& to);
void create_group(const context_ptr& c, const httpd::request& r, const reply& to);
void get_group(const context_ptr& c, const httpd::request& r, const reply& to);
void rename_group(const context_ptr& c, const httpd::request& r, const reply& to);
void quit_group(const context_ptr& c, const httpd::request& r, const reply& to);
void get_members(const context_ptr& c, const httpd::request& r, const reply& to);
void add_members(const context_ptr& c, const httpd::request& r, const reply& to);
void remove_members(const context_ptr& c, const httpd::request& r, const reply& to);

// store_calls.cpp
void get_store(const context_ptr& c, const httpd::request& r, const reply& to);
void backup_store(const context_ptr& c, const httpd::request& r, const reply& to);
void check_store(const context_ptr& c, const httpd::request& r, const reply& to);

} // namespace weixin::admin
