#pragma once

#include "store/store.hpp"

#include <memory>

namespace weixin::bench {

/// A store that keeps everything in memory and nothing else: what the durable one is measured against. It
/// recognises repeated messages and idempotency keys, as the actors need it to, and answers on the caller's
/// thread. Any thread. Upkeep, backup and check do nothing.
std::shared_ptr<store::store> make_forgetful_store();

} // namespace weixin::bench
