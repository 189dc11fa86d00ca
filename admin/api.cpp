#include "admin/api.hpp"

#include "admin/access_calls.hpp"
#include "admin/calls.hpp"
#include "admin/event_stream.hpp"
#include "admin/share_calls.hpp"

namespace weixin::admin {

using httpd::request;

api_routes make_api(api_context context, boost::asio::io_context& listener) {
  auto c = std::make_shared<call_context>(std::move(context));
  api_routes routes{c->who_may, std::make_shared<audit_trail>(c->store, c->clock)};
  using handler = void (*)(const context_ptr&, const request&, const reply&);
  auto add = [&](const char* method, const std::string& pattern, need what, handler h) {
    routes.add(method, pattern, what, [c, h](const request& r, const reply& to) { h(c, r, to); });
  };
  add("GET", "/v1/status", need::read, get_status);
  add("GET", "/v1/metrics", need::read, get_metrics);
  add("GET", "/v1/accounts", need::read, list_accounts);
  add("POST", "/v1/accounts", need::administer, add_account);
  add("POST", "/v1/apply", need::administer, apply_fleet);
  const std::string account = "/v1/accounts/{name}";
  add("GET", account, need::read, get_account);
  add("PATCH", account, need::operate, patch_account);
  add("DELETE", account, need::administer, delete_account);
  add("GET", account + "/qr", need::operate, get_qr);
  add("GET", account + "/qr/avatar", need::operate, get_scan_picture);
  add("GET", account + "/history", need::read, get_history);
  add("GET", account + "/contacts", need::read, get_contacts);
  add("GET", account + "/messages", need::read, get_messages);
  add("POST", account + "/messages", need::operate, post_message);
  add("POST", account + "/messages/{id}/recall", need::operate, recall);
  add("POST", account + "/contacts/{ref}/read", need::operate, mark_read);
  add("POST", account + "/contacts/{ref}/open", need::operate, mark_opened);
  add("POST", account + "/contacts/search", need::operate, admin::search_contacts);
  add("POST", account + "/links/check", need::operate, check_link);
  add("POST", account + "/activity", need::operate, report_activity);
  add("GET", account + "/messages/{id}/media", need::read, get_media);
  add("GET", account + "/messages/{id}/media/content", need::read, get_media_content);
  add("POST", account + "/messages/{id}/media/fetch", need::operate, fetch_media);
  add("GET", account + "/contacts/{ref}/avatar", need::read, get_avatar);
  add("GET", account + "/outbox", need::read, list_sends);
  add("GET", account + "/outbox/{id}", need::read, get_send);
  add("GET", account + "/outbox/{id}/media", need::read, get_upload);
  add("GET", account + "/outbox/{id}/media/content", need::read, get_upload_content);
  add("POST", account + "/outbox/{id}/media/fetch", need::operate, fetch_upload);
  add("POST", account + "/outbox/{id}/cancel", need::operate, cancel_send);
  add("POST", account + "/outbox/{id}/retry", need::operate, retry_send);
  add("POST", account + "/outbox/{id}/settle", need::operate, settle_send);
  add("PATCH", account + "/contacts/{ref}", need::operate, patch_contact);
  add("POST", account + "/contacts/{ref}/confirm", need::operate, confirm_contact);
  add("GET", account + "/friend-requests", need::read, list_friend_requests);
  add("POST", account + "/friend-requests/{id}/accept", need::operate, accept_friend);
  add("POST", account + "/friend-requests/{id}/reject", need::operate, reject_friend);
  add("POST", account + "/friend-requests/{id}/reply", need::operate, reply_to_friend);
  add("POST", account + "/friend-requests/{id}/ignore", need::operate, ignore_friend);
  add("POST", account + "/friends", need::operate, request_friend);
  add("GET", account + "/groups", need::read, admin::list_groups);
  add("POST", account + "/groups", need::operate, create_group);
  add("GET", account + "/groups/{group}", need::read, get_group);
  add("PATCH", account + "/groups/{group}", need::operate, rename_group);
  add("DELETE", account + "/groups/{group}", need::operate, quit_group);
  add("GET", account + "/groups/{group}/members", need::read, get_members);
  add("POST", account + "/groups/{group}/members", need::operate, add_members);
  add("DELETE", account + "/groups/{group}/members", need::operate, remove_members);
  add("POST", account + "/groups/{group}/members/names", need::operate, name_members);
  add("GET", account + "/groups/{group}/members/{member}/avatar", need::read, get_member_avatar);
  add("GET", account + "/operations", need::read, list_operations);
  add("GET", account + "/operations/{id}", need::read, get_operation);
  add("GET", "/v1/store", need::read, get_store);
  add("POST", "/v1/store/backup", need::administer, backup_store);
  add("POST", "/v1/store/check", need::administer, check_store);
  for (const char* verb : {"pause", "resume", "restart", "relogin", "logout"}) {
    auto command = *supervisor::parse_account_command(verb);
    routes.add("POST", account + "/" + verb, need::operate,
               [c, command](const request& r, const reply& to) { command_account(c, r, to, command); });
  }
  routes.add("GET", "/v1/events", need::read, [c, &listener](const request& r, const reply& to) {
    stream_events(listener, r, to, c->events, c->clock);
  });
  add_share_calls(routes,
                  {c->fleet, c->clock, c->facts.api_url, share_signer{c->store->derived_key("share links")}});
  add_access_calls(routes, {c->fleet, c->store, c->facts.api_url});
  return routes;
}

} // namespace weixin::admin
