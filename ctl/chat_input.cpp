#include "ctl/chat_input.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace weixin::ctl::chat {

namespace {

constexpr std::size_t most_history = 1'000;

std::string_view trimmed(std::string_view text) {
  auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// The quoted text at the front of `rest`, which is taken off; nothing when its end is missing.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string text;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return text;
    }
    bool is_escape = rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\');
    if (is_escape) ++i;
    text += rest[i];
  }
  return std::nullopt;
}

/// A word up to a blank, or a quoted one.
std::optional<std::string> take_word(std::string_view& rest) {
  rest = trimmed(rest);
  if (rest.starts_with('"')) return take_quoted(rest);
  auto end = std::min(rest.find_first_of(" \t"), rest.size());
  std::string word{rest.substr(0, end)};
  rest.remove_prefix(end);
  return word;
}

/// The name up to the colon behind the arrow, and the colon.
std::optional<std::string> take_name(std::string_view& rest) {
  rest = trimmed(rest);
  if (!rest.starts_with('"')) {
    auto colon = rest.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string name{trimmed(rest.substr(0, colon))};
    rest.remove_prefix(colon + 1);
    return name;
  }
  auto name = take_quoted(rest);
  rest = trimmed(rest);
  if (!name || !rest.starts_with(':')) return std::nullopt;
  rest.remove_prefix(1);
  return name;
}

mistake missing_end() { return {"the closing quote is missing"}; }

input parse_arrow(std::string account, char kind, std::string_view rest) {
  auto is_for_all = trimmed(rest).starts_with("all:");
  auto name = take_name(rest);
  if (!name) return mistake{"want NAME:TEXT behind the arrow, and a name with a colon in quotes"};
  if (name->empty()) return mistake{"there is no name between the arrow and the colon"};
  if (kind == '\0') {
    auto text = std::string{trimmed(rest)};
    if (text.empty()) return mistake{"there is no text behind the colon"};
    if (is_for_all) return say_to_all{std::move(account), std::move(text)};
    return say{std::move(account), std::move(*name), std::move(text)};
  }
  auto path = std::optional<std::string>{std::string{trimmed(rest)}};
  if (path->starts_with('"')) {
    auto quoted_path = trimmed(rest);
    path = take_quoted(quoted_path);
    if (!path || !trimmed(quoted_path).empty()) return missing_end();
  }
  if (path->empty()) return mistake{"there is no file behind the colon"};
  auto what = kind == 'm'   ? file_kind::lines
              : kind == 'f' ? file_kind::file
              : kind == 'i' ? file_kind::image
                            : file_kind::emoticon;
  return send_file{std::move(account), what, std::move(*name), std::move(*path)};
}

