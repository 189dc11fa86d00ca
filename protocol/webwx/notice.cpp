#include "protocol/webwx/notice.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace weixin::webwx {

namespace {

using content::notice;
using content::notice_event;

constexpr std::size_t longest_sentence = 16 * 1024;
constexpr std::size_t most_names = 500;

/// What a form says about the account itself.
enum about_me : unsigned { nothing = 0, i_did_it = 1, to_me = 2, by_code = 4 };

/// One known sentence. In `words` stand `{a}` for who did it, `{w}` for whom it happened to, `{f}` for one
/// person of that kind, `{n}` for a list of further names that are of no interest, `{t}` for a topic. A '"'
/// stands for any of the quotation marks. What follows the last word does not matter.
struct form {
  notice_event event;
  std::string_view words;
  unsigned flags = nothing;
};

using enum notice_event;

// More special ones first: the first that fits counts.
constexpr auto forms = std::to_array<form>({
    {joined, "你邀请\"{w}\"加入了群聊", i_did_it},
    {joined, "\"{a}\"邀请你和\"{w}\"加入了群聊", to_me},
    {joined, "\"{a}\"邀请你加入了群聊，群聊参与人还有：{n}", to_me},
    {joined, "\"{a}\"邀请你加入了群聊", to_me},
    {joined, "\"{a}\"邀请\"{w}\"加入了群聊"},
    {joined, "\"{w}\"通过扫描你分享的二维码加入群聊", i_did_it | by_code},
    {joined, "\"{w}\"通过扫描\"{a}\"分享的二维码加入群聊", by_code},
    {joined, "你通过扫描\"{a}\"分享的二维码加入群聊", to_me | by_code},
    {joined, "你通过扫描二维码加入群聊", to_me | by_code},
    {joined, "You invited \"{w}\" to the group chat", i_did_it},
    {joined, "You've invited \"{w}\" to the group chat", i_did_it},
    {joined, "\"{a}\" invited you and \"{w}\" to the group chat", to_me},
    {joined, "\"{a}\" invited you to a group chat with {n}", to_me},
    {joined, "\"{a}\" invited you to the group chat", to_me},
    {joined, "\"{a}\" invited \"{w}\" to the group chat"},
    {joined, "{a} invited you and {w} to the group chat", to_me},
    {joined, "{a} invited you and {w} to a group chat", to_me},
    {joined, "{a} invited you to a group chat with {n}", to_me},
    {joined, "{a} invited you to the group chat", to_me},
    {joined, "{a} invited you to a group chat", to_me},
    {joined, "{a} invited \"{w}\" to the group chat"},
    // Without quotation marks, as some clients look for them.
    {joined, "You invited {w} to the group chat", i_did_it},
    {joined, "You've invited {w} to the group chat", i_did_it},
    {joined, "{a} invited {w} to the group chat"},
    {joined, "{a} invited {w} to a group chat"},
    {joined, "\"{w}\" joined the group chat via your shared QR Code", i_did_it | by_code},
    {joined, "\"{w}\" joined the group chat via the QR Code you shared", i_did_it | by_code},
    {joined, "\"{w}\" joined the group chat via the QR code you shared", i_did_it | by_code},
    {joined, "\"{w}\" joined group chat via the QR code you shared", i_did_it | by_code},
    {joined, "\"{w}\" joined the group chat via the QR Code shared by \"{a}\"", by_code},
    {joined, "\"{w}\" joined the group chat via the QR code shared by \"{a}\"", by_code},
    {joined, "\"{w}\" joined group chat via the QR code shared by \"{a}\"", by_code},
    {removed, "你将\"{w}\"移出了群聊", i_did_it},
    {removed, "你被\"{a}\"移出群聊", to_me},
    {removed, "You removed \"{w}\" from the group chat", i_did_it},
    {removed, "You were removed from the group chat by \"{a}\"", to_me},
    {renamed, "你修改群名为\"{t}\"", i_did_it},
    {renamed, "\"{a}\"修改群名为\"{t}\""},
    {renamed, "You changed the group name to \"{t}\"", i_did_it},
    {renamed, "\"{a}\" changed the group name to \"{t}\""},
    {renamed, "{a} changed the group name to \"{t}\""},
    {friend_added, "你已添加了{f}，现在可以开始聊天了", i_did_it},
    {friend_added, "{f}刚刚把你添加到通讯录，现在可以开始聊天了"},
    {friend_added, "我通过了你的朋友验证请求"},
    {friend_added, "You have added {f} as your WeChat contact", i_did_it},
    {friend_added, "You have added {f} as your Weixin contact", i_did_it},
    {friend_added, "{f} just added you to his/her contacts list"},
    {friend_added, "I've accepted your friend request"},
    {not_a_friend, "{f}开启了朋友验证，你还不是他"},
    {not_a_friend, "{f} has enabled Friend Confirmation"},
    {red_packet, "收到红包，请在手机上查看"},
    {red_packet, "发出红包，请在手机上查看", i_did_it},
    {red_packet, "Red packet received. View on phone"},
    {location_ended, "位置共享已经结束"},
    {location_ended, "Location sharing ended"},
    {too_frequent, "发送消息过于频繁"},
    {pat, "我拍了拍自己", i_did_it | to_me},
    {pat, "我拍了拍{f}", i_did_it},
    {pat, "{a}拍了拍我", to_me},
    {pat, "{a}拍了拍{f}"},
});

/// The sentence with every kind of quotation mark as '"', and where each byte of it came from.
class sentence {
public:
  explicit sentence(std::string_view original) : original_(original) {
    plain_.reserve(original.size());
    places_.reserve(original.size() + 1);
    for (std::size_t i = 0; i < original.size();) {
      auto rest = original.substr(i);
      places_.push_back(i);
      // U+201C and U+201D, which stand around topics.
      if (rest.starts_with("\xE2\x80\x9C") || rest.starts_with("\xE2\x80\x9D")) {
        plain_ += '"';
        i += 3;
      } else {
        plain_ += rest.front();
        ++i;
      }
    }
    places_.push_back(original.size());
  }

