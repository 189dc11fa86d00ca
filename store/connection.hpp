#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace weixin::store {

/// Bytes for a BLOB column.
struct blob {
  const std::string& bytes;
};

/// A prepared statement in use. What is bound is not copied: it must live as long as this. Throws
/// SQLite::Exception. Internal to store/.
class query {
public:
  explicit query(SQLite::Statement& statement) : statement_(statement) {}
  ~query();
  query(const query&) = delete;
  query& operator=(const query&) = delete;

  /// Binds the parameters in their order: numbers, texts, blobs, nullptr for NULL.
  template <class... Values>
  query& bind(const Values&... values) {
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }

  /// Binds one parameter by its number; those that are not bound are NULL.
  template <class Value>
  query& bind_at(int index, const Value& value) {
    bind_one(index, value);
    return *this;
  }

  bool next() { return statement_.executeStep(); }
  /// Runs a statement that answers no rows; how many rows it changed.
  std::uint64_t run() { return static_cast<std::uint64_t>(statement_.exec()); }

  std::int64_t number(int column) const { return statement_.getColumn(column).getInt64(); }
  bool is_null(int column) const { return statement_.getColumn(column).isNull(); }
  std::string text(int column) const { return statement_.getColumn(column).getString(); }
  /// Good until the next step.
  std::string_view bytes(int column) const;

private:
  void bind_one(int index, std::int64_t value) { statement_.bind(index, value); }
  void bind_one(int index, const std::string& value) { statement_.bindNoCopy(index, value); }
  void bind_one(int index, const char* value) { statement_.bindNoCopy(index, value); }
  void bind_one(int index, blob value);
  void bind_one(int index, std::nullptr_t) { statement_.bind(index); }

  SQLite::Statement& statement_;
};

/// A database connection that prepares each statement once. One thread at a time. Internal to store/.
class connection {
public:
  explicit connection(std::unique_ptr<SQLite::Database> db) : db_(std::move(db)) {}

  /// `sql` must be a literal: it is known by its address. Only one use of it at a time.
  SQLite::Statement& prepared(const char* sql);
  SQLite::Database& database() noexcept { return *db_; }

private:
  std::unique_ptr<SQLite::Database> db_;
  std::unordered_map<const char*, SQLite::Statement> statements_; // gone before the connection is closed
};

} // namespace weixin::store