input parse_history(std::string_view rest) {
  show_history h;
  auto number = [](const std::string& word) -> std::optional<std::size_t> {
    std::size_t value = 0;
    auto [end, ec] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (ec != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return value;
  };
  bool is_quoted = trimmed(rest).starts_with('"');
  auto first = take_word(rest);
  auto second = take_word(rest);
  if (!first || !second) return missing_end();
  if (!trimmed(rest).empty())
    return mistake{"/history [NAME] [COUNT]; a name with blanks is written in quotes"};
  auto count = second->empty() && !is_quoted ? number(*first) : number(*second);
  if (!second->empty() && !count) return mistake{"/history [NAME] [COUNT]: the count is a number"};
  if (count && (*count == 0 || *count > most_history)) return mistake{"/history shows 1 to 1000 messages"};
  if (count) h.count = *count;
  if (!(second->empty() && count)) h.with = std::move(*first);
  return h;
}

input parse_auto_reply(std::string_view rest) {
  auto which = take_word(rest);
  if (!which) return missing_end();
  if (*which != "on" && *which != "off") return mistake{"/autoreply on [BOT ...] or /autoreply off"};
  auto_reply a{*which == "on", {}};
  while (!trimmed(rest).empty()) {
    auto bot = take_word(rest);
    if (!bot) return missing_end();
    a.bots.push_back(std::move(*bot));
  }
  if (!a.on && !a.bots.empty()) return mistake{"/autoreply off takes no bots"};
  return a;
}

input parse_save(std::string_view rest) {
  auto id = take_word(rest);
  auto path = take_word(rest);
  if (!id || !path) return missing_end();
  if (!trimmed(rest).empty()) return mistake{"/save [MESSAGE-ID] [FILE]"};
  bool is_id = !id->empty() && id->find_first_not_of("0123456789") == std::string::npos;
  if (!is_id && path->empty()) return save_media{"", std::move(*id)};
  if (!is_id) return mistake{"/save [MESSAGE-ID] [FILE]: the id is a number"};
  return save_media{std::move(*id), std::move(*path)};
}

input parse_command(std::string_view line) {
  auto end = std::min(line.find_first_of(" \t"), line.size());
  auto verb = line.substr(0, end);
  auto rest = trimmed(line.substr(end));
  auto one_word = [&](auto make) -> input {
    auto word = take_word(rest);
    if (!word) return missing_end();
    if (!trimmed(rest).empty()) return mistake{std::string{verb} + " takes one word"};
    return make(std::move(*word));
  };
  if (verb == "/help" || verb == "/?") return show_help{};
  if (verb == "/contacts") return list_contacts{std::string{rest}, false};
  if (verb == "/groups") return list_contacts{std::string{rest}, true};
  if (verb == "/history") return parse_history(rest);
  if (verb == "/recall") return one_word([](std::string id) { return recall{std::move(id)}; });
  if (verb == "/save") return parse_save(rest);
  if (verb == "/autoreply") return parse_auto_reply(rest);
  if (verb == "/use") return one_word([](std::string name) { return use_account{std::move(name)}; });
  if (verb == "/quit" || verb == "/exit") return quit{};
  return mistake{"there is no " + std::string{verb} + "; /help shows what there is"};
}

} // namespace

input parse(std::string_view line) {
  line = trimmed(line);
  if (line.empty()) return nothing{};
  if (line.starts_with('/')) return parse_command(line);
  std::string account;
  if (line.starts_with('@')) {
    // Names of accounts hold hyphens: the arrow is what ends them.
    auto end = std::min(line.find("->"), line.size());
    auto head = line.substr(1, end - 1);
    auto blank = head.find_last_of(" \t");
    bool has_kind = blank != std::string_view::npos;
    account = std::string{trimmed(has_kind ? head.substr(0, blank) : head)};
    line.remove_prefix(has_kind ? 1 + blank : end);
    line = trimmed(line);
    if (account.empty()) return mistake{"there is no account behind the @"};
  }
  if (line.starts_with("->")) return parse_arrow(std::move(account), '\0', line.substr(2));
  bool has_kind = line.size() > 3 && line.substr(1).starts_with("->");
  if (has_kind && std::string_view{"mfie"}.find(line[0]) != std::string_view::npos)
    return parse_arrow(std::move(account), line[0], line.substr(3));
  return mistake{"to whom? ->NAME:TEXT sends a text; /help shows everything"};
}

std::string as_typed(std::string_view name) {
  bool is_plain = !name.empty() && name != "all" && trimmed(name) == name &&
                  name.find_first_of(":\"") == std::string_view::npos;
  if (is_plain) return std::string{name};
  std::string text = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string_view help() {
  return R"(  ->NAME:TEXT            send a text; "NAME" in quotes when it holds a colon
  ->all:TEXT             send it to every friend and group, after asking
  m->NAME:FILE           send each line of a file as a text
  f->NAME:FILE           send a file
  i->NAME:FILE           send a picture
  e->NAME:FILE-OR-MD5    send an emoticon
  @ACCOUNT->NAME:TEXT    the same from another account; before a letter with a blank: @ACCOUNT f->NAME:FILE
  /contacts [QUERY]      list contacts            /groups [QUERY]     list groups
  /history [NAME] [N]    show the last messages   /recall [ID]        take a send back, the last one
  /save [ID] [FILE]      save a picture or file   /autoreply on|off   let the account's bots answer, or not
  /use [ACCOUNT]         write from this account  /quit               end; so does Ctrl-D
)";
}

} // namespace weixin::ctl::chat
