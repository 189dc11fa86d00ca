#include "config/bot_section.hpp"

#include "actors/bots/auto_reply.hpp"
#include "actors/bots/registry.hpp"
#include "config/config.hpp"
#include "config/value_forms.hpp"

#include <algorithm>

namespace weixin::config {

namespace {

using namespace std::chrono_literals;

bots::rule read_rule(section s, const problems& found) {
  bots::rule r;
  auto problems_before = found.count();
  auto any = [](const std::string&) { return true; };
  s.text("exact", r.exact, "a string", any);
  s.text("contains", r.contains, "a string", any);
  s.text("pattern", r.pattern, "a string with a pattern in RE2 syntax", any);
  s.text("reply", r.reply, "a string", any);
  s.boolean("ignore_case", r.ignore_case);
  s.refuse_unknown();
  if (found.count() != problems_before) return r;
  if (auto wrong = bots::check(r)) s.problem_at(wrong->key, wrong->what);
  return r;
}

bots::bot_settings read_bot(const std::string& name, section s, const problems& found) {
  bots::bot_settings bot;
  bot.name = name;
  auto problems_before = found.count();
  std::set<std::string> types;
  for (auto type : bots::bot_types())
    types.emplace(type);
  if (!s.word_out_of("type", bot.type, types) && !s.has("type")) s.problem_at("", "has no type");
  s.duration("max_age", bot.max_age, 1s, 24h * 7);
  std::vector<std::string> chats{"direct"};
  s.words("in", chats, R"(an array out of "direct" and "group")", {"direct", "group"});
  bot.direct = std::find(chats.begin(), chats.end(), "direct") != chats.end();
  bot.group = std::find(chats.begin(), chats.end(), "group") != chats.end();
  s.boolean("only_when_mentioned", bot.only_when_mentioned);
  for (auto& rule : s.list("rules"))
    bot.rules.push_back(read_rule(std::move(rule), found));
  s.refuse_unknown();
  // What the single keys do not show: only the type knows what it needs.
  if (found.count() == problems_before) {
    if (auto made = bots::make_bot(bot); !made) s.problem_at("", made.error().context);
  }
  return bot;
}

} // namespace

std::vector<bots::bot_settings> read_bots(section& all, problems& found) {
  std::vector<bots::bot_settings> read;
  auto tables = all.named("a name of at most 63 letters, digits, - and _", is_bot_name);
  if (tables.size() > max_bots) {
    all.problem_at("", "found " + std::to_string(tables.size()) + " bots, expected at most " +
                           std::to_string(max_bots));
    return read;
  }
  for (auto& [name, content] : tables)
    read.push_back(read_bot(name, std::move(content), found));
  return read;
}

} // namespace weixin::config
