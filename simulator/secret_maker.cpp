#include "simulator/secret_maker.hpp"

#include <string_view>
#include <utility>

namespace weixin::simulator {

secret_maker::secret_maker(std::uint64_t seed, std::string canary)
    : random_(seed), canary_(std::move(canary)) {}

std::string secret_maker::hex(std::size_t count) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  while (text.size() < count)
    text += digits[random_() % digits.size()];
  return text;
}

std::string secret_maker::base64(std::size_t count, bool with_marks) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  while (text.size() < count)
    text += digits[random_() % (with_marks ? 64 : 62)];
  return text;
}

std::string secret_maker::skey() { return "@crypt_" + hex(8) + "_" + canary_ + hex(32); }

std::string secret_maker::sid() {
  // Both marks in every sid: a client that forgets to percent-encode it is found at once.
  return canary_ + base64(7, true) + "+" + base64(7, true) + "/";
}

std::string secret_maker::pass_ticket() {
  return canary_ + base64(20, false) + "%2B" + base64(20, false) + "%3D";
}
std::string secret_maker::data_ticket() { return "gS" + canary_ + base64(22, false); }
std::string secret_maker::uvid() { return canary_ + hex(96); }
std::string secret_maker::auth_ticket() { return "CIsB" + canary_ + base64(120, true); }
std::string secret_maker::login_ticket() { return "A" + canary_ + base64(22, false) + "@qrticket_0"; }

std::string secret_maker::uuid() {
  auto text = base64(9, false);
  text.insert(4 + random_() % 4, 1, random_() % 2 == 0 ? '-' : '_');
  return text + "==";
}

std::string secret_maker::user_name() {
  long_name_ = !long_name_;
  return "@" + hex(long_name_ ? 64 : 32);
}

std::string secret_maker::chatroom_name() { return "@@" + hex(64); }
std::string secret_maker::media_id() { return "@crypt_" + hex(8) + "_" + canary_ + hex(384); }
std::string secret_maker::verify_ticket() { return "v2_" + canary_ + hex(96) + "@stranger"; }
std::string secret_maker::signature() { return canary_ + hex(80); }
std::string secret_maker::key() { return hex(32); }

} // namespace weixin::simulator
