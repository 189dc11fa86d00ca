#pragma once

#include "protocol/result.hpp"
#include "store/ids.hpp"
#include "store/media_files.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace weixin {

/// A file of the media store in the making. Let go before `finish`, nothing is left of it. One call at a
/// time; each `done` is called exactly once, from any thread. Errors: those of store::media_file.
class media_writer {
public:
  virtual ~media_writer() = default;
  virtual void write(std::string piece, std::function<void(result<void>)> done) = 0;
  virtual void finish(std::function<void(result<store::media_file_info>)> done) = 0;
};

/// Begins a file of at most `max_bytes`. Any thread.
using media_writer_factory = std::function<result<std::shared_ptr<media_writer>>(std::uint64_t max_bytes)>;

/// Writers into data_dir/media, under names of our own: `ids` has the prefix 'm'.
media_writer_factory make_media_writers(std::shared_ptr<store::media_files> files,
                                        std::shared_ptr<store::id_source> ids,
                                        std::shared_ptr<const wall_clock> clock);

} // namespace weixin
