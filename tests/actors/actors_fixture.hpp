#pragma once

#include "actors/account_context.hpp"
#include "actors/bots/bot.hpp"
#include "actors/inbox_reader.hpp"
#include "actors/router.hpp"
#include "actors/sender.hpp"
#include "actors/sync_poller.hpp"
#include "metrics/registry.hpp"
#include "store/memory_store.hpp"
#include "tests/support/scripted_weixin.hpp"
#include "tests/support/virtual_time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weixin::testing {

using namespace std::chrono_literals;

/// What the children of an account said to their supervisor.
struct reports {
  std::vector<child_failed> failures;
  std::vector<send_hit> hits;
  std::vector<bool> sends_heard;
  std::size_t good_polls = 0;
  std::vector<poll_news> news; ///< of each of them
};

class recording_supervisor final : public runtime::actor_base<account_actor> {
public:
  recording_supervisor(caf::actor_config& cfg, std::shared_ptr<reports> r)
      : actor_base(cfg), reports_(std::move(r)) {}

protected:
  behavior_type make_behavior() override {
    return {[](const qr_issued&) {},
            [](const qr_scanned&) {},
            [](const login_done&) {},
            [this](polled p) {
              ++reports_->good_polls;
              reports_->news.push_back(p.news);
            },
            [this](const child_failed& f) { reports_->failures.push_back(f); },
            [this](const send_hit& h) { reports_->hits.push_back(h); },
            [this](send_heard h) { reports_->sends_heard.push_back(h.answered); },
            [](runtime::heartbeat_ack) {},
            [](timer) {},
            run_continuations()};
  }

private:
  std::shared_ptr<reports> reports_;
};

/// Answers every text with itself.
struct parrot final : bots::bot {
  std::optional<std::string> reply_to(const inbound& message) const override {
    return message.text.empty() ? std::nullopt : std::optional{message.text};
  }
};

/// The actors of one account without their supervisor: on virtual time, a scripted Weixin, and a store in
/// memory that a later "start of the server" finds again.
struct actors_fixture : ::testing::Test {
  virtual_time time;
  scripted_weixin weixin;
  std::shared_ptr<manual_wall_clock> wall =
      std::make_shared<manual_wall_clock>(wall_time{} + std::chrono::hours{24 * 365 * 56});
  std::shared_ptr<store::memory_database> database;
  std::shared_ptr<store::memory_store> memory;
  std::shared_ptr<services> service;
  std::shared_ptr<account_context> context;
  std::shared_ptr<reports> said = std::make_shared<reports>();
  account_actor supervisor;
  std::vector<caf::actor> running;
  std::uint64_t entropy = 1;
  std::vector<std::pair<std::string, std::string>> events; // type and data
  std::map<std::string, std::vector<std::string>> states;  // of each send, as its events told

  explicit actors_fixture(store::store_limits limits = {})
      : database(std::make_shared<store::memory_database>(limits)) {
    time.deliver = [this] { return weixin.deliver(); };
    time.on_advance = [this](std::chrono::nanoseconds d) {
      wall->advance(d);
      weixin.pass(d);
    };
    boot();
    store::account_record account;
    account.name = "shop-01";
    memory->add_account(account, [](result<void>) {});
  }

  ~actors_fixture() override {
    stop();
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    supervisor = nullptr;
    time.settle();
    // Timers hold their actors: once they are due, nobody is left.
    time.scheduler.advance_time(48h);
    time.settle();
  }

  /// What a start of the server makes anew.
  void boot() {
    memory = std::make_shared<store::memory_store>(database);
    service = std::make_shared<services>();
    service->store = memory;
    service->metrics = std::make_shared<metrics::registry>();
    service->clock = wall;
    service->events = std::make_shared<event_log>();
    service->events->subscribe(0, [this](const account_event& e) {
      events.emplace_back(e.type, e.data());
      if (e.type == "send") note_state(events.back().second);
    });
    service->users = std::make_shared<own_users>();
    service->entropy = [this] { return ++entropy; };
    service->send_ids = std::make_shared<store::id_source>('s', service->entropy);
    service->contact_ids = std::make_shared<store::id_source>('c', service->entropy);
    service->seed = 42;
    service->pacing->set(pacing_profile::none);
    service->make_client = [this](const std::string&, unsigned) { return weixin.client(); };
    account_view v;
    v.name = "shop-01";
    context = std::make_shared<account_context>("shop-01", service, std::make_shared<account_status>(v), 0U);
    if (!supervisor) supervisor = runtime::spawn_on<recording_supervisor>(time.system, 0, said);
  }

  /// Ends the actors in an orderly way.
  void stop() {
    for (auto at = running.rbegin(); at != running.rend(); ++at)
      caf::anon_send_exit(*at, caf::exit_reason::user_shutdown);
    running.clear();
    if (context) {
      context->http->close();
      context->router = nullptr;
      context->sender = nullptr;
      context->inbox = nullptr;
    }
    time.settle();
  }

  /// The server dies on the spot, and another one starts on what is stored. Weixin's answers to the dead one
  /// are nobody's.
  void crash_and_boot() {
    if (!memory->crashed()) memory->crash_at(1, store::memory_store::crash_point::before);
    memory->save_session("shop-01", std::nullopt, [](result<void>) {}); // dies of it at the latest
    stop();
    boot();
  }

