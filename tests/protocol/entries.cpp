#include "tests/protocol/entries.hpp"

namespace weixin::webwx {

std::string on_the_wire(std::string_view xml) {
  std::string out;
  for (char c : xml) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '\n')
      out += "<br/>";
    else
      out += c;
  }
  return out;
}

boost::json::object entry(int msg_type, std::string content, const boost::json::object& fields) {
  boost::json::object o{{"MsgId", "4330000000000000100"},
                        {"NewMsgId", 4330000000000000100},
                        {"FromUserName", alder},
                        {"ToUserName", self_name},
                        {"MsgType", msg_type},
                        {"CreateTime", 1700000100},
                        {"Content", std::move(content)}};
  for (const auto& field : fields)
    o[field.key()] = field.value();
  return o;
}

boost::json::object group_entry(int msg_type, std::string content, const boost::json::object& fields) {
  auto o = entry(msg_type, std::move(content), fields);
  o["FromUserName"] = elms;
  return o;
}

message received(const boost::json::object& o) {
  auto m = read_message(o, self_name);
  if (m) return std::move(*m);
  ADD_FAILURE() << to_string(m.error());
  return {};
}

message received(int msg_type, std::string content, const boost::json::object& fields) {
  return received(entry(msg_type, std::move(content), fields));
}

std::string app_xml(int type, std::string_view elements) {
  return "<msg>\n\t<appmsg appid=\"wx0000000000000000\" sdkver=\"0\">\n\t\t<type>" + std::to_string(type) +
         "</type>" + std::string{elements} +
         "</appmsg>\n\t<fromusername>wxid_synthetic1</fromusername>\n\t<appinfo><version>1</version>"
         "<appname>Synthetic App</appname></appinfo>\n</msg>";
}

message app_message(int type, std::string_view elements, const boost::json::object& fields) {
  auto o = entry(49, on_the_wire(app_xml(type, elements)), fields);
  if (!fields.contains("AppMsgType")) o["AppMsgType"] = type;
  return received(o);
}

} // namespace weixin::webwx
