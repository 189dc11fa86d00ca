#pragma once

#include "actors/image_sink.hpp"
#include "runtime/wall_clock.hpp"
#include "store/ids.hpp"
#include "store/media_files.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <memory>

namespace weixin {

/// Pictures into the media store: a sink factory that names each file by an id of our own, and notes in the
/// store whose it is before the file has its name. `max_bytes` is the limit of one picture.
image_sink_factory make_image_files(std::shared_ptr<store::media_files> files,
                                    std::shared_ptr<store::store> store,
                                    std::shared_ptr<store::id_source> ids,
                                    std::shared_ptr<const wall_clock> clock, std::uint64_t max_bytes);

} // namespace weixin
