// What each line of a chat does.
#include "ctl/chat.hpp"
#include "ctl/commands.hpp"
#include "ctl/contact_table.hpp"
#include "ctl/json_text.hpp"
#include "ctl/pages.hpp"
#include "ctl/terminal_text.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace weixin::ctl {

namespace {

constexpr std::size_t most_lines = 1'000;
constexpr std::size_t most_bytes = std::size_t{1024} * 1024;
constexpr std::chrono::milliseconds longest_upload = std::chrono::minutes{10};
/// So many texts at once are a mistake more often than not.
constexpr std::size_t lines_without_asking = 20;

bool is_somebody(const boost::json::object& contact) {
  auto kind = text_of(contact, "kind");
  return kind == "friend" || kind == "group";
}

/// The lines of a file that hold something.
outcome<std::vector<std::string>> read_lines(const std::string& path) {
  std::ifstream file{path};
  std::string text(most_bytes + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file && !file.eof())
    return failure{exit_code::failure, "cannot read " + path + ": " + std::strerror(errno)};
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > most_bytes) return failure{exit_code::failure, path + " is larger than 1 MiB"};
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.find_first_not_of(" \t") != std::string::npos) lines.push_back(std::move(line));
  }
  if (lines.empty()) return failure{exit_code::failure, path + " holds no text"};
  if (lines.size() > most_lines) return failure{exit_code::failure, path + " has more than 1000 lines"};
  return lines;
}

} // namespace

bool chat_session::send(watched& a, const std::string& to, const std::string& text) {
  auto answer = s_.server.post(a.target + "/messages", boost::json::object{{"to", to}, {"text", text}});
  if (!answer) {
    tell(answer.error());
    return false;
  }
  accepted(a, to, answer->body);
  return true;
}

void chat_session::execute(const chat::say& c) {
  if (auto* a = account_called(c.account)) send(*a, c.to, c.text);
}

void chat_session::execute(const chat::say_to_all& c) {
  auto* a = account_called(c.account);
  if (a == nullptr) return;
  a->contacts.reset();
  std::vector<std::pair<std::string, std::string>> everybody; // ref and name
  for (const auto& entry : contacts_of(*a))
    if (const auto& contact = object_of(entry); is_somebody(contact))
      everybody.emplace_back(text_of(contact, "ref"), text_of(contact, "display"));
  if (everybody.empty()) return tell("there is nobody to send it to");
  auto asked = "send this to all " + std::to_string(everybody.size()) + " friends and groups of " + a->name +
               "? It leaves at the account's pace, one after the other.";
  ask(std::move(asked), [this, name = a->name, everybody, text = c.text] {
    auto* from = account_called(name);
    std::size_t queued = 0;
    for (const auto& [ref, display] : everybody) {
      if (!send(*from, ref, text)) break;
      ++queued;
    }
    tell(std::to_string(queued) + " of " + std::to_string(everybody.size()) + " are queued");
  });
}

void chat_session::send_lines(watched& a, const std::string& to, const std::string& path) {
  auto lines = read_lines(path);
  if (!lines) return tell(lines.error());
  auto send_all = [this, name = a.name, to, all = *lines] {
    auto* from = account_called(name);
    std::size_t queued = 0;
    for (const auto& line : all) {
      if (!send(*from, to, line)) break;
      ++queued;
    }
    tell(std::to_string(queued) + " of " + std::to_string(all.size()) + " lines are queued");
  };
  if (lines->size() <= lines_without_asking) return send_all();
  ask("send " + std::to_string(lines->size()) + " texts to " + printable(to) + "?", std::move(send_all));
}

void chat_session::execute(const chat::send_file& c) {
  auto* a = account_called(c.account);
  if (a == nullptr) return;
  if (c.kind == chat::file_kind::lines) return send_lines(*a, c.to, c.path);
  auto target = a->target + "/messages";
  auto sent = [&]() -> outcome<answer> {
    bool is_md5 =
        c.path.size() == 32 && c.path.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (c.kind == chat::file_kind::emoticon && is_md5)
      return s_.server.post(target, boost::json::object{{"to", c.to}, {"emoticon", {{"md5", c.path}}}});
    const char* kind = c.kind == chat::file_kind::file    ? "file"
                       : c.kind == chat::file_kind::image ? "image"
                                                          : "emoticon";
    return s_.server.post_file(target, {{"to", c.to}, {"kind", kind}}, c.path, {}, longest_upload);
  }();
  if (!sent) return tell(sent.error());
  accepted(*a, c.to, sent->body);
}

