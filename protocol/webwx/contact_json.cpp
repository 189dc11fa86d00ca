#include "protocol/webwx/contact_json.hpp"

#include "protocol/webwx/json_repair.hpp"

#include <boost/json/monotonic_resource.hpp>

#include <array>
#include <optional>

namespace weixin::webwx {

namespace {

std::optional<contact> read_slice(std::string_view slice, std::string_view what) {
  // The tree lives on the stack for all but large groups, and never longer than this call.
  std::array<unsigned char, 8192> buffer;
  boost::json::monotonic_resource memory{buffer.data(), buffer.size()};
  auto parsed = parse_json(slice, what, &memory);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (object == nullptr) return std::nullopt;
  auto c = read_contact(*object, {});
  return c ? std::optional{std::move(*c)} : std::nullopt;
}

} // namespace

result<contact_list> read_contacts(const json_answer& answer, std::string_view key) {
  auto slices = answer.list(key);
  if (!slices) return slices.error();
  contact_list list;
  list.contacts.reserve(slices->size());
  for (auto slice : *slices) {
    if (auto c = read_slice(slice, answer.what()))
      list.contacts.push_back(std::move(*c));
    else
      ++list.set_aside;
  }
  return list;
}

} // namespace weixin::webwx
