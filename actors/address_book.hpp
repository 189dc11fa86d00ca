#pragma once

#include "protocol/result.hpp"
#include "protocol/webwx/contact_matching.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/real_ids.hpp"
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
  /// Why `ref` means this contact: never one that is only likely.
  webwx::match_basis basis = webwx::match_basis::fresh;
  /// A reference of an earlier session that likely means this contact, and finds nothing; empty: none.
  std::string likely_ref{};
  webwx::match_basis likely_basis = webwx::match_basis::fresh;
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
/// stored record that it certainly is: the same UserName in the same session (a resumed one), else what
/// `webwx::match_contacts` finds with more than a likelihood (weixin-protocol.md 5.1). Anything else gets a
/// new reference, and the old one finds nothing instead of somebody else; who it likely is, is shown, and a
/// person may `confirm` it. Special accounts such as filehelper keep their fixed name as their reference.
/// Used on the account's shard only. Holds at most `max_contacts`; further ones are counted, not kept: their
/// references find nothing.
///
/// A contact keeps the reference that it was given first: who spoke before anything else was known of it
/// claims no record later, unless a lasting id or a person says so. Then the reference that it had meanwhile
/// means the same contact for good.
class address_book {
public:
  static constexpr std::size_t max_contacts = 20'000;
  /// Lasting ids that wait for a contact which the book does not have yet.
  static constexpr std::size_t max_awaited = 1'000;

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
  /// What a 51 message told of lasting ids. The first word of a session about somebody counts. A contact
  /// whose reference belongs to another id was mistaken: it gets the reference of its own id, or a new one.
  void learn_real_ids(const std::vector<webwx::real_id>& told);
  /// A person says that `ref`, which finds nothing in this session, is the contact that `to` means; when `to`
  /// is empty, the one that it likely is. From then on it is, in this and later sessions. Errors: those of
  /// `resolve` for `to`, contact_not_found (no such reference, or nobody likely), wrong_kind (a fixed name,
  /// or a group and a person), target_lost (the ids say that they are two), invalid_argument (it means
  /// another).
  result<contact_view> confirm(std::string_view ref, std::string_view to);

  /// All that is known of it, as a record of the protocol.
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
  /// The reference that `to` means, for storing. Errors as `resolve`, and target_lost for a reference that
  /// only likely is a contact of this session; but before the first session any well-formed reference is
  /// taken, for what it means is seen when there is one.
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
  /// What is known of a person or group, all texts in one string: a book holds thousands of them, most of
  /// them short or empty. The Pinyin follows from the names, so it makes no difference between two of them.
  class traits {
  public:
    traits() = default;
    /// Of real id, province and city the first 255 bytes.
    traits(const webwx::contact_identity& who, std::string_view pinyin = {});
    std::string_view remark() const noexcept { return part(0, remark_size_); }
    std::string_view nick() const noexcept { return part(remark_size_, nick_size_); }
    std::string_view alias() const noexcept { return part(remark_size_ + nick_size_, alias_size_); }
    std::string_view real_id() const noexcept { return part(names_size(), real_id_size_); }
    std::string_view province() const noexcept { return part(names_size() + real_id_size_, province_size_); }
    std::string_view city() const noexcept {
      return part(names_size() + real_id_size_ + province_size_, city_size_);
    }
    std::string_view pinyin() const noexcept {
      return std::string_view{all_}.substr(names_size() + real_id_size_ + province_size_ + city_size_);
    }
    int sex() const noexcept { return sex_; }
    std::int64_t avatar_seq() const noexcept { return avatar_seq_; }
    int attr_status() const noexcept { return attr_status_; }
    void set_real_id(std::string_view id);
    /// Without any of these nobody can ever be recognised.
    bool is_nameless() const noexcept { return names_size() == 0 && real_id_size_ == 0 && avatar_seq_ == 0; }
    webwx::contact_identity identity(webwx::contact_kind kind) const noexcept;
    bool operator==(const traits& other) const noexcept;

  private:
    std::size_t names_size() const noexcept { return std::size_t{remark_size_} + nick_size_ + alias_size_; }
    std::string_view part(std::size_t from, std::size_t size) const noexcept {
      return std::string_view{all_}.substr(from, size);
    }

