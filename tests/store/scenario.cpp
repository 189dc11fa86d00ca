#include "tests/store/scenario.hpp"

#include "tests/store/contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <optional>

namespace weixin::store {

namespace {

constexpr const char* account_names[] = {"shop-01", "shop-02"};

webwx::sync_keys keys_of(int number) { return session_of(0, number).keys; }

int number_of(const webwx::session& session) {
  return static_cast<int>(session.keys.sync_key.pairs.at(0).second);
}

/// A step towards an end, as the sender goes.
std::optional<send_state> next_state(send_state now, std::uint32_t draw) {
  switch (now) {
  case send_state::queued:
    return draw % 4 == 0 ? send_state::expired : send_state::attempting;
  case send_state::attempting: {
    constexpr send_state ends[] = {send_state::sent, send_state::sent, send_state::unknown,
                                   send_state::refused, send_state::queued};
    return ends[draw % 5];
  }
  case send_state::unknown:
    return send_state::queued;
  default:
    return std::nullopt;
  }
}

void verify_account(waiting_store call, const std::string& name, const scenario_ledger::account& expected) {
  auto session = call.load_session(name);
  ASSERT_TRUE(session) << to_string(session.error());
  ASSERT_TRUE(session->has_value() || !expected.session_answered) << name;
  int keys = session->has_value() ? number_of(**session) : 0;
  EXPECT_GE(keys, expected.keys_answered) << name;
  EXPECT_LE(keys, expected.keys_asked) << name;
  names stored, asked;
  std::int64_t after = 0;
  for (;;) {
    auto page = call.read_inbox({.account = name, .after = after});
    ASSERT_TRUE(page) << to_string(page.error());
    if (page->empty()) break;
    after = page->back().seq;
    for (const auto& message : *page) {
      stored.push_back(message.msg_id);
      EXPECT_EQ(message.event, message_with(message.msg_id).event);
    }
  }
  for (const auto& [number, id] : expected.messages)
    if (number <= keys) asked.push_back(id);
  EXPECT_EQ(stored, asked) << name << ": its keys say " << keys;
  auto positions = call.inbox_positions_of(name);
  ASSERT_TRUE(positions);
  auto at = positions->consumers.find("echo");
  auto position = at == positions->consumers.end() ? 0 : at->second;
  EXPECT_GE(position, expected.position_answered);
  EXPECT_LE(position, expected.position_asked);
  auto changes = call.read_history(name, 0, 1'000);
  ASSERT_TRUE(changes);
  EXPECT_GE(changes->size(), expected.changes_answered);
  EXPECT_LE(changes->size(), expected.changes_asked);
}

void verify_send(waiting_store call, const std::string& id, const scenario_ledger::send& expected) {
  auto found = call.find_send(expected.account, id);
  ASSERT_TRUE(found) << to_string(found.error());
  if (!found->has_value()) {
    EXPECT_EQ(expected.answered, 0u) << id << " was accepted and is gone";
    return;
  }
  EXPECT_EQ(text_of((*found)->content), "text of " + id);
  auto first =
      expected.asked.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(expected.answered, 1) - 1);
  EXPECT_NE(std::find(first, expected.asked.end(), (*found)->state), expected.asked.end())
      << id << " is " << to_string((*found)->state) << " after " << expected.answered << " answers";
}

} // namespace

void scenario_ledger::verify(store& s) const {
  waiting_store call{s};
  for (const auto& [name, expected] : accounts)
    verify_account(call, name, expected);
  for (const auto& [id, expected] : sends)
    verify_send(call, id, expected);
  for (const auto& [name, expected] : accounts) {
    auto listed = call.list_sends({.account = name, .limit = 1'000});
    ASSERT_TRUE(listed);
    for (const auto& one : *listed)
      EXPECT_TRUE(sends.contains(one.id)) << one.id << " was never asked for";
  }
  auto checked = call.check();
  ASSERT_TRUE(checked) << to_string(checked.error());
  EXPECT_EQ(checked->faults, names{});
}

scenario::scenario(std::uint32_t seed) : random_(seed * 7919 + 17) {}

bool scenario::begin(store& s) {
  waiting_store call{s};
  for (const char* name : account_names) {
    if (!call.add_account(account_named(name))) return false;
    if (!call.save_session(name, session_of(1001, 0))) return false;
    std::lock_guard lock{shared_->mutex};
    shared_->ledger.accounts[name].session_answered = true;
  }
  return true;
}

template <class Note>
auto scenario::noting(Note note, std::function<void()> answered) {
  return [state = shared_, note, answered = std::move(answered)](const auto& outcome) {
    {
      std::lock_guard lock{state->mutex};
      if (outcome) {
        note(state->ledger);
        ++state->done;
      }
    }
    answered();
  };
}

void scenario::call_one(store& s, std::function<void()> answered) {
  const int number = ++next_;
  const std::string name = account_names[random_() % 2];
  std::unique_lock lock{shared_->mutex};
  auto& ledger = shared_->ledger;
  auto& account = ledger.accounts[name];
  auto kind = random_() % 10;
  if (kind < 4) {
    sync_commit sync;
    sync.account = name;
    sync.at = noon;
    sync.keys = keys_of(number);
    if (random_() % 4 == 0) sync.session = session_of(1001, 0);
    for (auto i = random_() % 4; i > 0; --i) {
      auto id = std::to_string(number * 10 + static_cast<int>(i));
      sync.messages.push_back(message_with(id));
      account.messages.emplace_back(number, id);
    }
    account.keys_asked = number;
    lock.unlock();
    s.commit(std::move(sync), noting([=](auto& l) { l.accounts[name].keys_answered = number; }, answered));
  } else if (kind < 6) {
    auto send = send_with("s-" + std::to_string(1'000 + number));
    send.account = name;
    send.content = text_content{"text of " + send.id};
    ledger.sends[send.id] = {name, {send.state}, 0};
    auto id = send.id;
    lock.unlock();
    s.enqueue(std::move(send), noting([=](auto& l) { l.sends[id].answered = 1; }, answered));
  } else if (kind < 8 && !ledger.sends.empty()) {
    auto at = std::next(ledger.sends.begin(), static_cast<std::ptrdiff_t>(random_() % ledger.sends.size()));
    auto state = next_state(at->second.asked.back(), static_cast<std::uint32_t>(random_()));
    if (!state) {
      lock.unlock();
      return answered();
    }
    auto send = send_with(at->first, *state);
    send.account = at->second.account;
    at->second.asked.push_back(*state);
    auto count = at->second.asked.size();
    auto id = send.id;
    lock.unlock();
    s.update_send(std::move(send), noting([=](auto& l) { l.sends[id].answered = count; }, answered));
  } else if (kind == 8) {
    account.position_asked = number;
    lock.unlock();
    s.save_position(name, "echo", number,
                    noting([=](auto& l) { l.accounts[name].position_answered = number; }, answered));
  } else {
    ++account.changes_asked;
    lock.unlock();
    s.append_history(name, {0, noon, "a", "b", ""},
                     noting([=](auto& l) { ++l.accounts[name].changes_answered; }, answered));
  }
}

void scenario::run(store& s, int calls) {
  while (calls > 0) {
    // Some at a time, so that transactions hold one call or many.
    int together = std::min(calls, 1 + static_cast<int>(random_() % 12));
    calls -= together;
    auto left = std::make_shared<std::atomic<int>>(together);
    auto all = std::make_shared<std::promise<void>>();
    auto answer = all->get_future();
    for (int i = 0; i < together; ++i)
      call_one(s, [left, all] {
        if (--*left == 0) all->set_value();
      });
    ASSERT_EQ(answer.wait_for(std::chrono::seconds{30}), std::future_status::ready);
  }
}

scenario_ledger scenario::ledger() const {
  std::lock_guard lock{shared_->mutex};
  return shared_->ledger;
}

std::size_t scenario::done() const {
  std::lock_guard lock{shared_->mutex};
  return shared_->done;
}

} // namespace weixin::store
