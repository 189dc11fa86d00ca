#include "apps/server.hpp"

#include "admin/api.hpp"
#include "admin/console_files.hpp"
#include "admin/notify_calls.hpp"
#include "admin/openapi_call.hpp"
#include "admin/reload_calls.hpp"
#include "apps/abort_at_commit.hpp"
#include "apps/api_listener.hpp"
#include "apps/metrics_hooks.hpp"
#include "apps/metrics_routes.hpp"
#include "apps/overload.hpp"
#include "apps/reload.hpp"
#include "apps/server_settings.hpp"
#include "httpd/server.hpp"
#include "notify/notifier.hpp"
#include "protocol/webwx/hosts.hpp"
#include "runtime/descriptor_limit.hpp"
#include "runtime/memory_watch.hpp"
#include "runtime/secret_file.hpp"
#include "runtime/service_manager.hpp"
#include "runtime/shard.hpp"
#include "runtime/shard_scheduler.hpp"
#include "runtime/watchdog.hpp"
#include "store/spool_files.hpp"
#include "store/sqlite_store.hpp"
#include "supervisor/fleet.hpp"
#include "transport/https_client.hpp"
#include "transport/network.hpp"
#include "version.hpp"

#include <boost/asio/post.hpp>

#include <caf/actor_system.hpp>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <malloc.h>
#include <random>
#include <unistd.h>

namespace weixin {

namespace {

using namespace std::chrono_literals;

/// The admin API is for people and a few programs, metrics for a scraper or two.
constexpr std::size_t metrics_connections = 32;
/// What is left of the events while memory is short.
constexpr std::size_t events_when_memory_is_short = 1'000;
/// A check, a backup or a disk that hangs may keep the store's thread so long; accounts go on meanwhile.
constexpr auto store_patience = 5min;

transport::network_options network_options_of(const config::server_config& c) {
  transport::network_options o;
  o.connect_to = c.network.connect_to;
  o.ca_file = c.network.ca_file;
  const char* loopback_only = std::getenv("WEIXIND_LOOPBACK_ONLY");
  o.tls_handshakes_per_second = c.limits.tls_handshakes_per_second;
  o.loopback_only = loopback_only != nullptr && std::string_view{loopback_only} == "1";
  return o;
}

/// The client of one account. Whoever drops it last, it is destroyed on its shard, as it wants to be.
std::shared_ptr<transport::http_client> make_client(const std::shared_ptr<transport::network>& net,
                                                    runtime::shard& home) {
  auto client = transport::make_https_client(net, home.context(), webwx::is_known_host);
  return {client.release(), [&home](transport::http_client* c) {
            if (runtime::shard::current() == &home)
              delete c;
            else
              boost::asio::post(home.context(), [c] { delete c; });
          }};
}

/// The actors' way to something that `parts` owns alone. Answers of its thread hold actors: if these owned
/// it, the last answer would end the thread from within.
template <class T>
std::shared_ptr<T> lend(T& owned) {
  return {std::shared_ptr<void>{}, &owned};
}

/// The admin socket, when the service manager opened it; else -1.
result<int> passed_admin_socket() {
  auto passed = runtime::service_manager::passed_sockets();
  if (passed.empty()) return -1;
  if (passed.size() == 1) return passed.front();
  for (int descriptor : passed)
    ::close(descriptor);
  return fail(errc::config_invalid, "the service manager passed " + std::to_string(passed.size()) +
                                        " sockets: weixind takes one, ListenStream= of weixind.socket");
}

std::function<std::uint64_t()> make_entropy() {
  return [] {
    thread_local std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
  };
}

} // namespace

struct server::parts {
  explicit parts(config::server_config c) : config(std::move(c)) {}

