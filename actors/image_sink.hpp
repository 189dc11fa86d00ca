#pragma once

#include "transport/http_client.hpp"

#include <functional>
#include <memory>
#include <string>

namespace weixin {

/// A file in the making: the transport writes it, the media fetcher says how it ends. `finished` of the
/// factory is called exactly once, from any thread: with the file's path after `finish`, with the reason
/// after `abandon` or when the disk fails.
class image_sink : public transport::body_sink {
public:
  /// The answer was complete and good: the file gets its final name. An empty file is a malformed_answer.
  virtual void finish() = 0;
  /// The answer was not: what was written is removed.
  virtual void abandon(error why) = 0;
};

using image_sink_factory =
    std::function<std::shared_ptr<image_sink>(const std::string& account, const std::string& msg_id,
                                              std::function<void(result<std::string> path)> finished)>;

} // namespace weixin
