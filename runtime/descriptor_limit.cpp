#include "runtime/descriptor_limit.hpp"

#include <limits>
#include <sys/resource.h>

namespace weixin::runtime {

std::string descriptor_limit::explanation() const {
  return "the limit of " + std::to_string(open_files) + " open files (RLIMIT_NOFILE) leaves room for " +
         std::to_string(accounts) + " accounts: raise LimitNOFILE= of the service, or ulimit -n";
}

descriptor_limit descriptor_limit_of(std::uint64_t open_files) noexcept {
  auto left = open_files > descriptors_of_our_own ? open_files - descriptors_of_our_own : 0;
  return {open_files, static_cast<std::size_t>(left / descriptors_per_account)};
}

descriptor_limit raise_descriptor_limit() {
  rlimit files{};
  // A limit that cannot be read is not known to be too small.
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
    return descriptor_limit_of(std::numeric_limits<std::uint64_t>::max());
  auto raised = files;
  raised.rlim_cur = raised.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
  return descriptor_limit_of(files.rlim_cur);
}

} // namespace weixin::runtime
