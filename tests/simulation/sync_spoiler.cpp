#include "tests/simulation/sync_spoiler.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <optional>

namespace weixin::simulation {
namespace {

namespace json = boost::json;

constexpr std::string_view marker = "\"@unreadable@\"";
/// Entries that no client can read. The first is no JSON at all.
constexpr std::string_view unreadable[] = {R"({"MsgId":"1","MsgType":1,,"Content":})",
                                           R"(17)",
                                           R"("text")",
                                           R"(null)",
                                           R"({"MsgType":1,"Content":"no id"})",
                                           R"({"MsgId":{"a":[]},"FromUserName":5,"Content":[]})",
                                           R"([[[[[[]]]]]])"};

std::optional<json::object> object_in(const std::string& body) {
  boost::system::error_code ec;
  auto value = json::parse(body, ec);
  if (ec || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

json::array* messages_of(json::object& answer) {
  auto* list = answer.if_contains("AddMsgList");
  return list == nullptr ? nullptr : list->if_array();
}

json::object keys_of(const json::object& answer) {
  json::object keys;
  for (const char* name : {"SyncKey", "SyncCheckKey"})
    if (const auto* value = answer.if_contains(name)) keys[name] = *value;
  return keys;
}

} // namespace

void sync_spoiler::remember(const std::string& session, const std::string& body) {
  auto answer = object_in(body);
  if (!answer) return;
  auto& p = past_[session];
  p.keys = std::exchange(p.last_keys, keys_of(*answer));
  auto* list = messages_of(*answer);
  if (list != nullptr && !list->empty()) p.batch = *list;
}

std::string sync_spoiler::spoil(fault f, const std::string& session, const std::string& body,
                                generator& random) {
  auto answer = object_in(body);
  auto* list = answer ? messages_of(*answer) : nullptr;
  if (list == nullptr) return body;
  auto& p = past_[session];
  switch (f) {
  case fault::bad_entry: {
    list->insert(list->begin() + between(random, 0, static_cast<std::int64_t>(list->size()) + 1),
                 "@unreadable@");
    auto text = json::serialize(*answer);
    return text.replace(text.find(marker), marker.size(), unreadable[random() % std::size(unreadable)]);
  }
  case fault::duplicate_entry:
    if (list->empty()) return body;
    list->push_back(json::value(list->at(random() % list->size())));
    break;
  case fault::reordered_batch:
    if (list->size() < 2) return body;
    std::reverse(list->begin(), list->end());
    break;
  case fault::repeated_batch: {
    if (p.batch.empty()) return body;
    auto again = p.batch;
    for (auto& m : *list)
      again.push_back(m);
    *list = std::move(again);
    break;
  }
  case fault::empty_keys:
    for (const char* name : {"SyncKey", "SyncCheckKey"})
      (*answer)[name] = json::object{{"Count", 0}, {"List", json::array{}}};
    break;
  case fault::key_regression:
    if (p.keys.empty()) return body;
    for (auto& [name, value] : p.keys)
      (*answer)[name] = value;
    break;
  default:
    return body;
  }
  // A new member may move the others: the list is looked for again.
  auto count = messages_of(*answer)->size();
  (*answer)["AddMsgCount"] = count;
  return json::serialize(*answer);
}

} // namespace weixin::simulation
