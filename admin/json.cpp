#include "admin/json.hpp"

#include "runtime/wall_clock.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace weixin::admin {

namespace {

constexpr std::size_t max_depth = 8;

/// Faults that a report names; a damaged database can have as many as it has rows.
constexpr std::size_t max_faults = 1'000;

boost::json::value or_null(const std::optional<wall_time>& t) {
  if (!t) return nullptr;
  return boost::json::string(to_rfc3339(*t));
}

boost::json::value or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return boost::json::string(text);
}

int status_of(errc code) {
  switch (code) {
  case errc::account_not_found:
  case errc::contact_not_found:
  case errc::send_not_found:
  case errc::message_not_found:
  case errc::media_not_found:
  case errc::file_missing:
  case errc::operation_not_found:
  case errc::friend_request_not_found:
  case errc::member_not_found:
  case errc::token_not_found:
    return 404;
  case errc::unauthorized:
  case errc::code_rejected:
    return 401;
  case errc::forbidden_scope:
  case errc::path_not_allowed:
    return 403;
  case errc::account_exists:
  case errc::contact_ambiguous:
  case errc::file_exists:
  case errc::wrong_state:
  case errc::plan_changed:
  case errc::restart_needed:
  case errc::wrong_kind:
  case errc::not_online:
  case errc::target_lost:
  case errc::file_gone:
  case errc::file_changed:
  case errc::too_late:
  case errc::media_not_ready:
  case errc::media_failed:
  case errc::media_not_allowed:
    return 409;
  case errc::body_too_large:
    return 413;
  case errc::invalid_name:
  case errc::unknown_bot:
  case errc::config_invalid:
  case errc::invalid_argument:
  case errc::idempotency_conflict:
  case errc::not_forwardable:
  case errc::unsupported_file:
  case errc::file_empty:
    return 422;
  case errc::queue_full:
  case errc::too_frequent:
    return 429;
  case errc::disk_full:
    return 507;
  case errc::store_failed:
  case errc::store_busy:
  case errc::dns_failed:
  case errc::connect_failed:
  case errc::tls_failed:
  case errc::timed_out:
  case errc::connection_lost:
  case errc::breaker_open:
    return 503;
  default:
    return 500;
  }
}

std::string_view advice_for(errc code) {
  switch (code) {
  case errc::account_not_found:
    return "There is no such account: GET /v1/accounts lists all.";
  case errc::account_exists:
    return "An account of that name exists already.";
  case errc::invalid_name:
    return "A name is 1 to 63 of a-z, 0-9 and '-', and does not begin with '-'.";
  case errc::unknown_bot:
    return "A bot of that name is not configured: see [bots.NAME] in the configuration.";
  case errc::contact_not_found:
    return "No contact has this reference, remark or nick name: see .../contacts.";
  case errc::contact_ambiguous:
    return "Several contacts have this name: use one of the references in candidates.";
  case errc::plan_changed:
    return "The accounts are not as they were when this plan was made: make a new one (dry_run), and look at "
           "it.";
  case errc::queue_full:
    return "The queue is full: try again later.";
  case errc::disk_full:
    return "The disk is full: nothing was accepted. Free some space and try again.";
  case errc::store_failed:
    return "The store failed: see the server's log.";
  case errc::store_corrupt:
    return "What is stored for this cannot be read: POST /v1/store/check tells what is damaged.";
  case errc::message_not_found:
    return "This account has no message of that id, or does not keep it any more.";
  case errc::media_not_found:
    return "This message has no picture, sound, video or file of that sort.";
  case errc::media_not_ready:
    return "It was not fetched, or not yet: POST .../media/fetch has it fetched, and a media event tells "
           "when.";
  case errc::media_failed:
    return "It could not be fetched: try again, for a message with POST .../media/fetch.";
  case errc::media_not_allowed:
    return "Nothing is fetched for this account: set media to on_demand or more.";
  case errc::file_missing:
    return "Its file is gone from data_dir/media, which nothing but weixind may change.";
  case errc::send_not_found:
    return "This account has no send of that id.";
  case errc::operation_not_found:
    return "No operation of that id is remembered: operations do not outlive a restart of the server, and "
           "only the last ones are kept. Look at what it was to change, and ask for it again if it is not "
           "so.";
  case errc::friend_request_not_found:
    return "No friend request of that id waits: see .../friend-requests.";
  case errc::token_not_found:
    return "There is no token of that id: GET /v1/tokens lists all.";
  case errc::unauthorized:
    return "This needs the header Authorization: Bearer and a token that is good: it is missing, or not "
           "known, "
           "revoked or expired.";
  case errc::code_rejected:
    return "This code is not known, was used, or is too old: weixinctl console makes a new one.";
  case errc::member_not_found:
    return "The group has no such member: see .../groups/{group}/members.";
  case errc::idempotency_conflict:
    return "This Idempotency-Key was used for another recipient or content: use a new key for a new send.";
  case errc::file_exists:
    return "This file exists already, and nothing is overwritten: name a new one.";
  case errc::not_forwardable:
    return "A message of this kind cannot be sent on: voice, cards, calls, money, notices and stickers of "
           "the shop.";
  case errc::file_empty:
    return "The file is empty: there is nothing to send.";
  case errc::file_gone:
    return "There is no such file any more: send it anew.";
  case errc::file_changed:
    return "The file changed while it was read: send it again when nobody writes to it.";
  case errc::too_late:
    return "A message can be taken back within two minutes after it was sent.";
  case errc::dns_failed:
  case errc::connect_failed:
  case errc::tls_failed:
  case errc::connection_lost:
  case errc::timed_out:
  case errc::breaker_open:
    return "Weixin cannot be reached at the moment, and nothing was asked of it: try again.";
  case errc::not_online:
    return "The account has no session at the moment: try again.";
  default:
    return "";
  }
}

} // namespace

