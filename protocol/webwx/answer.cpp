#include "protocol/webwx/answer.hpp"

#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/return_code.hpp"
#include "protocol/webwx/scratch_memory.hpp"

#include <algorithm>
#include <string>

namespace weixin::webwx {

error answer_error(errc code, std::string_view what, std::string_view detail, int ret) {
  error e{code, std::string{what}, ret, true};
  if (!detail.empty()) e.context.append(": ").append(detail);
  return e;
}

result<void> expect_status(const http_response& answer, endpoint e, std::initializer_list<int> expected) {
  if (std::find(expected.begin(), expected.end(), answer.status) != expected.end()) return {};
  return answer_error(errc::http_status, to_string(e), {}, answer.status);
}

bool is_page(std::string_view body) noexcept {
  auto begin = body.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return false;
  auto starts_with = [rest = body.substr(begin)](std::string_view tag) {
    auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; };
    return rest.size() >= tag.size() &&
           std::equal(tag.begin(), tag.end(), rest.begin(), [&](char b, char a) { return same(a, b); });
  };
  return starts_with("<!doctype") || starts_with("<html") || starts_with("<head") || starts_with("<body");
}

result<void> expect_no_page(std::string_view body, endpoint e) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return answer_error(errc::malformed_answer, to_string(e), "empty body");
  if (is_page(body)) return answer_error(errc::malformed_answer, to_string(e), "a page instead of an answer");
  return {};
}

result<json_answer> json_answer::open(const http_response& answer, endpoint e) {
  if (auto r = expect_status(answer, e); !r) return r.error();
  if (auto r = expect_no_page(answer.body, e); !r) return r.error();
  auto members = split_object(answer.body, to_string(e));
  if (!members) return members.error();
  json_answer opened{std::move(*members), e};

  scratch_memory memory;
  auto base = parse_json(opened.find("BaseResponse"), to_string(e), memory.storage());
  if (!base) return answer_error(errc::malformed_answer, to_string(e), "no BaseResponse");
  const auto* object = base->if_object();
  auto ret = object != nullptr ? int_field(*object, "Ret") : std::nullopt;
  if (!ret) return answer_error(errc::malformed_answer, to_string(e), "no Ret");
  auto meaning = classify(*ret);
  bool is_vague = meaning == ret_class::transient || meaning == ret_class::unknown;
  if (is_vague && says_too_frequent(text_field(*object, "ErrMsg")))
    return answer_error(errc::too_frequent, to_string(e), {}, *ret);
  if (meaning != ret_class::ok) return error_of(*ret, to_string(e));
  return opened;
}

const json_member* json_answer::member(std::string_view key) const noexcept {
  auto found =
      std::find_if(members_.rbegin(), members_.rend(), [&](const json_member& m) { return m.key == key; });
  return found == members_.rend() ? nullptr : &*found;
}

std::string_view json_answer::find(std::string_view key) const noexcept {
  const auto* found = member(key);
  return found == nullptr ? std::string_view{} : found->value;
}

std::string json_answer::text(std::string_view key) const {
  auto slice = find(key);
  if (slice.empty()) return {};
  scratch_memory memory;
  auto parsed = parse_json(slice, what(), memory.storage());
  return parsed ? text_of(*parsed) : std::string{};
}

std::optional<std::int64_t> json_answer::number(std::string_view key) const {
  if (auto plain = to_int64(find(key))) return plain;
  return int64_of(value(key));
}

boost::json::value json_answer::value(std::string_view key) const {
  auto slice = find(key);
  if (slice.empty()) return nullptr;
  auto parsed = parse_json(slice, what());
  return parsed ? std::move(*parsed) : boost::json::value{nullptr};
}

result<std::span<const std::string_view>> json_answer::list(std::string_view key) const {
  const auto* found = member(key);
  if (found == nullptr || found->value == "null") return std::span<const std::string_view>{};
  if (!found->elements) return answer_error(errc::malformed_answer, what(), "broken JSON");
  return std::span<const std::string_view>{*found->elements};
}

} // namespace weixin::webwx
