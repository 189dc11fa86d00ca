#include "protocol/webwx/request.hpp"

#include "protocol/webwx/json_fields.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace weixin::webwx {

target::target(endpoint e) : text_("/cgi-bin/mmwebwx-bin/" + std::string{to_string(e)}) {}

target& target::add(std::string_view name, std::string_view value) {
  text_ += separator_;
  text_.append(name).append(1, '=').append(percent_encode(value));
  separator_ = '&';
  return *this;
}

target& target::add_common(const session& s) {
  return add("lang", "zh_CN").add("pass_ticket", s.pass_ticket.reveal());
}

http_request make_get(std::string_view host, target t, std::string_view user_agent,
                      std::string_view entry_host) {
  http_request request;
  request.host = std::string{host};
  request.target = std::move(t).str();
  request.headers = {{"Accept", "application/json, text/plain, */*"},
                     {"Accept-Language", "zh-CN,zh;q=0.9"},
                     {"Referer", "https://" + std::string{entry_host} + "/?lang=zh_CN"}};
  if (!user_agent.empty()) request.headers.push_back({"User-Agent", std::string{user_agent}});
  return request;
}

http_request make_get(std::string_view host, target t, const session& s) {
  return make_get(host, std::move(t), s.user_agent, s.host.entry);
}

http_request make_post(const session& s, target t, std::string_view content_type, std::string body) {
  auto request = make_get(s.host.entry, std::move(t), s);
  request.method = "POST";
  request.headers.push_back({"Origin", "https://" + s.host.entry});
  request.headers.push_back({"Content-Type", std::string{content_type}});
  request.body = std::move(body);
  return request;
}

http_request make_json_post(const session& s, target t, const boost::json::object& body) {
  return make_post(s, std::move(t), "application/json; charset=UTF-8", boost::json::serialize(body));
}

const std::string& host_of(const session& s, endpoint e) noexcept {
  switch (facts_of(e).role) {
  case host_role::login:
    return s.host.login;
  case host_role::file:
    return s.host.file;
  case host_role::push:
    return s.host.push;
  case host_role::entry:
    break;
  }
  return s.host.entry;
}

boost::json::object body_with_base_request(const session& s, boost::json::storage_ptr storage) {
  return boost::json::object(
      {{"BaseRequest",
        {{"Uin", s.uin}, {"Sid", s.sid.reveal()}, {"Skey", s.skey.reveal()}, {"DeviceID", s.device_id}}}},
      std::move(storage));
}

boost::json::object to_json(const sync_key_list& keys, boost::json::storage_ptr storage) {
  boost::json::array list(storage);
  list.reserve(keys.pairs.size());
  for (auto [key, value] : keys.pairs) {
    boost::json::object pair(2, storage);
    pair.emplace("Key", key);
    pair.emplace("Val", value);
    list.push_back(std::move(pair));
  }
  boost::json::object json(2, storage);
  json.emplace("Count", keys.pairs.size());
  json.emplace("List", std::move(list));
  return json;
}

sync_key_list sync_key_list_from(const boost::json::value& json) {
  sync_key_list keys;
  const auto* object = json.if_object();
  const auto* list = object == nullptr ? nullptr : array_field(*object, "List");
  if (list == nullptr || int_field(*object, "Count") == 0) return keys;
  for (const auto& item : *list) {
    const auto* pair = item.if_object();
    if (pair == nullptr || keys.pairs.size() == sync_key_list::max_pairs) return {};
    auto key = int_field(*pair, "Key");
    auto value = int64_field(*pair, "Val");
    // Half a key would make the server repeat or skip messages: the old one is better.
    if (!key || !value) return {};
    keys.pairs.emplace_back(*key, *value);
  }
  return keys;
}

} // namespace weixin::webwx
