#include "ctl/contact_grammar.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <utility>

namespace weixin::ctl {
namespace {

constexpr const char* no_wait_help = "Do not wait for the outcome";

CLI::App* verb(CLI::App* parent, const char* name, const char* help) {
  auto* v = parent->add_subcommand(name, help);
  v->fallthrough();
  return v;
}

} // namespace

/// A verb that works on `into.name`, and becomes the command when it is there.
template <class Verb>
CLI::App* contact_grammar::on_account(CLI::App* parent, const char* name, const char* help, Verb& into) {
  auto* v = verb(parent, name, help);
  v->add_option("NAME", into.name, "The account")->required();
  v->callback([this, &into] { choose_(into); });
  return v;
}

void contact_grammar::add_verbs(CLI::App& app, const add_examples& help, const take_command& choose) {
  choose_ = choose;
  friend_verbs(app, help);
  group_verbs(app, help);
  questions(app, help);
  operation_verbs(app, help);
}

CLI::App* contact_grammar::friend_verb_on(CLI::App* parent, std::size_t index, const char* name,
                                          const char* help, const char* who) {
  auto& into = friend_verb_[index];
  into.verb = name;
  auto* v = on_account(parent, name, help, into);
  v->add_option(who, into.who)->required();
  v->add_flag("--no-wait", into.no_wait, no_wait_help);
  return v;
}

void contact_grammar::friend_verbs(CLI::App& app, const add_examples& help) {
  auto* friends = verb(&app, "friend", "Friend requests, remarks and pins");
  friends->require_subcommand(1, 1);
  help(friends, "  weixinctl friend list-requests shop-01\n"
                "  weixinctl friend accept shop-01 ID\n"
                "  weixinctl friend request shop-01 MEMBER --group \"Chess club\" --greeting \"Hello\"\n"
                "  weixinctl friend remark shop-01 Lin \"Supplier Lin\"\n");
  on_account(friends, "list-requests", "Who wants to be a friend", friend_list_);
  friend_verb_.resize(9);
  friend_verb_on(friends, 0, "accept", "Accept a friend request", "ID");
  friend_verb_on(friends, 1, "reject", "Reject a friend request", "ID");
  friend_verb_on(friends, 2, "ignore", "List a friend request no more, and tell nobody", "ID");
  auto* reply = friend_verb_on(friends, 3, "reply", "Say something to who asks, and decide later", "ID");
  reply->add_option("TEXT", friend_verb_[3].text, "What the other one reads")->required();
  reply->add_flag("--as-sender", friend_verb_[3].as_sender, "The account is the one that asked");
  auto* ask = friend_verb_on(friends, 4, "request", "Ask somebody to be a friend", "WHO");
  ask->add_option("--group", friend_verb_[4].group, "WHO is a member of this group");
  ask->add_option("--greeting", friend_verb_[4].text, "What the other one reads")->type_name("TEXT");
  ask->add_flag("--direct", friend_verb_[4].direct, "Without asking, where Weixin allows it");
  friend_verb_on(friends, 5, "remark", "Call a friend by a name of your own; none takes it away", "CONTACT")
      ->add_option("REMARK", friend_verb_[5].text, "The new remark");
  friend_verb_on(friends, 6, "pin", "Put a chat to the top of the list", "CONTACT");
  friend_verb_on(friends, 7, "unpin", "Take a chat from the top of the list", "CONTACT");
  friend_verb_on(friends, 8, "confirm", "Say who a reference of an earlier session is now", "REF")
      ->add_option("CONTACT", friend_verb_[8].text, "Who it is; none: who it likely is");
}

CLI::App* contact_grammar::group_verb_on(CLI::App* parent, std::size_t index, const char* name,
                                         const char* help) {
  auto& into = group_verb_[index];
  into.verb = name;
  auto* v = on_account(parent, name, help, into);
  if (into.verb != "create") v->add_option("GROUP", into.group, "A reference or the exact name")->required();
  v->add_flag("--no-wait", into.no_wait, no_wait_help);
  return v;
}

void contact_grammar::group_verbs(CLI::App& app, const add_examples& help) {
  auto* groups = verb(&app, "group", "Groups and their members");
  groups->require_subcommand(1, 1);
  help(groups, "  weixinctl group list shop-01\n"
               "  weixinctl group create shop-01 Lin Mia --topic \"Order 4711\"\n"
               "  weixinctl group add shop-01 \"Order 4711\" Zoe\n");
  on_account(groups, "list", "List an account's groups", group_list_);
  on_account(groups, "members", "List a group's members", group_members_)
      ->add_option("GROUP", group_members_.group, "A reference or the exact name")
      ->required();
  group_verb_.resize(6);
  auto* create = group_verb_on(groups, 0, "create", "Make a group of friends");
  create->add_option("--topic", group_verb_[0].text, "The group's name")->type_name("TEXT");
  auto* add = group_verb_on(groups, 1, "add", "Add friends to a group, or invite them when it is large");
  auto* remove = group_verb_on(groups, 2, "remove", "Remove members from a group");
  for (auto [v, index] : {std::pair{create, 0}, std::pair{add, 1}, std::pair{remove, 2}})
    v->add_option("MEMBER", group_verb_[static_cast<std::size_t>(index)].members,
                  "A reference, a member's id or an exact name; may be repeated")
        ->required();
  group_verb_on(groups, 3, "rename", "Give a group another name")
      ->add_option("TOPIC", group_verb_[3].text, "The new name")
      ->required();
  group_verb_on(groups, 4, "quit", "Leave a group");
  group_verb_on(groups, 5, "names", "Ask Weixin for the names of members that came without one");
}

CLI::App* contact_grammar::question_on(CLI::App& app, std::size_t index, const char* name, const char* help,
                                       const char* what) {
  auto& into = question_[index];
  into.verb = name;
  auto* v = on_account(&app, name, help, into);
  v->add_option(what, into.text)->required();
  v->add_flag("--no-wait", into.no_wait, no_wait_help);
  return v;
}

void contact_grammar::questions(CLI::App& app, const add_examples& help) {
  question_.resize(3);
  auto* search =
      question_on(app, 0, "search", "Have Weixin search contacts, also such that are unknown", "KEYWORD");
  help(search, "  weixinctl search shop-01 Lin\n"
               "  weixinctl search shop-01 Lin -o json | jq -r '.found[].ref'\n");
  auto* check = question_on(app, 1, "check-link", "Ask Weixin about a link; nobody opens it", "URL");
  help(check, "  weixinctl check-link shop-01 https://example.org/\n");
  auto* report =
      question_on(app, 2, "report-activity", "Report a click, as the page does from time to time", "ACTION");
  help(report, "  weixinctl report-activity shop-01 send-message\n");
}

void contact_grammar::operation_verbs(CLI::App& app, const add_examples& help) {
  auto* operations = verb(&app, "operation", "What becomes of what was asked of friends and groups");
  operations->require_subcommand(1, 1);
  help(operations, "  weixinctl operation list shop-01\n"
                   "  weixinctl operation show shop-01 ID --watch\n");
  on_account(operations, "list", "List those that wait and the last that ended, newest first",
             operation_list_);
  on_account(operations, "show", "All about one operation, and what to do about its state", operation_show_)
      ->add_option("ID", operation_show_.id, "The operation")
      ->required();
}

} // namespace weixin::ctl