  std::string_view plain() const noexcept { return plain_; }
  std::string_view between(std::size_t begin, std::size_t end) const {
    return original_.substr(places_[begin], places_[end] - places_[begin]);
  }

private:
  std::string_view original_;
  std::string plain_;
  std::vector<std::size_t> places_;
};

std::string name_of(std::string_view text) {
  auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string{text};
}

std::vector<std::string> names_of(std::string_view list) {
  constexpr std::string_view comma = "\xE3\x80\x81"; // U+3001
  constexpr std::string_view latin = ", ";
  std::vector<std::string> names;
  while (!list.empty() && names.size() < most_names) {
    auto end = std::min({list.find(comma), list.find(latin), list.size()});
    if (auto name = name_of(list.substr(0, end)); !name.empty()) names.push_back(std::move(name));
    list.remove_prefix(end);
    list.remove_prefix(std::min(list.size(), list.starts_with(comma) ? comma.size() : latin.size()));
  }
  return names;
}

void take(notice& n, char role, std::string_view text) {
  if (role == 'a') n.actor = name_of(text);
  if (role == 't') n.topic = name_of(text);
  if (role == 'w') n.who = names_of(text);
  if (auto name = name_of(text); role == 'f' && !name.empty()) n.who = {std::move(name)};
}

/// Fills `n` when the sentence has the form.
bool fits(const sentence& s, const form& f, notice& n) {
  auto plain = s.plain();
  auto words = f.words;
  std::size_t at = 0;
  struct capture {
    char role;
    std::size_t begin;
    std::size_t end;
  };
  std::array<capture, 3> captures{};
  std::size_t count = 0;
  char open = '\0'; // the role of the placeholder whose end is looked for
  while (true) {
    auto mark = std::min(words.find('{'), words.size());
    auto literal = words.substr(0, mark);
    if (open == '\0') {
      if (!plain.substr(at).starts_with(literal)) return false;
      at += literal.size();
    } else {
      auto found = literal.empty() ? plain.size() : plain.find(literal, at + 1);
      if (found == std::string_view::npos || found <= at) return false;
      captures[count++] = {open, at, found};
      at = found + literal.size();
    }
    if (mark == words.size()) break;
    open = words[mark + 1];
    words.remove_prefix(mark + 3);
    if (words.empty()) {
      if (at == plain.size()) return false;
      captures[count++] = {open, at, plain.size()};
      break;
    }
  }
  n.event = f.event;
  n.actor_is_me = (f.flags & i_did_it) != 0;
  n.me_among = (f.flags & to_me) != 0;
  n.by_qr_code = (f.flags & by_code) != 0;
  for (std::size_t i = 0; i < count; ++i)
    take(n, captures[i].role, s.between(captures[i].begin, captures[i].end));
  return true;
}

} // namespace

notice read_notice(std::string text) {
  notice n;
  n.text = std::move(text);
  if (n.text.size() > longest_sentence) return n;
  sentence s{n.text};
  for (const auto& f : forms)
    if (fits(s, f, n)) return n;
  // Forms that nobody has written down, with a word that no other notice has.
  if (n.text.find("拍了拍") != std::string::npos)
    n.event = pat;
  else if (n.text.find("位置共享已经结束") != std::string::npos)
    n.event = location_ended;
  return n;
}

} // namespace weixin::webwx
