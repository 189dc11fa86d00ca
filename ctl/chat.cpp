#include "ctl/chat.hpp"

#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/pages.hpp"
#include "ctl/terminal_text.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace weixin::ctl {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto look_period = 500ms;
constexpr std::size_t most_shown_at_once = 200;
constexpr std::size_t most_pending = 1'000;
constexpr std::size_t most_completions = 50;

} // namespace

chat_session::chat_session(session& s, std::vector<std::string> accounts) : s_(s) {
  for (auto& name : accounts)
    accounts_.push_back({std::move(name), {}, {}});
}

outcome<exit_code> chat_session::run() {
  if (auto begun = begin(); !begun) return begun.error();
  editor_ = open_line_editor(s_.terminal, [this](const std::string& word) { return completions(word); });
  editor_->set_prompt(present().name + "> ");
  tell("/help shows what can be typed");
  auto next_look = clock::now();
  while (!is_done_) {
    if (clock::now() >= next_look) {
      look();
      next_look = clock::now() + look_period;
    }
    std::string line;
    auto left = std::chrono::ceil<std::chrono::milliseconds>(next_look - clock::now());
    switch (editor_->read(std::max(left, std::chrono::milliseconds{0}), line)) {
    case line_editor::event::nothing:
      break;
    case line_editor::event::line:
      take(line);
      break;
    case line_editor::event::end:
      is_done_ = true;
      break;
    }
    if (!s_.terminal.out) return exit_code::failure; // nobody takes the output
  }
  // What is queued is sent whether anybody looks or not.
  look();
  return exit_code::ok;
}

outcome<void> chat_session::begin() {
  for (auto& a : accounts_) {
    auto target = account_target(a.name);
    if (!target) return target.error();
    a.target = *target;
    auto known = s_.server.get(a.target);
    if (!known) return known.error();
    auto end = s_.server.get(a.target + "/messages?after=end");
    if (!end) return end.error();
    const auto* next = object_of(end->body).if_contains("next");
    a.after = next == nullptr ? std::string{} : place_text(*next);
    if (a.after.empty()) return failure{exit_code::failure, "weixind does not say where the inbox ends"};
  }
  return {};
}

void chat_session::tell(const std::string& text) { editor_->show("* " + text + "\n"); }

void chat_session::tell(const failure& f) {
  tell(printable(f.text) + (f.hint.empty() ? "" : " (" + printable(f.hint) + ")"));
}

void chat_session::ask(std::string text, std::function<void()> on_yes) {
  question_ = question{std::move(text), std::move(on_yes)};
  tell(question_->text + " [y/N]");
}

void chat_session::take(std::string_view line) {
  if (question_) {
    auto asked = *std::exchange(question_, std::nullopt);
    if (line == "y" || line == "Y" || line == "yes") return asked.on_yes();
    return tell("nothing was sent");
  }
  std::visit([this](const auto& what) { execute(what); }, chat::parse(line));
}

void chat_session::look() {
  for (auto& a : accounts_)
    take_messages(a);
  follow_sends();
}

void chat_session::take_messages(watched& a) {
  auto found = read_pages(s_, {.target = a.target + "/messages",
                               .key = "messages",
                               .filters = {},
                               .after = a.after,
                               .limit = most_shown_at_once});
  if (!found) {
    if (!std::exchange(is_lost_, true)) tell(found.error());
    return;
  }
  if (std::exchange(is_lost_, false)) tell("weixind answers again");
  std::string lines;
  for (const auto& entry : found->rows) {
    const auto& m = object_of(entry);
    lines += chat_line(m, accounts_.size() > 1 ? a.name : std::string{}) + "\n";
    if (has_file(m)) a.last_media = text_of(m, "id");
    a.after = std::to_string(number_of(m, "seq"));
  }
  if (!lines.empty()) editor_->show(lines);
}

/// What was sent is news only when it did not arrive.
void chat_session::follow_sends() {
  std::deque<pending> left;
  for (auto& p : pending_) {
    auto a = s_.server.get("/v1/accounts/" + p.account + "/outbox/" + segment(p.id));
    const auto& send = a ? object_of(a->body) : boost::json::object{};
    auto state = text_of(send, "state");
    bool is_open =
        state == "queued" || state == "attempting" || (!a && a.error().code != exit_code::not_found);
    if (is_open) {
      left.push_back(std::move(p));
    } else if (state != "sent") {
      auto why = text_of(send, "error");
      tell("not sent to " + printable(p.to) + ": " + printable(state.empty() ? "forgotten" : state) +
           (why.empty() ? "" : ", " + printable(why)) + "  " + printable(p.id));
    }
  }
  pending_ = std::move(left);
}

void chat_session::accepted(watched& a, const std::string& to, const boost::json::value& send) {
  auto id = text_of(object_of(send), "id");
  a.last_send = id;
  pending_.push_back({a.name, id, to});
  if (pending_.size() > most_pending) pending_.pop_front();
}

const boost::json::array& chat_session::contacts_of(watched& a) {
  static const boost::json::array none;
  if (!a.contacts) {
    auto found = s_.server.get(a.target + "/contacts");
    if (!found) return none;
    a.contacts = list_of(object_of(found->body), "contacts");
  }
  return *a.contacts;
}

std::vector<std::string> chat_session::completions(const std::string& word) {
  std::vector<std::string> found;
  if (word.starts_with('/')) {
    for (std::string_view verb : {"/help", "/contacts", "/groups", "/history", "/recall", "/save",
                                  "/autoreply on", "/autoreply off", "/use", "/quit"})
      if (verb.starts_with(word)) found.emplace_back(verb);
    return found;
  }
  for (const auto& entry : contacts_of(present())) {
    auto name = chat::as_typed(text_of(object_of(entry), "display"));
    bool is_meant = name.starts_with(word) || name.starts_with("\"" + word);
    // A name with characters that act on a terminal is typed by its ref.
    if (is_meant && printable(name) == name && found.size() < most_completions) found.push_back(name + ":");
  }
  return found;
}

chat_session::watched* chat_session::account_called(const std::string& name) {
  if (name.empty()) return &present();
  auto found =
      std::find_if(accounts_.begin(), accounts_.end(), [&](const watched& a) { return a.name == name; });
  if (found != accounts_.end()) return &*found;
  tell(printable(name) + " is none of the accounts of this chat");
  return nullptr;
}

outcome<exit_code> execute(session& s, const run_chat& c) {
  if (s.is_for_a_program())
    return failure{exit_code::usage, "chat is for people",
                   "weixinctl messages --follow and weixinctl send are for programs"};
  return chat_session{s, c.names}.run();
}

} // namespace weixin::ctl
