#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/percent.hpp"
#include "protocol/webwx/xml.hpp"
#include "tests/protocol/wire_capture.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>

namespace weixin::webwx {

namespace {

using words = std::vector<std::string>;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> known) {
  return std::find(known.begin(), known.end(), text) != known.end();
}

/// A name that some write otherwise (weixin-protocol.md 4.4, 6.1, 8).
std::string usual_name(const captured_request& sent, std::string_view name) {
  struct {
    std::string_view endpoint;
    std::string_view theirs;
    std::string_view ours;
  } const rows[] = {{"webwxgetmsgimg", "msgid", "MsgID"},
                    {"webwxgetvideo", "MsgID", "msgid"},
                    {"webwxgetvoice", "MsgID", "msgid"},
                    {"webwxgetmedia", "filename", "encryfilename"},
                    {"webwxgeticon", "userName", "username"},
                    {"webwxbatchgetcontact", "ChatRoomId", "EncryChatRoomId"},
                    {"webwxuploadmedia", "lastModifieDate", "lastModifiedDate"}};
  for (const auto& row : rows)
    if (sent.endpoint == row.endpoint && name == row.theirs) return std::string{row.ours};
  return std::string{name};
}

/// Clocks, and what each client chooses for itself.
bool is_own_choice(const captured_request& sent, std::string_view name) {
  if (is_one_of(name, {"r", "_", "rr", "lang", "ClientMediaId"})) return true;
  if (sent.endpoint == "webwxstatusnotify" && name == "ClientMsgId") return true;
  // How an upload is counted, dated and typed.
  if (sent.endpoint == "webwxuploadmedia" && is_one_of(name, {"id", "type", "lastModifiedDate"})) return true;
  // The owner of a file is named by uin, or by UserName in one client.
  return sent.endpoint == "webwxgetmedia" && name == "fromuser";
}

/// What a client sends beyond the others, and the official one does without.
bool is_surplus(const captured_request& sent, std::string_view name) {
  if (sent.endpoint == "webwxinit" && name == "skey") return true;
  if (sent.endpoint == "webwxsendemoticon" && name == "f") return true;
  if (sent.endpoint == "webwxsendmsg" && is_one_of(name, {"fun", "f"})) return true;
  // The key that the report's BaseRequest has in one client (weixin-protocol.md 8.1).
  if (sent.endpoint == "webwxstatreport" && name == "Skey") return true;
  return false;
}

/// One client asks for groups by sending their whole records.
bool is_surplus_of_record(std::string_view where, std::string_view name, const boost::json::object& record) {
  if (!where.ends_with(" List.") || !record.contains("HeadImgUrl")) return false;
  return name != "UserName";
}

/// Encoded once more or less, a pass_ticket is the same; two words in its place are bugs of clients
/// (weixin-protocol.md 1.2).
bool is_same_ticket(std::string_view theirs, std::string_view ours) {
  if (is_one_of(theirs, {"undefined", "pass_ticket"})) return true;
  auto decoded = [](std::string_view text) { return percent_decode(percent_decode(text)); };
  return decoded(theirs) == decoded(ours);
}

bool is_same_text(std::string_view name, const std::string& theirs, const std::string& ours) {
  if (name == "pass_ticket") return is_same_ticket(theirs, ours);
  if (name == "VerifyUserTicket" && theirs.empty()) return true;
  // File names are quoted by one client.
  if (name == "name") return percent_decode(theirs) == ours;
  return theirs == ours;
}

void compare_values(const captured_request& sent, const std::string& where, const std::string& name,
                    const boost::json::value& theirs, const boost::json::value& ours, words& found);

void compare_objects(const captured_request& sent, const std::string& where,
                     const boost::json::object& theirs, const boost::json::object& ours, words& found) {
  for (const auto& member : theirs) {
    auto name = usual_name(sent, member.key());
    if (is_surplus(sent, name) || is_surplus_of_record(where, name, theirs)) continue;
    const auto* value = ours.if_contains(name);
    if (value == nullptr)
      found.push_back(where + name + " is missing");
    else if (!is_own_choice(sent, name))
      compare_values(sent, where, name, member.value(), *value, found);
  }
}

void compare_xml(const std::string& where, const std::string& theirs, const std::string& ours, words& found) {
  constexpr auto names =
      std::to_array<std::string_view>({"title", "des", "action", "type", "content", "url", "lowurl",
                                       "totallen", "attachid", "fileext", "extinfo"});
  for (auto name : names) {
    auto a = xml_texts(theirs, {name}, "capture");
    auto b = xml_texts(ours, {name}, "capture");
    if (!a || !b || a->front() != b->front())
      found.push_back(where + "Content: " + std::string{name} + " differs");
  }
}

void compare_values(const captured_request& sent, const std::string& where, const std::string& name,
                    const boost::json::value& theirs, const boost::json::value& ours, words& found) {
  auto inside = where + name + ".";
  if (theirs.is_object() && ours.is_object())
    return compare_objects(sent, inside, theirs.get_object(), ours.get_object(), found);
  if (theirs.is_array() && ours.is_array()) {
    const auto& a = theirs.get_array();
    const auto& b = ours.get_array();
    if (a.size() != b.size()) return found.push_back(where + name + " has another length");
    for (std::size_t i = 0; i < a.size(); ++i)
      compare_values(sent, where, name, a[i], b[i], found);
    return;
  }
  if (theirs.is_structured() || ours.is_structured())
    return found.push_back(where + name + " has another type");
  auto a = text_of(theirs);
  auto b = text_of(ours);
  if (name == "Content" && sent.endpoint == "webwxsendappmsg") return compare_xml(where, a, b, found);
  if (is_one_of(name, {"uploadmediarequest", "Text"})) {
    auto x = parse_json(a, "capture");
    auto y = parse_json(b, "capture");
    if (!x || !y || !x->is_object() || !y->is_object()) return found.push_back(where + name + " is no JSON");
    return compare_objects(sent, inside, x->get_object(), y->get_object(), found);
  }
  if (!is_same_text(name, a, b)) found.push_back(where + name + " differs");
}

/// Both ways are known to be taken (weixin-protocol.md 3.1, 4.3, 4.7).
bool may_have_another_method(std::string_view endpoint) {
  return is_one_of(endpoint, {"jslogin", "webwxgetcontact", "webwxlogout"});
}

/// One client has hosts that are not those of the table, which is known to work at times only.
bool is_foreign_host(const captured_request& sent) {
  return sent.host.starts_with("file2.") ||
         (sent.endpoint == "synccheck" && sent.host.find("webpush.") == std::string::npos);
}

void compare_headers(const captured_request& sent, const captured_request& ours, words& found) {
  for (auto name : {"Range", "extspam", "client-version"}) {
    auto theirs = find_header(sent.headers, name);
    if (!theirs.empty() && theirs != find_header(ours.headers, name))
      found.push_back(std::string{"header "} + name + " differs");
  }
  if (!sent.json.empty() && !find_header(ours.headers, "Content-Type").starts_with("application/json"))
    found.push_back("header Content-Type differs");
}

} // namespace

std::vector<std::string> differences(const captured_request& sent, const captured_request& ours) {
  words found;
  if (sent.path != ours.path) found.push_back("path differs");
  if (sent.method != ours.method && !may_have_another_method(sent.endpoint))
    found.push_back("method differs");
  if (sent.host != ours.host && !is_foreign_host(sent)) found.push_back("host differs");
  for (const auto& [their_name, value] : sent.query) {
    auto name = usual_name(sent, their_name);
    if (is_surplus(sent, name)) continue;
    if (!ours.query.contains(name)) {
      if (!is_one_of(name, {"r", "_", "lang"})) found.push_back("query: " + name + " is missing");
    } else if (!is_own_choice(sent, name) && !is_same_text(name, value, ours.query.at(name))) {
      found.push_back("query: " + name + " differs");
    }
  }
  compare_objects(sent, "body: ", sent.json, ours.json, found);
  compare_objects(sent, "form: ", sent.form, ours.form, found);
  if (!sent.file_name.empty() && percent_decode(sent.file_name) != ours.file_name)
    found.push_back("form: the file's name differs");
  compare_headers(sent, ours, found);
  return found;
}

} // namespace weixin::webwx
