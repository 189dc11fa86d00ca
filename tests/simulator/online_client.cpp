#include "tests/simulator/online_client.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

void append_part(std::string& body, std::string_view disposition, std::string_view content) {
  body.append("--edge\r\nContent-Disposition: ")
      .append(disposition)
      .append("\r\n\r\n")
      .append(content)
      .append("\r\n");
}

void append_field(std::string& body, std::string_view name, std::string_view content) {
  append_part(body, "form-data; name=\"" + std::string{name} + "\"", content);
}

} // namespace

void online_client::SetUp() {
  client.go_online();
  (void)client.sync();
}

std::size_t online_client::first_of(person_kind kind) {
  const auto& all = user().contacts;
  auto found = std::find_if(all.begin(), all.end(), [&](const person& p) { return p.kind == kind; });
  return static_cast<std::size_t>(found - all.begin());
}

answer online_client::upload(const upload_form& f) {
  auto total = f.total == 0 ? f.bytes.size() : f.total;
  json::object request{{"UploadType", 2},
                       {"BaseRequest", client.base_request()},
                       {"ClientMediaId", f.client_media_id},
                       {"TotalLen", total},
                       {"StartPos", 0},
                       {"DataLen", total},
                       {"MediaType", 4},
                       {"FromUserName", client.self},
                       {"ToUserName", "filehelper"}};
  if (!f.md5.empty()) request["FileMd5"] = f.md5;
  if (!f.signature.empty()) request["Signature"] = f.signature;
  std::string body;
  append_field(body, "id", "WU_FILE_0");
  append_field(body, "name", f.name);
  append_field(body, "type", "image/png");
  append_field(body, "lastModifiedDate", "Sat Jun 23 2018 16:45:07 GMT+0800");
  append_field(body, "size", std::to_string(total));
  if (!f.chunks.empty()) append_field(body, "chunks", f.chunks);
  if (!f.chunk.empty()) append_field(body, "chunk", f.chunk);
  append_field(body, "mediatype", f.mediatype);
  append_field(body, "uploadmediarequest", json::serialize(request));
  append_field(body, "webwx_data_ticket",
               f.data_ticket.empty() ? client.cookies["webwx_data_ticket"] : f.data_ticket);
  append_field(body, "pass_ticket", f.pass_ticket.empty() ? client.pass_ticket : f.pass_ticket);
  append_part(body, f.file_disposition, f.bytes);
  body.append("--edge--\r\n");
  auto r = client.make("POST", f.host, client.target("webwxuploadmedia", f.query), std::move(body));
  for (auto& h : r.headers)
    if (h.name == "Content-Type") h.value = "multipart/form-data; boundary=edge";
  auto a = service.answered(service.ask(r));
  EXPECT_TRUE(a);
  return a.value_or(answer{});
}

std::string online_client::uploaded(std::string name, std::string mediatype, std::string bytes) {
  upload_form f;
  f.name = std::move(name);
  f.mediatype = std::move(mediatype);
  f.bytes = std::move(bytes);
  auto o = json_of(upload(f));
  EXPECT_EQ(integer_of(*object_of(o, "BaseResponse"), "Ret"), 0);
  return text_of(o, "MediaId");
}

answer online_client::send(std::string endpoint, json::object msg, std::string query, int scene) {
  auto id = std::to_string(++client.client_msg_id);
  msg["FromUserName"] = client.self;
  if (!msg.contains("ToUserName")) msg["ToUserName"] = contact(3);
  msg["LocalID"] = id;
  msg["ClientMsgId"] = id;
  return client.post(std::move(endpoint), {{"Msg", std::move(msg)}, {"Scene", scene}}, std::move(query));
}

std::vector<sent_message> online_client::sent() {
  std::vector<sent_message> all;
  service.core.state().sent.visit_after(0, 1'000, [&](auto, const sent_message& m) { all.push_back(m); });
  return all;
}

json::object online_client::receive(kind_details wanted, std::string conversation) {
  injection what;
  what.user = 1;
  what.conversation = std::move(conversation);
  what.details = std::move(wanted);
  auto done = service.core.inject(std::move(what), service.now);
  EXPECT_TRUE(done);
  auto list = synced("AddMsgList");
  for (const auto& m : list)
    if (done && text_of(m.as_object(), "MsgId") == std::to_string(done->msg_id)) return m.as_object();
  ADD_FAILURE() << "the message did not come";
  return {};
}

json::array online_client::synced(std::string_view list) {
  auto o = client.sync();
  return o.at({list.data(), list.size()}).as_array();
}

answer online_client::download(std::string_view endpoint, std::string query, std::string range,
                               std::string host) {
  auto r = client.make("GET", std::move(host), client.target(endpoint, query));
  if (!range.empty()) r.headers.push_back({"Range", std::move(range)});
  auto a = service.answered(service.ask(r));
  EXPECT_TRUE(a);
  return a.value_or(answer{});
}

std::string online_client::media_of(std::string_view msg_id) {
  const auto* item = service.core.state().media.of_message(std::stoull(std::string{msg_id}));
  return item == nullptr ? std::string{} : content_of(*item);
}

} // namespace weixin::simulator