boost::json::object to_json(const account_view& v) {
  boost::json::array bots;
  for (const auto& b : v.bots)
    bots.emplace_back(b);
  boost::json::object pacing;
  for (std::size_t i = 0; i < v.pacing.size(); ++i) {
    const auto& p = v.pacing[i];
    pacing[to_string(static_cast<paced_operation>(i))] =
        boost::json::object{{"waiting", p.waiting},
                            {"next_at", or_null(p.next_at)},
                            {"reason", or_null(std::string{to_string(p.reason)})}};
  }
  return {{"name", v.name},
          {"kind", v.kind},
          {"state", v.state},
          {"state_since", to_rfc3339(v.state_since)},
          {"reason", or_null(v.reason)},
          {"retry_at", or_null(v.retry_at)},
          {"desired", v.desired},
          {"nickname", or_null(v.nickname)},
          {"bots", std::move(bots)},
          {"media", v.media},
          {"login", v.login},
          {"proxy", or_null(v.proxy)},
          {"proxy_error", or_null(v.proxy_error)},
          {"proxy_checked_at", or_null(v.proxy_checked_at)},
          {"last_poll_at", or_null(v.last_poll_at)},
          {"last_event_at", or_null(v.last_event_at)},
          {"last_send_at", or_null(v.last_send_at)},
          {"messages_in", v.messages_in},
          {"messages_out", v.messages_out},
          {"queue", v.queue},
          {"restarts", v.restarts},
          {"pacing", std::move(pacing)}};
}

boost::json::object to_json(const contact_view& v) {
  boost::json::value likely;
  if (!v.likely_ref.empty())
    likely = boost::json::object{{"ref", v.likely_ref}, {"basis", webwx::to_string(v.likely_basis)}};
  return {{"ref", v.ref},
          {"kind", v.kind},
          {"nick", v.nick},
          {"remark", v.remark},
          {"display", v.display},
          {"pinned", v.pinned},
          {"muted", v.muted},
          {"confidence", webwx::to_string(webwx::confidence_of(v.basis))},
          {"basis", webwx::to_string(v.basis)},
          {"likely", std::move(likely)}};
}

