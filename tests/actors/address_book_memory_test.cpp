// What a contact costs: address books are the largest part of an account's memory.
#include "actors/address_book.hpp"

#include <gtest/gtest.h>

#include <malloc.h>

#include <memory>
#include <string>
#include <vector>

// Sanitizers have allocators of their own, which count otherwise.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace weixin {
namespace {

/// UserNames as Weixin makes them, and names of usual length.
std::vector<webwx::contact> people(std::size_t count) {
  std::vector<webwx::contact> contacts;
  for (std::size_t i = 0; i < count; ++i) {
    webwx::contact c;
    auto number = std::to_string(1'000'000 + i);
    c.user_name = "@" + std::string(64 - number.size(), 'a') + number;
    c.nick_name = "小明" + number;
    if (i % 4 == 0) c.remark_name = "Supplier " + number;
    c.pinyin = "xiaoming" + number + "\nXM";
    c.province = "Sichuan";
    c.city = "Chengdu";
    c.sex = 1;
    c.avatar_seq = 620'000'000 + static_cast<std::int64_t>(i);
    c.kind = webwx::contact_kind::friend_;
    c.flags = 3;
    contacts.push_back(std::move(c));
  }
  return contacts;
}

/// As many of a usual length.
std::vector<webwx::real_id> real_ids(std::size_t count) {
  std::vector<webwx::real_id> ids;
  for (const auto& c : people(count))
    ids.push_back({c.user_name, "wxid_" + c.user_name.substr(c.user_name.size() - 7) + "abcdefg"});
  return ids;
}

TEST(AddressBookMemory, IsBelow400BytesAContactWithAThousandOfThem) {
  constexpr std::size_t count = 1'000;
  std::uint64_t entropy = 1;
  auto ids = std::make_shared<store::id_source>('c', [&] { return ++entropy; });
  address_book book{ids, std::make_shared<manual_wall_clock>(wall_time{})};
  book.begin_session("@self", {});
  auto before = ::mallinfo2().uordblks;
  book.put_all(people(count));
  book.learn_real_ids(real_ids(count));
  book.take_changed();
  auto each = (::mallinfo2().uordblks - before) / count;
  RecordProperty("bytes_a_contact", static_cast<int>(each));
  EXPECT_LE(each, 400U);
  EXPECT_GE(each, 150U) << "names and references have to be somewhere: is this still measured?";
}

} // namespace
} // namespace weixin

#endif
