#pragma once

#include "ctl/chat_input.hpp"
#include "ctl/line_editor.hpp"
#include "ctl/session.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weixin::ctl {

/// `weixinctl chat`: shows what the accounts receive as it comes, and sends what is typed. Messages are read
/// from the durable inbox, so nothing is missed while the server restarts; what is sent is followed until its
/// fate is known. One thread: it waits for the keyboard, and asks the server in between.
class chat_session {
public:
  chat_session(session& s, std::vector<std::string> accounts);

  outcome<exit_code> run();

private:
  struct watched {
    std::string name;
    std::string target; ///< of the account's API
    std::string after;  ///< the place in its inbox
    std::optional<boost::json::array> contacts{};
    std::optional<boost::json::array> bots_before{}; ///< what /autoreply off took away
    std::string last_send{};
    std::string last_media{}; ///< the id of the last message with a file
  };
  struct pending {
    std::string account;
    std::string id;
    std::string to;
  };
  /// A question whose answer is the next line.
  struct question {
    std::string text;
    std::function<void()> on_yes;
  };

  outcome<void> begin();
  void tell(const std::string& text); ///< a line of ours
  void tell(const failure& f);
  void take(std::string_view line);
  void ask(std::string text, std::function<void()> on_yes);
  void look();
  void take_messages(watched& a);
  void follow_sends();
  std::vector<std::string> completions(const std::string& word);
  const boost::json::array& contacts_of(watched& a);
  watched* account_called(const std::string& name);
  watched& present() { return accounts_[present_]; }

  void execute(const chat::say& c);
  void execute(const chat::say_to_all& c);
  void execute(const chat::send_file& c);
  void execute(const chat::show_help& c);
  void execute(const chat::list_contacts& c);
  void execute(const chat::show_history& c);
  void execute(const chat::recall& c);
  void execute(const chat::save_media& c);
  void execute(const chat::auto_reply& c);
  void execute(const chat::use_account& c);
  void execute(const chat::quit& c);
  void execute(const chat::nothing& c);
  void execute(const chat::mistake& c);

  bool send(watched& a, const std::string& to, const std::string& text);
  void send_lines(watched& a, const std::string& to, const std::string& path);
  void accepted(watched& a, const std::string& to, const boost::json::value& send);

  session& s_;
  std::vector<watched> accounts_;
  std::size_t present_ = 0;
  std::unique_ptr<line_editor> editor_;
  std::deque<pending> pending_;
  std::optional<question> question_;
  bool is_done_ = false;
  bool is_lost_ = false; ///< the server did not answer the last time
};

/// A received message as a line of the chat: "12:03 Lin: hello", a group's as "12:03 Flat share | Lin:
/// hello". `account` stands in front when it is not empty. Safe on a terminal.
std::string chat_line(const boost::json::object& message, const std::string& account);
/// Whether /save has something to save of it.
bool has_file(const boost::json::object& message);

} // namespace weixin::ctl