boost::json::object to_json(const contact_operation& o) {
  boost::json::object body{{"id", o.id},
                           {"operation", to_string(o.kind)},
                           {"to", or_null(o.to)},
                           {"state", to_string(o.state)},
                           {"error", or_null(o.error)},
                           {"ret", o.ret},
                           {"created_at", to_rfc3339(o.created_at)},
                           {"updated_at", to_rfc3339(o.updated_at)},
                           {"not_before", or_null(o.not_before)}};
  if (!o.way.empty()) body["way"] = o.way;
  if (o.kind == contact_operation_kind::group_create) {
    boost::json::array left_out;
    for (const auto& ref : o.left_out)
      left_out.emplace_back(ref);
    body["left_out"] = std::move(left_out);
  }
  if (o.kind == contact_operation_kind::contact_search) {
    boost::json::array found;
    for (const auto& c : o.found)
      found.push_back(to_json(c));
    body["found"] = std::move(found);
  }
  if (o.kind == contact_operation_kind::link_check) body["leads_to"] = or_null(o.leads_to);
  return body;
}

boost::json::object to_json(const group_view& g) {
  auto body = to_json(g.contact);
  body["members"] = g.member_count;
  body["owned"] = g.is_owner;
  body["owner"] = or_null(g.owner.value_or(""));
  return body;
}

boost::json::object to_json(const member_view& m) {
  return {{"id", m.id},       {"ref", or_null(m.ref.value_or(""))},
          {"nick", m.nick},   {"display_name", m.display_name},
          {"owner", m.owner}, {"self", m.self}};
}

boost::json::object to_json(const supervisor::friend_request_view& v) {
  const auto& r = v.record;
  return {{"id", r.id},
          {"received_at", to_rfc3339(r.received_at)},
          {"nick", r.nick},
          {"alias", r.alias},
          {"greeting", r.greeting},
          {"province", r.province},
          {"city", r.city},
          {"sex", r.sex},
          {"scene", r.scene},
          {"acceptable", v.acceptable}};
}

boost::json::object to_json(const store::send_record& r, const std::optional<upload_progress>& upload) {
  boost::json::value progress = nullptr;
  if (upload && upload->send_id == r.id)
    progress = boost::json::object{{"bytes", upload->bytes}, {"total", upload->total}};
  return {{"id", r.id},
          {"to", r.to},
          {"kind", to_string(kind_of(r.content))},
          {"state", to_string(r.state)},
          {"created_at", to_rfc3339(r.created_at)},
          {"updated_at", to_rfc3339(r.updated_at)},
          {"msg_id", or_null(r.msg_id)},
          {"error", or_null(r.error)},
          {"attempts", r.attempts},
          {"expires_at", or_null(r.expires_at)},
          {"on_unknown", to_string(r.if_unknown)},
          {"progress", std::move(progress)}};
}

boost::json::object to_json(const action_outcome& outcome) {
  boost::json::object o{{"outcome", to_string(outcome.what)}, {"error", or_null(outcome.code)}};
  if (!outcome.msg_id.empty()) o["msg_id"] = outcome.msg_id;
  if (outcome.ret != 0) o["ret"] = outcome.ret;
  return o;
}

boost::json::object to_json(const pending_qr& qr) {
  return {
      {"url", qr.url}, {"uuid", qr.uuid}, {"issued_at", to_rfc3339(qr.issued_at)}, {"attempt", qr.attempt}};
}

boost::json::object to_json(const store::state_change& change) {
  return {{"id", change.id},
          {"at", to_rfc3339(change.at)},
          {"from", or_null(change.from)},
          {"to", change.to},
          {"reason", or_null(change.reason)}};
}

boost::json::object to_json(const store::store_health& health) {
  return {{"accepting", health.accepting},
          {"database_bytes", health.database_bytes},
          {"waiting_calls", health.waiting_calls}};
}

boost::json::object to_json(const store::retention& keep) {
  return {{"inbox_hours", keep.inbox_age.count()},
          {"inbox_bytes_per_account", keep.inbox_bytes_per_account},
          {"outbox_hours", keep.outbox_age.count()},
          {"history_hours", keep.history_age.count()},
          {"history_per_account", keep.history_per_account}};
}

