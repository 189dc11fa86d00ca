#include "protocol/webwx/contact_matching.hpp"

#include <array>
#include <limits>
#include <string>
#include <unordered_map>

namespace weixin::webwx {

namespace {

constexpr auto first_evidence = match_basis::real_id;
constexpr auto last_evidence = match_basis::attributes;

/// One after the other: whoever is matched by one takes no part in the next. What lies behind `last`, up to
/// `last_witness`, matches nobody yet but makes uncertain whom it contradicts.
struct stage {
  match_basis first;
  match_basis last;
  match_basis last_witness;
};
constexpr auto stages = std::to_array<stage>({
    {match_basis::real_id, match_basis::real_id, match_basis::real_id},
    {match_basis::alias, match_basis::alias, match_basis::alias},
    {match_basis::names, match_basis::picture_and_remark, match_basis::picture},
    {match_basis::remark, match_basis::attributes, match_basis::attributes},
});

/// Lengths are part of the key, so that no two lists of parts make the same.
class key_writer {
public:
  explicit key_writer(std::string& key) : key_(key) {}
  key_writer& text(std::string_view part) {
    key_.append(std::to_string(part.size())).append(1, ' ').append(part);
    return *this;
  }
  key_writer& number(std::int64_t part) {
    key_.append(std::to_string(part)).append(1, ' ');
    return *this;
  }

private:
  std::string& key_;
};

/// What is compared; empty when too little is known.
void write_key(std::string& key, match_basis by, const contact_identity& who) {
  key.clear();
  auto of_kind = [&] {
    key.push_back(static_cast<char>(who.kind));
    return key_writer{key};
  };
  switch (by) {
  case match_basis::real_id:
    key.append(who.real_id); // a stranger who became a friend has kept it
    break;
  case match_basis::alias:
    if (!who.alias.empty()) of_kind().text(who.alias);
    break;
  case match_basis::names:
    if (!who.remark.empty() || !who.nick.empty()) of_kind().text(who.remark).text(who.nick);
    break;
  case match_basis::picture_and_nick:
    if (who.avatar_seq != 0 && !who.nick.empty()) of_kind().number(who.avatar_seq).text(who.nick);
    break;
  case match_basis::picture_and_remark:
    if (who.avatar_seq != 0 && !who.remark.empty()) of_kind().number(who.avatar_seq).text(who.remark);
    break;
  case match_basis::remark:
    if (!who.remark.empty()) of_kind().text(who.remark);
    break;
  case match_basis::picture:
    if (who.avatar_seq != 0) of_kind().number(who.avatar_seq);
    break;
  case match_basis::place:
    if (!who.nick.empty() && (who.sex != 0 || !who.province.empty() || !who.city.empty()))
      of_kind().text(who.nick).text(who.province).text(who.city).number(who.sex);
    break;
  case match_basis::attributes:
    if (!who.nick.empty() && who.attr_status != 0) of_kind().text(who.nick).number(who.attr_status);
    break;
  case match_basis::fresh:
  case match_basis::confirmed:
    break;
  }
}

/// The pairs that have alone in common what `by` compares.
void add_pairs(std::vector<matched_pair>& pairs, match_basis by, const std::vector<contact_identity>& records,
               const std::vector<contact_identity>& contacts) {
  struct fitting {
    std::size_t contacts = 0;
    std::size_t records = 0;
    matched_pair match;
  };
  std::unordered_map<std::string, fitting> found;
  std::string key;
  for (const auto& c : contacts) {
    if (c.settled) continue;
    write_key(key, by, c);
    if (!key.empty()) found.try_emplace(key);
  }
  if (found.empty()) return;
  for (std::size_t i = 0; i < contacts.size(); ++i) {
    write_key(key, by, contacts[i]);
    auto f = found.find(key);
    if (f == found.end()) continue;
    ++f->second.contacts;
    f->second.match.contact = i;
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    write_key(key, by, records[i]);
    auto f = found.find(key);
    if (f == found.end()) continue;
    ++f->second.records;
    f->second.match.record = i;
  }
  for (auto& [k, f] : found) {
    if (f.contacts != 1 || f.records != 1) continue;
    const auto& record = records[f.match.record];
    const auto& contact = contacts[f.match.contact];
    if (record.settled || contradict(record, contact)) continue;
    f.match.basis = by;
    pairs.push_back(f.match);
  }
}

constexpr auto nobody = std::numeric_limits<std::size_t>::max();
constexpr auto several = nobody - 1;

void note(std::size_t& partner, std::size_t who) noexcept {
  if (partner == nobody)
    partner = who;
  else if (partner != who)
    partner = several;
}

} // namespace

std::string_view to_string(match_basis b) noexcept {
  constexpr auto names =
      std::to_array<std::string_view>({"new", "confirmed", "real_id", "alias", "names", "picture_and_nick",
                                       "picture_and_remark", "remark", "picture", "place", "attributes"});
  return names[static_cast<std::size_t>(b)];
}

std::string_view to_string(match_confidence c) noexcept {
  constexpr auto names = std::to_array<std::string_view>({"certain", "strong", "likely"});
  return names[static_cast<std::size_t>(c)];
}

match_confidence confidence_of(match_basis b) noexcept {
  if (b <= match_basis::alias) return match_confidence::certain;
  return b <= match_basis::picture_and_remark ? match_confidence::strong : match_confidence::likely;
}

bool contradict(const contact_identity& a, const contact_identity& b) noexcept {
  auto differ = [](std::string_view x, std::string_view y) { return !x.empty() && !y.empty() && x != y; };
  if (differ(a.real_id, b.real_id)) return true;
  bool is_proven = !a.real_id.empty() && a.real_id == b.real_id; // an alias can be changed
  return !is_proven && differ(a.alias, b.alias);
}

std::vector<matched_pair> match_contacts(const std::vector<contact_identity>& records,
                                         const std::vector<contact_identity>& contacts) {
  std::vector<matched_pair> matches;
  if (records.empty()) return matches;
  std::vector<matched_pair> pairs;
  for (auto by = first_evidence; by <= last_evidence; by = static_cast<match_basis>(static_cast<int>(by) + 1))
    add_pairs(pairs, by, records, contacts);
  std::vector<bool> record_is_done(records.size());
  std::vector<bool> contact_is_done(contacts.size());
  for (const auto& s : stages) {
    std::vector<std::size_t> contact_of(records.size(), nobody);
    std::vector<std::size_t> record_of(contacts.size(), nobody);
    auto is_open = [&](const matched_pair& p) {
      return !record_is_done[p.record] && !contact_is_done[p.contact];
    };
    for (const auto& p : pairs) {
      if (p.basis < s.first || p.basis > s.last_witness || !is_open(p)) continue;
      note(contact_of[p.record], p.contact);
      note(record_of[p.contact], p.record);
    }
    for (const auto& p : pairs) { // the best basis of a pair comes first
      if (p.basis < s.first || p.basis > s.last || !is_open(p)) continue;
      if (contact_of[p.record] != p.contact || record_of[p.contact] != p.record) continue;
      matches.push_back(p);
      record_is_done[p.record] = true;
      contact_is_done[p.contact] = true;
    }
    // Who could be several is not guessed by what is weaker.
    for (std::size_t i = 0; i < contact_of.size(); ++i)
      if (contact_of[i] == several) record_is_done[i] = true;
    for (std::size_t i = 0; i < record_of.size(); ++i)
      if (record_of[i] == several) contact_is_done[i] = true;
  }
  return matches;
}

} // namespace weixin::webwx
