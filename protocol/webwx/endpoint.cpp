#include "protocol/webwx/endpoint.hpp"

#include <array>

namespace weixin::webwx {

namespace {

using namespace std::chrono_literals;

struct row {
  std::string_view name;
  endpoint_limits limits;
};

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

constexpr auto rows = std::to_array<row>({
    {"jslogin", {10s, mib}},
    {"login", {35s, 256 * kib}}, // holds the avatar of whoever scanned
    {"webwxpushloginurl", {10s, mib}},
    {"webwxnewloginpage", {10s, mib}},
    {"webwxinit", {15s, mib}},
    {"webwxstatusnotify", {15s, mib}},
    {"webwxgetcontact", {30s, 16 * mib}},
    {"webwxbatchgetcontact", {15s, mib}},
    {"synccheck", {35s, 4 * kib}}, // held by the server for some 25 s
    {"webwxsync", {15s, 8 * mib}},
    {"webwxsendmsg", {15s, mib}},
    {"webwxgetmsgimg", {120s, 25 * mib}},
    {"webwxlogout", {10s, mib}},
});
static_assert(rows.size() == endpoint_count);

constexpr const row& row_of(endpoint e) noexcept { return rows[static_cast<std::size_t>(e)]; }

} // namespace

std::string_view to_string(endpoint e) noexcept { return row_of(e).name; }

endpoint_limits limits_of(endpoint e) noexcept { return row_of(e).limits; }

} // namespace weixin::webwx
