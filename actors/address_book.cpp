#include "actors/address_book.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace weixin {

namespace {

bool contains_ignoring_case(std::string_view text, std::string_view query) {
  auto lower = [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; };
  auto found = std::search(text.begin(), text.end(), query.begin(), query.end(), [&](char a, char b) {
    return lower(static_cast<unsigned char>(a)) == lower(static_cast<unsigned char>(b));
  });
  return found != text.end() || query.empty();
}

} // namespace

void address_book::begin_session(std::uint64_t session_number, std::string self_user_name) {
  session_number_ = session_number;
  self_ = std::move(self_user_name);
  dropped_ = 0;
  contacts_.clear();
  by_index_.assign(1, nullptr);
  webwx::contact helper;
  helper.user_name = "filehelper";
  helper.nick_name = "filehelper";
  helper.kind = webwx::contact_kind::special;
  put(std::move(helper));
}

address_book::entry& address_book::entry_of(std::string_view user_name) {
  auto [it, added] = contacts_.try_emplace(std::string{user_name});
  if (added) {
    it->second.contact.kind = webwx::classify_contact(user_name, self_, 0, 0);
    if (user_name.starts_with('@')) {
      it->second.index = static_cast<std::uint32_t>(by_index_.size());
      by_index_.push_back(&it->first);
    }
  }
  return it->second;
}

void address_book::put(webwx::contact contact) {
  if (contact.user_name.empty()) return;
  if (contacts_.size() >= max_contacts && !contacts_.contains(contact.user_name)) {
    ++dropped_;
    return;
  }
  auto& e = entry_of(contact.user_name);
  if (contact.user_name == self_) contact.kind = webwx::contact_kind::self;
  // A group's short form must not wipe out the members that an earlier answer brought.
  if (contact.members.empty()) contact.members = std::move(e.contact.members);
  e.contact = std::move(contact);
  e.contact.user_name = {};
  e.contact.members.shrink_to_fit();
}

void address_book::remove(std::string_view user_name) {
  auto found = contacts_.find(std::string{user_name});
  if (found == contacts_.end()) return;
  by_index_[found->second.index] = nullptr;
  contacts_.erase(found);
}

const webwx::contact* address_book::find(std::string_view user_name) const {
  auto found = contacts_.find(std::string{user_name});
  return found == contacts_.end() ? nullptr : &found->second.contact;
}

std::string address_book::ref(const entries::value_type& e) const {
  if (e.second.index == 0) return e.first;
  return "c" + std::to_string(session_number_) + "-" + std::to_string(e.second.index);
}

std::string address_book::ref_of(std::string_view user_name) {
  entry_of(user_name);
  return ref(*contacts_.find(std::string{user_name}));
}

const std::string* address_book::by_ref(std::string_view to) const {
  auto prefix = "c" + std::to_string(session_number_) + "-";
  if (to.starts_with(prefix)) {
    to.remove_prefix(prefix.size());
    std::uint32_t index = 0;
    auto [end, ec] = std::from_chars(to.data(), to.data() + to.size(), index);
    bool exact = ec == std::errc{} && end == to.data() + to.size() && to.front() != '0';
    return exact && index < by_index_.size() ? by_index_[index] : nullptr;
  }
  if (to.starts_with('@')) return nullptr;
  auto fixed = contacts_.find(std::string{to});
  return fixed == contacts_.end() ? nullptr : &fixed->first;
}

result<std::string> address_book::resolve(std::string_view to) const {
  if (const auto* user_name = by_ref(to)) return *user_name;
  auto named = resolve_ref(to);
  if (!named) return named.error();
  return *by_ref(*named);
}

result<std::string> address_book::resolve_ref(std::string_view to) const {
  if (by_ref(to) != nullptr) return std::string{to};
  auto named = candidates(to);
  if (named.empty())
    return fail(errc::contact_not_found, "no contact has this reference, remark or nick name");
  if (named.size() == 1) return named.front().ref;
  std::string refs;
  for (const auto& c : named)
    refs += (refs.empty() ? "" : " ") + c.ref;
  return fail(errc::contact_ambiguous, refs);
}

std::vector<contact_view> address_book::candidates(std::string_view name) const {
  std::vector<contact_view> found;
  if (name.empty()) return found;
  // A remark is the operator's own word for somebody: it wins over the names that people give themselves.
  for (const auto& e : contacts_)
    if (e.second.contact.remark_name == name) found.push_back(view(e));
  if (found.empty())
    for (const auto& e : contacts_)
      if (e.second.contact.nick_name == name) found.push_back(view(e));
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.ref < b.ref; });
  return found;
}

std::vector<contact_view> address_book::list(std::string_view query, std::string_view kind) const {
  std::vector<contact_view> found;
  for (const auto& e : contacts_) {
    auto v = view(e);
    if (!kind.empty() && v.kind != kind) continue;
    if (contains_ignoring_case(v.nick, query) || contains_ignoring_case(v.remark, query))
      found.push_back(std::move(v));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tie(a.display, a.ref) < std::tie(b.display, b.ref);
  });
  return found;
}

contact_view address_book::view(const entries::value_type& e) const {
  const auto& c = e.second.contact;
  return {ref(e), std::string{webwx::to_string(c.kind)}, c.nick_name, c.remark_name, webwx::display_name(c)};
}

} // namespace weixin
