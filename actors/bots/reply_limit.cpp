#include "actors/bots/reply_limit.hpp"

namespace weixin::bots {

std::string clip_reply(std::string text) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool starts_character = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (starts_character && ++characters > max_reply_characters) {
      text.resize(i);
      break;
    }
  }
  return text;
}

} // namespace weixin::bots
