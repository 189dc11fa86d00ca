#pragma once

#include "simulator/simulated_weixin.hpp"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::simulator {

/// The service and a clock that stands where it is put.
class simulated_service {
public:
  explicit simulated_service(simulator_options options = {}, std::size_t users = 2, people_shape shape = {});

  exchange_id ask(const httpd::request& r); ///< the answer, if any, is kept for `answered`
  /// The answer of that exchange, once; nothing while it is held.
  std::optional<answer> answered(exchange_id id);
  void advance(std::chrono::milliseconds by);
  void collect();
  std::uint64_t violations(violation_kind kind) const { return core.state().violations.count(kind); }
  std::uint64_t violations() const { return core.state().violations.total(); }

  simulated_weixin core;
  moment now{steady_time{} + std::chrono::hours{1}, wall_time{} + std::chrono::hours{24 * 365 * 50}};

private:
  exchange_id last_id_ = 0;
  std::map<exchange_id, answer> answers_;
};

std::string encode(std::string_view text);
boost::json::object json_of(const answer& a);
int ret_of(const answer& a);
std::int64_t key_value(const boost::json::object& sync_key, std::int64_t key);
/// All values of that header.
std::vector<std::string> headers_of(const answer& a, std::string_view name);

/// A client that behaves well unless told otherwise.
class simulated_client {
public:
  explicit simulated_client(simulated_service& s) : service(&s) {}

  httpd::request make(std::string method, std::string host, std::string path_and_query,
                      std::string body = {}) const;
  exchange_id send(std::string method, std::string host, std::string path_and_query, std::string body = {});
  /// An answer that must come at once; keeps its cookies.
  answer call(std::string method, std::string host, std::string path_and_query, std::string body = {});
  /// POST of a JSON endpoint on the entry host, with BaseRequest, lang and pass_ticket.
  answer post(std::string name, boost::json::object body = {}, std::string more_query = {});

  std::string jslogin(std::string_view more = {});
  exchange_id poll_login(int tip);
  answer exchange(std::string query_end = "&fun=new&version=v2");
  /// From jslogin to the session, as that user.
  void log_in(std::size_t user = 1);
  /// log_in, webwxinit and webwxstatusnotify.
  void go_online(std::size_t user = 1);
  boost::json::object init();
  exchange_id check();
  std::string check_now(); ///< the body of a synccheck that must answer at once
  boost::json::object sync();
  boost::json::object send_text(std::string_view to, std::string_view text);
  std::string name_of(const peer_ref& who) const; ///< as the service knows it
  std::string target(std::string_view name, std::string_view query) const;
  boost::json::object base_request() const;

  simulated_service* service;
  std::map<std::string, std::string> cookies;
  std::string uuid, entry = "wx.qq.com", redirect;
  std::string uin, sid, skey, pass_ticket;
  std::string self;
  boost::json::object sync_key, sync_check_key;
  std::uint64_t client_msg_id = 17'000'000'000'000'000;
};

} // namespace weixin::simulator
