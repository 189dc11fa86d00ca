#pragma once

#include "simulator/agenda.hpp"
#include "simulator/answer.hpp"
#include "simulator/fault_book.hpp"
#include "simulator/ledger.hpp"
#include "simulator/login_book.hpp"
#include "simulator/media_store.hpp"
#include "simulator/options.hpp"
#include "simulator/people.hpp"
#include "simulator/records.hpp"
#include "simulator/request_view.hpp"
#include "simulator/secret_maker.hpp"
#include "simulator/upload_desk.hpp"
#include "simulator/web_session.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weixin::simulator {

/// A request that is being answered.
struct call {
  exchange_id id = 0;
  const request_view& request;
  std::size_t user = 0; ///< as far as the request tells, 0: unknown
};

/// What is remembered of a request without an answer.
struct open_exchange {
  std::optional<fault_rule> fault; ///< of the second group
  bool gzip = false;
  agenda::entry_id timer = 0;
};

/// Everything the simulated service knows. Passive: the functions of sessions.hpp, phones.hpp, injection.hpp
/// and endpoints.hpp work on it. One thread.
struct world {
  explicit world(simulator_options o)
      : options(std::move(o)), secrets(options.secret_seed, options.canary), book(options.secret_seed) {}

  simulator_options options;
  moment now{};
  agenda plan;
  secret_maker secrets;

  std::vector<std::unique_ptr<phone_user>> users; ///< the one with id n at n - 1
  std::unordered_map<std::int64_t, std::size_t> user_of_uin;
  std::unordered_map<std::string, std::size_t> user_of_uvid;
  std::unordered_map<std::string, std::shared_ptr<web_session>> sessions; ///< by sid
  std::set<std::size_t> online; ///< users whose session lives and has seen webwxinit
  std::uint64_t last_session = 0;
  std::uint64_t last_message = 0;

  login_book logins;
  std::deque<std::string> codes_to_scan; ///< auto mode: waiting for a free user
  std::set<std::pair<std::uint64_t, std::size_t>>
      free_users; ///< by when they became free; 0: never logged in
  std::uint64_t last_release = 0;
  agenda::entry_id auto_retry = 0;

  media_store media;
  upload_desk uploads;
  /// What webwxcheckupload gave out, by its signature: the newest `max_permits`.
  struct upload_permit {
    std::size_t user;
    std::string md5;
    std::uint64_t bytes;
  };
  std::unordered_map<std::string, upload_permit> permits;
  std::deque<std::string> permit_order;
  static constexpr std::size_t max_permits = 10'000;

  fault_book faults;
  ledger book;
  ring<sent_message> sent{max_sent_messages};
  ring<friend_request> friend_requests{max_friend_requests};
  violation_log violations;
  std::map<std::string, std::uint64_t, std::less<>> requests; ///< by endpoint, a closed set

  std::unordered_map<exchange_id, open_exchange> open;
  std::vector<std::pair<exchange_id, answer>> released;

  phone_user* user(std::size_t id) { return id == 0 || id > users.size() ? nullptr : users[id - 1].get(); }
  void violate(violation_kind kind, const call& c, std::string detail) {
    violations.add(
        {kind, std::string{c.request.endpoint().substr(0, 64)}, c.user, std::move(detail), now.wall});
  }
  /// Holds the exchange until `release` or, after `longest`, until `when_over` releases it.
  void hold(exchange_id id, std::chrono::milliseconds longest, agenda::action when_over);
  /// Answers a held exchange; one that is gone is ignored.
  void release(exchange_id id, answer a);
  /// What is left to do to an answer: faults of the second group, compression.
  answer finish(answer a, const open_exchange& e) const;
  std::uint64_t next_message_id();
  /// The permit's signature (6.1).
  std::string permit_upload(std::size_t user, std::string md5, std::uint64_t bytes);
};

} // namespace weixin::simulator
