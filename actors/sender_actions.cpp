// What the sender does besides sending: it takes messages back and marks chats as read. Both draw from the
// budget of texts, before the texts that wait: the time to take something back is short.
#include "actors/sender.hpp"
#include "protocol/webwx/init.hpp"
#include "protocol/webwx/recall.hpp"

#include <boost/json/parse.hpp>

namespace weixin {

namespace {

error no_session() { return fail(errc::not_online, "the account has no session"); }
error has_to_pause() {
  return fail(errc::too_frequent, "the account has to pause; its pacing tells until when");
}

/// Whether the stored event is of a message that the account itself sent.
bool is_own(const std::string& event) {
  boost::json::error_code ec;
  auto parsed = boost::json::parse(event, ec);
  const auto* o = ec ? nullptr : parsed.if_object();
  const auto* own = o != nullptr ? o->if_contains("own") : nullptr;
  return own != nullptr && own->is_bool() && own->get_bool();
}

} // namespace

/// Does it when its turn comes. Who asks waits for the answer, so what would take too long is refused.
void sender::act_in_turn(const action_reply& reply, std::function<void()> act) {
  if (waiting_actions_.size() + actions_ >= max_actions)
    return reply(fail(errc::store_busy, "too many of these wait; try again"));
  if (!gate_.open || !context_->session) return reply(no_session());
  auto t = now();
  if (next_start(paced_operation::text, t).at > t + max_action_wait) return reply(has_to_pause());
  waiting_actions_.push_back({reply, std::move(act)});
  pump();
}

void sender::run_actions() {
  while (!waiting_actions_.empty()) {
    auto t = now();
    bool able = gate_.open && context_->session;
    auto turn = next_start(paced_operation::text, t);
    if (able && turn.at > t && turn.at <= t + max_action_wait) return;
    auto action = std::move(waiting_actions_.front());
    waiting_actions_.pop_front();
    if (!able) {
      action.reply(no_session());
    } else if (turn.at > t) {
      action.reply(has_to_pause());
    } else {
      context_->pacing.used(paced_operation::text, t, random_);
      action.act();
    }
  }
}

/// One call whose outcome is told as it is. What met the whole account is told to the supervisor as well.
template <class Make, class Parse>
void sender::act(webwx::endpoint call, const std::string& to, const std::string& msg_id, Make make,
                 Parse parse, const action_reply& reply) {
  auto user_name = context_->contacts.resolve(to);
  if (!user_name) return reply(fail(errc::target_lost));
  ++actions_;
  auto session = context_->session;
  auto told = [this, msg_id, reply](result<void> answer) {
    --actions_;
    action_outcome outcome;
    outcome.msg_id = msg_id;
    if (answer) return reply(outcome);
    const auto& e = answer.error();
    outcome.code = to_string(e.code);
    outcome.ret = e.ret;
    switch (e.code) {
    case errc::session_ended:
    case errc::ticket_rejected:
    case errc::barred:
    case errc::too_frequent:
      send(supervisor_, send_hit{e});
      [[fallthrough]];
    case errc::rejected_request:
    case errc::not_a_friend:
    case errc::server_error:
      outcome.what = action_result::refused;
      return reply(outcome);
    default:
      break;
    }
    if (!e.request_left) return reply(e);
    outcome.what = action_result::unknown;
    reply(outcome);
  };
  weixin::call(
      context_, session, call, make(*session, *user_name), [this](auto f) { return inside(std::move(f)); },
      std::move(parse), std::move(told));
}

void sender::recall(const recall_message& wanted) {
  auto store = context_->service->store;
  bool is_ours = store::is_id('s', wanted.id);
  auto found = [this, wanted, is_ours](result<std::optional<store::send_record>> send) {
    if (!send) return wanted.reply(send.error());
    if (*send && (*send)->state != store::send_state::sent)
      return wanted.reply(fail(errc::wrong_state, "the send is " + std::string{to_string((*send)->state)}));
    if (*send) return recall_sent((*send)->msg_id, (*send)->to, (*send)->updated_at, wanted.reply);
    if (is_ours) return wanted.reply(fail(errc::send_not_found, "no send has this id"));
    recall_from_inbox(wanted.id, wanted.reply);
  };
  if (is_ours)
    store->find_send(context_->name, wanted.id, inside(std::move(found)));
  else
    store->find_sent(context_->name, wanted.id, inside(std::move(found)));
}

/// One that was typed on the phone.
void sender::recall_from_inbox(const std::string& msg_id, const action_reply& reply) {
  context_->service->store->find_message(
      context_->name, msg_id, inside([this, reply](result<std::optional<store::stored_message>> found) {
        if (!found) return reply(found.error());
        if (!*found) return reply(fail(errc::send_not_found, "no send and no message has this id"));
        const auto& m = **found;
        if (!is_own(m.event)) return reply(fail(errc::wrong_state, "somebody else sent this message"));
        recall_sent(m.msg_id, m.chat, m.sent_at, reply);
      }));
}

void sender::recall_sent(const std::string& msg_id, const std::string& to, wall_time sent_at,
                         const action_reply& reply) {
  if (msg_id.empty()) return reply(fail(errc::wrong_state, "Weixin's number of this send is not known"));
  auto is_late = [this, sent_at] { return !webwx::can_recall(to_milliseconds(sent_at), wall_ms()); };
  if (is_late()) return reply(fail(errc::too_late));
  act_in_turn(reply, [this, is_late, msg_id, to, reply] {
    if (is_late()) return reply(fail(errc::too_late));
    act(
        webwx::endpoint::webwxrevokemsg, to, msg_id,
        [&](const webwx::session& s, const std::string& user_name) {
          return webwx::make_recall(s, msg_id, user_name, context_->next_client_msg_id());
        },
        webwx::parse_recall, reply);
  });
}

void sender::read(const mark_read& wanted) {
  auto ref = context_->contacts.resolve_ref(wanted.contact);
  if (!ref) return wanted.reply(ref.error());
  auto code = wanted.only_opened ? webwx::notify_code::enter_session : webwx::notify_code::read;
  act_in_turn(wanted.reply, [this, to = *ref, code, reply = wanted.reply] {
    act(
        webwx::endpoint::webwxstatusnotify, to, "",
        [&](const webwx::session& s, const std::string& user_name) {
          return webwx::make_status_notify(s, code, user_name, wall_ms());
        },
        webwx::parse_status_notify, reply);
  });
}

} // namespace weixin
