#pragma once

#include "metrics/registry.hpp"
#include "store/sqlite_store.hpp"
#include "transport/network.hpp"

#include <memory>

namespace weixin {

/// How network and store tell the registry what they do, in its words. What they return may outlive the
/// caller.
transport::network_hooks count_network(std::shared_ptr<metrics::registry> in);
decltype(store::sqlite_store_options::on_transaction)
count_transactions(std::shared_ptr<metrics::registry> in);

metrics::breaker_state label_of(transport::breaker_state state) noexcept;

} // namespace weixin
