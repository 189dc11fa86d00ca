#include "notify/notifier.hpp"

#include "notify/http_post.hpp"
#include "notify/target_worker.hpp"
#include "runtime/log.hpp"
#include "store/ids.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace weixin::notify {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t most_waiting_events = 50'000;
constexpr std::size_t alerts_in_a_refresh = 200;
constexpr auto refresh_every = 5min; // well below alert_lasts
constexpr auto forget_every = 60s;   // accounts that were removed

steady_clock::duration counts_every(const decision_rules& rules) {
  return std::clamp<steady_clock::duration>(rules.fleet_down_for / 10, 500ms, 5s);
}

/// State events on their way from the publishers' threads. Bounded: when it overflows, all states are read
/// anew.
class event_queue {
public:
  void push(const account_event& e) {
    std::lock_guard lock(mutex_);
    if (events_.size() >= most_waiting_events) {
      overflowed_ = true;
      return;
    }
    events_.push_back(e.data);
    changed_.notify_one();
  }
  void stop() {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_one();
  }

  struct batch {
    std::vector<std::function<std::string()>> events;
    bool overflowed = false;
    bool stopped = false;
  };
  batch wait(steady_clock::duration longest) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, longest, [this] { return stopped_ || !events_.empty(); });
    return {std::exchange(events_, {}), std::exchange(overflowed_, false), stopped_};
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::function<std::string()>> events_;
  bool overflowed_ = false;
  bool stopped_ = false;
};

std::string text_of(const boost::json::object& o, std::string_view key) {
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_string() ? std::string{v->as_string()} : std::string{};
}

std::optional<state_change> change_of(const std::string& event) {
  boost::json::error_code ec;
  auto parsed = boost::json::parse(event, ec);
  if (ec || !parsed.is_object()) return std::nullopt;
  const auto& o = parsed.as_object();
  state_change c{text_of(o, "account"), text_of(o, "state"), text_of(o, "reason"), text_of(o, "previous")};
  if (c.account.empty() || c.state.empty()) return std::nullopt;
  return c;
}

} // namespace

struct notifier::change::parts {
  notify_settings settings;
  std::vector<std::shared_ptr<target_worker>> workers; ///< in the order of the targets
};

notifier::change::change() : parts_(std::make_unique<parts>()) {}
notifier::change::~change() = default;
notifier::change::change(change&&) noexcept = default;
notifier::change& notifier::change::operator=(change&&) noexcept = default;

struct notifier::impl {
  explicit impl(notifier_context c) : context(std::move(c)) {
    ids = std::make_unique<store::id_source>('n', context.entropy);
  }
  ~impl() {
    if (subscription) context.events->unsubscribe(*subscription);
    queue->stop();
    if (thread.joinable()) thread.join();
    workers.clear();
  }

  moment now() const { return {steady_clock::now(), context.clock->now()}; }
  std::string next_id() { return ids->next(context.clock->now()); }

  result<std::shared_ptr<target_worker>> make_worker(const target_settings& target);
  void start_listening();
  void run();
  void work(event_queue::batch batch);
  void read_all(bool at_start);
  void forget_removed();
  void count();
  void tell();
  void refresh();

  notifier_context context;
  std::unique_ptr<store::id_source> ids;
  std::shared_ptr<event_queue> queue = std::make_shared<event_queue>();
  std::optional<std::uint64_t> subscription;

  std::mutex mutex; ///< of all below, which `thread` uses and a change of the settings replaces
  notify_settings settings;
  std::optional<decider> decides;
  std::vector<std::shared_ptr<target_worker>> workers; ///< in the order of the targets
  steady_clock::time_point next_count{};
  steady_clock::time_point next_forget{};
  steady_clock::time_point next_refresh{};

  std::thread thread;
};

result<std::shared_ptr<target_worker>> notifier::impl::make_worker(const target_settings& target) {
  prepare_http();
  auto how = make_delivery(target, {context.clock, context.qr, context.loopback_only});
  if (!how) return how.error();
  context.metrics->allow(metrics::checked_label::notify_target, target.name);
  worker_options options;
  options.name = target.name;
  options.seed = context.entropy();
  options.on_end = [m = context.metrics, name = target.name](metrics::notification_result r,
                                                             std::chrono::nanoseconds took) {
    m->notification_ended(name, r, took);
  };
  return std::make_shared<target_worker>(std::move(options), std::move(*how));
}

/// Not before there is a target: without one nothing is done at all.
void notifier::impl::start_listening() {
  decides.emplace(settings.rules, now());
  next_count = steady_clock::now();
  next_forget = next_count + forget_every;
  next_refresh = next_count + settings.rules.quiet_at_start;
  // First the subscription, then the states: what happens in between is heard.
  subscription = context.events->subscribe(0, [q = queue](const account_event& e) {
    if (e.type == "state") q->push(e);
  });
  read_all(true);
  thread = std::thread([this] { run(); });
}

void notifier::impl::read_all(bool at_start) {
  for (const auto& view : context.accounts()) {
    state_change c{view.name, view.state, view.reason, {}};
    if (at_start)
      decides->was_there(c, now());
    else
      decides->state_changed(c, now());
  }
}

void notifier::impl::forget_removed() {
  std::set<std::string> names;
  for (auto& view : context.accounts())
    names.insert(std::move(view.name));
  decides->keep_only(names, now());
}

void notifier::impl::count() {
  std::size_t running = 0;
  std::size_t not_online = 0;
  for (const auto& [state, number] : context.count_by_state()) {
    if (state == "stopped") continue;
    running += number;
    if (state != "online") not_online += number;
  }
  decides->counted(running, not_online, now());
}