  // In start order; destroyed in reverse.
  config::server_config config;
  std::shared_ptr<wall_clock> clock = std::make_shared<system_wall_clock>();
  wall_time started_at = clock->now();
  std::shared_ptr<admin::access> who_may; // the store's answers come to it
  std::shared_ptr<store::store> store;
  std::unique_ptr<store::media_files> media;
  std::unique_ptr<store::spool> spool;
  std::shared_ptr<metrics::registry> metrics;
  std::shared_ptr<transport::network> network;
  std::unique_ptr<runtime::shard_pool> shards;
  std::unique_ptr<runtime::worker_pool> workers;
  std::shared_ptr<services> service;
  std::unique_ptr<runtime::shard_system_config> system_config;
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<supervisor::fleet> fleet;
  std::unique_ptr<notify::notifier> notifier;
  runtime::shared_value<store::retention> keep;
  std::unique_ptr<reloader> reload;
  std::weak_ptr<admin::audit_trail> trail; // it holds the store, which must go when its time has come
  std::unique_ptr<httpd::server> metrics_listener;
  std::unique_ptr<httpd::server> admin_listener;
  std::unique_ptr<httpd::server> api_listener;
  std::shared_ptr<admin::fleet_gate> late_calls = std::make_shared<admin::fleet_gate>();
  std::unique_ptr<runtime::watchdog> watchdog;
  std::unique_ptr<runtime::memory_watch> memory;
  std::atomic<bool> ready{false};

  /// Accounts live on shards 0 to n-1; the last shard serves the listeners and the fleet supervisor, so that
  /// a scrape of many series never delays a poll.
  std::size_t account_shards() const { return shards->size() - 1; }
  std::size_t service_shard() const { return shards->size() - 1; }

  runtime::descriptor_limit descriptors;
  secret extspam; ///< of the desktop client; empty: nobody logs in as one

