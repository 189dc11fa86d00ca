#pragma once

#include "protocol/webwx/contacts.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace weixin::webwx {

/// Walks through the pages of webwxgetcontact (weixin-protocol.md 4.3). Seq is a number that Weixin chooses:
/// it may fall, and a page may be empty although another one follows. The walk ends with Seq 0, with a Seq
/// that was asked for before, after `max_pages`, and with `max_contacts`. Of several records of one UserName
/// the last counts.
class contact_paging {
public:
  static constexpr std::size_t max_pages = 17; ///< as the official client
  static constexpr std::size_t max_contacts = 100'000;

  /// What to ask for next, 0 first; nothing at the end.
  std::optional<std::int64_t> next() const noexcept { return next_; }

  /// Takes the answer to `next()`.
  void add(contact_page page);

  /// All contacts so far, in the order in which they came.
  const std::vector<contact>& contacts() const noexcept { return contacts_; }
  std::vector<contact> take() && { return std::move(contacts_); }
  std::size_t pages() const noexcept { return asked_.size(); }
  std::size_t set_aside() const noexcept { return set_aside_; }
  /// True when Weixin said that it was the end; false while it goes on and when a bound or a repetition ended
  /// it: contacts may be missing.
  bool is_complete() const noexcept { return complete_; }

private:
  std::optional<std::int64_t> next_ = 0;
  std::vector<std::int64_t> asked_;
  std::vector<contact> contacts_;
  std::unordered_map<std::string, std::size_t> places_;
  std::size_t set_aside_ = 0;
  bool complete_ = false;
};

} // namespace weixin::webwx
