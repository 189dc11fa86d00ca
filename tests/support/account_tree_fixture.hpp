#pragma once

#include "actors/bots/registry.hpp"
#include "actors/router.hpp"
#include "metrics/registry.hpp"
#include "store/memory_store.hpp"
#include "supervisor/account_supervisor.hpp"
#include "tests/support/scripted_weixin.hpp"
#include "tests/support/virtual_time.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace weixin::testing {

using namespace std::chrono_literals;

/// What a program would make once, with fakes in every place where the world comes in.
inline void fill(services& s, std::shared_ptr<store::store> memory, std::shared_ptr<wall_clock> clock,
                 scripted_weixin& weixin, std::uint64_t& entropy) {
  s.store = std::move(memory);
  s.metrics = std::make_shared<metrics::registry>();
  s.clock = std::move(clock);
  s.events = std::make_shared<event_log>();
  s.users = std::make_shared<own_users>();
  s.logins = std::make_shared<runtime::shared_bucket>(10.0, 10.0);
  s.reconnects = std::make_shared<runtime::shared_bucket>(40.0, 40.0);
  s.entropy = [&entropy] { return ++entropy; };
  s.send_ids = std::make_shared<store::id_source>('s', s.entropy);
  s.contact_ids = std::make_shared<store::id_source>('c', s.entropy);
  s.seed = 42;
  s.pacing->set(pacing_profile::none);
  s.webwx.user_agent = "Mozilla/5.0 (X11; Linux x86_64) Test";
  s.make_client = [&weixin](const std::string&, unsigned) { return weixin.client(); };
}

/// One account's whole tree, as in production, on virtual time, a scripted Weixin and a store in memory.
struct account_tree : ::testing::Test {
  virtual_time time;
  scripted_weixin weixin;
  std::shared_ptr<manual_wall_clock> wall =
      std::make_shared<manual_wall_clock>(wall_time{} + std::chrono::hours{24 * 365 * 56});
  std::shared_ptr<store::memory_store> memory = std::make_shared<store::memory_store>();
  std::shared_ptr<services> service = std::make_shared<services>();
  std::shared_ptr<account_status> status;
  std::shared_ptr<supervisor::user_claims> claims = std::make_shared<supervisor::user_claims>();
  store::account_record record;
  std::vector<bot_entry> bots;
  int fatal_store_faults = 0; ///< how often the tree gave up on the store
  router_actor router_handle;
  supervisor::account_root_actor root;
  std::uint64_t entropy = 1;

  account_tree() {
    fill(*service, memory, wall, weixin, entropy);
    time.deliver = [this] { return weixin.deliver(); };
    time.on_advance = [this](std::chrono::nanoseconds d) {
      wall->advance(d);
      weixin.pass(d);
    };
    record.name = "shop-01";
  }

  ~account_tree() override {
    stop(caf::exit_reason::user_shutdown);
    // Timers hold their actors: once they are due, nobody is left.
    time.scheduler.advance_time(2h);
    time.settle();
  }

  void start(std::vector<bot_entry> entries = {}) {
    bots = std::move(entries);
    memory->add_account(record, [](result<void>) {});
    start_tree();
  }

  /// The tree on what the store has, as after the start of the server.
  void start_tree() {
    memory->list_accounts([this](result<std::vector<store::account_record>> r) {
      if (r)
        for (auto& stored : *r)
          if (stored.name == record.name) record = stored;
    });
    account_view v;
    v.name = record.name;
    v.state = "stopped";
    v.desired = record.desired == store::desired_state::running ? "running" : "paused";
    status = std::make_shared<account_status>(v);
    router_handle = runtime::spawn_on<router>(time.system, 0, std::shared_ptr<const services>(service), bots);
    auto faults = std::make_shared<supervisor::service_faults>([this] { ++fatal_store_faults; });
    root = runtime::spawn_on<supervisor::account_supervisor>(
        time.system, 0, std::shared_ptr<const services>(service),
        supervisor::account_setup{record, status, claims, router_handle, {}, faults});
    time.settle();
  }

