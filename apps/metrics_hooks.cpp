#include "apps/metrics_hooks.hpp"

namespace weixin {

namespace {

metrics::tls_result label_of(transport::handshake_end how) {
  switch (how) {
  case transport::handshake_end::full:
    return metrics::tls_result::full;
  case transport::handshake_end::resumed:
    return metrics::tls_result::resumed;
  case transport::handshake_end::failed:
    break;
  }
  return metrics::tls_result::failed;
}

metrics::lookup_result label_of(transport::lookup_end how) {
  switch (how) {
  case transport::lookup_end::found:
    return metrics::lookup_result::ok;
  case transport::lookup_end::cached:
    return metrics::lookup_result::cached;
  case transport::lookup_end::failed:
    break;
  }
  return metrics::lookup_result::failed;
}

} // namespace

metrics::breaker_state label_of(transport::breaker_state state) noexcept {
  switch (state) {
  case transport::breaker_state::closed:
    return metrics::breaker_state::closed;
  case transport::breaker_state::half_open:
    return metrics::breaker_state::half_open;
  case transport::breaker_state::open:
    break;
  }
  return metrics::breaker_state::open;
}

transport::network_hooks count_network(std::shared_ptr<metrics::registry> in) {
  transport::network_hooks hooks;
  hooks.on_call = [m = in](std::string_view label, std::string_view outcome,
                           std::chrono::duration<double> took) {
    m->upstream_finished(label, outcome, took);
  };
  hooks.on_handshake = [m = in](transport::handshake_end how, std::chrono::duration<double> took) {
    m->tls_handshake_ended(label_of(how), took);
  };
  hooks.on_look_up = [m = std::move(in)](transport::lookup_end how, std::chrono::duration<double> took) {
    m->host_looked_up(label_of(how), took);
  };
  return hooks;
}

decltype(store::sqlite_store_options::on_transaction)
count_transactions(std::shared_ptr<metrics::registry> in) {
  return [m = std::move(in)](bool writes, std::size_t calls, std::chrono::nanoseconds took, bool failed) {
    m->store_transaction(writes ? metrics::store_access::writes : metrics::store_access::reads, calls, took);
    if (failed) m->store_failed();
  };
}

} // namespace weixin
