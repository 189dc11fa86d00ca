#include "admin/api.hpp"

#include "admin/calls.hpp"
#include "admin/event_stream.hpp"

namespace weixin::admin {

using httpd::request;
using httpd::responder;

httpd::router make_api(api_context context, boost::asio::io_context& listener) {
  auto c = std::make_shared<call_context>(std::move(context));
  httpd::router routes;
  using handler = void (*)(const context_ptr&, const request&, const reply&);
  auto add = [&](const char* method, const std::string& pattern, handler h) {
    routes.add(method, pattern, [c, h, pattern](const request& r, const responder& respond) {
      h(c, r, reply{respond, r, pattern});
    });
  };
  add("GET", "/v1/status", get_status);
  add("GET", "/v1/accounts", list_accounts);
  add("POST", "/v1/accounts", add_account);
  add("POST", "/v1/apply", apply_fleet);
  const std::string account = "/v1/accounts/{name}";
  add("GET", account, get_account);
  add("PATCH", account, patch_account);
  add("DELETE", account, delete_account);
  add("GET", account + "/qr", get_qr);
  add("GET", account + "/history", get_history);
  add("GET", account + "/contacts", get_contacts);
  add("GET", account + "/messages", get_messages);
  add("POST", account + "/messages", post_message);
  add("POST", account + "/messages/{id}/recall", recall);
  add("POST", account + "/contacts/{ref}/read", mark_read);
  add("GET", account + "/messages/{id}/media", get_media);
  add("GET", account + "/messages/{id}/media/content", get_media_content);
  add("POST", account + "/messages/{id}/media/fetch", fetch_media);
  add("GET", account + "/contacts/{ref}/avatar", get_avatar);
  add("GET", account + "/outbox", list_sends);
  add("GET", account + "/outbox/{id}", get_send);
  add("POST", account + "/outbox/{id}/cancel", cancel_send);
  add("POST", account + "/outbox/{id}/retry", retry_send);
  add("POST", account + "/outbox/{id}/settle", settle_send);
  add("PATCH", account + "/contacts/{ref}", patch_contact);
  add("GET", account + "/friend-requests", list_friend_requests);
  add("POST", account + "/friend-requests/{id}/accept", accept_friend);
  add("POST", account + "/friend-requests/{id}/reject", reject_friend);
  add("POST", account + "/friend-requests/{id}/ignore", ignore_friend);
  add("POST", account + "/friends", request_friend);
  add("GET", account + "/groups", admin::list_groups);
  add("POST", account + "/groups", create_group);
  add("GET", account + "/groups/{group}", get_group);
  add("PATCH", account + "/groups/{group}", rename_group);
  add("DELETE", account + "/groups/{group}", quit_group);
  add("GET", account + "/groups/{group}/members", get_members);
  add("POST", account + "/groups/{group}/members", add_members);
  add("DELETE", account + "/groups/{group}/members", remove_members);
  add("GET", account + "/operations", list_operations);
  add("GET", account + "/operations/{id}", get_operation);
  add("GET", "/v1/store", get_store);
  add("POST", "/v1/store/backup", backup_store);
  add("POST", "/v1/store/check", check_store);
  for (const char* verb : {"pause", "resume", "restart", "relogin", "logout"}) {
    auto command = *supervisor::parse_account_command(verb);
    auto pattern = account + "/" + verb;
    routes.add("POST", pattern, [c, command, pattern](const request& r, const responder& respond) {
      command_account(c, r, reply{respond, r, pattern}, command);
    });
  }
  routes.add("GET", "/v1/events", [c, &listener](const request& r, const responder& respond) {
    stream_events(listener, r, respond, c->events);
  });
  return routes;
}

} // namespace weixin::admin
