#include "runtime/shard_scheduler.hpp"

#include "runtime/shard.hpp"

#include <boost/asio/post.hpp>

#include <caf/actor_system.hpp>
#include <caf/logger.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/resumable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <typeinfo>
#include <unordered_map>

namespace weixin::runtime {

namespace {

/// So many actors are resumed before sockets and timers get their turn.
constexpr int jobs_per_turn = 64;

/// The resident that an actor is, or nullptr. A dynamic_cast walks through all bases of an actor, which costs
/// more than all else of a message; but where the resident lies in an actor is the same for every actor of
/// one type.
shard_resident* resident_of(caf::resumable* what) {
  thread_local std::unordered_map<const std::type_info*, std::optional<std::ptrdiff_t>> places;
  auto* begin = reinterpret_cast<std::byte*>(what);
  auto [place, is_new] = places.try_emplace(&typeid(*what));
  if (is_new) {
    auto* resident = dynamic_cast<shard_resident*>(what);
    if (resident != nullptr) place->second = reinterpret_cast<std::byte*>(resident) - begin;
  }
  return place->second ? reinterpret_cast<shard_resident*>(begin + *place->second) : nullptr;
}

/// CAF expects a central printing actor; nothing here prints through it.
class silent_printer final : public caf::monitorable_actor {
public:
  explicit silent_printer(caf::actor_config& cfg) : caf::monitorable_actor(cfg) {}
  void enqueue(caf::mailbox_element_ptr, caf::execution_unit*) override {}
};

} // namespace

class shard_scheduler::unit final : public caf::execution_unit {
public:
  unit(shard_scheduler& parent, shard& s) : caf::execution_unit(&parent.system()), owner(parent), home(s) {}
  void exec_later(caf::resumable* what) override { owner.enqueue(what); }