void chat_session::execute(const chat::recall& c) {
  auto& a = present();
  auto id = c.id.empty() ? a.last_send : c.id;
  if (id.empty()) return tell("nothing was sent from " + a.name + " in this chat");
  auto done = s_.server.post(a.target + "/messages/" + segment(id) + "/recall");
  if (!done) return tell(done.error());
  const auto& o = object_of(done->body);
  auto result = text_of(o, "outcome");
  if (result == "done") return tell("taken back");
  auto why = text_of(o, "error");
  tell("not taken back: " + printable(result) + (why.empty() ? "" : ", " + printable(why)));
}

void chat_session::execute(const chat::show_help&) { editor_->show(std::string{chat::help()}); }

void chat_session::execute(const chat::list_contacts& c) {
  auto& a = present();
  auto found = s_.server.get(
      a.target + "/contacts" +
      query({{"query", c.query}, {"kind", c.only_groups ? std::string_view{"group"} : std::string_view{}}}));
  if (!found) return tell(found.error());
  const auto& list = list_of(object_of(found->body), "contacts");
  if (list.empty()) return tell("nobody is found");
  if (c.query.empty() && !c.only_groups) a.contacts = list;
  editor_->show(contact_table(list).to_text(s_.terminal.colours_on_out()));
}

void chat_session::execute(const chat::show_history& c) {
  auto& a = present();
  page_query wanted{.target = a.target + "/messages",
                    .key = "messages",
                    .filters = {{"newest", c.with.empty() ? "1" : ""}, {"with", c.with}},
                    .after = c.with.empty() ? "" : "0",
                    .limit = c.with.empty() ? c.count : 1'000};
  std::deque<std::string> last;
  while (true) {
    auto found = read_pages(s_, wanted);
    if (!found) return tell(found.error());
    for (const auto& entry : found->rows) {
      last.push_back(chat_line(object_of(entry), {}));
      if (last.size() > c.count) last.pop_front();
    }
    // Those of one chat are read from the inbox's beginning on: its end is what is wanted.
    wanted.after = place_text(found->next);
    if (wanted.after.empty() || c.with.empty()) break;
  }
  if (last.empty()) return tell("there are no messages");
  std::string lines;
  for (const auto& line : last)
    lines += line + "\n";
  editor_->show(lines);
}

void chat_session::execute(const chat::save_media& c) {
  auto& a = present();
  media_get wanted;
  wanted.name = a.name;
  wanted.msg_id = c.id.empty() ? a.last_media : c.id;
  if (wanted.msg_id.empty())
    return tell("no message with a file came in this chat; /save MESSAGE-ID names another one");
  wanted.file = c.path.empty() ? "weixin-" + wanted.msg_id : c.path;
  auto saved = ctl::execute(s_, wanted);
  if (!saved) tell(saved.error());
}

void chat_session::execute(const chat::auto_reply& c) {
  auto& a = present();
  boost::json::array bots;
  if (c.on) {
    for (const auto& bot : c.bots)
      bots.emplace_back(bot);
    if (c.bots.empty() && a.bots_before) bots = *a.bots_before;
    if (bots.empty()) return tell("which bots? /autoreply on BOT ...");
  } else {
    auto now = s_.server.get(a.target);
    if (!now) return tell(now.error());
    const auto& present_bots = list_of(object_of(now->body), "bots");
    if (present_bots.empty()) return tell("no bot answers for " + a.name);
    a.bots_before = present_bots;
  }
  auto changed = s_.server.patch(a.target, boost::json::object{{"bots", std::move(bots)}});
  if (!changed) return tell(changed.error());
  std::string names;
  for (const auto& bot : list_of(object_of(changed->body), "bots"))
    if (bot.is_string()) names += (names.empty() ? "" : ", ") + std::string{bot.get_string()};
  tell(names.empty() ? "no bot answers for " + a.name + " any more"
                     : "these answer for " + a.name + ": " + printable(names));
}

void chat_session::execute(const chat::use_account& c) {
  auto* a = account_called(c.name);
  if (a == nullptr) return;
  present_ = static_cast<std::size_t>(a - accounts_.data());
  editor_->set_prompt(a->name + "> ");
  tell("you write from " + a->name);
}

void chat_session::execute(const chat::quit&) { is_done_ = true; }
void chat_session::execute(const chat::nothing&) {}
void chat_session::execute(const chat::mistake& c) { tell(printable(c.why)); }

} // namespace weixin::ctl
