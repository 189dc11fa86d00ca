#include "actors/bots/echo.hpp"

namespace weixin::bots {

namespace {

class echo final : public bot {
public:
  std::optional<std::string> reply_to(const inbound& message) const override {
    if (!is_written(message.kind) || message.text.empty()) return std::nullopt;
    return message.text;
  }
};

} // namespace

result<std::shared_ptr<const bot>> make_echo(const bot_settings& settings) {
  if (!settings.rules.empty()) return fail(errc::invalid_argument, "an echo bot takes no rules");
  return std::make_shared<const echo>();
}

} // namespace weixin::bots
