#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/session.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

// -- webwxsearchcontact (weixin-protocol.md 5.6)

/// Asks Weixin itself. No client is known to use it.
http_request make_search_contact(const session& s, std::string_view keyword);
/// Errors: http_status, malformed_answer, and those of `error_of`.
result<std::vector<contact>> parse_search_contact(const http_response& r);

// -- search in what is known

/// Why a contact was found, the best reason first.
enum class match_reason : std::uint8_t {
  exact,  ///< remark, nick name or alias is the query
  prefix, ///< one of them begins with it
  pinyin, ///< the Pinyin of remark or nick name begins with it, in full or by its initials
  inside, ///< one of the names contains it
};

/// What of a contact is searched; `pinyin` as in `contact`.
struct contact_names {
  std::string_view remark;
  std::string_view nick;
  std::string_view alias;
  std::string_view pinyin;
};

/// A query, made ready to be held against many contacts. Case does not matter in ASCII; blanks and
/// apostrophes do not matter for Pinyin ("zhang san", "zhangsan", "zs"). An empty query finds nothing. Refers
/// to `query`.
class contact_query {
public:
  explicit contact_query(std::string_view query);
  std::optional<match_reason> match(const contact_names& names) const noexcept;

private:
  std::string_view query_;
  std::string pinyin_; ///< empty for what cannot be Pinyin
};

struct contact_match {
  const contact* who = nullptr; ///< one of the records that were searched
  match_reason reason = match_reason::inside;
};

/// The contacts that `query` finds, best first and otherwise in their order, at most `most`.
std::vector<contact_match> search_contacts(const std::vector<contact>& records, std::string_view query,
                                           std::size_t most);

} // namespace weixin::webwx
