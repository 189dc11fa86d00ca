#pragma once

#include "protocol/result.hpp"
#include "protocol/webwx/contacts.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weixin {

/// A contact as the admin API shows it.
struct contact_view {
  std::string ref;
  std::string kind; ///< friend, group, official, special, stranger, self
  std::string nick;
  std::string remark;
  std::string display;
};

/// The contacts of one account's present session, found by reference or name.
///
/// A UserName lives as long as the session, so it never leaves this class: what leaves is a reference that
/// names the session it was made in. After a new login an old reference finds nothing instead of somebody
/// else (weixin-protocol.md 5.1). Special accounts such as filehelper keep their fixed name as their
/// reference. Used on the account's shard only. Holds at most `max_contacts`; further ones are counted, not
/// kept.
class address_book {
public:
  static constexpr std::size_t max_contacts = 20'000;

  /// Empties the book for a new session. `session_number` differs from that of every session before.
  void begin_session(std::uint64_t session_number, std::string self_user_name);
  /// Adds the contact, or replaces what was known of it.
  void put(webwx::contact contact);
  void remove(std::string_view user_name);

  /// The record of that UserName, nullptr when there is none. The record does not repeat its UserName.
  const webwx::contact* find(std::string_view user_name) const;
  /// The reference of a UserName; an unknown one gets an entry of its own.
  std::string ref_of(std::string_view user_name);
  /// The UserName to send to, from a reference, "filehelper", or an exact remark or nick name.
  /// Errors: contact_not_found; contact_ambiguous with the candidates' references in the context.
  result<std::string> resolve(std::string_view to) const;
  /// The reference that `to` means, for storing. Errors as `resolve`.
  result<std::string> resolve_ref(std::string_view to) const;
  std::vector<contact_view> candidates(std::string_view name) const;
  /// All contacts whose names contain `query` (without regard to ASCII case), of `kind` when given, by
  /// display name.
  std::vector<contact_view> list(std::string_view query, std::string_view kind) const;
  std::size_t size() const noexcept { return contacts_.size(); }
  std::size_t dropped() const noexcept { return dropped_; }

private:
  struct entry {
    webwx::contact contact;  // without its UserName: that is the key
    std::uint32_t index = 0; // in by_index_; 0: the UserName is fixed and serves as the reference
  };
  using entries = std::unordered_map<std::string, entry>;

  entry& entry_of(std::string_view user_name);
  std::string ref(const entries::value_type& e) const;
  contact_view view(const entries::value_type& e) const;
  /// The UserName that a reference of this session names, nullptr when it names none.
  const std::string* by_ref(std::string_view to) const;

  std::uint64_t session_number_ = 0;
  std::size_t dropped_ = 0;
  std::string self_;
  entries contacts_;                         // by UserName
  std::vector<const std::string*> by_index_; // keys of contacts_, nullptr once removed
};

} // namespace weixin
