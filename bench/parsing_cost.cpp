// What it costs to read Weixin's two large answers, held against a bare Boost.JSON parse of the same bytes.
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/sync.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace weixin;

constexpr std::string_view self = "@5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f";

std::string user_name(int number) {
  char name[40];
  std::snprintf(name, sizeof name, "@%032x", static_cast<unsigned>(number) * 2654435761U);
  return name;
}

std::string number(int n) { return std::to_string(n); }

/// A chat as it comes: mostly short texts, every tenth a group's, a picture or a link with its XML.
std::string message(int i) {
  std::string content = "好的，明天上午十点见 " + number(i) + " <span class=\\\"emoji emoji1f604\\\"></span>";
  std::string type = "1";
  std::string from = user_name(i);
  if (i % 10 == 3) {
    from = "@@" + user_name(7).substr(1) + user_name(8).substr(1);
    content = user_name(i) + ":<br/>" + content;
  } else if (i % 10 == 5) {
    type = "3";
    content =
        "&lt;?xml version=\\\"1.0\\\"?&gt;<br/>&lt;msg&gt;<br/>\\t&lt;img length=\\\"20718\\\" aeskey=\\\"" +
        std::string(32, 'a') + "\\\" cdnmidimgurl=\\\"" + std::string(160, 'b') +
        "\\\" /&gt;<br/>&lt;/msg&gt;<br/>";
  } else if (i % 10 == 7) {
    type = "49";
    content =
        "&lt;msg&gt;<br/>\\t&lt;appmsg appid=\\\"\\\" sdkver=\\\"0\\\"&gt;<br/>\\t\\t&lt;title&gt;链接" +
        number(i) + "&lt;/title&gt;<br/>\\t\\t&lt;des&gt;" + std::string(300, 'd') +
        "&lt;/des&gt;<br/>\\t&lt;/appmsg&gt;<br/>&lt;/msg&gt;<br/>";
  }
  auto id = "43300000000000" + number(10000 + i);
  return R"({"MsgId":")" + id + R"(","FromUserName":")" + from + R"(","ToUserName":")" + std::string{self} +
         R"(","MsgType":)" + type + R"(,"Content":")" + content +
         R"(","Status":3,"ImgStatus":1,"CreateTime":17)" + number(10000000 + i) +
         R"(,"VoiceLength":0,"PlayLength":0,"FileName":"","FileSize":"","MediaId":"","Url":"","AppMsgType":0,)"
         R"("StatusNotifyCode":0,"StatusNotifyUserName":"","RecommendInfo":{"UserName":"","NickName":"",)"
         R"("QQNum":0,"Province":"","City":"","Content":"","Signature":"","Alias":"","Scene":0,"VerifyFlag":0,)"
         R"("AttrStatus":0,"Sex":0,"Ticket":"","OpCode":0},"ForwardFlag":0,"AppInfo":{"AppID":"","Type":0},)"
         R"("HasProductId":0,"Ticket":"","ImgHeight":0,"ImgWidth":0,"SubMsgType":0,"NewMsgId":)" +
         id + R"(,"OriContent":"","EncryFileName":""})";
}

std::string contact(int i) {
  auto name = user_name(i);
  return R"({"Uin":0,"UserName":")" + name + R"(","NickName":"联系人)" + number(i) +
         R"( <span class=\"emoji emoji1f33f\"></span>","HeadImgUrl":"/cgi-bin/mmwebwx-bin/webwxgeticon?seq=)" +
         number(600000000 + i) + "&username=" + name +
         R"(&skey=@crypt_0123abcd_00112233445566778899aabbccddeeff","ContactFlag":3,"MemberCount":0,)"
         R"("MemberList":[],"RemarkName":")" +
         (i % 4 == 0 ? "备注" + number(i) : std::string{}) +
         R"(","HideInputBarFlag":0,"Sex":1,"Signature":"每一天都是新的一天","VerifyFlag":0,"OwnerUin":0,)"
         R"("PYInitial":"LXR","PYQuanPin":"lianxiren)" +
         number(i) +
         R"(","RemarkPYInitial":"","RemarkPYQuanPin":"","StarFriend":0,"AppAccountFlag":0,"Statues":0,)"
         R"("AttrStatus":102437,"Province":"广东","City":"深圳","Alias":"","SnsFlag":17,"UniFriend":0,)"
         R"("DisplayName":"","ChatRoomId":0,"KeyWord":"","EncryChatRoomId":"","IsOwner":0})";
}

