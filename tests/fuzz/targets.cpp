#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace weixin::fuzz {

namespace {

constexpr auto all = std::to_array<target>({{"contacts", contacts},
                                            {"content_range", content_range},
                                            {"cookies", cookies},
                                            {"forward", forward},
                                            {"json_repair", json_repair},
                                            {"login", login},
                                            {"message", message},
                                            {"names", names},
                                            {"notice", notice},
                                            {"small_answers", small_answers},
                                            {"sync_answer", sync_answer},
                                            {"text", text},
                                            {"upload", upload},
                                            {"xml", xml}});

} // namespace

std::span<const target> targets() noexcept { return all; }

const target* find_target(std::string_view name) noexcept {
  auto found = std::find_if(all.begin(), all.end(), [&](const target& t) { return t.name == name; });
  return found == all.end() ? nullptr : &*found;
}

void require(bool holds) {
  if (!holds) std::abort();
}

} // namespace weixin::fuzz
