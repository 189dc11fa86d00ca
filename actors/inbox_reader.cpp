#include "actors/inbox_reader.hpp"

#include "actors/backoff.hpp"
#include "actors/to_inbound.hpp"

#include <algorithm>

namespace weixin {

inbox_reader::inbox_reader(caf::actor_config& cfg, std::shared_ptr<account_context> context,
                           account_actor supervisor, std::uint64_t seed)
    : child_actor(cfg, std::move(context), std::move(supervisor), seed) {}

inbox_reader::behavior_type inbox_reader::make_behavior() {
  load_positions();
  return {[this](const inbox_grew& g) { grew(g); },
          [this](inbox_may_have_grown) { may_have_grown(); },
          [this](const set_bots& b) { change_bots(b.bots); },
          [this](router_changed) {
            for (auto& [bot, r] : readers_)
              if (!r.waiting.empty()) hand_over_again(bot, r);
          },
          [this](const messages_handled& h) { handled(h); },
          answer_heartbeats(),
          [this](timer t) {
            if (is_current(t)) tick();
          },
          run_continuations()};
}

void inbox_reader::on_exit() {
  for (const auto& [bot, r] : readers_)
    if (r.position != r.saved)
      context_->service->store->save_position(context_->name, bot, r.position, [](result<void>) {});
  // A timer may keep what is left of this actor for a while: it is not behind any more.
  readers_.clear();
}

// -- positions
// --------------------------------------------------------------------------------------------------

void inbox_reader::load_positions() {
  loading_ = true;
  grew_while_loading_ = false;
  context_->service->store->inbox_positions_of(
      context_->name, inside([this](result<store::inbox_positions> stored) {
        loading_ = false;
        if (!stored) return store_failed(stored.error());
        failures_ = 0;
        bool first_time = !std::exchange(loaded_, true);
        for (const auto& bot : context_->bots) {
          if (readers_.contains(bot)) continue;
          auto found = stored->consumers.find(bot);
          // Who becomes a bot of this account while it runs begins with what comes now, even when it was one
          // before: it was taken off on purpose.
          bool goes_on = first_time && found != stored->consumers.end();
          auto position = goes_on ? found->second : stored->end;
          begin(bot, position, goes_on ? position : -1, position < stored->end || grew_while_loading_,
                goes_on ? stored->unread[bot] : 0);
        }
        save_positions();
        for (auto& [bot, r] : readers_)
          read_on(bot, r);
        arm();
      }));
}

void inbox_reader::begin(const std::string& bot, std::int64_t position, std::int64_t saved, bool behind,
                         std::size_t unread) {
  auto& r = readers_[bot];
  r.position = r.delivered = position;
  r.saved = saved;
  r.behind = behind;
  r.unread = unread;
  r.lag = context_->service->metrics->lag_of(bot);
  show_lag(r);
}

void inbox_reader::change_bots(const std::vector<std::string>& bots) {
  context_->bots = bots;
  save_positions();
  std::erase_if(readers_, [&](const auto& known) {
    return std::find(bots.begin(), bots.end(), known.first) == bots.end();
  });
  bool all_known =
      std::all_of(bots.begin(), bots.end(), [&](const auto& bot) { return readers_.contains(bot); });
  if (loaded_ && !all_known) load_positions();
}

void inbox_reader::save_positions() {
  if (now() < store_not_before_) return;
  for (auto& [bot, r] : readers_) {
    if (r.position == r.saved) continue;
    auto before = std::exchange(r.saved, r.position);
    context_->service->store->save_position(context_->name, bot, r.position,
                                            inside([this, bot = bot, before](result<void> stored) {
                                              if (stored) return;
                                              auto found = readers_.find(bot);
                                              if (found != readers_.end()) found->second.saved = before;
                                              store_failed(stored.error());
                                            }));
  }
}

void inbox_reader::store_failed(const error& e) {
  log_warn("inbox.store_failed", {{"account", context_->name}, {"errc", to_string(e.code)}});
  store_not_before_ = now() + retry_delay(++failures_, random_);
  arm();
}

// -- new messages
// ------------------------------------------------------------------------------------------------

void inbox_reader::grew(const inbox_grew& g) {
  grew_while_loading_ = true;
  std::vector<std::string> keeping_up;
  for (auto& [bot, r] : readers_) {
    if (g.last_seq <= r.delivered) continue;
    bool overlaps = !g.messages->empty() && g.messages->front().seq <= r.delivered;
    if (r.behind || overlaps || r.waiting.size() + g.messages->size() > max_waiting) {
      r.behind = r.grew = true;
      r.unread += g.messages->size();
      show_lag(r);
      read_on(bot, r);
      continue;
    }
    put_to_waiting(r, *g.messages);
    r.delivered = g.last_seq;
    advance(r);
    keeping_up.push_back(bot);
  }
  hand_over(g.messages, std::move(keeping_up));
  arm();
}

void inbox_reader::may_have_grown() {
  grew_while_loading_ = true;
  for (auto& [bot, r] : readers_) {
    r.behind = r.grew = true;
    read_on(bot, r);
  }
}

void inbox_reader::read_on(const std::string& bot, reader& r) {
  if (!r.behind || r.reading || r.waiting.size() + page_size > max_waiting || now() < store_not_before_)
    return;
  r.reading = true;
  r.grew = false;
  context_->service->store->read_inbox(
      {context_->name, r.delivered, page_size, {}},
      inside([this, bot, generation = ++r.generation](result<std::vector<store::stored_message>> page) {
        auto found = readers_.find(bot);
        if (found == readers_.end() || found->second.generation != generation) return;
        found->second.reading = false;
        if (!page) return store_failed(page.error());
        failures_ = 0;
        read(bot, found->second, *page);
      }));
}

void inbox_reader::read(const std::string& bot, reader& r, const std::vector<store::stored_message>& page) {
  auto messages = std::make_shared<std::vector<inbound>>();
  for (const auto& stored : page) {
    r.delivered = std::max(r.delivered, stored.seq);
    auto message = inbound_from_json(stored);
    if (!message) {
      // One that cannot be read must not hold up those behind it.
      log_error("inbox.unreadable", {{"account", context_->name}, {"seq", stored.seq}});
      context_->service->metrics->messages_set_aside(1);
      continue;
    }
    messages->push_back(std::move(*message));
  }
  if (page.size() < page_size && !r.grew) r.behind = false;
  r.unread = r.behind ? r.unread - std::min(r.unread, page.size()) : 0;
  put_to_waiting(r, *messages);
  advance(r);
  hand_over(std::move(messages), {bot});
  read_on(bot, r);
  arm();
}

// -- handing over
// ------------------------------------------------------------------------------------------------

void inbox_reader::put_to_waiting(reader& r, const std::vector<inbound>& messages) {
  if (r.waiting.empty()) r.first_since = now();
  for (const auto& m : messages)
    r.waiting.push_back({m.seq, false});
}

void inbox_reader::hand_over(std::shared_ptr<const std::vector<inbound>> messages,
                             std::vector<std::string> bots) {
  if (messages->empty() || bots.empty() || !context_->router) return;
  send(context_->router, inbound_batch{std::move(messages), std::move(bots)}, context_->sender,
       inbox_reader_actor{this});
}

void inbox_reader::hand_over_again(const std::string& bot, reader& r) {
  log_info("inbox.again",
           {{"account", context_->name}, {"bot", bot}, {"messages", r.waiting.size()}, {"seq", r.position}});
  ++r.generation;
  r.reading = false;
  r.unread += r.waiting.size();
  r.waiting.clear();
  r.delivered = r.position;
  r.behind = true;
  read_on(bot, r);
}

void inbox_reader::handled(const messages_handled& h) {
  auto found = readers_.find(h.bot);
  if (found == readers_.end()) return;
  auto& r = found->second;
  for (auto seq : h.seqs) {
    auto at = std::lower_bound(r.waiting.begin(), r.waiting.end(), seq,
                               [](const handed_over& w, std::int64_t s) { return w.seq < s; });
    if (at != r.waiting.end() && at->seq == seq) at->done = true;
  }
  advance(r);
  read_on(found->first, r);
  arm();
}

void inbox_reader::advance(reader& r) {
  bool moved = false;
  for (; !r.waiting.empty() && r.waiting.front().done; r.waiting.pop_front()) {
    r.position = r.waiting.front().seq;
    moved = true;
  }
  if (r.waiting.empty()) r.position = r.delivered;
  if (moved) r.first_since = now();
  show_lag(r);
}

void inbox_reader::show_lag(reader& r) { r.lag.set(r.waiting.size() + r.unread); }

// -- time
// --------------------------------------------------------------------------------------------------------

void inbox_reader::arm() {
  if (armed_) return;
  bool has_work = !loaded_ || std::any_of(readers_.begin(), readers_.end(), [](const auto& known) {
    const auto& r = known.second;
    return r.position != r.saved || !r.waiting.empty() || r.behind;
  });
  if (!has_work) return;
  armed_ = true;
  set_timer(save_period);
}

void inbox_reader::tick() {
  armed_ = false;
  bool lacks_bots = std::any_of(context_->bots.begin(), context_->bots.end(),
                                [&](const auto& bot) { return !readers_.contains(bot); });
  if (!loading_ && (!loaded_ || lacks_bots) && now() >= store_not_before_) load_positions();
  for (auto& [bot, r] : readers_) {
    if (!r.waiting.empty() && now() - r.first_since >= lost_after)
      hand_over_again(bot, r);
    else
      read_on(bot, r);
  }
  save_positions();
  arm();
}

} // namespace weixin
