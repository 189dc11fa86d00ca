// The answers that other clients really got: each is read by the parser of its endpoint.

#include "protocol/webwx/chatroom.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/init.hpp"
#include "protocol/webwx/login.hpp"
#include "protocol/webwx/logout.hpp"
#include "protocol/webwx/oplog.hpp"
#include "protocol/webwx/outgoing.hpp"
#include "protocol/webwx/push_login.hpp"
#include "protocol/webwx/recall.hpp"
#include "protocol/webwx/report.hpp"
#include "protocol/webwx/send.hpp"
#include "protocol/webwx/sync.hpp"
#include "protocol/webwx/upload.hpp"
#include "protocol/webwx/verify_user.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>

namespace weixin::webwx {
namespace {

using reader = std::function<std::string(const http_response&)>; // what is wrong; empty: nothing

/// A refusal that says so was read as well.
std::string unless_refused(const error& e) {
  bool refused = e.code == errc::session_ended || e.code == errc::barred;
  return refused ? std::string{} : to_string(e);
}

template <class Parse>
reader reads(Parse parse) {
  return [parse](const http_response& r) {
    auto answer = parse(r);
    return answer ? std::string{} : unless_refused(answer.error());
  };
}

reader reads_sent(endpoint call) {
  return reads([call](const http_response& r) { return parse_sent(r, call); });
}

std::string set_aside(std::size_t entries) {
  return entries == 0 ? std::string{} : std::to_string(entries) + " entries set aside";
}

const std::map<std::string, reader>& readers() {
  static const std::map<std::string, reader> all{
      {"jslogin", reads(parse_jslogin)},
      {"login", reads(parse_login_poll)},
      {"webwxnewloginpage", reads(parse_new_login_page)},
      {"webwxinit", reads(parse_init)},
      {"webwxstatusnotify", reads(parse_status_notify)},
      {"webwxgetcontact",
       [](const http_response& r) {
         auto page = parse_get_contact(r);
         return page ? set_aside(page->set_aside) : unless_refused(page.error());
       }},
      {"webwxbatchgetcontact",
       [](const http_response& r) {
         auto list = parse_batch_get_contact(r);
         return list ? set_aside(list->set_aside) : unless_refused(list.error());
       }},
      {"synccheck", reads(parse_synccheck)},
      {"webwxsync",
       [](const http_response& r) {
         auto batch = parse_sync(r, "@self");
         return batch ? set_aside(batch->set_aside) : unless_refused(batch.error());
       }},
      {"webwxsendmsg", reads(parse_send)},
      {"webwxsendmsgimg", reads_sent(endpoint::webwxsendmsgimg)},
      {"webwxsendvideomsg", reads_sent(endpoint::webwxsendvideomsg)},
      {"webwxsendappmsg", reads_sent(endpoint::webwxsendappmsg)},
      {"webwxsendemoticon", reads_sent(endpoint::webwxsendemoticon)},
      {"webwxrevokemsg", reads(parse_recall)},
      {"webwxcheckupload", reads(parse_check_upload)},
      {"webwxuploadmedia", reads([](const http_response& r) {
         return parse_upload(r, r.body.find("\"MediaId\": \"@") != std::string::npos);
       })},
      {"webwxcreatechatroom", reads(parse_create_chatroom)},
      {"webwxupdatechatroom", reads(parse_update_chatroom)},
      {"webwxoplog", reads(parse_oplog)},
      {"webwxverifyuser", reads(parse_verify_user)},
      {"webwxpushloginurl", reads(parse_push_login)},
      {"webwxstatreport", reads(parse_stat_report)},
      {"webwxlogout", reads(parse_logout)},
  };
  return all;
}

TEST(WireDirectory, HoldsNoAnswerThatWeCannotRead) {
  std::map<std::string, std::size_t> read;
  std::size_t cut_off = 0;
  for (const auto& entry : std::filesystem::directory_iterator(WEIXIN_WIRE_DIR)) {
    if (entry.path().extension() != ".jsonl") continue;
    std::ifstream file{entry.path()};
    int number = 0;
    for (std::string line; std::getline(file, line);) {
      ++number;
      boost::system::error_code ec;
      auto value = boost::json::parse(line, ec);
      const auto* capture = ec ? nullptr : value.if_object();
      const auto* name = capture == nullptr ? nullptr : capture->if_contains("endpoint");
      const auto* body = capture == nullptr ? nullptr : capture->if_contains("response_body");
      if (name == nullptr || body == nullptr || !body->is_object()) continue;
      auto found = readers().find(std::string{name->as_string()});
      const auto* text = body->as_object().if_contains("text");
      if (text == nullptr || name->as_string() == "root") continue; // pictures, and the page itself
      if (found == readers().end()) {
        ADD_FAILURE() << "nothing reads " << name->as_string();
        continue;
      }
      if (body->as_object().contains("truncated")) { // by who recorded it
        ++cut_off;
        continue;
      }
      http_response r;
      r.status = static_cast<int>(capture->at("response_status").to_number<std::int64_t>());
      r.body = std::string{text->as_string()};
      if (const auto* headers = capture->at("response_headers").if_object())
        for (const auto& [key, header] : *headers)
          if (header.is_string()) r.headers.push_back({std::string{key}, std::string{header.as_string()}});
      ++read[found->first];
      EXPECT_EQ(found->second(r), "")
          << entry.path().filename() << " line " << number << ": " << found->first << "\n"
          << r.body.substr(0, 300);
    }
  }
  std::size_t answers = 0;
  for (const auto& [endpoint, count] : read)
    answers += count;
  std::printf("%zu answers of %zu endpoints read, %zu were cut off when they were recorded\n", answers,
              read.size(), cut_off);
  EXPECT_GT(answers, 0U);
}

} // namespace
} // namespace weixin::webwx
