#include "actors/contact_operator.hpp"

#include "actors/backoff.hpp"
#include "actors/contact_learning.hpp"
#include "actors/contact_operation_kinds.hpp"
#include "actors/group_view.hpp"
#include "protocol/webwx/chatroom.hpp"
#include "protocol/webwx/oplog.hpp"
#include "protocol/webwx/report.hpp"
#include "protocol/webwx/search_contact.hpp"
#include "protocol/webwx/verify_user.hpp"

#include <algorithm>
#include <utility>

namespace weixin {

namespace {

using namespace std::chrono_literals;
using kind = contact_operation_kind;
using state = operation_state;

/// The change is looked for so often, Weixin is asked after these times, and it is given up at the end.
constexpr auto look_every = 1s;
constexpr std::chrono::seconds asks_after[] = {2s, 6s};
constexpr auto looks_for = 8s;

webwx::verify_opcode opcode_of(const contact_operation_request& what) noexcept {
  using webwx::verify_opcode;
  switch (what.kind) {
  case kind::friend_accept:
    return verify_opcode::accept;
  case kind::friend_reject:
    return verify_opcode::reject;
  case kind::friend_reply:
    return what.as_sender ? verify_opcode::sender_reply : verify_opcode::receiver_reply;
  case kind::friend_add:
    return verify_opcode::add;
  default:
    return verify_opcode::request;
  }
}

} // namespace

contact_operator::contact_operator(caf::actor_config& cfg, std::shared_ptr<account_context> context,
                                   account_actor supervisor, std::uint64_t seed)
    : child_actor(cfg, std::move(context), std::move(supervisor), seed), session_(context_->session) {}

contact_operator::behavior_type contact_operator::make_behavior() {
  context_->operations.interrupt(wall_now());
  pump();
  return {[this](const submit_operation& s) { submit(s); }, answer_heartbeats(),
          [this](timer t) {
            if (is_current(t)) wake();
          },
          run_continuations()};
}

operation_book::entry* contact_operator::current() {
  auto* e = active_ ? context_->operations.find_open(active_->id) : nullptr;
  if (e == nullptr) active_.reset(); // the session's end has ended it
  return e;
}

// -- accepting
// --------------------------------------------------------------------------------------------------

void contact_operator::submit(const submit_operation& s) {
  if (!is_about_a_request(s.what.kind)) return accept(s.what, s.reply);
  context_->service->store->load_friend_requests(
      context_->name, inside([this, what = s.what, reply = s.reply](result<std::vector<request_record>> all) {
        if (!all) return reply(all.error());
        auto found = std::find_if(all->begin(), all->end(), [&](const auto& r) { return r.id == what.to; });
        if (found == all->end())
          return reply(fail(errc::friend_request_not_found, "no friend request of this id waits"));
        // The ticket and the name in it are worth nothing in another session.
        if (found->session != session_->user_name)
          return reply(
              fail(errc::target_lost, "the request came in an earlier session: answer it on the phone"));
        requests_[found->id] = std::move(*found);
        accept(what, reply);
      }));
}

void contact_operator::accept(contact_operation_request what, const operation_reply& reply) {
  if (context_->session != session_) return reply(fail(errc::not_online, "the session has just ended"));
  if (auto checked = check(what); !checked) return reply(checked.error());
  auto accepted = context_->operations.accept(std::move(what), reply, now(), wall_now());
  if (!accepted) return reply(accepted.error());
  pump();
}

// -- carrying out
// -----------------------------------------------------------------------------------------------

void contact_operator::pump() {
  context_->operations.expire(now(), wall_now());
  show_queue();
  pacer::turn turn;
  auto* e = active_ ? nullptr : next_in_turn(turn);
  if (e == nullptr || context_->session != session_) return arm(std::nullopt);
  auto t = now();
  if (not_before_ > turn.at) turn = {not_before_, pacing_reason::none};
  if (turn.at > t) {
    note_delay(pace_of(e->what.kind), turn, e->is_delay_told);
    return arm(turn.at);
  }
  begin(*e);
  arm(std::nullopt);
}

pacer::turn contact_operator::turn_of(const contact_operation_request& what) {
  auto turn = context_->pacing.next(pace_of(what.kind), now());
  if (!group_to_count(what)) return turn;
  auto question = context_->pacing.next(paced_operation::batch_contacts, now());
  return question.at > turn.at ? question : turn;
}

operation_book::entry* contact_operator::next_in_turn(pacer::turn& turn) {
  operation_book::entry* first = nullptr;
  std::array<bool, paced_operation_count> is_known{};
  context_->operations.for_each_queued([&](operation_book::entry& e) {
    if (std::exchange(is_known[static_cast<std::size_t>(pace_of(e.what.kind))], true)) return;
    auto its = turn_of(e.what);
    if (first != nullptr && turn.at <= its.at) return;
    first = &e;
    turn = its;
  });
  return first;
}

void contact_operator::begin(operation_book::entry& e) {
  active_ = active{e.op.id, {}, {}, {}, 0, false};
  context_->operations.move_to(e, state::attempting, wall_now());
  show_queue();
  if (auto group = group_to_count(e.what)) return count_members(std::move(*group));
  bool has_no_record = is_about_a_request(e.what.kind) && !requests_.contains(e.what.to);
  if (!has_no_record) return attempt(e);
  // The actor that accepted it was lost.
  context_->service->store->load_friend_requests(
      context_->name, inside([this](result<std::vector<request_record>> all) {
        auto* open = current();
        if (open == nullptr) return pump();
        for (auto& r : all ? *all : std::vector<request_record>{})
          if (r.id == open->what.to && r.session == session_->user_name) requests_[r.id] = std::move(r);
        attempt(*open);
      }));
}

/// Whether people are added or invited depends on how many there are (weixin-protocol.md 5.7), and who has no
/// name is seen once they are known.
std::optional<std::string> contact_operator::group_to_count(const contact_operation_request& what) const {
  if (what.kind != kind::group_add && what.kind != kind::group_details) return std::nullopt;
  auto group = context_->contacts.resolve(what.to);
  auto known = group ? context_->contacts.find(*group) : std::nullopt;
  if (!known || !known->members.empty()) return std::nullopt;
  return *group;
}

void contact_operator::count_members(std::string group) {
  active_->user_name = std::move(group);
  ask_about_target([this] {
    auto* open = current();
    if (open == nullptr) return pump();
    bool must_wait = !group_to_count(open->what) && turn_of(open->what).at > now();
    if (!must_wait) return attempt(*open);
    context_->operations.move_to(*open, state::queued, wall_now());
    active_.reset();
    pump();
  });
}

void contact_operator::attempt(operation_book::entry& e) {
  if (e.what.kind == kind::group_details) {
    if (auto group = context_->contacts.resolve(e.what.to)) active_->user_name = *group;
    if (is_seen(e.what)) return end(e, state::confirmed, {});
  }
  auto request = prepare(e);
  if (!request) return refused(e, request.error());
  context_->pacing.used(pace_of(e.what.kind), now(), random_);
  active_->call_under_way = true;
  auto what = e.what.kind;
  call_weixin(
      endpoint_of(what), session_, std::move(*request),
      [what](const http_response& r) { return parse(what, r); },
      [this](result<call_answer> answer) {
        if (active_) active_->call_under_way = false;
        answered(std::move(answer));
      });
}

result<http_request> contact_operator::prepare(operation_book::entry& e) {
  const auto& book = context_->contacts;
  const auto& what = e.what;
  auto& a = *active_;
  auto lost = [] { return fail(errc::target_lost, "who is meant is not known any more"); };
  if (is_about_a_request(what.kind)) {
    auto found = requests_.find(what.to);
    if (found == requests_.end()) return lost();
    a.user_name = found->second.user_name;
    return webwx::make_verify_user(*session_, {opcode_of(what), a.user_name, found->second.ticket, what.text},
                                   wall_ms());
  }
  if (what.kind != kind::group_create && !is_for_weixin_alone(what.kind)) {
    auto user_name = what.group.empty() ? book.resolve(what.to) : book.resolve(what.group);
    if (user_name && !what.group.empty()) user_name = resolve_member(book, *user_name, what.to);
    if (!user_name) return lost();
    a.user_name = *user_name;
  }
  if (auto members = prepare_members(what); !members) return members.error();
  auto known = book.find(a.user_name);
  switch (what.kind) {
  case kind::friend_request:
  case kind::friend_add:
    return webwx::make_verify_user(*session_, {opcode_of(what), a.user_name, secret{}, what.text}, wall_ms());
  case kind::contact_remark:
    return webwx::make_set_remark(*session_, a.user_name, what.text);
  case kind::contact_pin:
    return webwx::make_pin(*session_, a.user_name, what.pinned, known ? known->remark : std::string_view{});
  case kind::group_create:
    return webwx::make_create_chatroom(*session_, a.members, what.text, wall_ms());
  case kind::group_add: {
    auto way = webwx::way_into_group(known ? known->members.size() : 0, a.members.size(),
                                     session_->invite_start_count);
    e.op.way = way == webwx::join_way::invite ? "invite" : "add";
    return webwx::make_add_members(*session_, a.user_name, a.members, way);
  }
  case kind::group_remove:
    return webwx::make_remove_members(*session_, a.user_name, a.members);
  case kind::group_rename:
    return webwx::make_rename_chatroom(*session_, a.user_name, what.text);
  case kind::group_quit:
    return webwx::make_quit_chatroom(*session_, a.user_name);
  case kind::group_details:
    return ask_for_names(a.user_name);
  case kind::contact_search:
    return webwx::make_search_contact(*session_, what.text);
  case kind::link_check:
    return webwx::make_check_url(*session_, what.text);
  case kind::activity_report:
    return webwx::make_stat_report(*session_, {{what.text, wall_ms()}});
  case kind::friend_accept:
  case kind::friend_reject:
  case kind::friend_reply:
    break;
  }
  return fail(errc::internal, "contact_operator");
}

result<void> contact_operator::prepare_members(const contact_operation_request& what) {
  const auto& book = context_->contacts;
  for (const auto& m : what.members) {
    auto user_name =
        what.kind == kind::group_remove ? resolve_member(book, active_->user_name, m) : book.resolve(m);
    if (!user_name) return fail(errc::target_lost, "one of the members is not known any more");
    active_->members.push_back(std::move(*user_name));
  }
  return {};
}

result<http_request> contact_operator::ask_for_names(const std::string& group) const {
  std::vector<webwx::batch_item> nameless;
  if (auto known = context_->contacts.snapshot(group))
    for (const auto& m : known->members)
      if (m.nick_name.empty()) nameless.push_back({m.user_name, webwx::chat_room_id_of(*known)});
  if (nameless.empty()) return fail(errc::target_lost, "Weixin does not tell who is in the group");
  return webwx::make_batch_get_contact(*session_, nameless, wall_ms());
}

webwx::endpoint contact_operator::endpoint_of(kind k) noexcept {
  using enum webwx::endpoint;
  if (k == kind::group_create) return webwxcreatechatroom;
  if (changes_a_group(k)) return webwxupdatechatroom;
  if (k == kind::contact_remark || k == kind::contact_pin) return webwxoplog;
  if (k == kind::group_details) return webwxbatchgetcontact;
  if (k == kind::contact_search) return webwxsearchcontact;
  if (k == kind::link_check) return webwxcheckurl;
  if (k == kind::activity_report) return webwxstatreport;
  return webwxverifyuser;
}

result<contact_operator::call_answer> contact_operator::parse(kind k, const http_response& r) {
  auto nothing_more = [](auto parsed) -> result<call_answer> {
    if (!parsed) return parsed.error();
    return call_answer{};
  };
  if (k == kind::group_create) {
    auto room = webwx::parse_create_chatroom(r);
    if (!room) return room.error();
    return call_answer{std::move(room->user_name), std::move(room->refused), {}, {}};
  }
  if (k == kind::contact_search) {
    auto found = webwx::parse_search_contact(r);
    if (!found) return found.error();
    return call_answer{{}, {}, {std::move(*found), 0}, {}};
  }
  if (k == kind::group_details) {
    auto members = webwx::parse_batch_get_contact(r);
    if (!members) return members.error();
    return call_answer{{}, {}, std::move(*members), {}};
  }
  if (k == kind::link_check) {
    auto leads_to = webwx::parse_check_url(r);
    if (!leads_to) return leads_to.error();
    return call_answer{{}, {}, {}, std::move(*leads_to)};
  }
  if (k == kind::activity_report) return nothing_more(webwx::parse_stat_report(r));
  if (changes_a_group(k)) return nothing_more(webwx::parse_update_chatroom(r));
  if (k == kind::contact_remark || k == kind::contact_pin) return nothing_more(webwx::parse_oplog(r));
  return nothing_more(webwx::parse_verify_user(r));
}

void contact_operator::answered(result<call_answer> answer) {
  auto* e = current();
  if (e == nullptr) return pump();
  if (!answer) {
    const auto& why = answer.error();
    if (!why.request_left && is_transient(why.code) && why.code != errc::too_frequent) {
      // Nothing has left: it is tried again until its time is over.
      not_before_ = now() + retry_delay(++failures_, random_);
      context_->operations.move_to(*e, state::queued, wall_now());
      active_.reset();
      return pump();
    }
    return refused(*e, why);
  }
  failures_ = 0;
  take(*e, std::move(*answer));
  context_->operations.move_to(*e, state::confirming, wall_now());
  active_->confirming_since = now();
  confirm();
}

void contact_operator::take(operation_book::entry& e, call_answer answer) {
  e.op.leads_to = std::move(answer.leads_to);
  if (e.what.kind == kind::contact_search) return show_found(e.op, std::move(answer.told.contacts));
  if (e.what.kind == kind::group_details) {
    note_set_aside(metrics::contact_answer::batch_get_contact, answer.told.set_aside);
    return name_members(active_->user_name, answer.told.contacts);
  }
  if (e.what.kind != kind::group_create) return;
  active_->user_name = std::move(answer.group);
  for (const auto& user_name : answer.left_out) {
    std::erase(active_->members, user_name);
    if (auto ref = context_->contacts.known_ref(user_name)) e.op.left_out.push_back(std::move(*ref));
  }
}

/// Who is known stays as he is: what a search tells of a contact may be less than the whole.
void contact_operator::show_found(contact_operation& op, std::vector<webwx::contact> found) {
  if (context_->session != session_) return;
  if (found.size() > contact_operation::max_found) found.resize(contact_operation::max_found);
  std::vector<webwx::contact> newcomers;
  for (const auto& c : found)
    if (!context_->contacts.find(c.user_name)) newcomers.push_back(c);
  learn_contacts(*context_, std::move(newcomers), {}, contact_source::details);
  for (const auto& c : found)
    if (auto view = context_->contacts.view_of(c.user_name)) op.found.push_back(std::move(*view));
}

/// No news for anybody: they were called so before.
void contact_operator::name_members(const std::string& group, const std::vector<webwx::contact>& members) {
  auto known = context_->contacts.snapshot(group);
  if (context_->session != session_ || !known) return;
  for (auto& m : known->members) {
    auto told = std::find_if(members.begin(), members.end(),
                             [&](const auto& c) { return c.user_name == m.user_name; });
    if (told != members.end() && m.nick_name.empty()) m.nick_name = told->nick_name;
  }
  context_->contacts.put(std::move(*known));
}

/// Ends it after a no, or without an answer.
void contact_operator::refused(operation_book::entry& e, const error& why) {
  switch (why.code) {
  case errc::session_ended:
  case errc::ticket_rejected:
  case errc::barred:
  case errc::too_frequent: {
    auto told = why;
    end(e, state::refused, why);
    return send(supervisor_, send_hit{std::move(told)});
  }
  default:
    break;
  }
  bool changes_nothing = webwx::facts_of(endpoint_of(e.what.kind)).retry == webwx::retry_class::read;
  bool is_definite = why.code == errc::rejected_request || why.code == errc::not_a_friend ||
                     why.code == errc::server_error || !why.request_left || changes_nothing;
  end(e, is_definite ? state::refused : state::unknown, why);
}

// -- looking for the change
// -------------------------------------------------------------------------------------

void contact_operator::confirm() {
  auto* e = current();
  if (e == nullptr) return pump();
  if (is_seen(e->what)) return end(*e, state::confirmed, {});
  bool shows_nothing = e->what.kind == kind::friend_reject || e->what.kind == kind::friend_reply ||
                       e->what.kind == kind::friend_request || is_question(e->what.kind) ||
                       e->op.way == "invite";
  auto passed = now() - active_->confirming_since;
  if (shows_nothing || passed >= looks_for) return end(*e, state::answered, {});
  // Who left a group asks no more about it.
  bool may_ask = e->what.kind != kind::group_quit && active_->looks < std::size(asks_after) &&
                 passed >= asks_after[active_->looks];
  if (may_ask && context_->pacing.earliest(paced_operation::batch_contacts, now()) <= now())
    return look_again();
  arm(std::nullopt);
}

bool contact_operator::is_seen(const contact_operation_request& what) const {
  auto known = context_->contacts.find(active_->user_name);
  if (what.kind == kind::group_quit) return !known;
  if (!known) return false;
  auto is_member = [&](const std::string& user_name) {
    return std::any_of(known->members.begin(), known->members.end(),
                       [&](const auto& m) { return m.user_name == user_name; });
  };
  const auto& wanted = active_->members;
  switch (what.kind) {
  case kind::friend_accept:
  case kind::friend_request:
  case kind::friend_add:
    return known->kind == webwx::contact_kind::friend_;
  case kind::contact_remark:
    return known->remark == what.text;
  case kind::contact_pin:
    return known->is_pinned() == what.pinned;
  case kind::group_create:
  case kind::group_add:
    return !known->members.empty() && std::all_of(wanted.begin(), wanted.end(), is_member);
  case kind::group_remove:
    return !known->members.empty() && std::none_of(wanted.begin(), wanted.end(), is_member);
  case kind::group_rename:
    return known->nick == what.text;
  case kind::group_details:
    return !known->members.empty() && std::none_of(known->members.begin(), known->members.end(),
                                                   [](const auto& m) { return m.nick_name.empty(); });
  case kind::friend_reject:
  case kind::friend_reply:
  case kind::group_quit:
  case kind::contact_search:
  case kind::link_check:
  case kind::activity_report:
    break;
  }
  return false;
}

void contact_operator::look_again() {
  ++active_->looks;
  ask_about_target([this] { confirm(); });
  arm(std::nullopt);
}

void contact_operator::ask_about_target(std::function<void()> then) {
  active_->call_under_way = true;
  context_->pacing.used(paced_operation::batch_contacts, now(), random_);
  auto request = webwx::make_batch_get_contact(*session_, {{active_->user_name, ""}}, wall_ms());
  call_weixin(webwx::endpoint::webwxbatchgetcontact, session_, std::move(request),
              webwx::parse_batch_get_contact,
              [this, then = std::move(then)](result<webwx::contact_list> found) {
                if (active_) active_->call_under_way = false;
                if (found) note_set_aside(metrics::contact_answer::batch_get_contact, found->set_aside);
                if (context_->session == session_ && found)
                  learn_contacts(*context_, std::move(found->contacts), {}, contact_source::details);
                else if (!found && found.error().code == errc::too_frequent)
                  send(supervisor_, send_hit{found.error()});
                then();
              });
}

void contact_operator::end(operation_book::entry& e, operation_state s, const error& why) {
  bool is_decided = s == state::confirmed || (s == state::answered && e.what.kind == kind::friend_reject);
  if (e.what.kind == kind::group_create && (s == state::confirmed || s == state::answered))
    e.op.to = context_->contacts.ref_of(active_->user_name);
  auto request = e.what.to;
  bool is_request = is_about_a_request(e.what.kind);
  if (is_request) requests_.erase(request);
  auto finish = [this, id = e.op.id, s, why] {
    if (auto* open = context_->operations.find_open(id))
      context_->operations.finish(*open, s, why, wall_now());
    active_.reset();
    pump();
  };
  active_->call_under_way = true; // nothing else is to happen to it
  if (is_request && is_decided) return forget_request(request, finish);
  finish();
}

void contact_operator::forget_request(const std::string& id, std::function<void()> then) {
  context_->service->store->remove_friend_request(
      context_->name, id, inside([this, then = std::move(then)](result<void> removed) {
        if (!removed && removed.error().code != errc::friend_request_not_found)
          log_warn("friend_request.not_removed",
                   {{"account", context_->name}, {"errc", to_string(removed.error().code)}});
        then();
      }));
}

// -- time
// -------------------------------------------------------------------------------------------------------

void contact_operator::show_queue() {
  std::array<std::size_t, paced_operation_count> waiting{};
  std::array<std::optional<steady_time>, paced_operation_count> next;
  auto t = now();
  context_->operations.for_each_queued([&](operation_book::entry& e) {
    auto o = pace_of(e.what.kind);
    auto at = static_cast<std::size_t>(o);
    if (waiting[at]++ == 0) {
      auto turn = turn_of(e.what);
      next[at] = turn.at;
      // What waits of the third budget is the poller's to show.
      if (o != paced_operation::batch_contacts) show_turn(o, turn);
    }
    e.op.not_before = wall_now() + std::chrono::duration_cast<wall_time::duration>(*next[at] - t);
    *next[at] += context_->pacing.settings().of(o).interval;
  });
  for (auto o : {paced_operation::friends, paced_operation::groups})
    context_->status->show_waiting(o, waiting[static_cast<std::size_t>(o)]);
}

/// Sets the timer for whatever comes first; `turn` is when the first of the queue may begin.
void contact_operator::arm(std::optional<steady_time> turn) {
  auto t = now();
  auto next = context_->operations.next_due();
  auto consider = [&](steady_time at) { next = next ? std::min(*next, at) : at; };
  if (turn) consider(*turn);
  if (active_ && active_->confirming_since != steady_time{} && !active_->call_under_way)
    consider(t + look_every);
  if (next) set_timer(std::max(*next - t, steady_time::duration{0}));
}

void contact_operator::wake() {
  context_->operations.answer_waiters(now());
  if (active_ && active_->confirming_since != steady_time{} && !active_->call_under_way) return confirm();
  pump();
}

} // namespace weixin
