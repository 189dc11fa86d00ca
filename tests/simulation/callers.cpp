#include "tests/simulation/callers.hpp"

#include "runtime/log.hpp"

#include <utility>

namespace weixin::simulation {
namespace {

/// An answer that takes longer is not believed to come any more.
constexpr auto patience = 30s;
constexpr std::uint64_t most_tries = 1'000;

bool is_worth_another_try(errc code) {
  switch (code) {
  case errc::not_online:
  case errc::store_failed:
  case errc::store_busy:
  case errc::disk_full:
  case errc::queue_full:
  case errc::account_not_found: // not started yet
    return true;
  default:
    return false;
  }
}

} // namespace

callers::callers(world& w, rates r) : world_(w), rates_(r), random_(w.options().seed ^ 0xCA11E5ULL) {
  for (std::size_t user = 1; user <= w.options().accounts; ++user) {
    world_.time.after(next_arrival(random_, rates_.between_sends), [this, user] { want_text_sent(user); });
    world_.time.after(next_arrival(random_, rates_.between_messages), [this, user] { write_to(user); });
  }
  world_.time.after(next_arrival(random_, rates_.between_commands), [this] { decide_about_a_send(); });
}

std::string callers::somebody(std::size_t user) {
  auto drawn = unit(random_);
  if (drawn < 0.4) return "filehelper";
  const auto& contacts = world_.weixin.state().user(user)->contacts;
  const auto& who = contacts[random_() % contacts.size()];
  return who.remark.empty() ? who.nick : who.remark;
}

void callers::want_text_sent(std::size_t user) {
  world_.time.after(next_arrival(random_, rates_.between_sends), [this, user] { want_text_sent(user); });
  if (stopped_) return;
  auto number = ++last_request_;
  auto& r = requests_[number];
  r.account = world_.account_name(user);
  r.what.to = somebody(user);
  r.what.content = weixin::store::text_content{"text " + std::to_string(number) + " of seed " +
                                               std::to_string(world_.options().seed)};
  if (chance(random_, 0.9)) r.what.idempotency_key = "key-" + std::to_string(number);
  if (chance(random_, 0.1)) r.what.if_unknown = weixin::store::unknown_policy::resend;
  if (chance(random_, 0.1)) r.what.expires_at = world_.time.wall()->now() + between(random_, 10s, 600s);
  ask(number);
}

void callers::ask(std::uint64_t number) {
  auto& r = requests_.at(number);
  if (++r.asked > most_tries) {
    r.given_up = true;
    return;
  }
  auto tries = r.asked;
  world_.time.after(patience, [this, number, tries] {
    auto& again = requests_.at(number);
    if (!again.id.empty() || again.given_up || again.asked != tries) return;
    // Without a key a second try might be a second text.
    if (again.what.idempotency_key.empty())
      again.given_up = true;
    else
      ask(number);
  });
  if (!world_.is_running()) return;
  world_.fleet->send(r.account, r.what,
                     [this, number](const result<weixin::store::accepted_send>& a) { answered(number, a); });
}

void callers::answered(std::uint64_t number, const result<weixin::store::accepted_send>& a) {
  auto& r = requests_.at(number);
  if (a) {
    if (!r.id.empty() && r.id != a->record.id)
      world_.eyes.breach("one key, two records: " + r.id + " and " + a->record.id);
    if (r.id.empty()) ++accepted_;
    r.id = a->record.id;
    return;
  }
  world_.events.note("not accepted", to_string(a.error().code));
  if (!is_worth_another_try(a.error().code)) r.given_up = true;
}

void callers::write_to(std::size_t user) {
  world_.time.after(next_arrival(random_, rates_.between_messages), [this, user] { write_to(user); });
  if (stopped_) return;
  auto burst = chance(random_, 0.05) ? between(random_, 2, 40) : 1;
  for (std::int64_t i = 0; i < burst; ++i) {
    const auto& u = *world_.weixin.state().user(user);
    simulator::injection what;
    what.user = user;
    auto drawn = unit(random_);
    if (drawn < 0.2 && !u.chatrooms.empty())
      what.conversation = u.chatrooms[random_() % u.chatrooms.size()].id;
    else if (drawn < 0.25)
      what.from_self = true;
    what.text = "hello {token}";
    if (what.from_self) what.text = "from my phone " + std::to_string(++messages_);
    auto done = world_.weixin.inject(std::move(what), world_.moment());
    if (!done) continue;
    ++messages_;
    log_debug("simulated.message", {{"user", user}, {"msg_id", done->msg_id}});
    injected_[world_.account_name(user)].insert(std::to_string(done->msg_id));
  }
}

void callers::decide_about_a_send() {
  world_.time.after(next_arrival(random_, rates_.between_commands), [this] { decide_about_a_send(); });
  if (stopped_ || !world_.is_running()) return;
  using weixin::store::send_state;
  std::vector<std::string> ids;
  for (const auto& [id, s] : world_.eyes.sends())
    if (s.state != send_state::sent && s.state != send_state::attempting) ids.push_back(id);
  if (ids.empty()) return;
  const auto& id = ids[random_() % ids.size()];
  const auto& s = world_.eyes.sends().at(id);
  constexpr outbox_command of_unknown[] = {outbox_command::retry, outbox_command::settle_sent,
                                           outbox_command::settle_refused};
  auto what = s.state == send_state::queued    ? outbox_command::cancel
              : s.state == send_state::unknown ? of_unknown[random_() % std::size(of_unknown)]
                                               : outbox_command::retry;
  // A retry is the operator's word that it may arrive twice; what they settle is theirs to know.
  if (what != outbox_command::cancel) world_.eyes.decided_by_operator(id);
  world_.fleet->command_send(s.account, id, what, [](result<weixin::store::send_record>) {});
}

} // namespace weixin::simulation
