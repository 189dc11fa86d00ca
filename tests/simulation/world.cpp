#include "tests/simulation/world.hpp"

#include "actors/bots/registry.hpp"
#include "store/memory_store.hpp"

#include <stdexcept>

namespace weixin::simulation {
namespace {

simulator::simulator_options service_options(const world_options& o) {
  simulator::simulator_options s;
  s.people_seed = o.seed;
  s.secret_seed = o.seed;
  s.gzip = false;
  // Some services forget a session that was silent for ten minutes.
  s.session_idle_limit = o.seed % 2 == 0 ? 0min : 10min;
  return s;
}

} // namespace

world::world(world_options options)
    : time(options.seed, options.shuffle), weixin(service_options(options)), plan(options.seed), eyes(time),
      net(time, weixin, plan, events, options.seed), disk(std::make_shared<weixin::store::memory_store>()),
      random(options.seed), options_(options), entropy_(options.seed * 1'000'003) {
  net.observe(eyes);
  eyes.waiting_for = [this](const std::string& sid) {
    std::vector<std::string> ids;
    auto found = weixin.state().sessions.find(sid);
    if (found == weixin.state().sessions.end()) return ids;
    std::uint64_t next = 0;
    for (const auto* e : found->second->events_after(0, simulator::web_session::max_unfetched, next))
      if (const auto* m = std::get_if<simulator::message_draft>(e)) ids.push_back(std::to_string(m->msg_id));
    return ids;
  };
  auto added = weixin.add_users(options_.accounts + options_.strangers, options_.people, moment());
  if (!added) throw std::logic_error("no users");
}

world::~world() {
  if (fleet) kill();
  time.drain();
}

std::string world::account_name(std::size_t number) const {
  auto digits = std::to_string(number);
  return "shop-" + std::string(digits.size() < 2 ? 1 : 0, '0') + digits;
}

std::vector<bot_entry> world::make_bots() {
  if (!options_.bots) return {};
  bots::bot_settings echo;
  echo.name = "echo";
  echo.type = "echo";
  auto made = bots::make_bot(echo);
  if (!made) throw std::logic_error("no bot: " + to_string(made.error()));
  return {{echo.name, echo.max_age, *made}};
}

void world::boot() {
  ++boots_;
  events.note("boot", boots_);
  // What starts believes its clock: it has no other.
  time.wall()->set(time.true_time());
  connections = net.start_process();
  store = std::make_shared<faulty_store>(time, plan, events, disk, eyes, options_.seed * 1'000 + boots_);
  service = std::make_shared<services>();
  auto& s = *service;
  s.store = store;
  s.metrics = std::make_shared<metrics::registry>();
  s.clock = time.wall();
  s.events = std::make_shared<event_log>();
  s.users = std::make_shared<own_users>();
  s.logins = std::make_shared<runtime::shared_bucket>(options_.logins_per_second, options_.logins_per_second);
  s.reconnects = std::make_shared<runtime::shared_bucket>(options_.reconnects_per_second, 1.0);
  s.entropy = [this] {
    // splitmix64
    auto z = (entropy_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  };
  s.send_ids = std::make_shared<weixin::store::id_source>('s', s.entropy);
  s.contact_ids = std::make_shared<weixin::store::id_source>('c', s.entropy);
  s.seed = s.entropy();
  s.pacing->set(pacing_profile::none);
  s.webwx.user_agent = "Mozilla/5.0 (X11; Linux x86_64) Simulation";
  s.make_client = [c = connections](const std::string& account, unsigned) { return c->client(account); };

  supervisor::fleet_options o;
  o.bots = make_bots();
  if (options_.bots) o.default_bots = {"echo"};
  o.fatal = [this](std::string_view what) { fatal.emplace_back(what); };
  fleet = std::make_unique<supervisor::fleet>(time.system(), service, o);
  fleet->start([](result<std::size_t>) {});
  time.settle();
}

void world::end_process() {
  fleet->stop();
  time.settle();
  fleet.reset();
  service.reset();
  store.reset();
  connections.reset();
  stopping_ = false;
  eyes.process_ended();
}

void world::kill() {
  events.note("kill");
  connections->die();
  store->die(store->waiting() == 0 ? 0 : random() % (store->waiting() + 1));
  end_process();
}

void world::stop() {
  events.note("stop");
  stopping_ = true;
  fleet->stop();
  time.after(stopping_takes, [this] {
    connections->die();
    store->die(store->waiting());
    end_process();
  });
}

} // namespace weixin::simulation
