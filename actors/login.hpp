#pragma once

#include "actors/child_actor.hpp"
#include "protocol/webwx/contact_paging.hpp"
#include "protocol/webwx/hosts.hpp"
#include "protocol/webwx/init.hpp"
#include "protocol/webwx/login.hpp"

#include <deque>

namespace weixin {

/// The LOGIN: a push login when one can be tried (weixin-protocol.md 3.4), else jslogin, QR code, polling,
/// webwxnewloginpage, webwxinit, webwxstatusnotify, contacts (weixin-protocol.md 3 and 4.1 to 4.4). With a
/// session of before it begins at webwxinit, which tells whether that session lives, and keeps its sync keys
/// (weixin-protocol.md 10). Reports each step to the account supervisor; a failure is reported once and the
/// step is repeated on `try_again`. Ends after `login_done`.
class login final : public child_actor<login_actor> {
public:
  /// `to_resume`: the session to try; null for a new login. `to_push`: what is kept of the last session
  /// (`webwx::retired`), for a login that the phone only confirms; null when there is to be a QR code.
  login(caf::actor_config& cfg, std::shared_ptr<account_context> context, account_actor supervisor,
        std::uint64_t seed, std::shared_ptr<const webwx::session> to_resume = nullptr,
        std::shared_ptr<const webwx::session> to_push = nullptr);
  const char* name() const override { return "login"; }

protected:
  behavior_type make_behavior() override;

private:
  enum class step { push, get_uuid, poll, exchange, init, notify, get_contacts, get_groups };

  /// Goes on with `next`, which `try_again` and the timer repeat.
  void proceed(step next);
  void run_step();
  void failed(error e);
  /// True when a part of the address book is asked for once more, after `try_again`.
  bool tries_contacts_again(const error& e);

  void push();
  void get_uuid();
  void poll();
  void polled_login(const webwx::login_poll& answer);
  /// `avatar`: a data URL of Weixin's, possibly empty or no picture at all.
  void tell_scan(const std::string& avatar);
  void exchange();
  /// Weixin bars the web page, and the operator allows another try: the login begins anew as the desktop
  /// client.
  bool may_try_desktop() const;
  void try_desktop();
  /// Weixin sends the account to another entry host of the table: the login begins anew there.
  void move_to(const std::string& entry_host);
  void begin_anew();
  void init();
  void initialised(webwx::init_answer answer);
  void notify();
  void get_contacts();
  /// Takes what the pages brought, be it all or not.
  void contacts_done();
  void get_groups();
  void finish();

  const bool resumes_;
  std::shared_ptr<webwx::session> draft_; // becomes the session when it is complete
  std::deque<std::string> push_hosts_;    // still to be asked for a push login
  std::string login_host_;
  unsigned moves_ = 0;
  std::string uuid_;
  bool scanned_ = false;
  webwx::redirect redirect_;
  std::shared_ptr<std::vector<webwx::contact>> contacts_ = std::make_shared<std::vector<webwx::contact>>();
  std::deque<std::string> groups_; // UserNames without details yet
  webwx::contact_paging paging_;
  unsigned contact_failures_ = 0;
  bool delay_told_ = false; // of the next call about groups
  step current_ = step::get_uuid;
  std::chrono::steady_clock::time_point started_{};
};

} // namespace weixin
