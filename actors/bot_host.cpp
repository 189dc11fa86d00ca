#include "actors/bot_host.hpp"

#include "actors/bots/may_answer.hpp"

namespace weixin {

namespace {

bool is_worth_another_try(errc code) {
  return code == errc::queue_full || code == errc::disk_full || code == errc::store_failed ||
         code == errc::store_busy;
}

} // namespace

bot_host::bot_host(caf::actor_config& cfg, std::shared_ptr<const services> service,
                   std::shared_ptr<const bot_entry> entry)
    : actor_base(cfg), service_(std::move(service)), entry_(std::move(entry)) {}

bot_host::behavior_type bot_host::make_behavior() {
  return {[this](const inbound_batch& batch, const sender_actor& to, const inbox_reader_actor& from) {
            messages_handled finished{entry_->name, {}};
            for (const auto& message : *batch.messages)
              if (!consider(message, to, from)) finished.seqs.push_back(message.seq);
            if (!finished.seqs.empty()) send(from, std::move(finished));
          },
          run_continuations()};
}

bool bot_host::consider(const inbound& message, const sender_actor& to, const inbox_reader_actor& from) {
  using metrics::bot_result;
  auto count = [this](bot_result r) { service_->metrics->bot_dispatched(entry_->name, r); };
  auto verdict =
      bots::may_answer(message, entry_->max_age, service_->clock->now(),
                       [this](const std::string& nick) { return service_->users->contains(nick); });
  if (verdict != bots::answer_verdict::yes) {
    count(verdict == bots::answer_verdict::too_old ? bot_result::stale : bot_result::ignored);
    return false;
  }
  std::optional<std::string> reply;
  auto asked = now();
  try {
    reply = entry_->object->reply_to(message);
    service_->metrics->bot_thought(entry_->name, now() - asked);
  } catch (const std::exception& e) {
    log_error("bot.exception",
              {{"bot", entry_->name}, {"account", message.account}, {"type", typeid(e).name()}});
    count(bot_result::failed);
    return false;
  }
  if (!reply || reply->empty()) {
    count(bot_result::ignored);
    return false;
  }
  send_request what;
  what.to = message.chat;
  what.content = store::text_content{std::move(*reply)};
  // A message that is handed over twice is answered once.
  what.idempotency_key = "bot:" + entry_->name + ":" + std::to_string(message.seq);
  // The outcome is counted when the sender has taken the answer; the registry may be used from any thread.
  auto registry = service_->metrics;
  send(to,
       submit_send{
           std::move(what), [registry, from, bot = entry_->name, account = message.account,
                             seq = message.seq](result<store::accepted_send> r) {
             if (r && r->repeated) {
               registry->router_duplicate();
               caf::anon_send(from, messages_handled{bot, {seq}});
               return;
             }
             auto code = r ? errc::internal : r.error().code;
             registry->bot_dispatched(bot, r                          ? bot_result::ok
                                           : code == errc::queue_full ? bot_result::overload
                                                                      : bot_result::failed);
             if (!r)
               log_warn("bot.reply_refused", {{"bot", bot}, {"account", account}, {"errc", to_string(code)}});
             // What heals by itself is tried again when the inbox reader misses the message.
             if (r || !is_worth_another_try(code)) caf::anon_send(from, messages_handled{bot, {seq}});
           }});
  return true;
}

} // namespace weixin