void notifier::impl::tell() {
  for (auto& n : decides->take(now())) {
    if (n.what != kind::withdrawn)
      log_info("notify.told", {{"what", to_string(n.what)}, {"account", n.account}, {"count", n.count}});
    auto id = next_id();
    for (std::size_t i = 0; i < workers.size(); ++i)
      if (wants(settings.targets[i], n)) workers[i]->enqueue({id, {n}});
  }
}

void notifier::impl::refresh() {
  auto all = decides->open();
  for (std::size_t i = 0; i < workers.size(); ++i) {
    if (settings.targets[i].type != target_type::alertmanager) continue;
    for (std::size_t first = 0; first < all.size(); first += alerts_in_a_refresh) {
      job j{next_id(), {}, true};
      auto last = std::min(first + alerts_in_a_refresh, all.size());
      j.what.assign(all.begin() + static_cast<std::ptrdiff_t>(first),
                    all.begin() + static_cast<std::ptrdiff_t>(last));
      workers[i]->enqueue(std::move(j));
    }
  }
}

void notifier::impl::run() {
  for (;;) {
    steady_clock::duration longest{};
    {
      std::lock_guard lock(mutex);
      longest =
          std::min<steady_clock::duration>(decides->is_waiting() ? 500ms : 5s, counts_every(settings.rules));
    }
    auto batch = queue->wait(longest);
    if (batch.stopped) return;
    std::lock_guard lock(mutex);
    work(std::move(batch));
  }
}

void notifier::impl::work(event_queue::batch batch) {
  for (const auto& event : batch.events)
    if (auto c = change_of(event())) decides->state_changed(*c, now());
  if (batch.overflowed) read_all(false);
  auto time = steady_clock::now();
  if (time >= next_count) {
    next_count = time + counts_every(settings.rules);
    count();
  }
  if (time >= next_forget) {
    next_forget = time + forget_every;
    forget_removed();
  }
  tell();
  if (time >= next_refresh) {
    next_refresh = time + refresh_every;
    refresh();
  }
}

notifier::notifier(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
notifier::~notifier() = default;

result<std::unique_ptr<notifier>> notifier::start(notify_settings settings, notifier_context context) {
  auto made = std::unique_ptr<notifier>{new notifier{std::make_unique<impl>(std::move(context))}};
  auto first = made->prepare(std::move(settings));
  if (!first) return first.error();
  made->use(std::move(*first));
  return result<std::unique_ptr<notifier>>{std::move(made)};
}

result<notifier::change> notifier::prepare(notify_settings settings) {
  change c;
  for (const auto& target : settings.targets) {
    std::shared_ptr<target_worker> worker;
    {
      std::lock_guard lock(impl_->mutex);
      const auto& present = impl_->settings.targets;
      auto found = std::find(present.begin(), present.end(), target);
      if (found != present.end()) worker = impl_->workers[static_cast<std::size_t>(found - present.begin())];
    }
    if (!worker) {
      auto made = impl_->make_worker(target);
      if (!made) return made.error();
      worker = std::move(*made);
    }
    c.parts_->workers.push_back(std::move(worker));
  }
  c.parts_->settings = std::move(settings);
  return c;
}

void notifier::use(change c) {
  std::lock_guard lock(impl_->mutex);
  // What is no longer needed goes with `c`, after the lock.
  std::swap(impl_->settings, c.parts_->settings);
  std::swap(impl_->workers, c.parts_->workers);
  if (impl_->decides)
    impl_->decides->use(impl_->settings.rules);
  else if (!impl_->workers.empty())
    impl_->start_listening();
  // Nothing waits any more for a target that is gone, and nobody says so later.
  for (const auto& gone : c.parts_->workers)
    impl_->context.metrics->set_notifications_waiting(gone->name(), 0, {});
}

void notifier::show_waiting(metrics::registry& to) const {
  std::lock_guard lock(impl_->mutex);
  for (const auto& worker : impl_->workers) {
    auto backlog = worker->waiting();
    to.set_notifications_waiting(worker->name(), backlog.jobs, backlog.oldest);
  }
}

void notifier::test(const std::optional<std::string>& target,
                    std::function<void(result<std::vector<test_result>>)> done) {
  std::vector<std::shared_ptr<target_worker>> chosen;
  {
    std::lock_guard lock(impl_->mutex);
    for (const auto& worker : impl_->workers)
      if (!target || worker->name() == *target) chosen.push_back(worker);
  }
  if (target && chosen.empty())
    return done(fail(errc::invalid_argument, "target: there is none of this name"));
  if (chosen.empty()) return done(std::vector<test_result>{});

  struct answers {
    std::mutex mutex;
    std::size_t missing;
    std::vector<test_result> results;
    std::function<void(result<std::vector<test_result>>)> done;
  };
  auto all = std::make_shared<answers>();
  all->missing = chosen.size();
  all->results.resize(chosen.size());
  all->done = std::move(done);
  notification n;
  n.since = n.at = impl_->context.clock->now();
  auto id = impl_->next_id();
  for (std::size_t i = 0; i < chosen.size(); ++i)
    chosen[i]->test({id, {n}}, [all, i, name = chosen[i]->name()](attempt a) {
      bool was_last = false;
      {
        std::lock_guard lock(all->mutex);
        all->results[i] = {name, a.what == attempt::verdict::delivered, std::move(a.detail)};
        was_last = --all->missing == 0;
      }
      if (was_last) all->done(std::move(all->results));
    });
}

} // namespace weixin::notify
