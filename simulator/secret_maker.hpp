#pragma once

#include "runtime/random.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace weixin::simulator {

/// Draws what the service hands out: keys, tickets, cookies, UserNames. Looks random, repeats for an equal
/// seed, and protects nothing: it is for the simulator only. With a canary every secret holds its letters
/// unescaped.
class secret_maker {
public:
  secret_maker(std::uint64_t seed, std::string canary);

  std::string skey();        ///< `@crypt_` + 8 hex + `_` + 32 (weixin-protocol.md 1.2)
  std::string sid();         ///< base64 characters with `+` and `/`
  std::string pass_ticket(); ///< as in the login XML: already percent-encoded
  std::string data_ticket();
  std::string uvid();
  std::string auth_ticket();
  std::string login_ticket();
  /// A login uuid: base64 ending in `==`. Holds no canary: operators see it.
  std::string uuid();
  std::string user_name();     ///< `@` + 64 hex, every second time `@` + 32 hex
  std::string chatroom_name(); ///< `@@` + 64 hex
  std::string media_id();      ///< `@crypt_` and several hundred characters (6.1)
  std::string verify_ticket(); ///< of a friend request: `v2_...@stranger` (5.5)
  std::string signature();     ///< of a webwxcheckupload (6.1)
  std::string key();           ///< 32 hex: AES keys and the like

  std::uint64_t number() { return random_(); }
  double unit() { return unit_random(random_); }

private:
  std::string hex(std::size_t count);
  std::string base64(std::size_t count, bool with_marks);

  random_generator random_;
  std::string canary_;
  bool long_name_ = false;
};

} // namespace weixin::simulator
