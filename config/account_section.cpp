#include "config/account_section.hpp"

#include "config/value_forms.hpp"
#include "supervisor/fleet.hpp"
#include "transport/proxy.hpp"

#include <string>
#include <utility>

namespace weixin::config {

namespace {

constexpr std::size_t longest_path = 4'095;

/// What is wrong with the URL; empty: nothing. "" stands for no proxy.
std::string wrong_with_proxy(const std::string& url) {
  if (url.empty()) return {};
  auto parsed = transport::parse_proxy(url);
  return parsed ? std::string{} : parsed.error().context;
}

void read_proxy(section& s, supervisor::account_change& out, const text_source& read_text) {
  std::string url;
  bool named = false;
  s.secret_text("proxy", [&](const std::string& text) {
    url = text;
    named = true;
    auto wrong = wrong_with_proxy(url);
    if (wrong.empty() && url.find('@') != std::string::npos)
      wrong = "a user and a password belong into a file: proxy_file";
    return wrong;
  });
  std::string file;
  s.text("proxy_file", file, "the path of a file whose first line is a proxy's URL",
         [](const std::string& text) {
           return !text.empty() && text.size() <= longest_path && is_printable(text);
         });
  if (s.has("proxy") && s.has("proxy_file"))
    return s.problem_at("proxy_file", "stands beside proxy: name one");
  if (!file.empty()) {
    auto text = read_text(file);
    if (!text) return s.problem_at("proxy_file", shown(file) + " " + text.error().context);
    url = text->substr(0, text->find_first_of("\r\n"));
    named = true;
    if (auto wrong = url.empty() ? "its first line is empty" : wrong_with_proxy(url); !wrong.empty())
      return s.problem_at("proxy_file", shown(file) + ": " + wrong);
  }
  if (named) out.proxy = secret{std::move(url)};
}

supervisor::wanted_account read_account(section& s, const std::set<std::string>& bots, bool may_be_desktop,
                                        const text_source& read_text) {
  supervisor::wanted_account out;
  s.text("name", out.name, "1 to 63 of a-z, 0-9 and '-', not beginning with '-'",
         supervisor::is_valid_account_name);
  if (!s.has("name")) s.problem_at("", "has no name");
  s.word_out_of("kind", out.kind, {"webwx"});
  if (s.has("bots")) {
    std::vector<std::string> names;
    s.words("bots", names, "an array of the names of configured bots", bots);
    out.what.bots = std::move(names);
  } else {
    s.know("bots");
  }
  store::media_policy media{};
  s.choice<store::media_policy>("media", media,
                                {{"none", store::media_policy::none},
                                 {"on_demand", store::media_policy::on_demand},
                                 {"images_and_voices", store::media_policy::images_and_voices},
                                 {"all", store::media_policy::all}});
  if (s.has("media")) out.what.media = media;
  webwx::login_choice login{};
  s.choice<webwx::login_choice>("login", login,
                                {{"web", webwx::login_choice::web},
                                 {"desktop", webwx::login_choice::desktop},
                                 {"web_then_desktop", webwx::login_choice::web_then_desktop}});
  if (s.has("login")) out.what.login = login;
  if (login != webwx::login_choice::web && !may_be_desktop)
    s.problem_at("login", "the desktop client needs webwx.extspam_file");
  read_proxy(s, out.what, read_text);
  store::desired_state desired{};
  s.choice<store::desired_state>(
      "desired", desired,
      {{"running", store::desired_state::running}, {"paused", store::desired_state::paused}});
  if (s.has("desired")) out.desired = desired;
  s.refuse_unknown();
  return out;
}

} // namespace

std::vector<supervisor::wanted_account> read_accounts(section& root, const std::set<std::string>& bots,
                                                      bool may_be_desktop, std::size_t most,
                                                      const text_source& read_text) {
  std::vector<supervisor::wanted_account> read;
  auto tables = root.list("account");
  if (tables.size() > most) {
    root.problem_at("account", "found " + std::to_string(tables.size()) +
                                   " accounts, and limits.max_accounts is " + std::to_string(most));
    return read;
  }
  std::set<std::string> names;
  for (auto& entry : tables) {
    auto one = read_account(entry, bots, may_be_desktop, read_text);
    if (!one.name.empty() && !names.insert(one.name).second)
      entry.problem_at("name", "found " + shown(one.name) + ", which an account above is called already");
    read.push_back(std::move(one));
  }
  return read;
}

} // namespace weixin::config