  /// Ends the tree. Killed, it stores nothing more; what was stored stays, in `memory`.
  void stop(caf::exit_reason reason) {
    if (reason == caf::exit_reason::kill) memory->crash_at(1, store::memory_store::crash_point::before);
    for (auto& r : {caf::actor_cast<caf::actor>(root), caf::actor_cast<caf::actor>(router_handle)})
      if (r) caf::anon_send_exit(r, reason);
    root = nullptr;
    router_handle = nullptr;
    time.settle();
    memory = std::make_shared<store::memory_store>(memory->database());
    service->store = memory;
  }

  /// Ends the tree as the kernel would, unless `reason` says otherwise, and starts another one on the same
  /// database.
  void restart(caf::exit_reason reason = caf::exit_reason::kill) {
    stop(reason);
    start_tree();
  }

  void log_in() {
    start();
    weixin.confirm();
    time.settle();
    ASSERT_EQ(state(), "online") << reason();
  }

  void ask(std::function<void(supervisor::account_supervisor&)> what) {
    caf::anon_send(root, supervisor::account_request{std::move(what)});
    time.settle();
  }

  result<account_view> command(supervisor::account_command c) {
    result<account_view> answer = fail(errc::internal, "no answer");
    ask([&](supervisor::account_supervisor& a) {
      a.command(c, [&](result<account_view> v) { answer = v; });
    });
    return answer;
  }

  result<store::send_record> send_text(const std::string& to, const std::string& text) {
    result<store::send_record> answer = fail(errc::internal, "no answer");
    send_request request;
    request.to = to;
    request.content = store::text_content{text};
    ask([&](supervisor::account_supervisor& a) {
      a.submit({request, [&](result<store::accepted_send> r) {
                  if (r)
                    answer = std::move(r->record);
                  else
                    answer = r.error();
                }});
    });
    return answer;
  }

  /// The state changes that the store has, as "from>to reason".
  std::vector<std::string> history() {
    std::vector<std::string> lines;
    memory->read_history(record.name, 0, 1'000, [&](result<std::vector<store::state_change>> r) {
      if (!r) return;
      for (const auto& c : *r)
        lines.push_back(c.from + ">" + c.to + (c.reason.empty() ? "" : " " + c.reason));
    });
    return lines;
  }

  std::optional<webwx::session> stored_session() {
    std::optional<webwx::session> found;
    memory->load_session(record.name, [&](result<std::optional<webwx::session>> r) {
      if (r) found = std::move(*r);
    });
    return found;
  }

  store::account_record stored_record() {
    store::account_record found;
    memory->list_accounts([&](result<std::vector<store::account_record>> r) {
      if (r && !r->empty()) found = r->front();
    });
    return found;
  }

  /// The answer with nothing but this Ret.
  static http_response ret(int code) {
    return scripted_weixin::ok("{" + scripted_weixin::base_response(code) + "}");
  }

  store::send_record stored(const std::string& id) {
    store::send_record found;
    memory->find_send(record.name, id, [&](result<std::optional<store::send_record>> r) {
      if (r && *r) found = **r;
    });
    return found;
  }

  /// Whether a scrape shows this series with this value.
  bool counted(const std::string& series_and_value) const {
    return ("\n" + service->metrics->render()).find("\n" + series_and_value + "\n") != std::string::npos;
  }
  std::string state() const { return status->view().state; }
  std::string reason() const { return status->view().reason; }
  void pass(std::chrono::nanoseconds d) { time.advance(d); }
  std::int64_t seconds_now() const { return to_milliseconds(wall->now()) / 1'000; }
  static result<http_response> unreachable(errc code = errc::timed_out) {
    auto e = fail(code, "test");
    return e;
  }
};

} // namespace weixin::testing
