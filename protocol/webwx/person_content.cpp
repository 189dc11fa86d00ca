// Contact cards, friend requests and recommendations (weixin-protocol.md 7.1 and 7.5).
#include "protocol/webwx/message_entry.hpp"
#include "protocol/webwx/text.hpp"
#include "protocol/webwx/xml_tree.hpp"

namespace weixin::webwx {

namespace {

constexpr std::string_view what = "webwxsync";

/// RecommendInfo and, for what it lacks, the attributes of `<msg>`.
class person_reader {
public:
  explicit person_reader(const message_entry& e) {
    if (const auto* info = object_field(e.fields, "RecommendInfo")) info_ = *info;
    if (e.xml.find('<') == std::string_view::npos) return;
    is_broken_ = !load_xml(tree_, e.xml, what);
    if (is_broken_) tree_.reset();
    msg_ = find_element(tree_, "msg");
  }

  std::string text(std::string_view key, const char* attribute, std::size_t max = longest_name) const {
    auto value = decode_name(bounded_field(info_, key, max));
    return value.empty() ? attribute_text(msg_, attribute, max) : value;
  }
  int number(std::string_view key, const char* attribute) const {
    auto value = int_field(info_, key).value_or(0);
    if (value != 0) return value;
    auto other = attribute_number(msg_, attribute);
    return other <= 0x7fffffff ? static_cast<int>(other) : 0;
  }
  content::person person(const char* user_name, const char* nick_name) const {
    content::person p;
    p.user_name = text("UserName", user_name);
    p.nick_name = text("NickName", nick_name);
    p.alias = text("Alias", "alias");
    p.province = text("Province", "province");
    p.city = text("City", "city");
    p.signature = text("Signature", "sign", longest_text);
    p.sex = number("Sex", "sex");
    p.scene = number("Scene", "scene");
    p.verify_flag = number("VerifyFlag", "certflag");
    p.image_url = attribute_text(msg_, "bigheadimgurl", longest_url);
    return p;
  }
  bool is_broken() const noexcept { return is_broken_; }

private:
  boost::json::object info_;
  pugi::xml_document tree_;
  pugi::xml_node msg_;
  bool is_broken_ = false;
};

} // namespace

entry_content read_card(const message_entry& e) {
  person_reader read{e};
  return {content::card{read.person("username", "nickname")}, read.is_broken()};
}

entry_content read_friend_request(const message_entry& e) {
  person_reader read{e};
  content::friend_request c;
  c.who = read.person("fromusername", "fromnickname");
  c.greeting = read.text("Content", "content", longest_text);
  c.ticket = secret{read.text("Ticket", "ticket", longest_url)};
  c.opcode = read.number("OpCode", "opcode");
  c.is_own = !c.who.user_name.empty() && c.who.user_name == e.self;
  return {std::move(c), read.is_broken()};
}

entry_content read_possible_friend(const message_entry& e) {
  person_reader read{e};
  return {content::possible_friend{read.person("fromusername", "fromnickname")}, read.is_broken()};
}

} // namespace weixin::webwx
