#include "ctl/problem.hpp"

#include "ctl/contact_table.hpp"
#include "ctl/json_text.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/parse.hpp>

#include <string_view>

namespace weixin::ctl {
namespace {

constexpr std::size_t max_detail = 2'000;

std::string hint_for(std::string_view code, std::string_view retry_after) {
  auto again = retry_after.empty() ? std::string{"try again later"}
                                   : "try again in " + std::string{retry_after.substr(0, 16)} + " s";
  if (code == "account_not_found") return "weixinctl account list shows all accounts";
  if (code == "account_exists")
    return "weixinctl account show NAME tells its state; account qr NAME --wait its code";
  if (code == "invalid_name") return "for example: shop-01";
  if (code == "unknown_bot") return "bots are the [bots.NAME] sections of weixind's configuration";
  if (code == "contact_not_found") return "weixinctl contacts NAME --query PART finds contacts";
  if (code == "contact_ambiguous") return "send to one of these references instead of the name";
  if (code == "target_lost")
    return "weixinctl contacts NAME -o wide shows who it likely is, friend confirm NAME REF says so";
  if (code == "not_online") return "weixinctl account show NAME tells what the account is waiting for";
  if (code == "body_too_large") return "send a text in several parts; a file may be limited by [sends]";
  if (code == "too_late") return "ask who got it to delete it";
  if (code == "message_not_found") return "weixinctl messages NAME -o json shows the id of each message";
  if (code == "disk_full") return "free space on the disk that holds weixind's data_dir";
  if (code == "queue_full" || code == "too_frequent" || code == "store_failed" || code == "store_busy")
    return again;
  if (code == "send_not_found") return "weixinctl outbox list NAME shows an account's sends";
  if (code == "wrong_state") return "weixinctl outbox show NAME ID tells what can be done with it";
  if (code == "operation_not_found")
    return "operations do not outlive a restart of weixind: look at what it was to change, and ask again if "
           "it "
           "is not so";
  if (code == "friend_request_not_found") return "weixinctl friend list-requests NAME shows those that wait";
  if (code == "member_not_found") return "weixinctl group members NAME GROUP shows a group's members";
  if (code == "wrong_kind") return "weixinctl contacts NAME --query PART tells what a contact is";
  if (code == "idempotency_conflict") return "a new message, or another recipient, needs a new --key";
  if (code == "file_exists") return "name a file that is not there yet";
  if (code == "message_not_found") return "weixinctl messages NAME shows what is kept";
  if (code == "media_not_allowed") return "weixinctl account set NAME --media on_demand allows it";
  if (code == "media_failed") return "Weixin keeps media for some days only";
  if (code == "store_corrupt") return "weixinctl store check tells what is damaged";
  if (code == "plan_changed") return "run it again: it shows what is to be done now";
  if (code == "restart_needed") return "weixind.toml(5) tells which keys a reload changes";
  if (code == "unauthorized")
    return "a token is given by --token-file FILE or WEIXIND_TOKEN; weixinctl token create on weixind's "
           "machine "
           "makes one";
  if (code == "forbidden_scope")
    return "weixinctl token create NAME --scope SCOPE makes a token that may do it";
  if (code == "token_not_found") return "weixinctl token list shows all tokens";
  if (code == "unknown_host") return "add the name in the URL to api.hosts in weixind's configuration";
  if (code == "too_many_requests") return again;
  if (code == "forbidden")
    return "the socket serves root, weixind's own user and members of the socket's group (see: id, ls -l)";
  if (code == "not_found" || code == "method_not_allowed")
    return "weixinctl and weixind may be of different versions: weixinctl version shows both";
  return {};
}

} // namespace

failure no_answer(const error& e, const server_address& server) {
  switch (e.code) {
  case errc::timed_out:
    return {exit_code::timed_out, "weixind on " + server.name + " did not answer in time",
            "--timeout SECONDS waits longer"};
  case errc::tls_failed:
    return {exit_code::unreachable,
            "weixind on " + server.name + " could not be proved to be it: " + e.context,
            "--ca-file FILE names the certificates to believe; the one of weixind must be for the name in "
            "the URL"};
  case errc::connect_failed:
  case errc::connection_lost:
    if (!server.is_socket)
      return {exit_code::unreachable, "cannot reach weixind: " + e.context,
              "is it running, does api.listen in its configuration say this address, and is " + server.name +
                  " right (--url or WEIXIND_URL)?"};
    return {exit_code::unreachable, "cannot reach weixind: " + e.context,
            "is it running (systemctl status weixind), may this user open " + server.name +
                " (its group), and is this its socket (--socket or WEIXIND_SOCKET names another)?"};
  case errc::malformed_answer:
    return not_an_admin_api(server);
  default:
    return {exit_code::failure, to_string(e)};
  }
}

failure not_an_admin_api(const server_address& server) {
  return {exit_code::failure, "what answers on " + server.name + " does not speak weixind's admin API",
          server.is_socket ? "--socket or WEIXIND_SOCKET names another socket"
                           : "--url or WEIXIND_URL names another server"};
}

failure refusal(const http_response& r, const server_address& server) {
  boost::json::error_code ec;
  auto parsed = boost::json::parse(r.body, ec);
  if (ec || !parsed.is_object()) {
    auto f = not_an_admin_api(server);
    f.text = "weixind answered " + std::to_string(r.status) + " without saying why";
    if (r.status == 403) f.hint = hint_for("forbidden", {});
    return f;
  }
  const auto& problem = parsed.get_object();
  auto code = text_of(problem, "code");
  auto detail = text_of(problem, "detail").substr(0, max_detail);
  if (detail.empty()) detail = text_of(problem, "title").substr(0, max_detail);
  if (detail.empty()) detail = "weixind answered " + std::to_string(r.status);
  // An unknown path is a server of another version, not a missing account.
  bool missing = r.status == 404 && code != "not_found";
  failure f{missing ? exit_code::not_found : exit_code::failure,
            detail + (code.empty() ? "" : " (" + code.substr(0, 64) + ")"),
            hint_for(code, find_header(r.headers, "Retry-After"))};
  for (const auto& entry : list_of(problem, "errors")) {
    f.parts.push_back({text_of(object_of(entry), "pointer"), text_of(object_of(entry), "detail")});
    f.list += "  " + printable(f.parts.back().detail.substr(0, max_detail)) + "\n";
  }
  if (const auto& candidates = list_of(problem, "candidates"); !candidates.empty())
    f.list = contact_table(candidates).to_text(false);
  return f;
}

} // namespace weixin::ctl