boost::json::object to_json(const store::check_report& report) {
  boost::json::array faults;
  for (const auto& fault : report.faults) {
    if (faults.size() == max_faults) break;
    faults.emplace_back(fault);
  }
  return {{"ok", report.faults.empty()}, {"accounts", report.accounts}, {"messages", report.messages},
          {"sends", report.sends},       {"contacts", report.contacts}, {"fault_count", report.faults.size()},
          {"faults", std::move(faults)}};
}

contact_view to_view(const store::contact_record& r) {
  contact_view v;
  v.ref = r.ref;
  v.kind = webwx::to_string(r.kind);
  v.nick = r.nick;
  v.remark = r.remark;
  v.display = r.remark.empty() ? r.nick : r.remark;
  v.basis = r.basis;
  return v;
}

std::string messages_page(const std::vector<store::stored_message>& messages, std::size_t limit,
                          std::size_t max_bytes) {
  std::string body = R"({"messages":[)";
  std::size_t shown = 0;
  for (const auto& m : messages) {
    if (shown > 0 && body.size() + m.event.size() > max_bytes) break;
    if (shown++ > 0) body += ',';
    body += R"({"seq":)" + std::to_string(m.seq);
    // The event is an object that we made and sealed: it need not be parsed to get one more member.
    std::string_view members = m.event;
    if (members.starts_with('{')) members.remove_prefix(1);
    if (members.empty()) members = "}";
    if (members != "}") body += ',';
    body += members;
  }
  bool is_full = shown == limit || shown < messages.size();
  body += R"(],"next":)" + (is_full && shown > 0 ? std::to_string(messages[shown - 1].seq) : "null") + "}\n";
  return body;
}

httpd::response json_response(int status, const boost::json::object& body) {
  httpd::response r;
  r.status = status;
  r.body = boost::json::serialize(body) + "\n";
  return r;
}

httpd::response problem_of(const error& e) {
  auto status = status_of(e.code);
  std::string detail{advice_for(e.code)};
  if (detail.empty() || e.code == errc::invalid_argument) detail = e.context;
  if (e.code == errc::forbidden_scope) detail = "This token does not allow it: " + e.context + ".";
  if (e.code == errc::path_not_allowed) detail = "This file may not be sent: " + e.context + ".";
  if (e.code == errc::unsupported_file) detail = e.context;
  if (e.code == errc::queue_full && !e.context.empty()) detail += " (" + e.context + ")";
  auto r = httpd::problem(status, to_string(e.code), detail);
  if (status == 401) r.headers.push_back({"WWW-Authenticate", "Bearer"});
  if (status == 429 || status == 503) r.headers.push_back({"Retry-After", "5"});
  return r;
}

std::string with_member(const std::string& object, std::string_view key, boost::json::value value) {
  boost::json::error_code ec;
  auto parsed = boost::json::parse(object, ec);
  if (ec || !parsed.is_object()) return object;
  parsed.as_object()[key] = std::move(value);
  return boost::json::serialize(parsed);
}

result<boost::json::object> read_object(std::string_view body,
                                        std::initializer_list<std::string_view> allowed_keys) {
  if (body.empty()) return boost::json::object{};
  boost::json::error_code ec;
  boost::json::parse_options options;
  options.max_depth = max_depth;
  auto value = boost::json::parse(body, ec, {}, options);
  if (ec) return fail(errc::invalid_argument, "the body is not JSON: " + ec.message());
  if (!value.is_object()) return fail(errc::invalid_argument, "the body must be a JSON object");
  for (const auto& entry : value.as_object()) {
    if (std::find(allowed_keys.begin(), allowed_keys.end(), std::string_view{entry.key()}) !=
        allowed_keys.end())
      continue;
    std::string expected;
    for (auto key : allowed_keys)
      expected += (expected.empty() ? "" : ", ") + std::string{key};
    return fail(errc::invalid_argument, "unknown key in the body; expected: " + expected);
  }
  return std::move(value.as_object());
}

} // namespace weixin::admin
