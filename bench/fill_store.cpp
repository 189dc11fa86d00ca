// Fills a data_dir as weeks of work would: accounts, stored messages and queued sends, for the start-up
// measurement.
#include "runtime/wall_clock.hpp"
#include "store/ids.hpp"
#include "store/sqlite_store.hpp"

#include <CLI/CLI.hpp>

#include <atomic>
#include <cstdio>
#include <future>
#include <random>

namespace {

using namespace weixin;

/// Waits for each answer: the store's queue is bounded.
template <class T, class Start>
T wait_for(Start start) {
  std::promise<result<T>> promise;
  start([&](result<T> r) { promise.set_value(std::move(r)); });
  return promise.get_future().get().value();
}

std::string account_name(int number) {
  char name[32];
  std::snprintf(name, sizeof name, "account-%05d", number);
  return name;
}

int fill(const std::string& directory, int accounts, int messages, int queued) {
  store::sqlite_store_options options;
  options.data_dir = directory;
  options.database.survives = store::durability::process;
  auto opened = store::open_sqlite_store(options);
  if (!opened) {
    std::fprintf(stderr, "%s\n", to_string(opened.error()).c_str());
    return 1;
  }
  auto& s = **opened;
  std::mt19937_64 random{1};
  store::id_source send_ids{'s', [&] { return random(); }};
  store::id_source contact_ids{'c', [&] { return random(); }};
  auto now = system_wall_clock{}.now();
  std::int64_t msg_id = 1;
  constexpr int batch = 500;
  for (int a = 1; a <= accounts; ++a) {
    store::account_record record;
    record.name = account_name(a);
    record.created_at = now;
    record.desired = store::desired_state::paused;
    wait_for<void>([&](auto done) { s.add_account(record, done); });
    auto chat = contact_ids.next(now);
    for (int left = messages / accounts; left > 0; left -= batch) {
      store::sync_commit c;
      c.account = record.name;
      c.at = now;
      for (int i = 0; i < std::min(batch, left); ++i) {
        store::inbound_message m;
        m.msg_id = std::to_string(msg_id++);
        m.chat = chat;
        m.sent_at = now;
        m.event = R"({"account":"account","type":"text","text":")" + std::string(120, 'x') + R"("})";
        m.raw = R"({"MsgId":"1","Content":")" + std::string(700, 'x') + R"("})";
        c.messages.push_back(std::move(m));
      }
      wait_for<std::vector<store::appended_message>>([&](auto done) { s.commit(std::move(c), done); });
    }
    for (int i = 0; i < queued / accounts; ++i) {
      store::send_record r;
      r.id = send_ids.next(now);
      r.account = record.name;
      r.to = "filehelper";
      r.content = weixin::store::text_content{"queued before the start"};
      r.client_msg_id = std::to_string(10'000'000'000'000'000 + i);
      r.created_at = r.updated_at = now;
      wait_for<store::accepted_send>([&](auto done) { s.enqueue(r, done); });
    }
  }
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Fills a data_dir with accounts, messages and queued sends"};
  std::string directory;
  int accounts = 100;
  int messages = 1'000'000;
  int queued = 10'000;
  app.add_option("directory", directory)->required();
  app.add_option("--accounts", accounts)->check(CLI::PositiveNumber);
  app.add_option("--messages", messages)->check(CLI::NonNegativeNumber);
  app.add_option("--queued", queued)->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);
  return fill(directory, accounts, messages, queued);
}
