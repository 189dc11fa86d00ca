#pragma once

#include "protocol/result.hpp"
#include "protocol/webwx/contacts.hpp"
#include "runtime/wall_clock.hpp"
#include "store/ids.hpp"
#include "store/records.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace weixin {

/// A contact as the admin API shows it.
struct contact_view {
  std::string ref;
  std::string kind; ///< friend, group, official, special, stranger, self
  std::string nick;
  std::string remark;
  std::string display;
  bool pinned = false;
  bool muted = false;
};

/// What the book knows of a contact. Valid until the book is changed.
struct known_contact {
  webwx::contact_kind kind{};
  std::string_view nick;
  std::string_view remark;
  const std::vector<webwx::group_member>& members; ///< of a group
  int flags = 0;                                   ///< ContactFlag, see `webwx::contact_flag`
  std::string_view owner;                          ///< UserName of a group's owner; empty: not told
  bool is_pinned() const noexcept { return (flags & webwx::contact_flag::pinned) != 0; }
  /// As a person would call it.
  std::string display() const;
};

/// The contacts of one account's present session, found by durable reference or by name.
///
/// A UserName lives as long as the session, so it never leaves this class: what leaves is a reference of our
/// own ("c-" and 26 characters) that outlives sessions. A contact of a new session gets the reference of the
/// stored record that it certainly is: the same UserName in the same session (a resumed one), else the same
/// kind and alias, else the same kind, remark and nick name, in each case only when exactly one record and
/// one contact fit (weixin-protocol.md 5.1). Anything else gets a new reference, and the old one finds
/// nothing instead of somebody else. Special accounts such as filehelper keep their fixed name as their
/// reference. Used on the account's shard only. Holds at most `max_contacts`; further ones are counted, not
/// kept: their references find nothing.
///
/// A contact keeps the reference that it was given first: who spoke before anything else was known of it
/// claims no record later.
class address_book {
public:
  static constexpr std::size_t max_contacts = 20'000;

  /// `ids` makes new references (prefix 'c').
  address_book(std::shared_ptr<store::id_source> ids, std::shared_ptr<const wall_clock> clock);

  /// Empties the book for a session. `self_user_name` names the session; `known` are the stored records.
  /// Those of this very session are contacts at once, without being put again.
  void begin_session(std::string self_user_name, std::vector<store::contact_record> known);
  /// Adds many at once, so that a name that several of them have is recognised as ambiguous.
  void put_all(std::vector<webwx::contact> contacts);
  /// The records that are new or changed since the last call: whoever takes them stores them.
  std::vector<store::contact_record> take_changed();
  /// Adds the contact, or replaces what was known of it.
  void put(webwx::contact contact);
  void remove(std::string_view user_name);

  std::optional<known_contact> find(std::string_view user_name) const;
  /// All that is known of it, as a record of the protocol; its picture is not kept.
  std::optional<webwx::contact> snapshot(std::string_view user_name) const;
  /// Its reference, without giving it one.
  std::optional<std::string> known_ref(std::string_view user_name) const;
  std::optional<contact_view> view_of(std::string_view user_name) const;
  /// The UserNames of all groups.
  std::vector<std::string> groups() const;
  const std::string& self() const noexcept { return self_; } ///< empty before the first session
  /// The reference of a UserName; an unknown one gets an entry of its own.
  std::string ref_of(std::string_view user_name);
  /// The UserName to send to, from a reference, "filehelper", or an exact remark or nick name.
  /// Errors: contact_not_found, also for the reference of a record that no contact of this session certainly
  /// is; contact_ambiguous with the candidates' references in the context.
  result<std::string> resolve(std::string_view to) const;
  /// The reference that `to` means, for storing. Errors as `resolve`; but before the first session any
  /// well-formed reference is taken, for what it means is seen when there is one.
  result<std::string> resolve_ref(std::string_view to) const;
  std::vector<contact_view> candidates(std::string_view name) const;
  /// All contacts that `query` finds by remark, nick name, alias or Pinyin (`webwx::contact_query`), the best
  /// reason first, and those of one reason by display name; for an empty query all. Of `kind` when given.
  std::vector<contact_view> list(std::string_view query, std::string_view kind) const;
  std::size_t size() const noexcept { return contacts_.size(); }
  std::size_t dropped() const noexcept { return dropped_; }

private:
  /// What follows "c-", as the 128 bits that it is. All zero: none.
  struct ref_id {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    bool is_none() const noexcept { return high == 0 && low == 0; }
    friend bool operator==(const ref_id&, const ref_id&) = default;
  };
  /// Remark, nick name, alias and Pinyin in one string: a book holds thousands of them, most of them short or
  /// empty. The Pinyin follows from the names, so it makes no difference between two of them.
  class names {
  public:
    names() = default;
    names(std::string_view remark, std::string_view nick, std::string_view alias,
          std::string_view pinyin = {});
    std::string_view remark() const noexcept { return std::string_view{all_}.substr(0, remark_size_); }
    std::string_view nick() const noexcept { return std::string_view{all_}.substr(remark_size_, nick_size_); }
    std::string_view alias() const noexcept {
      return std::string_view{all_}.substr(remark_size_ + nick_size_, alias_size_);
    }
    std::string_view pinyin() const noexcept {
      return std::string_view{all_}.substr(remark_size_ + nick_size_ + alias_size_);
    }
    bool empty() const noexcept { return all_.empty(); }
    friend bool operator==(const names& a, const names& b) noexcept {
      return a.remark() == b.remark() && a.nick() == b.nick() && a.alias() == b.alias();
    }

