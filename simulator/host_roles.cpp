#include "simulator/host_roles.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <string>

namespace weixin::simulator {
namespace {

struct host_entry {
  std::string_view name;
  host_role role;
};

constexpr auto entry = host_kind::entry;
constexpr auto login = host_kind::login;
constexpr auto file = host_kind::file;
constexpr auto push = host_kind::push;

constexpr host_entry table[] = {
    {"wx.qq.com", {entry, "wx.qq.com"}},
    {"wx2.qq.com", {entry, "wx2.qq.com"}},
    {"wx8.qq.com", {entry, "wx8.qq.com"}},
    {"web.wechat.com", {entry, "web.wechat.com"}},
    {"web2.wechat.com", {entry, "web2.wechat.com"}},
    {"login.weixin.qq.com", {login, ""}},
    {"login.wx.qq.com", {login, "wx.qq.com"}},
    {"login.wx2.qq.com", {login, "wx2.qq.com"}},
    {"login.wx8.qq.com", {login, "wx8.qq.com"}},
    {"login.web.wechat.com", {login, "web.wechat.com"}},
    {"login.web2.wechat.com", {login, "web2.wechat.com"}},
    {"file.wx.qq.com", {file, "wx.qq.com"}},
    {"file.wx2.qq.com", {file, "wx2.qq.com"}},
    {"file.wx8.qq.com", {file, "wx8.qq.com"}},
    {"file.web.wechat.com", {file, "web.wechat.com"}},
    {"file.web2.wechat.com", {file, "web2.wechat.com"}},
    {"webpush.weixin.qq.com", {push, ""}},
    {"webpush.wx.qq.com", {push, "wx.qq.com"}},
    {"webpush.wx2.qq.com", {push, "wx2.qq.com"}},
    {"webpush.wx8.qq.com", {push, "wx8.qq.com"}},
    {"webpush.web.wechat.com", {push, "web.wechat.com"}},
    {"webpush.web2.wechat.com", {push, "web2.wechat.com"}},
};
constexpr std::size_t entry_host_count = 5;

constexpr auto names = [] {
  std::array<std::string_view, std::size(table)> all{};
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = table[i].name;
  return all;
}();

} // namespace

host_role role_of(std::string_view host) {
  std::string name{host.substr(0, host.find(':'))};
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  auto found =
      std::find_if(std::begin(table), std::end(table), [&](const host_entry& e) { return e.name == name; });
  return found == std::end(table) ? host_role{} : found->role;
}

std::span<const std::string_view> entry_hosts() { return std::span{names}.first(entry_host_count); }
std::span<const std::string_view> all_hosts() { return names; }

} // namespace weixin::simulator
