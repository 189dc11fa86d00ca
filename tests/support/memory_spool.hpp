#pragma once

#include "store/spool.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weixin::testing {

/// A spool that keeps its files in memory and answers before a call returns. One thread.
class memory_spool final : public store::spool {
public:
  /// A file that is there.
  std::string put(std::string bytes) {
    auto number = std::to_string(++last_);
    auto id = "u-" + std::string(26 - number.size(), '0') + number;
    files[id] = std::move(bytes);
    return id;
  }

  std::shared_ptr<writer> create(std::uint64_t) override { return nullptr; }
  void copy(std::filesystem::path, std::uint64_t, callback<store::spooled_file> done) override {
    done(fail(errc::path_not_allowed, "test"));
  }
  void read(std::string id, std::uint64_t bytes, std::uint64_t offset, std::size_t length,
            callback<std::string> done) override {
    auto found = files.find(id);
    if (found == files.end()) return done(fail(errc::file_gone, id));
    if (found->second.size() != bytes) return done(fail(errc::file_changed, id));
    largest_read = std::max(largest_read, length);
    done(found->second.substr(offset, length));
  }
  void remove(std::string id) override { files.erase(id); }
  void keep_only(std::vector<std::string> ids) override {
    std::erase_if(files,
                  [&](const auto& f) { return std::find(ids.begin(), ids.end(), f.first) == ids.end(); });
  }

  std::map<std::string, std::string> files;
  std::size_t largest_read = 0;

private:
  unsigned last_ = 0;
};

} // namespace weixin::testing
