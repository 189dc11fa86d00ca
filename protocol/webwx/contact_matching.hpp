#pragma once

#include "protocol/webwx/contacts.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weixin::webwx {

// Who of a new session is whom of an earlier one: UserNames change with every login, and nothing that stays
// is guaranteed (weixin-protocol.md 5.1). Pure: values in, values out.

/// What it rests on that a reference means a contact. Stored as its number: what is new goes to the end.
enum class match_basis : std::uint8_t {
  fresh,              ///< the reference was made for this contact, in this session
  confirmed,          ///< a person said so
  real_id,            ///< the lasting id of a 51 message (7.4), or a name that is fixed
  alias,              ///< the Weixin id
  names,              ///< remark and nick name
  picture_and_nick,   ///< the seq of the picture, and the nick name
  picture_and_remark, ///< the same with a remark that is not empty
  remark,             ///< alone
  picture,            ///< alone
  place,              ///< nick name, province, city and sex
  attributes,         ///< nick name and AttrStatus
};
/// "new" for `fresh`, else the enumerator's name.
std::string_view to_string(match_basis b) noexcept;

/// How much can be built on it. What is only likely is shown to a person, and nothing is sent because of it.
enum class match_confidence : std::uint8_t { certain, strong, likely };
/// The enumerator's name.
std::string_view to_string(match_confidence c) noexcept;
match_confidence confidence_of(match_basis b) noexcept;

/// What may last of a contact. Empty and 0: not known, which agrees and disagrees with nothing; but two empty
/// remarks are the same remark where there is a nick name.
struct contact_identity {
  contact_kind kind = contact_kind::stranger;
  std::string_view real_id;
  std::string_view alias;
  std::string_view remark;
  std::string_view nick;
  std::string_view province;
  std::string_view city;
  int sex = 0;
  std::int64_t avatar_seq = 0;
  int attr_status = 0;
  bool settled = false; ///< is known already: makes others uncertain, and is matched with nobody
};

struct matched_pair {
  std::size_t record = 0;
  std::size_t contact = 0;
  match_basis basis{};

  friend bool operator==(const matched_pair&, const matched_pair&) = default;
};

/// True when one person cannot be both: each has a real id and they differ, or, where the real ids do not say
/// that they are the same, each has an alias and they differ.
bool contradict(const contact_identity& a, const contact_identity& b) noexcept;

/// Which contact of this session is which record of an earlier one. For each basis a pair counts when exactly
/// one record and one contact have that in common, the settled ones included, and they do not `contradict`
/// each other. The real id decides before the alias, and both before all others. Where the rest points to
/// different ones (also a remark or a picture alone, against a strong pair), nobody is matched. Every record
/// and every contact is in one match at most.
std::vector<matched_pair> match_contacts(const std::vector<contact_identity>& records,
                                         const std::vector<contact_identity>& contacts);

} // namespace weixin::webwx