std::string list_of(int count, std::string (*entry)(int)) {
  std::string list;
  for (int i = 0; i < count; ++i)
    list.append(i == 0 ? "" : ",\n").append(entry(i));
  return list;
}

const std::string ok = "{\n\"BaseResponse\": {\n\"Ret\": 0,\n\"ErrMsg\": \"\"\n}\n,";

std::string sync_body(int messages) {
  return ok + "\"AddMsgCount\": " + number(messages) + ",\n\"AddMsgList\": [" + list_of(messages, message) +
         "],\n\"ModContactCount\": 0,\n\"ModContactList\": [],\n\"DelContactCount\": 0,\n\"DelContactList\": "
         "[],"
         "\n\"ContinueFlag\": 0,\n\"SyncKey\": {\n\"Count\": 1,\n\"List\": "
         "[{\"Key\":1,\"Val\":700000001}]\n}\n,"
         "\"SKey\": \"\",\n\"SyncCheckKey\": {\n\"Count\": 1,\n\"List\": "
         "[{\"Key\":1,\"Val\":700000001}]\n}\n}\n";
}

std::string contact_body(int contacts) {
  return ok + "\"MemberCount\": " + number(contacts) + ",\n\"MemberList\": [" + list_of(contacts, contact) +
         "],\n\"Seq\": 0\n}\n";
}

/// CPU time of this thread for one call, in microseconds.
double cpu_us(const std::function<void()>& call) {
  auto now = [] {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
  };
  auto begin = now();
  call();
  return now() - begin;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

/// Alternates what is compared, so that whatever disturbs one disturbs the others.
void compare(const char* what, const std::string& body, int rounds, double goal,
             const std::function<bool()>& ours) {
  auto bare = [&] { return boost::json::parse(body).is_object(); };
  auto in_one_block = [&] {
    boost::json::monotonic_resource memory;
    return boost::json::parse(body, &memory).is_object();
  };
  bool good = true;
  std::vector<double> a, b, c;
  for (int i = 0; i < rounds; ++i) {
    a.push_back(cpu_us([&] { good = ours() && good; }));
    b.push_back(cpu_us([&] { good = bare() && good; }));
    c.push_back(cpu_us([&] { good = in_one_block() && good; }));
  }
  std::printf(
      "%s, %zu KiB: read %.0f us, bare parse %.0f us, in one block of memory %.0f us: ratio %.2f (goal "
      "%.1f), %.2f to the block%s\n",
      what, body.size() / 1024, median(a), median(b), median(c), median(a) / median(b), goal,
      median(a) / median(c), good ? "" : " WRONG");
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "What reading Weixin's large answers costs, held against a bare Boost.JSON parse of the same bytes"};
  int rounds = 200;
  app.add_option("--rounds", rounds, "how often each is read; the median counts")
      ->check(CLI::Range(1, 100000));
  CLI11_PARSE(app, argc, argv);

  http_response sync{200, {}, sync_body(50)};
  compare("webwxsync of 50 messages", sync.body, rounds * 10, 1.3, [&] {
    auto batch = webwx::parse_sync(sync, self);
    return batch && batch->messages.size() == 50 && batch->set_aside == 0;
  });
  http_response contacts{200, {}, contact_body(5000)};
  compare("webwxgetcontact of 5,000 contacts", contacts.body, rounds, 1.5, [&] {
    auto page = webwx::parse_get_contact(contacts);
    return page && page->contacts.size() == 5000 && page->set_aside == 0;
  });
}
