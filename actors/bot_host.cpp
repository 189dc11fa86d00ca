#include "actors/bot_host.hpp"

#include "actors/bots/may_answer.hpp"

namespace weixin {

bot_host::bot_host(caf::actor_config& cfg, std::shared_ptr<const services> service, bot_entry entry)
    : actor_base(cfg), service_(std::move(service)), entry_(std::move(entry)) {}

bot_host::behavior_type bot_host::make_behavior() {
  return {[this](const inbound_batch& batch, const sender_actor& to) {
            for (const auto& message : *batch.messages)
              consider(message, to);
          },
          run_continuations()};
}

void bot_host::consider(const inbound& message, const sender_actor& to) {
  using metrics::bot_result;
  auto verdict =
      bots::may_answer(message, entry_.max_age, service_->clock->now(),
                       [this](const std::string& nick) { return service_->users->contains(nick); });
  if (verdict != bots::answer_verdict::yes)
    return service_->metrics->bot_dispatched(
        entry_.name, verdict == bots::answer_verdict::too_old ? bot_result::stale : bot_result::ignored);
  std::optional<std::string> reply;
  try {
    reply = entry_.object->reply_to(message);
  } catch (const std::exception& e) {
    log_error("bot.exception",
              {{"bot", entry_.name}, {"account", message.account}, {"type", typeid(e).name()}});
    return service_->metrics->bot_dispatched(entry_.name, bot_result::failed);
  }
  if (!reply || reply->empty()) return service_->metrics->bot_dispatched(entry_.name, bot_result::ignored);
  // The outcome is counted when the sender has taken the answer; the registry may be used from any thread.
  auto registry = service_->metrics;
  send(to,
       submit_text{message.chat, std::move(*reply),
                   [registry, bot = entry_.name, account = message.account](result<store::send_record> r) {
                     if (!r)
                       log_warn("bot.reply_refused",
                                {{"bot", bot}, {"account", account}, {"errc", to_string(r.error().code)}});
                     registry->bot_dispatched(bot, r                                    ? bot_result::ok
                                                   : r.error().code == errc::queue_full ? bot_result::overload
                                                                                        : bot_result::failed);
                   }});
}

} // namespace weixin
