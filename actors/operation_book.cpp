#include "actors/operation_book.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weixin {

std::string_view to_string(operation_state s) noexcept {
  constexpr auto names = std::to_array<std::string_view>(
      {"queued", "attempting", "confirming", "confirmed", "answered", "refused", "unknown", "expired"});
  return names[static_cast<std::size_t>(s)];
}

bool is_final(operation_state s) noexcept { return s >= operation_state::confirmed; }

result<operation_book::entry*> operation_book::accept(contact_operation_request what, operation_reply reply,
                                                      steady_time now, wall_time at) {
  if (open_.size() >= max_open)
    return fail(errc::queue_full, std::to_string(max_open) + " operations of this account wait already");
  auto e = std::make_unique<entry>();
  e->op.id = ids_->next(at);
  e->op.kind = what.kind;
  e->op.to = what.to;
  e->op.created_at = e->op.updated_at = at;
  e->expires = now + what.life;
  e->waiters_.push_back({now + what.wait, std::move(reply)});
  e->what = std::move(what);
  open_.push_back(std::move(e));
  return open_.back().get();
}

operation_book::entry* operation_book::next_queued() noexcept {
  auto found = std::find_if(open_.begin(), open_.end(),
                            [](const auto& e) { return e->op.state == operation_state::queued; });
  return found == open_.end() ? nullptr : found->get();
}

operation_book::entry* operation_book::find_open(std::string_view id) noexcept {
  auto found = std::find_if(open_.begin(), open_.end(), [&](const auto& e) { return e->op.id == id; });
  return found == open_.end() ? nullptr : found->get();
}

void operation_book::for_each_queued(const std::function<void(entry&)>& each) {
  for (const auto& e : open_)
    if (e->op.state == operation_state::queued) each(*e);
}

void operation_book::move_to(entry& e, operation_state state, wall_time at) {
  e.op.state = state;
  e.op.updated_at = at;
  if (state != operation_state::queued) e.op.not_before.reset();
}

void operation_book::finish(entry& e, operation_state state, const error& why, wall_time at) {
  move_to(e, state, at);
  bool has_error = state == operation_state::refused || state == operation_state::unknown ||
                   state == operation_state::expired;
  if (has_error) {
    e.op.error = to_string(why.code);
    e.op.ret = why.ret;
  }
  auto found = std::find_if(open_.begin(), open_.end(), [&](const auto& o) { return o.get() == &e; });
  auto ended = std::move(*found);
  open_.erase(found);
  ended_.push_back(ended->op);
  if (ended_.size() > max_ended) ended_.pop_front();
  if (on_end_) on_end_(ended->op);
  for (auto& w : ended->waiters_)
    w.reply(ended->op);
}

void operation_book::expire(steady_time now, wall_time at) {
  std::vector<entry*> due;
  for (const auto& e : open_)
    if (e->op.state == operation_state::queued && e->expires <= now) due.push_back(e.get());
  for (auto* e : due)
    finish(*e, operation_state::expired, fail(errc::timed_out), at);
}

void operation_book::answer_waiters(steady_time now) {
  // Replies last: one of them may come back with another wish.
  std::vector<std::pair<operation_reply, contact_operation>> due;
  for (const auto& e : open_)
    std::erase_if(e->waiters_, [&](entry::waiter& w) {
      if (w.until > now) return false;
      due.emplace_back(std::move(w.reply), e->op);
      return true;
    });
  for (auto& [reply, op] : due)
    reply(std::move(op));
}

std::optional<operation_book::steady_time> operation_book::next_due() const noexcept {
  std::optional<steady_time> next;
  auto consider = [&](steady_time t) { next = next ? std::min(*next, t) : t; };
  for (const auto& e : open_) {
    if (e->op.state == operation_state::queued) consider(e->expires);
    for (const auto& w : e->waiters_)
      consider(w.until);
  }
  return next;
}

void operation_book::interrupt(wall_time at) {
  std::vector<entry*> lost;
  for (const auto& e : open_)
    if (e->op.state != operation_state::queued) lost.push_back(e.get());
  for (auto* e : lost) {
    bool was_answered = e->op.state == operation_state::confirming;
    finish(*e, was_answered ? operation_state::answered : operation_state::unknown, fail(errc::cancelled),
           at);
  }
}

void operation_book::end_session(wall_time at) {
  interrupt(at);
  while (auto* e = next_queued())
    finish(*e, operation_state::expired, fail(errc::session_ended), at);
}

std::optional<contact_operation> operation_book::find(std::string_view id) const {
  for (const auto& e : open_)
    if (e->op.id == id) return e->op;
  for (const auto& op : ended_)
    if (op.id == id) return op;
  return std::nullopt;
}

std::vector<contact_operation> operation_book::list() const {
  std::vector<contact_operation> all;
  for (const auto& e : open_)
    all.push_back(e->op);
  all.insert(all.end(), ended_.begin(), ended_.end());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
  return all;
}

} // namespace weixin
