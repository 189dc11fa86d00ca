#include "apps/abort_at_commit.hpp"

#include <charconv>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace weixin {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

} // namespace

void abort_where_a_test_wants_it(store::sqlite_store_options& options) {
  if (environment("WEIXIND_LOOPBACK_ONLY") != "1") return;
  auto order = environment("WEIXIND_ABORT_AT_COMMIT");
  bool after = order.ends_with('+');
  if (after) order.remove_suffix(1);
  unsigned number = 0;
  auto read = std::from_chars(order.data(), order.data() + order.size(), number);
  if (read.ec != std::errc{} || read.ptr != order.data() + order.size() || number == 0) return;
  // Only the store's thread counts.
  auto count = std::make_shared<unsigned>(0);
  auto hook = [count, number] {
    if (++*count == number) std::abort();
  };
  (after ? options.after_commit : options.before_commit) = hook;
}

} // namespace weixin