    std::string all_;
    std::int64_t avatar_seq_ = 0;
    std::int32_t attr_status_ = 0;
    std::uint32_t remark_size_ = 0;
    std::uint32_t nick_size_ = 0;
    std::uint32_t alias_size_ = 0;
    std::uint8_t real_id_size_ = 0;
    std::uint8_t province_size_ = 0;
    std::uint8_t city_size_ = 0;
    std::int8_t sex_ = 0;
  };
  /// What only groups have.
  struct group_part {
    std::vector<webwx::group_member> members;
    std::string owner;
    std::string encry_chat_room_id;
  };
  struct entry {
    traits known;
    std::unique_ptr<group_part> group; // null: nothing of it is known
    ref_id ref;    // none: the UserName is fixed and serves as the reference, or not given yet
    int flags = 0; // ContactFlag
    webwx::contact_kind kind = webwx::contact_kind::stranger;
    webwx::match_basis basis = webwx::match_basis::fresh;
    bool changed = false;      // among changed_
    bool real_id_told = false; // in this session
  };
  using entries = std::unordered_map<std::string, entry>;
  /// A record that no contact of this session is, so far.
  struct orphan {
    traits known;
    std::string user_name; // when it is one of this session
    ref_id ref;
    webwx::contact_kind kind{};
    webwx::match_basis basis{}; // in the session of that UserName
    bool claimed = false;
  };
  struct likely_match {
    ref_id ref;
    webwx::match_basis basis{};
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

  static ref_id parse_ref(std::string_view ref) noexcept;
  static std::string format_ref(ref_id ref);
  static bool has_fixed_name(std::string_view user_name) noexcept { return !user_name.starts_with('@'); }

  void adopt(std::vector<store::contact_record> known);
  /// Adds or replaces; the entry when it still needs a reference.
  entries::value_type* take_in(webwx::contact contact);
  void give_refs(const std::vector<entries::value_type*>& newcomers);
  void claim(const std::vector<entries::value_type*>& newcomers);
  void claim_own(const std::vector<entries::value_type*>& newcomers);
  void set_ref(entries::value_type& e, ref_id ref, webwx::match_basis basis);
  void give_new_ref(entries::value_type& e);
  /// Takes its reference and real id from it: the record is nobody's again.
  void release(entries::value_type& e);
  /// The contact is the record.
  void join(entries::value_type& e, const orphan& record, webwx::match_basis basis);
  void forward(ref_id from, ref_id to);
  entries::value_type* holder_of(std::string_view real_id);
  void claim_by_real_id(const std::vector<entries::value_type*>& told);
  std::vector<webwx::contact_identity> identities_of_orphans() const;
  const std::unordered_map<const entries::value_type*, likely_match>& likely() const;
  void mark_changed(entries::value_type& e);
  store::contact_record record_of(ref_id ref, webwx::contact_kind kind, const traits& known) const;
  store::contact_record record_of(const entries::value_type& e) const;

  std::string ref(const entries::value_type& e) const;
  static known_contact known(const entry& e);
  contact_view view(const entries::value_type& e) const;
  contact_view view_with_likely(const entries::value_type& e) const;
  /// The contact that a reference names, nullptr when it names none.
  const entries::value_type* by_ref(std::string_view to) const;

  std::shared_ptr<store::id_source> ids_;
  std::shared_ptr<const wall_clock> clock_;
  std::size_t dropped_ = 0;
  std::string self_;
  entries contacts_; // by UserName
  std::unordered_set<const entries::value_type*, ref_hash, ref_equal> by_ref_;
  std::vector<orphan> orphans_;
  std::unordered_map<ref_id, ref_id, ref_hash> forwards_; // the same contact's other reference
  std::unordered_map<std::string, std::string> awaited_;  // real ids by UserName
  /// Made when somebody asks; nothing: the book has changed since.
  mutable std::optional<std::unordered_map<const entries::value_type*, likely_match>> likely_;
  std::vector<entries::value_type*> changed_;
  std::vector<store::contact_record> changed_and_gone_; // changed, and no contact's in the book
};

} // namespace weixin
