#pragma once

#include "store/ids.hpp"
#include "store/spool.hpp"

#include <functional>
#include <memory>

namespace weixin::store {

struct spool_files_options {
  std::filesystem::path data_dir;                        ///< must exist; the store made it private
  std::vector<std::filesystem::path> allowed;            ///< directories that `copy` may read
  std::uint64_t max_bytes = std::uint64_t{2} << 30;      ///< of all files together
  std::uint64_t reserve_bytes = std::uint64_t{64} << 20; ///< free space that is left alone
  std::shared_ptr<id_source> ids;                        ///< prefix 'u'
  std::function<wall_time()> now;
};

/// The spool on disk: `data_dir/spool/<id>`, directory 0700, files 0600, named by ids of our own only. One
/// thread does the work in order; a large copy lets others go between its steps. Its destructor ends the
/// thread and must not run inside a `done`. What waits then is still done; a copy under way is cancelled.
///
/// Removes what an earlier process left half written. Errors: io_failed, disk_full.
result<std::unique_ptr<spool>> open_spool_files(spool_files_options options);

} // namespace weixin::store
