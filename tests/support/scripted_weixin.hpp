#pragma once

#include "protocol/http_message.hpp"
#include "transport/http_client.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weixin::testing {

/// A Weixin that answers from a script, behind the transport's interface: no socket, no thread, no clock.
/// Out of the box it lets an account log in as soon as `confirm()` was called, and holds synccheck for ever.
class scripted_weixin {
public:
  using answer = result<http_response>;

  /// What the client of one account talks to. Completions run in `deliver`, never inside `start`.
  std::shared_ptr<transport::http_client> client();

  /// Hands ready answers to their callers; true when there was one.
  bool deliver();

  /// Time passes: calls that a real Weixin would hold for 25 s are answered with "nothing new".
  void pass(std::chrono::nanoseconds d);
  /// From now on held calls are never answered: their replies are lost.
  bool loses_replies = false;

  // -- the script
  // -----------------------------------------------------------------------------------------------
  /// The next call of that endpoint gets this answer instead of the usual one. Queues.
  void next(const std::string& endpoint, answer a);
  /// The next call of that endpoint, which streams its body, gets this much of it and then this failure.
  void next_cut(const std::string& endpoint, http_response begun, error why);
  /// Drops what was scripted for that endpoint.
  void forget(const std::string& endpoint) { scripted_[endpoint].clear(); }
  /// The next call of that endpoint throws inside the actor that makes it.
  void throw_at(const std::string& endpoint);
  /// Every call of that endpoint waits, from now on, until `release`. synccheck and login wait by themselves.
  void hold(const std::string& endpoint) { held_.insert_or_assign(endpoint, true); }
  void release(const std::string& endpoint);
  /// Answers a call of that endpoint that waits now; false when none does.
  bool answer_waiting(const std::string& endpoint, answer a);

  void scan();    ///< answers 201 to the waiting login poll
  void confirm(); ///< answers 200 to the waiting login poll
  void expire();  ///< answers 400 to it
  /// Ends the waiting synccheck, or the next one, with this retcode and selector.
  void synccheck(int retcode, int selector);
  /// The next webwxsync brings these entries of AddMsgList, and every further one until a key says that they
  /// have arrived.
  void bring(std::vector<std::string> entries);

  std::int64_t uin = 1'000'001; ///< of the next login
  /// What webwxinit says; nullopt: the user of the session that asks.
  std::optional<std::int64_t> uin_of_init;
  std::string nick_name = "Test Shop";
  std::string friend_nick = "Friend One";
  std::string user_name = self; ///< the account's own; Weixin gives another one at every login
  std::string redirect_host = "wx.qq.com";

  // -- what was asked
  // -------------------------------------------------------------------------------------------
  std::vector<http_request> requests;
  std::size_t count(const std::string& endpoint) const;
  const http_request* last(const std::string& endpoint) const;
  std::size_t waiting(const std::string& endpoint) const;
  std::size_t closed = 0; ///< how often a client was told to close
  /// What the clients were told to go through, in order: proxies without credentials, "" for none.
  std::vector<std::string> proxies;

  static http_response ok(std::string body) { return {200, {}, std::move(body)}; }
  static std::string base_response(int ret) {
    return R"("BaseResponse":{"Ret":)" + std::to_string(ret) + R"(,"ErrMsg":""})";
  }
  static std::string text_message(const std::string& msg_id, const std::string& from, const std::string& text,
                                  std::int64_t create_time);
  static constexpr const char* self = "@self0000000000000000000000000000a1";
  static constexpr const char* friend_ = "@friend00000000000000000000000000b2";

private:
  struct call {
    std::string endpoint;
    transport::http_call what;
    transport::http_client::completion done;
    std::chrono::nanoseconds age{0};
  };
  class fake_client;

  void started(transport::http_call c, transport::http_client::completion done);
  void closed_by(fake_client* client);
  std::optional<answer> usual(const std::string& endpoint, const http_request& r);

  struct ready_answer {
    transport::http_client::completion done;
    answer what;
    std::shared_ptr<transport::body_sink> sink;
    std::optional<error> cut;
  };
  void stream(ready_answer& a);

  struct scripted_answer {
    answer what;
    std::optional<error> cut;
  };
  std::map<std::string, std::deque<scripted_answer>> scripted_;
  std::map<std::string, int> throwing_;
  std::map<std::string, bool> held_{{"synccheck", true}, {"login", true}};
  std::deque<call> waiting_;
  std::deque<ready_answer> ready_;
  struct batch {
    std::vector<std::string> entries;
    std::int64_t key = 0; // of the answer that brought it; 0: none did yet
  };
  std::deque<batch> batches_;
  int uuid_ = 0;
  std::int64_t sync_key_ = 1;
  std::int64_t msg_id_ = 9'000;
};

} // namespace weixin::testing
