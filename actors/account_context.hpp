#pragma once

#include "actors/account_status.hpp"
#include "actors/address_book.hpp"
#include "actors/interfaces.hpp"
#include "actors/operation_book.hpp"
#include "actors/services.hpp"
#include "metrics/account_metrics.hpp"
#include "protocol/webwx/session.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace weixin {

/// What the actors of one account share. All of them live on one shard, so there is no lock: only they touch
/// it, and only from inside their handlers.
///
/// Who writes what: the account supervisor `session` as a whole, `bots`, `media_policy`, `login_choice` and
/// `session_number`; the sync poller
/// the session's keys, cookies and skey and the contacts; everybody stores the cookies of an answer through
/// `call`.
struct account_context {
  account_context(std::string account_name, std::shared_ptr<const services> s,
                  std::shared_ptr<account_status> st, unsigned shard);

  const std::string name;
  const std::shared_ptr<const services> service;
  const std::shared_ptr<account_status> status;
  const std::shared_ptr<metrics::account_metrics> metrics;
  const std::shared_ptr<transport::http_client> http;

  /// Null while there is none. Replaced, never reassigned, by a new login.
  std::shared_ptr<webwx::session> session;
  /// Grows with every login of this process: calls of an older session are recognised by it.
  std::uint64_t session_number = 0;
  address_book contacts;
  /// What the account may do when. Whoever does something of a paced operation asks it and tells it.
  pacer pacing;
  /// What operators want done with friends and groups; the contact operator writes it.
  operation_book operations;
  std::vector<std::string> bots;
  store::media_policy media_policy = store::media_policy::images_and_voices;
  webwx::login_choice login_choice = webwx::login_choice::web;
  /// Contacts that were taken from `contacts` and that no commit has stored yet: they go with the next one,
  /// whoever makes it. Everything that can be lost between taking and storing is put here first.
  std::vector<store::contact_record> contacts_to_store;

  // Who else is there. Set by the account supervisor; a handle may be of an actor that has just ended.
  router_actor router;
  sender_actor sender;
  inbox_reader_actor inbox;
  media_fetcher_actor media;               ///< null without a session
  contact_operator_actor contact_operator; ///< null without a session

  /// A ClientMsgId: 17 digits, ascending within the account (weixin-protocol.md 1.2).
  std::string next_client_msg_id();
  /// Counts the uploads of this process from 0 (weixin-protocol.md 6.1).
  std::uint64_t next_upload_number() noexcept { return upload_number_++; }
  /// Remembers a MsgId that Weixin gave to a send of ours, so that its echo is known
  /// (weixin-protocol.md 7.2).
  void remember_own(std::string msg_id);
  bool is_own(const std::string& msg_id) const;
  /// Remembers under which MediaId Weixin has the file of a send. It is worth nothing in another session.
  void remember_upload(std::string send_id, std::string media_id);
  /// That MediaId; empty when this session did not upload the file, or long ago.
  std::string upload_of(std::string_view send_id) const;

private:
  struct remembered_upload {
    std::string send_id;
    std::string media_id;
    std::uint64_t session_number;
  };

  void operation_ended(const contact_operation& op) const;

  std::string last_client_msg_id_;
  std::uint64_t upload_number_ = 0;
  std::deque<std::string> own_msg_ids_;   // at most 200
  std::deque<remembered_upload> uploads_; // at most 100
};

} // namespace weixin
