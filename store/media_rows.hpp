#pragma once

#include "store/records.hpp"
#include "store/rows.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weixin::store {

// The media of accounts: links and the contents that they share. See rows.hpp.

/// What is sealed of a record. `account` is the account's name.
std::string seal_media_details(sealer& seal, const std::string& account, const media_record& record);

/// Adds a link that waits; false when there is one of that owner and part already.
bool insert_link(row_access rows, const account_ref& account, const media_record& record);
/// Puts a link that failed or was dropped back to waiting, with what the record says.
void revive_link(row_access rows, const account_ref& account, const media_record& record);
/// Adds or replaces a link whose content is there; `content` is its row.
void write_link(row_access rows, const account_ref& account, const media_record& record,
                std::int64_t content);
/// State, error, attempts and time of a link without content.
void note_link(row_access rows, std::int64_t account, const media_record& record);
/// Links that cannot be unsealed are left out and counted.
std::vector<media_record> read_links(row_access rows, const account_ref& account, const std::string& owner,
                                     std::uint64_t& unreadable);
std::vector<media_record> read_waiting_links(row_access rows, const account_ref& account, std::size_t limit,
                                             std::uint64_t& unreadable);
void check_links(row_access rows, const account_ref& account,
                 const std::function<void(const std::string& owner, bool good)>& each);

/// The row of the content with that hash, or nothing.
std::optional<std::int64_t> find_content(row_access rows, const std::string& sha256);
std::int64_t insert_content(row_access rows, const media_content& content);
/// Deletes a content that nobody links to; its file and bytes, nothing while somebody does.
std::optional<media_content> drop_unlinked(row_access rows, std::int64_t content);
bool is_known_file(row_access rows, const std::string& file);

/// A link with content.
struct held_link {
  std::int64_t account = 0;
  std::string owner;
  std::int64_t part = 0;
  std::int64_t content = 0;
  std::uint64_t bytes = 0; ///< of the content
};
/// The content's row that this link holds.
std::optional<held_link> find_held(row_access rows, std::int64_t account, const std::string& owner,
                                   media_part part);
/// The links that hold contents longest, of one account or of all (0), changed before `before` if given.
std::vector<held_link> oldest_held(row_access rows, std::int64_t account, std::optional<wall_time> before,
                                   std::size_t limit);
/// Takes the content from a link.
void release_link(row_access rows, const held_link& link, const char* why, wall_time now);
bool holds_content(row_access rows, std::int64_t account, std::int64_t content);
std::uint64_t all_media_bytes(row_access rows);
std::uint64_t media_bytes_of(row_access rows, std::int64_t account);
/// Deletes some hundred links without content that were last changed before `before`; how many.
std::uint64_t drop_old_links(row_access rows, wall_time before);

/// Deletes all links of an account, and the contents that are then nobody's; their files.
std::vector<std::string> erase_media(row_access rows, std::int64_t account);

void write_policy(row_access rows, std::int64_t account, std::optional<media_policy> policy);
std::optional<media_policy> read_policy(row_access rows, std::int64_t account);

} // namespace weixin::store
