#pragma once

#include "protocol/result.hpp"
#include "store/owned_fd.hpp"

#include <filesystem>
#include <vector>

namespace weixin::store {

/// A regular file of this machine, opened for reading, that stands in one of the `allowed` directories or
/// below. `file` is absolute. From the allowed directory on no link is followed and no ".." taken, each part
/// is opened below the one before: what the path names now cannot be exchanged against something outside.
/// Blocks. Errors: path_not_allowed (outside, a link, no regular file, or nothing is allowed at all; the
/// context says which); file_gone (there is no such file); io_failed.
result<owned_fd> open_allowed(const std::vector<std::filesystem::path>& allowed,
                              const std::filesystem::path& file);

} // namespace weixin::store
