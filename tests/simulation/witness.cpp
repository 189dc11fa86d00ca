#include "tests/simulation/witness.hpp"

#include "simulator/sync_keys.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <charconv>

namespace weixin::simulation {
namespace {

namespace json = boost::json;
using weixin::store::send_state;

constexpr std::size_t most_breaches = 20;
/// The key of a session's lists that grows with its events.
constexpr std::int64_t event_key = 2;

std::optional<std::int64_t> position_in(const simulator::key_list& keys) {
  for (auto [key, value] : keys)
    if (key == event_key) return value;
  return std::nullopt;
}

std::optional<json::object> object_in(const std::string& body) {
  boost::system::error_code ec;
  auto value = json::parse(body, ec);
  if (ec || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::optional<std::int64_t> position_of(const json::object& o) {
  const auto* keys = o.if_contains("SyncKey");
  auto list = keys == nullptr ? std::nullopt : simulator::read_sync_key(*keys);
  return list ? position_in(*list) : std::nullopt;
}

std::string text_of(const json::object& o, std::string_view name) {
  const auto* value = o.if_contains({name.data(), name.size()});
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string{} : std::string{text->data(), text->size()};
}

/// Read marks and lists of chats, which no inbox holds (weixin-protocol.md 7.4).
bool is_for_nobody(const json::object& message) {
  const auto* type = message.if_contains("MsgType");
  return type != nullptr && type->is_int64() && type->get_int64() == 51;
}

/// The session whose cookies the request carries; empty for none.
std::string sid_in(std::string_view cookies) {
  auto at = cookies.find("wxsid=");
  if (at == std::string_view::npos) return {};
  cookies.remove_prefix(at + 6);
  return std::string{cookies.substr(0, cookies.find(';'))};
}

/// BaseResponse.Ret or synccheck's retcode, when the body says one.
std::optional<int> ret_in(std::string_view endpoint, std::string_view body) {
  std::string_view name = endpoint == "synccheck" ? "retcode:\"" : "\"Ret\":";
  auto at = body.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  body.remove_prefix(at + name.size());
  int value = 0;
  auto read = std::from_chars(body.data(), body.data() + body.size(), value);
  return read.ec == std::errc{} ? std::optional{value} : std::nullopt;
}

bool ends_a_session(int ret) { return ret == 1100 || ret == 1101 || ret == 1102; }

/// What a session that was reported dead may still be used for: finding out whether that is true, and asking
/// its person for a new one (weixin-protocol.md 10, 3.4).
bool may_use_a_dead_session(std::string_view endpoint) {
  return endpoint == "webwxinit" || endpoint == "webwxlogout" || endpoint == "webwxpushloginurl" ||
         endpoint == "jslogin" || endpoint == "login" || endpoint == "webwxnewloginpage";
}

} // namespace

std::string witness::at() const {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(time_.now() - steady_time{1h}).count());
}

void witness::breach(std::string what) {
  if (breaches_.size() < most_breaches) breaches_.push_back("at " + at() + " ms: " + what);
}

void witness::process_ended() { proven_push_host_.clear(); }

void witness::decided_by_operator(const std::string& id) {
  if (auto found = sends_.find(id); found != sends_.end()) found->second.decided_by_operator = true;
}

unsigned witness::taken(const std::string& account, const std::string& text) const {
  auto found = taken_.find({account, text});
  return found == taken_.end() ? 0 : found->second;
}

std::optional<steady_time> witness::last_good_poll(const std::string& account) const {
  auto found = last_good_poll_.find(account);
  return found == last_good_poll_.end() ? std::nullopt : std::optional{found->second};
}

// -- calls

void witness::started(const std::string& account, const transport::http_call& call) {
  auto sid = sid_in(find_header(call.request.headers, "Cookie"));
  auto dead = sid.empty() ? dead_.end() : dead_.find(sid);
  if (dead == dead_.end() || dead->second.at == time_.now() || may_use_a_dead_session(call.label)) return;
  breach(account + " calls " + std::string{call.label} + " with a session that was reported dead by " +
         dead->second.reporter);
}

void witness::left(const std::string& account, const httpd::request& request, std::string_view endpoint) {
  if (endpoint == "synccheck") {
    auto text = request.query.find("synckey");
    auto keys = text == request.query.end() ? std::nullopt : simulator::read_sync_check_text(text->second);
    auto position = keys ? position_in(*keys) : std::nullopt;
    auto sid = request.query.find("sid");
    if (position && sid != request.query.end()) check_read(account, sid->second, *position, "synccheck");
  } else if (endpoint == "webwxsync") {
    auto body = object_in(request.body);
    auto position = body ? position_of(*body) : std::nullopt;
    auto sid = request.query.find("sid");
    if (!position || sid == request.query.end()) return;
    sid_of_[account] = sid->second;
    check_read(account, sid->second, *position, "webwxsync");
  } else if (endpoint == "webwxsendmsg") {
    auto body = object_in(request.body);
    const auto* msg = body ? body->if_contains("Msg") : nullptr;
    if (msg == nullptr || !msg->is_object()) return breach(account + " sends something unreadable");
    auto client_msg_id = text_of(msg->get_object(), "ClientMsgId");
    auto found = send_of_client_msg_id_.find({account, client_msg_id});
    if (found == send_of_client_msg_id_.end())
      return breach(account + " sends " + client_msg_id + ", which was never stored as attempting");
    auto& s = sends_.at(found->second);
    ++s.left;
    s.life += "; " + at() + " left";
    // A sender that died leaves its call behind: then it is `unknown`, and what was asked for again may go
    // twice.
    bool is_expected = s.state == send_state::attempting || s.state == send_state::unknown ||
                       s.decided_by_operator || s.if_unknown == weixin::store::unknown_policy::resend;
    if (!is_expected)
      breach(account + " sends " + found->second + ", which is stored as " +
             std::string{weixin::store::to_string(s.state)} + " (" + s.life + ")");
  }
}

void witness::answered(const std::string& account, const httpd::request& request, std::string_view endpoint,
                       const simulator::answer& answer) {
  if (answer.how != simulator::answer::way::respond) return;
  if (endpoint == "webwxinit") {
    auto sid = sid_in(request.header("Cookie"));
    if (synced_.contains(sid)) return;
    if (initialised_.insert(sid).second || !waiting_for) return;
    for (auto& id : waiting_for(sid))
      never_shown_.insert(std::move(id));
  } else if (endpoint == "webwxsync") {
    synced_.insert(sid_in(request.header("Cookie")));
    auto sid = request.query.find("sid");
    auto body = object_in(answer.response.body);
    auto position = body ? position_of(*body) : std::nullopt;
    if (!position || sid == request.query.end()) return;
    batch b{*position, {}};
    if (const auto* list = body->if_contains("AddMsgList"); list != nullptr && list->is_array())
      for (const auto& m : list->get_array())
        if (!is_for_nobody(m.get_object())) b.msg_ids.push_back(text_of(m.get_object(), "MsgId"));
    if (!b.msg_ids.empty()) handed_out_[sid->second].push_back(std::move(b));
  } else if (endpoint == "webwxsendmsg" && ret_in(endpoint, answer.response.body) == 0) {
    auto body = object_in(request.body);
    auto text = text_of(body->at("Msg").get_object(), "Content");
    auto client_msg_id = text_of(body->at("Msg").get_object(), "ClientMsgId");
    if (++taken_[{account, text}] < 2) return;
    auto found = send_of_client_msg_id_.find({account, client_msg_id});
    bool asked_for = found != send_of_client_msg_id_.end() &&
                     (sends_.at(found->second).decided_by_operator ||
                      sends_.at(found->second).if_unknown == weixin::store::unknown_policy::resend);
    if (!asked_for) breach(account + " sent a text twice: " + text);
  }
}

void witness::completed(const std::string& account, const http_request& request, std::string_view endpoint,
                        const result<http_response>& outcome) {
  auto sid = sid_in(find_header(request.headers, "Cookie"));
  if (outcome && !sid.empty()) judge_session(account, sid, endpoint, *outcome);
}

void witness::judge_session(const std::string& account, const std::string& sid, std::string_view endpoint,
                            const http_response& answer) {
  auto ret = ret_in(endpoint, answer.body);
  if (!ret || answer.status != 200) return;
  if (*ret == 0) {
    if (endpoint == "webwxinit") dead_.erase(sid);
    if (endpoint == "synccheck") proven_push_host_.insert(sid);
    if (endpoint == "synccheck" || endpoint == "webwxsync") last_good_poll_[account] = time_.now();
  } else if (ends_a_session(*ret)) {
    // Until one was right, the push host may be the wrong one, and says nothing of the session.
    if (endpoint == "synccheck" && !proven_push_host_.contains(sid)) return;
    dead_.emplace(sid, obituary{time_.now(),
                                std::string{endpoint} + " (" + std::to_string(*ret) + ", " + at() + " ms)"});
  }
}

// -- the store

void witness::check_read(const std::string& account, const std::string& sid, std::int64_t position,
                         const char* where) {
  auto& batches = handed_out_[sid];
  auto& have = stored_[account];
  std::erase_if(batches, [&](const batch& b) {
    if (b.position > position) return false;
    for (const auto& id : b.msg_ids)
      if (!have.contains(id)) breach(account + ": the keys in " + where + " are ahead of message " + id);
    return true;
  });
}

void witness::committed(const weixin::store::sync_commit& commit,
                        const std::vector<weixin::store::appended_message>& fresh) {
  auto& have = stored_[commit.account];
  auto& last = last_seq_[commit.account];
  for (const auto& m : fresh) {
    if (!have.insert(m.msg_id).second) breach(commit.account + " has message " + m.msg_id + " twice");
    if (m.seq <= last) breach(commit.account + ": the inbox does not ascend at message " + m.msg_id);
    last = std::max(last, m.seq);
  }
  for (const auto& m : commit.messages)
    if (!have.contains(m.msg_id)) breach(commit.account + " stored a batch without message " + m.msg_id);
  simulator::key_list keys;
  for (auto [key, value] : commit.keys.sync_key.pairs)
    keys.emplace_back(key, value);
  auto sid = sid_of_.find(commit.account);
  if (auto position = position_in(keys); position && sid != sid_of_.end())
    check_read(commit.account, sid->second, *position, "the store");
}

void witness::session_saved(const std::string&, const std::optional<webwx::session>&) {}

void witness::enqueued(const weixin::store::send_record& wanted,
                       const weixin::store::accepted_send& accepted) {
  const auto& r = accepted.record;
  auto found = sends_.find(r.id);
  if (accepted.repeated) {
    if (found == sends_.end()) return breach(wanted.account + " was told of a send that does not exist");
    if (found->second.text != text_of(wanted.content)) breach(wanted.account + ": one key for two texts");
    return;
  }
  if (found != sends_.end()) return breach(wanted.account + ": the id " + r.id + " was given twice");
  send_history s;
  s.account = r.account;
  s.text = text_of(r.content);
  s.client_msg_id = r.client_msg_id;
  s.state = r.state;
  s.if_unknown = r.if_unknown;
  s.life = at() + " " + std::string{weixin::store::to_string(r.state)};
  sends_.emplace(r.id, std::move(s));
  if (!r.client_msg_id.empty()) send_of_client_msg_id_[{r.account, r.client_msg_id}] = r.id;
}

void witness::not_updated(const weixin::store::send_record& change, const error& why) {
  if (auto found = sends_.find(change.id); found != sends_.end())
    found->second.life += "; " + at() + " not " + std::string{weixin::store::to_string(change.state)} + ": " +
                          std::string{to_string(why.code)};
}

void witness::updated(const weixin::store::send_record& change) {
  auto found = sends_.find(change.id);
  if (found == sends_.end()) return breach(change.account + " changed a send that does not exist");
  auto& s = found->second;
  auto legal = [&] {
    switch (s.state) {
    case send_state::queued:
      return change.state == send_state::queued || change.state == send_state::attempting ||
             change.state == send_state::refused || change.state == send_state::expired ||
             // It was to be tried again after an attempt that may have arrived, and cannot be any more.
             (change.state == send_state::unknown &&
              (s.left > 0 || s.decided_by_operator || s.if_unknown == weixin::store::unknown_policy::resend));
    case send_state::attempting:
      return change.state != send_state::expired;
    case send_state::unknown:
      return change.state != send_state::attempting && change.state != send_state::expired;
    case send_state::refused:
    case send_state::expired:
      return change.state == s.state || change.state == send_state::queued;
    case send_state::sent:
      return change.state == send_state::sent;
    }
    return false;
  };
  if (!legal())
    breach(change.account + ": " + change.id + " went from " +
           std::string{weixin::store::to_string(s.state)} + " to " +
           std::string{weixin::store::to_string(change.state)});
  s.state = change.state;
  s.msg_id = change.msg_id;
  s.error = change.error;
  s.life += "; " + at() + " " + std::string{weixin::store::to_string(s.state)} +
            (s.error.empty() ? "" : " ") + s.error;
  if (!change.client_msg_id.empty()) {
    s.client_msg_id = change.client_msg_id;
    send_of_client_msg_id_[{change.account, change.client_msg_id}] = change.id;
  }
}

void witness::position_saved(const std::string& account, const std::string& consumer, std::int64_t seq) {
  auto& position = positions_[{account, consumer}];
  if (seq > last_seq_[account])
    breach(account + ": " + consumer + " has read further than there are messages");
  position = std::max(position, seq);
}

} // namespace weixin::simulation
