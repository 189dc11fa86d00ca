#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace weixin::simulator {

/// How the simulated service behaves. Everything can be changed while it runs.
struct simulator_options {
  /// The people, their contacts and chatrooms are a function of this and of their number.
  std::uint64_t people_seed = 1;
  /// Session secrets and UserNames are drawn from this.
  std::uint64_t secret_seed = 1;
  /// Letters that every secret, nick name and generated message text holds, so that a leak is found by a
  /// plain search (latin letters and digits only); empty for none.
  std::string canary;

  /// How long an idle synccheck or login poll is held (weixin-protocol.md 1.6).
  std::chrono::milliseconds hold{25'000};
  /// How long a login uuid lives before its poll answers 400 (3.3).
  std::chrono::milliseconds uuid_lifetime{240'000};
  /// How long a redirect ticket can be exchanged (3.5).
  std::chrono::milliseconds ticket_lifetime{300'000};
  /// A session without any request for so long answers 1101; 0: never (10).
  std::chrono::milliseconds session_idle_limit{0};

  /// More messages than this wait for a webwxsync: it delivers so many and sets ContinueFlag (4.6).
  std::size_t sync_batch = 50;
  /// Contacts of one webwxgetcontact page (4.3).
  std::size_t contact_page = 200;
  /// webwxsync hands out a new SKey every so many calls; 0: only on demand (4.6).
  unsigned rotate_skey_every = 0;
  /// Sends of one user within 60 s above which webwxsendmsg answers 1205; 0: no limit (6).
  unsigned sends_per_minute = 0;
  /// Friend requests and new chatrooms of one session within 60 s above which 1205 is answered; 0: no limit
  /// (5.5).
  unsigned operations_per_minute = 0;
  /// As the service since 2018: remark, pin, removal of members and renaming of chatrooms answer 0 and change
  /// nothing (0.1).
  bool dead_operations = false;
  /// What an account sends is also delivered to its own webwxsync, as if typed on the phone (7.2).
  bool echo_own_sends = false;
  /// What a session has not fetched when it ends is delivered to the user's next session.
  bool carry_over = true;
  /// JSON above 1 KiB is compressed for clients that offer gzip (1.3).
  bool gzip = true;
  /// Status of a good webwxnewloginpage: 200, 301, or 0 for 301 exactly when neither `fun=new` nor
  /// `version=v2` was asked for (3.5).
  int login_page_status = 0;

  /// The token that desktop logins must carry; empty: any base64 (3.6).
  std::string extspam;

  /// Simulated phones scan and confirm every code by themselves.
  bool auto_phones = false;
  std::chrono::milliseconds scan_delay{300};
  std::chrono::milliseconds confirm_delay{300};
};

} // namespace weixin::simulator
