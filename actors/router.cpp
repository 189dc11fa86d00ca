#include "actors/router.hpp"

#include <set>
#include <utility>

namespace weixin {

namespace {
using namespace std::chrono_literals;

/// A bot that is not configured any more answers nothing.
messages_handled nobody_handled(const std::string& bot, const std::vector<inbound>& messages) {
  messages_handled done{bot, {}};
  for (const auto& m : messages)
    done.seqs.push_back(m.seq);
  return done;
}

} // namespace

router::router(caf::actor_config& cfg, std::shared_ptr<const services> service, std::vector<bot_entry> bots)
    : actor_base(cfg), service_(std::move(service)),
      hosts_(*this,
             {.strategy = runtime::restart_strategy::one_for_one, .limit = runtime::restart_limit{3, 60s}},
             {.ended =
                  [this](const std::string& bot, runtime::exit_kind) {
                    service_->metrics->actor_failed(metrics::actor_kind::bot_host);
                    log_error("bot.ended", {{"bot", bot}});
                    return true;
                  },
              .gave_up =
                  [this] {
                    service_->metrics->actor_gave_up(metrics::actor_kind::bot_host);
                    quit(caf::make_error(caf::sec::runtime_error));
                  }}) {
  for (auto& entry : bots) {
    auto name = entry.name;
    bots_[name] = std::make_shared<bot_entry>(std::move(entry));
  }
}

void router::configure(const std::vector<bot_entry>& bots) {
  std::set<std::string> names;
  for (const auto& entry : bots) {
    names.insert(entry.name);
    auto& known = bots_[entry.name];
    if (known) {
      *known = entry;
      continue;
    }
    known = std::make_shared<bot_entry>(entry);
    start_host(entry.name);
  }
  for (auto at = bots_.begin(); at != bots_.end();) {
    if (names.contains(at->first)) {
      ++at;
      continue;
    }
    hosts_.stop({at->first});
    at = bots_.erase(at);
  }
}

void router::start_host(const std::string& bot) {
  hosts_.add({.id = bot}, [this, entry = bots_.at(bot)] {
    return caf::actor_cast<caf::strong_actor_ptr>(spawn<bot_host>(service_, entry));
  });
}

router::behavior_type router::make_behavior() {
  set_down_handler([this](caf::down_msg& down) { hosts_.handle_down(down); });
  set_exit_handler([this](caf::exit_msg& e) { hosts_.stop_all([this, why = e.reason] { quit(why); }); });
  for (const auto& [name, entry] : bots_)
    start_host(name);
  return {[this](const inbound_batch& batch, const sender_actor& to, const inbox_reader_actor& from) {
            for (const auto& bot : batch.bots) {
              if (auto host = hosts_.get<bot_actor>(bot))
                send(host, batch, to, from);
              else if (!bots_.contains(bot))
                send(from, nobody_handled(bot, *batch.messages));
            }
          },
          [this](const bots_configured& c) { configure(*c.bots); }, run_continuations()};
}

} // namespace weixin
