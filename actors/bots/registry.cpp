#include "actors/bots/registry.hpp"

#include "actors/bots/auto_reply.hpp"
#include "actors/bots/echo.hpp"
#include "actors/bots/may_answer.hpp"
#include "actors/bots/mention.hpp"
#include "actors/bots/reply_limit.hpp"

#include <array>

namespace weixin::bots {

namespace {

using factory = result<std::shared_ptr<const bot>> (*)(const bot_settings&);

struct bot_type {
  std::string_view name;
  factory make;
};

/// A new type of bot is one more line here; sorted by name.
constexpr std::array types{
    bot_type{"auto_reply", make_auto_reply},
    bot_type{"echo", make_echo},
};

/// What holds for every bot, so that no type can forget it.
class scoped_bot final : public bot {
public:
  scoped_bot(std::shared_ptr<const bot> inner, chat_scope scope) : inner_(std::move(inner)), scope_(scope) {}

  std::optional<std::string> reply_to(const inbound& message) const override {
    if (in_scope(message, scope_) != answer_verdict::yes) return std::nullopt;
    auto reply =
        message.mentions_me ? inner_->reply_to(without_mentions(message)) : inner_->reply_to(message);
    if (!reply || reply->empty()) return std::nullopt;
    return clip_reply(std::move(*reply));
  }

private:
  static inbound without_mentions(const inbound& message) {
    auto copy = message;
    copy.text = strip_mentions(message.text);
    return copy;
  }

  std::shared_ptr<const bot> inner_;
  chat_scope scope_;
};

} // namespace

std::vector<std::string_view> bot_types() {
  std::vector<std::string_view> names;
  for (const auto& t : types)
    names.push_back(t.name);
  return names;
}

result<std::shared_ptr<const bot>> make_bot(const bot_settings& settings) {
  if (!settings.direct && !settings.group)
    return fail(errc::invalid_argument, "a bot wants direct chats, groups or both");
  for (const auto& t : types) {
    if (t.name != settings.type) continue;
    auto made = t.make(settings);
    if (!made) return made;
    return std::make_shared<const scoped_bot>(
        std::move(*made), chat_scope{settings.direct, settings.group, settings.only_when_mentioned});
  }
  std::string known;
  for (const auto& t : types)
    known += (known.empty() ? "" : ", ") + std::string{t.name};
  return fail(errc::invalid_argument, "unknown type of bot; there are " + known);
}

} // namespace weixin::bots