  result<void> check_descriptors();
  result<void> open_store();
  result<void> clean_spool();
  result<void> open_access();
  void remove_unknown_media();
  result<void> open_network();
  result<void> read_secrets();
  void start_runtime();
  result<void> start_fleet(std::vector<bot_entry> bots, std::function<void()> fatal);
  result<void> start_notifier();
  metrics_sources sources_of_metrics();
  void start_reloader(std::string file);
  result<void> start_metrics_listener();
  result<void> start_admin_listeners();
  result<void> start_listener(httpd::server& listener);
  void count_answers(httpd::listen_options& options, const httpd::router& routes);
  void watch_memory();
  std::string status_line() const;
  void stop();
};

result<void> server::parts::check_descriptors() {
  descriptors = runtime::raise_descriptor_limit();
  if (descriptors.accounts == 0) return fail(errc::config_invalid, descriptors.explanation());
  if (descriptors.accounts < config.limits.max_accounts)
    log_warn("limit.descriptors",
             {{"max_accounts", config.limits.max_accounts}, {"reason", descriptors.explanation()}});
  return {};
}

result<void> server::parts::open_store() {
  if (store) return {};
  store::sqlite_store_options options;
  options.data_dir = config.data_dir;
  options.database.survives = config.store.survives == config::durability::power ? store::durability::power
                                                                                 : store::durability::process;
  options.reserve_bytes = config.store.reserve_bytes;
  options.on_transaction = count_transactions(metrics);
  abort_where_a_test_wants_it(options);
  auto opened = store::open_sqlite_store(options);
  if (!opened) return opened.error();
  store = std::move(*opened);
  // Media leave off earlier than messages have to.
  store::media_files_options media_options{.data_dir = config.data_dir};
  media_options.reserve_bytes = config.store.reserve_bytes * 2;
  auto files = store::media_files::open(std::move(media_options));
  if (!files) return files.error();
  media = std::move(*files);
  store::spool_files_options spooled;
  spooled.data_dir = config.data_dir;
  spooled.allowed.assign(config.sends.allowed_paths.begin(), config.sends.allowed_paths.end());
  spooled.max_bytes = config.sends.max_spool_bytes;
  spooled.reserve_bytes = config.store.reserve_bytes;
  spooled.ids = std::make_shared<store::id_source>('u', make_entropy());
  spooled.now = [wall = clock] { return wall->now(); };
  auto opened_spool = store::open_spool_files(std::move(spooled));
  if (!opened_spool) return opened_spool.error();
  spool = std::move(*opened_spool);
  return clean_spool();
}

/// What no send needs that is not settled: of a process that died between two steps.
result<void> server::parts::clean_spool() {
  auto asked = std::make_shared<std::promise<result<std::vector<std::string>>>>();
  store->spooled_files([asked](result<std::vector<std::string>> ids) { asked->set_value(std::move(ids)); });
  auto needed = asked->get_future().get();
  if (!needed) return needed.error();
  spool->keep_only(std::move(*needed));
  return {};
}

result<void> server::parts::open_access() {
  who_may = std::make_shared<admin::access>(lend(*store), clock, make_entropy());
  if (auto ok = load_tokens(*store, *who_may); !ok) return ok;
  return check_api(config.api, *who_may);
}

result<void> server::parts::read_secrets() {
  if (config.webwx.extspam_file.empty()) return {};
  auto token = read_secret_file(config.webwx.extspam_file);
  if (!token) return fail(errc::config_invalid, "webwx.extspam_file " + token.error().context);
  extspam = std::move(*token);
  return {};
}

result<void> server::parts::open_network() {
  auto options = transport::validate(network_options_of(config));
  if (!options) return options.error();
  auto created = transport::network::create(*options, count_network(metrics));
  if (!created) return created.error();
  network = std::move(*created);
  return {};
}

/// A crash between a file and its note, or between an erased note and its file, leaves a file that nobody
/// knows: those that are there before the first download are looked up, later and in parts.
void server::parts::remove_unknown_media() {
  if (!media) return;
  // The answer may come when the server ends already, and the store with it.
  media->list([files = media.get(), weak = std::weak_ptr{store}](result<std::vector<std::string>> there) {
    auto s = weak.lock();
    if (!there || !s) return;
    constexpr std::size_t at_once = 1'000;
    for (std::size_t from = 0; from < there->size(); from += at_once) {
      auto to = std::min(from + at_once, there->size());
      std::vector<std::string> part{there->begin() + static_cast<std::ptrdiff_t>(from),
                                    there->begin() + static_cast<std::ptrdiff_t>(to)};
      s->unknown_media_files(std::move(part), [files](result<std::vector<std::string>> unknown) {
        if (!unknown || unknown->empty()) return;
        log_info("media.unknown_removed", {{"files", unknown->size()}});
        for (auto& id : *unknown)
          files->remove(std::move(id));
      });
    }
  });
}

void server::parts::start_runtime() {
  auto cores = std::max(1U, std::thread::hardware_concurrency());
  auto count = config.shards == 0 ? cores : static_cast<unsigned>(config.shards);
  shards = std::make_unique<runtime::shard_pool>(count + 1);

  service = std::make_shared<services>();
  auto& s = *service;
  s.store = lend(*store);
  s.metrics = metrics;
  s.clock = clock;
  s.events = std::make_shared<event_log>();
  s.users = std::make_shared<own_users>();
  workers = std::make_unique<runtime::worker_pool>();
  s.workers = lend(*workers);
  s.logins = std::make_shared<runtime::shared_bucket>(config.limits.logins_per_second,
                                                      config.limits.logins_per_second);
  // Without a reserve: what was saved while Weixin was away would leave at once when it is back.
  s.reconnects = std::make_shared<runtime::shared_bucket>(config.limits.reconnects_per_second, 1.0);
  s.make_client = [net = network, pool = shards.get()](const std::string&, unsigned shard) {
    return make_client(net, pool->at(shard));
  };
  s.entropy = make_entropy();
  s.send_ids = std::make_shared<store::id_source>('s', s.entropy);
  s.contact_ids = std::make_shared<store::id_source>('c', s.entropy);
  if (media) {
    s.media->set(media_of(config.media));
    s.make_media_writer =
        make_media_writers(lend(*media), std::make_shared<store::id_source>('m', s.entropy), clock);
    s.remove_media = [files = media.get(), sends = spool.get()](std::vector<std::string> ids) {
      for (auto& id : ids) {
        files->remove(id); // each knows its own
        sends->remove(std::move(id));
      }
    };
  }
  if (spool) s.spool = lend(*spool);
  s.upload_limits.document = config.sends.max_file_bytes;
  s.seed = s.entropy();
  s.pacing->set(config.pacing);
  s.webwx = {config.webwx.login_host,
             config.webwx.entry_host,
             config.webwx.user_agent,
             config.webwx.push_login,
             {extspam, config.webwx.client_version}};

  system_config = std::make_unique<runtime::shard_system_config>(*shards);
  system = std::make_unique<caf::actor_system>(*system_config);
}

result<void> server::parts::start_fleet(std::vector<bot_entry> bots, std::function<void()> fatal) {
  supervisor::fleet_options options;
  auto by = fleet_configuration_of(config, descriptors, std::move(bots));
  options.bots = std::move(by.bots);
  options.default_bots = std::move(by.default_bots);
  options.default_login = by.default_login;
  options.max_accounts = by.max_accounts;
  options.max_accounts_reason = std::move(by.max_accounts_reason);
  options.declared = config.accounts;
  auto room_for = options.max_accounts;
  options.account_shards = account_shards();
  options.fleet_shard = service_shard();
  options.keep = by.keep;
  keep.set(by.keep);
  options.fatal = [fatal = std::move(fatal)](std::string_view what) {
    log_error("service.failed", {{"service", what}, {"action", "exit 70"}});
    fatal();
  };
  fleet = std::make_unique<supervisor::fleet>(*system, service, std::move(options));
  // Shared, because who sets it may not be through with it when it is read.
  auto started = std::make_shared<std::promise<result<std::size_t>>>();
  fleet->start([started](result<std::size_t> r) { started->set_value(std::move(r)); });
  auto accounts = started->get_future().get();
  if (!accounts) return accounts.error();
  log_info("fleet.started", {{"accounts", *accounts}});
  // They are there and were promised to run: what cannot get a connection says so itself.
  if (*accounts > room_for) log_error("limit.accounts", {{"accounts", *accounts}, {"room_for", room_for}});
  return {};
}

result<void> server::parts::start_notifier() {
  notify::notifier_context c;
  c.events = service->events;
  c.clock = clock;
  c.metrics = metrics;
  c.accounts = [this] { return fleet->accounts(); };
  c.count_by_state = [this] { return fleet->count_by_state(); };
  c.qr = [this](const std::string& account) -> std::optional<std::string> {
    auto pending = fleet->qr(account);
    if (!pending || !*pending) return std::nullopt;
    return (*pending)->url;
  };
  c.loopback_only = network->options().loopback_only;
  c.entropy = service->entropy;
  auto made = notify::notifier::start(config.notify, std::move(c));
  if (!made) return made.error();
  notifier = std::move(*made);
  return {};
}

void server::parts::start_reloader(std::string file) {
  reloader::options o;
  o.file = std::move(file);
  o.metrics = metrics;
  o.clock = clock;
  running_parts running{*fleet, *notifier, *network, *service, keep, descriptors, [this](auto certificate) {
                          if (api_listener) api_listener->use_identity(std::move(certificate));
                        }};
  o.carry_out = [running](const auto& before, const auto& next, bool check_only) {
    return change_configuration(running, before, next, check_only);
  };
  o.begins = [] { runtime::service_manager::reloading(); };
  o.ended = [this] { runtime::service_manager::ready(status_line()); };
  reload = std::make_unique<reloader>(config, std::move(o));
}

result<void> server::parts::start_listener(httpd::server& listener) {
  result<void> started = fail(errc::internal);
  shards->run_on(service_shard(), [&] { started = listener.start(); });
  return started;
}

void server::parts::count_answers(httpd::listen_options& options, const httpd::router& routes) {
  for (const auto& r : routes.routes())
    metrics->allow(metrics::checked_label::route, r.pattern);
  options.on_answer = [m = metrics, routes](std::string_view method, std::string_view path, int status,
                                            std::chrono::nanoseconds took) {
    m->http_request_served(routes.pattern_of(path), method, status, took);
  };
}

metrics_sources server::parts::sources_of_metrics() {
  return {metrics,
          network,
          *shards,
          dynamic_cast<runtime::shard_scheduler&>(system->scheduler()),
          [this] { return ready.load(); },
          [this] { return store->health(); },
          [this] { return service->media->get().quota.bytes; },
          [this](metrics::registry& to) {
            if (notifier) notifier->show_waiting(to);
          }};
}

result<void> server::parts::start_metrics_listener() {
  httpd::listen_options options;
  options.address = config.metrics.listen;
  options.max_connections = metrics_connections;
  auto routes = make_metrics_routes(sources_of_metrics());
  count_answers(options, routes);
  metrics_listener =
      std::make_unique<httpd::server>(shards->at(service_shard()).context(), options, std::move(routes));
  return start_listener(*metrics_listener);
}

result<void> server::parts::start_admin_listeners() {
  httpd::listen_options options;
  options.unix_path = config.admin.socket;
  options.unix_mode = config.admin.socket_mode;
  auto passed = passed_admin_socket();
  if (!passed) return passed.error();
  options.unix_descriptor = *passed;
  options.max_connections = config.admin.max_connections;
  options.requests_per_second_per_peer = config.admin.requests_per_second;
  options.refuse = [this](const httpd::request& r) { return refuse_for_memory(r, memory->level()); };
  options.takes_connections = [this] { return memory->level() < runtime::memory_pressure::extreme; };
  auto& context = shards->at(service_shard()).context();
  admin::server_facts facts{
      version,
      started_at,
      [this] { return metrics_listener ? metrics_listener->endpoint() : std::string{}; },
      [this] { return ready.load(); },
      config.store.survives == config::durability::power ? "power" : "process",
      [this] { return keep.get(); },
      [this] { return api_listener ? api_listener->endpoint() : std::string{}; },
      [this] { return api_listener ? api_url(config.api, api_listener->endpoint()) : std::string{}; }};
  options.receive = admin::make_upload_receiver(service->spool, service->upload_limits);
  options.max_received_body_bytes = admin::max_upload_bytes(service->upload_limits);
  admin::api_context api{*fleet,           service->store, service->events,        clock,     who_may,
                         std::move(facts), service->spool, service->upload_limits, late_calls};
  if (media)
    api.open_media = [files = media.get()](std::string id, auto done) {
      files->open_file(std::move(id), std::move(done));
    };
  api.metrics = [sources = sources_of_metrics()] { return render_metrics(sources); };
  auto routes = std::make_shared<admin::api_routes>(admin::make_api(std::move(api), context));
  trail = routes->trail();
  admin::add_notify_calls(*routes, *notifier);
  admin::add_openapi_call(*routes);
  admin::add_reload_calls(
      *routes, [this](bool check_only, auto done) { reload->reload(check_only, std::move(done)); });
  if (config.api.console) admin::add_console_files(*routes);
  count_answers(options, routes->router());
  // Both are there before one of them answers: the API tells where it listens.
  admin_listener = std::make_unique<httpd::server>(context, options, routes->router());
  if (!config.api.listen.empty())
    api_listener =
        std::make_unique<httpd::server>(context, api_options(config.api, options, routes), routes->router());
  auto listening = start_listener(*admin_listener);
  // What is wrong with a path, or with a socket that was passed, somebody has configured.
  if (!listening && listening.error().code == errc::invalid_argument)
    return fail(errc::config_invalid, listening.error().context);
  if (!listening || !api_listener) return listening;
  return start_listener(*api_listener);
}

void server::parts::watch_memory() {
  runtime::memory_watch::options options;
  options.changed = [events = service->events](runtime::memory_pressure level) {
    if (level < runtime::memory_pressure::high) return;
    events->keep_only(events_when_memory_is_short);
    ::malloc_trim(0);
  };
  memory = std::make_unique<runtime::memory_watch>(std::move(options));
}

void server::parts::stop() {
  ready = false;
  watchdog.reset();
  if (shards) {
    shards->run_on(service_shard(), [this] {
      if (api_listener) api_listener->stop();
      if (admin_listener) admin_listener->stop();
      if (metrics_listener) metrics_listener->stop();
    });
  }
  reload.reset();      // it asks fleet and notifier
  late_calls->close(); // answers of store and spool may still come
  notifier.reset();    // it asks the fleet
  if (fleet) fleet->stop();
  if (network) network->stop();
  fleet.reset();
  if (system) system->await_all_actors_done();
  // Each carries out what waits and joins its thread. The answers hold actors, which need the system even
  // when they have ended; the store's may start work for the media files.
  workers.reset();
  store.reset();
  media.reset();
  spool.reset();
  system.reset();
  service.reset();
  if (shards) shards->stop();
  api_listener.reset();
  admin_listener.reset();
  metrics_listener.reset();
  shards.reset();
}

server::server(std::unique_ptr<parts> p) : parts_(std::move(p)) {}

server::~server() {
  parts_->stop();
  log_info("server.stopped");
}

std::string server::admin_endpoint() const { return parts_->admin_listener->endpoint(); }
std::string server::api_endpoint() const {
  return parts_->api_listener ? parts_->api_listener->endpoint() : std::string{};
}
std::string server::metrics_endpoint() const { return parts_->metrics_listener->endpoint(); }
runtime::shard_pool& server::shards() { return *parts_->shards; }

std::vector<runtime::heartbeat_part> server::heartbeat_parts() {
  std::vector<runtime::heartbeat_part> all;
  for (std::size_t i = 0; i < shards().size(); ++i)
    all.push_back({"shard " + std::to_string(i), [&shard = shards().at(i)](std::function<void()> answered) {
                     boost::asio::post(shard.context(), std::move(answered));
                   }});
  all.push_back({"fleet supervisor", [&fleet = *parts_->fleet](std::function<void()> answered) {
                   fleet.answer(std::move(answered));
                 }});
  // No account has an empty name: the store's thread answers so at once. A full queue is no answer of it.
  auto ask_store = [store = parts_->store.get()](const std::function<void()>& answered) {
    store->read_history("", 0, 1, [answered](const result<std::vector<store::state_change>>& r) {
      if (r || (r.error().code != errc::store_busy && r.error().code != errc::queue_full)) answered();
    });
  };
  all.push_back({"store", std::move(ask_store), store_patience});
  return all;
}

std::string server::status_line() const { return parts_->status_line(); }

void server::reload(httpd::peer_credentials sender, std::function<void()> done) {
  parts_->reload->reload(false, [trail = parts_->trail, sender, done = std::move(done)](const auto& report) {
    if (auto there = trail.lock()) audit_signal(*there, sender, report);
    done();
  });
}

std::string server::parts::status_line() const {
  std::string states;
  std::size_t accounts = 0;
  for (const auto& [state, count] : fleet->count_by_state()) {
    accounts += count;
    if (count > 0) states += (states.empty() ? ": " : ", ") + state + " " + std::to_string(count);
  }
  return std::to_string(accounts) + (accounts == 1 ? " account" : " accounts") + states;
}

result<std::unique_ptr<server>> server::start(config::server_config config, std::function<void()> fatal,
                                              std::shared_ptr<store::store> store, std::string config_file) {
  auto p = std::make_unique<parts>(std::move(config));
  p->store = std::move(store);
  metrics::registry_options names;
  names.version = version;
  names.revision = revision;
  names.compiler = compiler;
  names.started_at = p->started_at;
  names.series_of_accounts = p->config.metrics.account_label;
  p->metrics = std::make_shared<metrics::registry>(names);

  if (auto ok = p->check_descriptors(); !ok) return ok.error();
  auto bots = make_bots(p->config);
  if (!bots) return bots.error();
  allow_bots(*p->metrics, *bots);
  if (auto ok = p->read_secrets(); !ok) return ok.error();
  if (auto ok = p->open_store(); !ok) return ok.error();
  if (auto ok = p->open_access(); !ok) return ok.error();
  p->remove_unknown_media();
  if (auto ok = p->open_network(); !ok) return ok.error();
  p->start_runtime();
  // From here on there are threads: whatever fails, the server's destructor ends them in order.
  auto started = std::unique_ptr<server>(new server(std::move(p)));
  auto& parts = *started->parts_;
  parts.watch_memory();
  if (auto ok = parts.start_fleet(std::move(*bots), std::move(fatal)); !ok) return ok.error();
  if (auto ok = parts.start_notifier(); !ok) return ok.error();
  parts.start_reloader(std::move(config_file));
  if (auto ok = parts.start_metrics_listener(); !ok) return ok.error();
  if (auto ok = parts.start_admin_listeners(); !ok) return ok.error();
  parts.watchdog = std::make_unique<runtime::watchdog>(*parts.shards, runtime::watchdog::options{},
                                                       runtime::abort_on_blocked_shard);
  parts.ready = true;
  return started;
}

} // namespace weixin
