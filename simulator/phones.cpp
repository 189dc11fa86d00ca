#include "simulator/phones.hpp"

#include "simulator/picture.hpp"
#include "simulator/sessions.hpp"
#include "simulator/wire_formats.hpp"
#include "simulator/wire_text.hpp"

#include <algorithm>
#include <utility>

namespace weixin::simulator {
namespace {

using namespace std::chrono_literals;

/// How long a session may be silent before auto mode takes its user for free: longer than a long poll.
constexpr auto silence_of_the_gone = 15s;
constexpr auto auto_retry_interval = 5s;

bool has_living_session(const phone_user& user) { return user.session && !user.session->ended; }

void wake_polls(world& w, login_code& code) {
  for (auto id : std::exchange(code.polls, {}))
    if (auto a = poll_code(w, code, false)) w.release(id, std::move(*a));
}

void let_go(world& w, login_code& code) {
  auto* user = w.user(code.user);
  if (user == nullptr || user->pending_uuid != code.uuid) return;
  user->pending_uuid.clear();
  if (!has_living_session(*user)) mark_free(w, *user);
}

std::string redirect_uri(const login_code& code, const phone_user& user) {
  auto scanned =
      std::chrono::duration_cast<std::chrono::seconds>(code.scanned_wall.time_since_epoch()).count();
  return "https://" + user.entry_host + "/cgi-bin/mmwebwx-bin/webwxnewloginpage?ticket=" + code.ticket +
         "&uuid=" + code.uuid + "&lang=zh_CN&scan=" + std::to_string(scanned) +
         (code.desktop ? "&mod=desktop" : "");
}

void scan_later(world& w, const std::string& uuid, std::size_t user) {
  w.plan.at(w.now.steady + w.options.scan_delay, [&w, uuid, user] {
    auto* code = w.logins.find(uuid);
    if (code == nullptr || !scan_code(w, uuid, user)) {
      if (auto* u = w.user(user); u != nullptr && u->pending_uuid == uuid) {
        u->pending_uuid.clear();
        mark_free(w, *u);
      }
      return;
    }
    w.plan.at(w.now.steady + w.options.confirm_delay, [&w, uuid] { (void)confirm_code(w, uuid); });
  });
}

/// The user that shall scan this code, nullptr when all are busy.
phone_user* phone_for(world& w, const login_code& code) {
  // The browser is known: the same person scans again, even while the old session still lives.
  if (auto* wished = w.user(code.wished); wished != nullptr && wished->pending_uuid.empty()) return wished;
  if (!w.free_users.empty()) return w.user(w.free_users.begin()->second);
  for (auto& u : w.users)
    if (u->pending_uuid.empty() && u->session &&
        w.now.steady - u->session->last_request > w.options.hold + silence_of_the_gone)
      return u.get();
  return nullptr;
}

} // namespace

result<void> add_users(world& w, std::size_t count, const people_shape& shape) {
  if (w.users.size() + count > max_users) return fail(errc::invalid_argument, "too many users");
  for (std::size_t i = 0; i < count; ++i) {
    auto id = w.users.size() + 1;
    auto user = std::make_unique<phone_user>(make_user(id, w.options.people_seed, shape, w.options.canary));
    w.user_of_uin[user->uin] = id;
    w.users.push_back(std::move(user));
    w.free_users.emplace(0, id);
  }
  assign_codes(w);
  return {};
}

login_code& issue_code(world& w, login_code code) {
  code.issued = w.now.steady;
  auto uuid = code.uuid;
  auto& kept = w.logins.add(std::move(code));
  w.plan.at(w.now.steady + w.options.uuid_lifetime, [&w, uuid] { (void)expire_code(w, uuid); });
  if (kept.pushed) {
    if (w.options.auto_phones)
      w.plan.at(w.now.steady + w.options.confirm_delay, [&w, uuid] { (void)confirm_code(w, uuid); });
  } else {
    // Kept in every mode, so that switching auto mode on finds the codes that wait.
    w.codes_to_scan.push_back(uuid);
    if (w.codes_to_scan.size() > login_book::max_codes) w.codes_to_scan.pop_front();
    assign_codes(w);
  }
  return kept;
}

void assign_codes(world& w) {
  if (!w.options.auto_phones) return;
  while (!w.codes_to_scan.empty()) {
    auto* code = w.logins.find(w.codes_to_scan.front());
    if (code == nullptr || code->state != login_state::waiting) {
      w.codes_to_scan.pop_front();
      continue;
    }
    auto* user = phone_for(w, *code);
    if (user == nullptr) {
      // A session whose client has gone without a word is found by asking again.
      w.plan.cancel(w.auto_retry);
      w.auto_retry = w.plan.at(w.now.steady + auto_retry_interval, [&w] { assign_codes(w); });
      return;
    }
    w.codes_to_scan.pop_front();
    mark_busy(w, *user);
    user->pending_uuid = code->uuid;
    scan_later(w, code->uuid, user->id);
  }
}

result<void> scan_code(world& w, std::string_view uuid, std::size_t user_id) {
  auto* code = w.logins.find(uuid);
  auto* user = w.user(user_id);
  if (code == nullptr || user == nullptr) return fail(errc::invalid_argument, "no such code or user");
  if (code->state != login_state::waiting) return fail(errc::rejected_request, "the code is not waiting");
  code->state = login_state::scanned;
  code->user = user_id;
  code->scanned = w.now.steady;
  code->scanned_wall = w.now.wall;
  user->pending_uuid = code->uuid;
  mark_busy(w, *user);
  wake_polls(w, *code);
  return {};
}

result<void> confirm_code(world& w, std::string_view uuid) {
  auto* code = w.logins.find(uuid);
  if (code == nullptr) return fail(errc::invalid_argument, "no such code");
  if (code->state != login_state::scanned) return fail(errc::rejected_request, "the code is not scanned");
  code->state = login_state::confirmed;
  w.logins.set_ticket(*code, w.secrets.login_ticket());
  wake_polls(w, *code);
  // A client that never comes for its session must not keep the phone busy; the ticket stays good.
  w.plan.at(w.now.steady + silence_of_the_gone, [&w, key = code->uuid] {
    if (auto* kept = w.logins.find(key); kept != nullptr && kept->state == login_state::confirmed)
      let_go(w, *kept);
  });
  return {};
}

result<void> cancel_code(world& w, std::string_view uuid) {
  auto* code = w.logins.find(uuid);
  if (code == nullptr) return fail(errc::invalid_argument, "no such code");
  if (code->state != login_state::scanned && code->state != login_state::waiting)
    return fail(errc::rejected_request, "the code is settled");
  code->state = login_state::cancelled;
  let_go(w, *code);
  wake_polls(w, *code);
  return {};
}

result<void> expire_code(world& w, std::string_view uuid) {
  auto* code = w.logins.find(uuid);
  if (code == nullptr) return fail(errc::invalid_argument, "no such code");
  // A confirmed code is not lost here: its ticket has a life of its own (3.5).
  if (code->state == login_state::confirmed || code->state == login_state::exchanged)
    return fail(errc::rejected_request, "the code is settled");
  code->state = login_state::expired;
  let_go(w, *code);
  wake_polls(w, *code);
  return {};
}

std::optional<answer> poll_code(world& w, login_code& code, bool early) {
  auto* user = w.user(code.user);
  switch (code.state) {
  case login_state::waiting:
    return std::nullopt;
  case login_state::scanned:
    if (code.scan_told && !early) return std::nullopt;
    code.scan_told = true;
    return login_poll_answer(201, "window.userAvatar = 'data:img/jpg;base64," +
                                      base64(make_jpeg(0, code.user)) + "';");
  case login_state::confirmed:
    if (user == nullptr) return login_poll_answer(400);
    return login_poll_answer(200, "\nwindow.redirect_uri=\"" + redirect_uri(code, *user) + "\";");
  case login_state::cancelled:
    code.state = login_state::expired;
    return login_poll_answer(202);
  default:
    return login_poll_answer(400);
  }
}

void mark_free(world& w, phone_user& user) {
  if (!user.pending_uuid.empty()) return;
  mark_busy(w, user);
  user.freed = user.logins == 0 ? 0 : ++w.last_release;
  w.free_users.emplace(user.freed, user.id);
  // Soon rather than now: the caller is in the middle of something.
  if (w.options.auto_phones && !w.codes_to_scan.empty()) {
    w.plan.cancel(w.auto_retry);
    w.auto_retry = w.plan.at(w.now.steady, [&w] { assign_codes(w); });
  }
}

void mark_busy(world& w, phone_user& user) { w.free_users.erase({user.freed, user.id}); }

} // namespace weixin::simulator