  private:
    std::string all_;
    std::uint32_t remark_size_ = 0;
    std::uint32_t nick_size_ = 0;
    std::uint32_t alias_size_ = 0;
  };
  /// What only groups have.
  struct group_part {
    std::vector<webwx::group_member> members;
    std::string owner;
    std::string encry_chat_room_id;
  };
  struct entry {
    names called;
    std::unique_ptr<group_part> group; // null: nothing of it is known
    ref_id ref;    // none: the UserName is fixed and serves as the reference, or not given yet
    int flags = 0; // ContactFlag
    webwx::contact_kind kind = webwx::contact_kind::stranger;
    bool changed = false; // among changed_
  };
  using entries = std::unordered_map<std::string, entry>;
  /// A record that no contact of this session is, so far.
  struct orphan {
    names called;
    std::string user_name; // when it is one of this session
    ref_id ref;
    webwx::contact_kind kind{};
    bool claimed = false;
  };
  struct ref_hash {
    using is_transparent = void;
    std::size_t operator()(ref_id r) const noexcept { return static_cast<std::size_t>(r.high ^ r.low); }
    std::size_t operator()(const entries::value_type* e) const noexcept { return (*this)(e->second.ref); }
  };
  struct ref_equal {
    using is_transparent = void;
    static ref_id of(ref_id r) noexcept { return r; }
    static ref_id of(const entries::value_type* e) noexcept { return e->second.ref; }
    bool operator()(const auto& a, const auto& b) const noexcept { return of(a) == of(b); }
  };
  enum class likeness { alias, names };

  static ref_id parse_ref(std::string_view ref) noexcept;
  static std::string format_ref(ref_id ref);
  static bool has_fixed_name(std::string_view user_name) noexcept { return !user_name.starts_with('@'); }
  static void write_key(std::string& key, likeness by, webwx::contact_kind kind, const names& called);

  void adopt(std::vector<store::contact_record> known);
  /// Adds or replaces; the entry when it still needs a reference.
  entries::value_type* take_in(webwx::contact contact);
  void give_refs(const std::vector<entries::value_type*>& newcomers);
  void claim(const std::vector<entries::value_type*>& newcomers, likeness by);
  void claim_own(const std::vector<entries::value_type*>& newcomers);
  void set_ref(entries::value_type& e, ref_id ref);
  void mark_changed(entries::value_type& e);
  store::contact_record record_of(const entries::value_type& e) const;

  std::string ref(const entries::value_type& e) const;
  static known_contact known(const entry& e);
  contact_view view(const entries::value_type& e) const;
  /// The UserName that a reference names, nullptr when it names none.
  const std::string* by_ref(std::string_view to) const;

  std::shared_ptr<store::id_source> ids_;
  std::shared_ptr<const wall_clock> clock_;
  std::size_t dropped_ = 0;
  std::string self_;
  entries contacts_; // by UserName
  std::unordered_set<const entries::value_type*, ref_hash, ref_equal> by_ref_;
  std::vector<orphan> orphans_;
  std::vector<entries::value_type*> changed_;
  std::vector<store::contact_record> changed_and_gone_; // changed, and no longer in the book
};

} // namespace weixin
