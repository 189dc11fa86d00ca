#include "store/connection.hpp"

namespace weixin::store {

query::~query() {
  // What the last step said was thrown already. The bindings point to memory that may be gone soon.
  statement_.tryReset();
  try {
    statement_.clearBindings();
  } catch (const std::exception&) {
  }
}

std::string_view query::bytes(int column) const {
  auto value = statement_.getColumn(column);
  const auto* data = static_cast<const char*>(value.getBlob());
  return data ? std::string_view{data, static_cast<std::size_t>(value.getBytes())} : std::string_view{};
}

void query::bind_one(int index, blob value) {
  statement_.bindNoCopy(index, value.bytes.data(), static_cast<int>(value.bytes.size()));
}

SQLite::Statement& connection::prepared(const char* sql) {
  auto at = statements_.find(sql);
  if (at == statements_.end()) at = statements_.emplace(sql, SQLite::Statement{*db_, sql}).first;
  return at->second;
}

} // namespace weixin::store
