#include "actors/router.hpp"

namespace weixin {

namespace {
using namespace std::chrono_literals;
constexpr std::size_t restart_intensity = 3;
constexpr auto restart_period = 60s;
} // namespace

router::router(caf::actor_config& cfg, std::shared_ptr<const services> service, std::vector<bot_entry> bots)
    : actor_base(cfg), service_(std::move(service)) {
  for (auto& b : bots)
    bots_[b.name].entry = std::move(b);
}

void router::start_bot(const std::string& bot) {
  auto& r = bots_.at(bot);
  r.host = spawn<bot_host>(service_, r.entry);
  monitor(r.host);
}

router::behavior_type router::make_behavior() {
  set_down_handler([this](caf::down_msg& down) {
    for (auto& [bot, r] : bots_) {
      if (r.host.address() != down.source) continue;
      log_error("bot.ended", {{"bot", bot}});
      std::erase_if(r.restarts, [&](auto t) { return now() - t > restart_period; });
      r.restarts.push_back(now());
      if (r.restarts.size() > restart_intensity) return quit(caf::make_error(caf::sec::runtime_error));
      return start_bot(bot);
    }
  });
  set_exit_handler([this](caf::exit_msg& e) {
    for (auto& [bot, r] : bots_) {
      demonitor(r.host.address());
      send_exit(r.host, e.reason);
    }
    quit(e.reason);
  });
  for (auto& [bot, r] : bots_)
    start_bot(bot);
  return {[this](const inbound_batch& batch, const sender_actor& to) {
            for (const auto& bot : batch.bots)
              if (auto found = bots_.find(bot); found != bots_.end()) send(found->second.host, batch, to);
          },
          run_continuations()};
}

} // namespace weixin
