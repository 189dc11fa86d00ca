#include "actors/bots/auto_reply.hpp"

#include "actors/bots/reply_limit.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <vector>

namespace weixin::bots {

namespace {

constexpr std::int64_t memory_of_a_rule = 1 << 20;
constexpr std::size_t max_references = 50;
constexpr int groups = 10; // \0 to \9

/// A rule made ready. All three kinds of conditions are one RE2, so that case is folded in one way.
struct compiled_rule {
  std::unique_ptr<const RE2> condition;
  std::string reply;
  bool is_template = false;
};

std::string condition_of(const rule& r) {
  if (!r.pattern.empty()) return r.pattern;
  if (!r.contains.empty()) return RE2::QuoteMeta(r.contains);
  constexpr std::string_view space = R"([\s\x{A0}\x{2005}\x{3000}]*)";
  return R"(\A)" + std::string{space} + RE2::QuoteMeta(r.exact) + std::string{space} + R"(\z)";
}

std::unique_ptr<const RE2> compile(const rule& r) {
  RE2::Options options;
  options.set_max_mem(memory_of_a_rule);
  options.set_case_sensitive(!r.ignore_case);
  options.set_log_errors(false);
  return std::make_unique<const RE2>(condition_of(r), options);
}

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string pattern_problem(const RE2& regex) {
  auto what = "is not a pattern: " + regex.error();
  // RE2 names the part it stumbled over, not its place; that is certain only when the part occurs once.
  const auto& part = regex.error_arg();
  auto place = part.empty() ? std::string::npos : regex.pattern().find(part);
  if (place != std::string::npos && regex.pattern().find(part, place + 1) == std::string::npos)
    what += ", at character " + std::to_string(characters_in(regex.pattern().substr(0, place)) + 1);
  return what;
}

std::size_t references_in(std::string_view reply) {
  std::size_t n = 0;
  for (std::size_t i = 0; i + 1 < reply.size(); ++i) {
    if (reply[i] != '\\') continue;
    ++i; // "\\1" is a backslash and a digit
    n += reply[i] >= '0' && reply[i] <= '9' ? 1U : 0U;
  }
  return n;
}

/// The first bytes of a text, as far as rules look at it.
std::string_view matched_part(std::string_view text) {
  if (text.size() <= max_matched_bytes) return text;
  auto end = max_matched_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  return text.substr(0, end);
}

std::optional<rule_problem> check_condition(const rule& r) {
  if (!r.exact.empty() + !r.contains.empty() + !r.pattern.empty() != 1)
    return rule_problem{"", "wants exactly one of exact, contains and pattern"};
  auto key = !r.exact.empty() ? "exact" : !r.contains.empty() ? "contains" : "pattern";
  if (std::max({r.exact.size(), r.contains.size(), r.pattern.size()}) > max_condition_bytes)
    return rule_problem{key, "is longer than " + std::to_string(max_condition_bytes) + " bytes"};
  return std::nullopt;
}

std::optional<rule_problem> check_reply(const rule& r, const RE2& condition) {
  if (r.reply.empty()) return rule_problem{"reply", "is missing or empty"};
  if (clip_reply(r.reply).size() != r.reply.size())
    return rule_problem{"reply", "is longer than " + std::to_string(max_reply_characters) + " characters"};
  if (r.pattern.empty()) return std::nullopt;
  if (std::string why; !condition.CheckRewriteString(r.reply, &why))
    return rule_problem{"reply", "does not fit the pattern: " + why};
  if (references_in(r.reply) > max_references)
    return rule_problem{"reply", "refers to the pattern's groups more than " +
                                     std::to_string(max_references) + " times"};
  return std::nullopt;
}

std::optional<rule_problem> compile(const rule& r, compiled_rule& made) {
  if (auto problem = check_condition(r)) return problem;
  auto condition = compile(r);
  if (!condition->ok()) {
    if (r.pattern.empty()) return rule_problem{"", "takes too much memory"};
    return rule_problem{"pattern", pattern_problem(*condition)};
  }
  if (auto problem = check_reply(r, *condition)) return problem;
  made = {std::move(condition), r.reply, !r.pattern.empty()};
  return std::nullopt;
}

class auto_reply final : public bot {
public:
  explicit auto_reply(std::vector<compiled_rule> rules) : rules_(std::move(rules)) {}

  std::optional<std::string> reply_to(const inbound& message) const override {
    if (!is_written(message.kind)) return std::nullopt;
    auto part = matched_part(message.text);
    re2::StringPiece text{part.data(), part.size()};
    for (const auto& r : rules_) {
      std::array<re2::StringPiece, groups> found;
      int wanted = r.is_template ? std::min(groups, 1 + r.condition->NumberOfCapturingGroups()) : 0;
      if (!r.condition->Match(text, 0, text.size(), RE2::UNANCHORED, found.data(), wanted)) continue;
      if (!r.is_template) return r.reply;
      std::string reply;
      if (!r.condition->Rewrite(&reply, r.reply, found.data(), wanted)) return std::nullopt;
      return reply;
    }
    return std::nullopt;
  }

private:
  std::vector<compiled_rule> rules_;
};

} // namespace

std::optional<rule_problem> check(const rule& r) {
  compiled_rule unused;
  return compile(r, unused);
}

result<std::shared_ptr<const bot>> make_auto_reply(const bot_settings& settings) {
  if (settings.rules.empty())
    return fail(errc::invalid_argument, "an auto_reply bot wants at least one rule");
  if (settings.rules.size() > max_rules)
    return fail(errc::invalid_argument, "more than " + std::to_string(max_rules) + " rules");
  std::vector<compiled_rule> rules(settings.rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (auto problem = compile(settings.rules[i], rules[i]))
      return fail(errc::invalid_argument, "rule " + std::to_string(i + 1) +
                                              (problem->key.empty() ? "" : ": ") + std::string{problem->key} +
                                              " " + problem->what);
  }
  return std::make_shared<const auto_reply>(std::move(rules));
}

} // namespace weixin::bots