  shard_scheduler& owner;
  shard& home;
  std::deque<turn> jobs;     // home's thread only
  bool drain_posted = false; // home's thread only
  std::atomic<std::size_t> waiting{0};
  shard_load load;
};

shard_resident::shard_resident(caf::execution_unit* host) noexcept {
  if (auto* u = dynamic_cast<shard_scheduler::unit*>(host)) {
    shard_index_ = u->home.index();
    load_ = &u->load; // no actor outlives its scheduler
  }
}

void shard_resident::count_start(std::string_view name) noexcept {
  kind_ = metrics::actor_kind_of(name);
  if (load_ == nullptr || is_counted_) return;
  is_counted_ = true;
  load_->started(kind_);
}

void shard_resident::count_end() noexcept {
  if (!is_counted_) return;
  is_counted_ = false;
  load_->ended(kind_);
}

shard_system_config::shard_system_config(shard_pool& p) : pool(p) {
  load<shard_scheduler>();
  // The scheduler's thread count is CAF's own idea of workers; ours are the shards.
  set("scheduler.max-threads", p.size());
  set("scheduler.max-throughput", std::size_t{64});
}

caf::actor_system::module* shard_scheduler::make(caf::actor_system& system, caf::detail::type_list<>) {
  auto& config = dynamic_cast<const shard_system_config&>(system.config());
  return new shard_scheduler(system, config.pool); // CAF's module list takes ownership
}

shard_scheduler::shard_scheduler(caf::actor_system& system, shard_pool& pool)
    : abstract_coordinator(system), pool_(pool), clock_(pool) {
  for (std::size_t i = 0; i < pool.size(); ++i)
    units_.push_back(std::make_unique<unit>(*this, pool.at(i)));
}

shard_scheduler::~shard_scheduler() = default;

caf::execution_unit& shard_scheduler::unit_of(std::size_t shard_index) { return *units_.at(shard_index); }

std::size_t shard_scheduler::queue_length(std::size_t shard_index) const noexcept {
  return units_[shard_index]->waiting.load(std::memory_order_relaxed);
}

const shard_load& shard_scheduler::load(std::size_t shard_index) const noexcept {
  return units_[shard_index]->load;
}

metrics::actor_sample shard_scheduler::actors(metrics::actor_kind kind) const noexcept {
  metrics::actor_sample all;
  auto now = std::chrono::steady_clock::now();
  for (const auto& u : units_) {
    auto here = u->load.actors(kind, now);
    all.living += here.living;
    all.mailbox_length += here.mailbox_length;
    all.mailbox_max_length = std::max(all.mailbox_max_length, here.mailbox_max_length);
  }
  return all;
}

void shard_scheduler::start() {
  caf::actor_config cfg{units_.front().get()};
  auto& sys = system();
  utility_actors_[printer_id] =
      caf::make_actor<silent_printer, caf::actor>(sys.next_actor_id(), sys.node(), &sys, cfg);
}

void shard_scheduler::stop() {
  // All actors have ended by now. What is left are timers of actors that are gone and releases under way;
  // afterwards no shard may touch this object again.
  clock_.cancel_all();
  for (auto& u : units_) {
    pool_.run_on(u->home.index(), [&] {
      while (!u->jobs.empty()) {
        auto next = u->jobs.front();
        u->jobs.pop_front();
        run(*u, next, std::chrono::steady_clock::now());
      }
      u->drain_posted = false;
    });
  }
  utility_actors_[printer_id] = nullptr;
  // A drain may still be posted to a shard: a second round trip proves that it ran. CAF keeps a reference to
  // its logger in every thread that ran an actor, and the system's destructor waits until all are gone.
  for (auto& u : units_)
    pool_.run_on(u->home.index(), [] { caf::logger::set_current_actor_system(nullptr); });
}

void shard_scheduler::enqueue(caf::resumable* what) {
  auto* resident = resident_of(what);
  auto& u = *units_[resident != nullptr ? resident->shard_index() % units_.size() : 0];
  u.waiting.fetch_add(1, std::memory_order_relaxed);
  turn t{what, resident, std::chrono::steady_clock::now()};
  if (shard::current() == &u.home)
    push(u, t);
  else
    boost::asio::post(u.home.context(), [&u, t] { push(u, t); });
}

void shard_scheduler::push(unit& u, const turn& t) {
  u.jobs.push_back(t);
  if (u.drain_posted) return;
  u.drain_posted = true;
  boost::asio::post(u.home.context(), [&u] { u.owner.drain(u); });
}

void shard_scheduler::drain(unit& u) {
  // One reading of the clock a turn: the end of one is the beginning of the next.
  auto now = std::chrono::steady_clock::now();
  if (u.load.may_look(now)) look_at_mailboxes(u, now);
  for (int i = 0; i < jobs_per_turn && !u.jobs.empty(); ++i) {
    auto next = u.jobs.front();
    u.jobs.pop_front();
    now = run(u, next, now);
  }
  u.drain_posted = !u.jobs.empty();
  if (u.drain_posted) boost::asio::post(u.home.context(), [&u] { u.owner.drain(u); });
}

/// Who is not queued has nothing in its mailbox.
void shard_scheduler::look_at_mailboxes(unit& u, shard_load::time_point now) {
  u.load.begin_look(now);
  for (const auto& t : u.jobs)
    if (t.who != nullptr) u.load.saw(t.who->counted_as(), t.who->mailbox_length());
}

shard_load::time_point shard_scheduler::run(unit& u, const turn& t, shard_load::time_point begun) {
  u.waiting.fetch_sub(1, std::memory_order_relaxed);
  if (t.who != nullptr) u.load.mailbox(t.who->counted_as(), t.who->mailbox_length(), begun);
  auto resumed = t.what->resume(&u, max_throughput());
  auto ended = std::chrono::steady_clock::now();
  u.load.ran(begun - t.since, ended - begun);
  switch (resumed) {
  case caf::resumable::resume_later:
    u.waiting.fetch_add(1, std::memory_order_relaxed);
    push(u, {t.what, t.who, ended});
    break;
  case caf::resumable::done:
  case caf::resumable::awaiting_message:
    caf::intrusive_ptr_release(t.what);
    break;
  case caf::resumable::shutdown_execution_unit:
    break;
  }
  return ended;
}

} // namespace weixin::runtime