  template <class Actor, class... Args>
  auto spawn(Args&&... args) {
    auto handle = runtime::spawn_on<Actor>(time.system, 0, std::forward<Args>(args)...);
    running.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }
  template <class Actor>
  auto start_child() {
    auto handle = spawn<Actor>(context, supervisor, std::uint64_t{7});
    time.settle();
    return handle;
  }

  /// A session with one friend, as a login leaves it; the same user in another one when `self` differs.
  void begin_session(const std::string& self = scripted_weixin::self,
                     const std::string& friend_name = scripted_weixin::friend_) {
    auto s = std::make_shared<webwx::session>();
    s->uin = 1'000'001;
    s->user_name = self;
    s->nick_name = "Test Shop";
    s->skey = secret{"@crypt_skey"};
    s->keys.sync_key.pairs = {{1, 1}, {2, 1}};
    context->session = s;
    std::vector<store::contact_record> known;
    memory->load_contacts("shop-01", [&](auto r) { known = *r; });
    context->contacts.begin_session(self, known);
    webwx::contact c;
    c.user_name = friend_name;
    c.nick_name = "Friend One";
    c.kind = webwx::contact_kind::friend_;
    context->contacts.put_all({c});
    memory->save_contacts("shop-01", context->contacts.take_changed(), [](result<void>) {});
  }

  std::string friend_ref() { return *context->contacts.resolve_ref("Friend One"); }

  void start_sender(bool open = true) {
    context->sender = start_child<sender>();
    if (open) open_gate();
  }
  void open_gate(bool open = true) {
    caf::anon_send(context->sender, send_gate{open, {}, false});
    time.settle();
  }
  void start_router(std::vector<bot_entry> bots) {
    context->router = spawn<router>(std::shared_ptr<const services>(service), std::move(bots));
    time.settle();
  }

  /// Waits for nothing: what the reply got by the time that all are at rest.
  result<store::accepted_send> submit(send_request what) {
    auto answer = std::make_shared<result<store::accepted_send>>(fail(errc::internal, "no answer"));
    caf::anon_send(context->sender,
                   submit_send{std::move(what), [answer](auto r) { *answer = std::move(r); }});
    time.settle();
    return *answer;
  }
  result<store::accepted_send> submit(const std::string& to, const std::string& text,
                                      const std::string& key = "") {
    send_request what;
    what.to = to;
    what.content = store::text_content{text};
    what.idempotency_key = key;
    return submit(std::move(what));
  }
  result<store::send_record> command(const std::string& id, outbox_command what) {
    auto answer = std::make_shared<result<store::send_record>>(fail(errc::internal, "no answer"));
    caf::anon_send(context->sender, command_send{id, what, [answer](auto r) { *answer = std::move(r); }});
    time.settle();
    return *answer;
  }

  store::send_record stored(const std::string& id) {
    store::send_record found;
    memory->find_send("shop-01", id, [&](result<std::optional<store::send_record>> r) {
      if (r && *r) found = **r;
    });
    return found;
  }
  std::vector<store::send_record> outbox() {
    std::vector<store::send_record> all;
    store::outbox_query q;
    q.account = "shop-01";
    q.limit = 1'000;
    memory->list_sends(q, [&](auto r) { all = *r; });
    return all;
  }
  std::vector<store::stored_message> inbox() {
    std::vector<store::stored_message> all;
    memory->read_inbox({"shop-01", 0, 1'000, ""}, [&](auto r) { all = *r; });
    return all;
  }
  store::inbox_positions positions() {
    store::inbox_positions p;
    memory->inbox_positions_of("shop-01", [&](auto r) { p = *r; });
    return p;
  }

  void pass(std::chrono::nanoseconds d) { time.advance(d); }
  /// The time of the actors.
  std::chrono::steady_clock::time_point steady_now() { return time.scheduler.clock().now(); }
  /// The value of one series, as it is exported; empty when there is none.
  std::string measured(const std::string& series) const {
    auto text = service->metrics->render();
    auto at = text.find("\n" + series + " ");
    if (at == std::string::npos) return {};
    at += series.size() + 2;
    return text.substr(at, text.find('\n', at) - at);
  }
  std::int64_t seconds_now() const { return to_milliseconds(wall->now()) / 1'000; }
  std::string text_from_friend(const std::string& msg_id, const std::string& text) const {
    return scripted_weixin::text_message(msg_id, scripted_weixin::friend_, text, seconds_now());
  }
  /// The texts that Weixin was asked to send, in order.
  std::vector<std::string> sent_texts() const {
    std::vector<std::string> texts;
    for (const auto& r : weixin.requests)
      if (r.target.find("webwxsendmsg") != std::string::npos) texts.push_back(member(r.body, "Content"));
    return texts;
  }
  /// The string member of that name in a JSON text, where it first stands.
  static std::string member(const std::string& json, const std::string& name) {
    auto at = json.find("\"" + name + "\":\"");
    if (at == std::string::npos) return {};
    at += name.size() + 4;
    return json.substr(at, json.find('"', at) - at);
  }
  void note_state(const std::string& data) { states[member(data, "id")].push_back(member(data, "state")); }

  static error lost_answer() {
    auto e = fail(errc::connection_lost, "webwxsendmsg");
    e.request_left = true;
    return e;
  }
  static http_response ret(int code) {
    return scripted_weixin::ok("{" + scripted_weixin::base_response(code) + ",\"MsgID\":\"\"}");
  }
};

} // namespace weixin::testing
