#include "ctl/command_line.hpp"

#include "ctl/access_grammar.hpp"
#include "ctl/command_kinds.hpp"
#include "ctl/contact_grammar.hpp"
#include "version.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <sstream>

namespace weixin::ctl {
namespace {

constexpr const char* main_help =
    "weixinctl: the command line of weixind, the server of Weixin bot accounts.";

constexpr const char* main_examples =
    R"(  weixinctl account add shop-01                 a new account: shows its QR code, waits for the phone
  weixinctl account list --watch                all accounts, kept up to date
  weixinctl account qr shop-01                  the QR code once more
  weixinctl send shop-01 filehelper "hello"     sends a text
  echo "long text" | weixinctl send shop-01 filehelper -
  weixinctl messages shop-01 --follow           what it receives, as it comes
  weixinctl outbox list shop-01 --state unknown sends that somebody has to look at
  weixinctl friend list-requests shop-01        who wants to be a friend
  weixinctl group members shop-01 "Chess club"  who is in a group
  weixinctl events --account shop-01 -o json    what happens, one JSON object a line
)";

constexpr const char* main_footer = R"(
Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 server unreachable, 5 timed out.
Results go to standard output, everything else to standard error.)";

constexpr std::size_t most_rows = 100'000;
constexpr std::size_t most_changes = 1'000; // one page of the admin API

/// The kinds of messages that a file can be, and how `send` explains them.
constexpr std::array file_kinds{"image", "video", "file", "emoticon"};
constexpr std::array file_helps{"A picture: JPEG, PNG or BMP", "A video: MP4", "A file of any kind",
                                "A moving picture: GIF"};

constexpr const char* contact_kinds = "friend, group, official, special, stranger or self";

/// CLI11's help with the verb's examples before everything else.
class help_with_examples : public CLI::Formatter {
public:
  void add(const CLI::App* verb, std::string lines) { examples_[verb] = std::move(lines); }
  std::string make_description(const CLI::App* verb) const override {
    auto found = examples_.find(verb);
    auto text = CLI::Formatter::make_description(verb);
    return found == examples_.end() ? text : text + "\nExamples:\n" + found->second + "\n";
  }

private:
  std::map<const CLI::App*, std::string> examples_;
};

/// The options and verbs on CLI11's side, and where they put what they read.
class grammar {
public:
  grammar() : app_(main_help, "weixinctl") {
    app_.require_subcommand(1, 1);
    app_.footer(main_footer);
    app_.formatter(help_);
    help_->column_width(34);
    help_->add(&app_, main_examples);
    app_.set_version_flag("--version", std::string{"weixinctl "} + version, "Print the version and exit");
    global_options();
    account_verbs();
    message_verbs();
    outbox_verbs();
    media_verbs();
    auto add_examples = [this](const CLI::App* v, std::string lines) { help_->add(v, std::move(lines)); };
    auto choose = [this](command c) { result_.what = std::move(c); };
    contacts_grammar_.add_verbs(app_, add_examples, choose);
    other_verbs();
    access_.add_verbs(app_, add_examples, choose);
  }

  std::variant<invocation, early_exit> parse(std::vector<std::string> arguments) {
    auto typed = arguments;
    std::reverse(arguments.begin(), arguments.end()); // as CLI11 wants them
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::ParseError& e) {
      std::ostringstream out;
      std::ostringstream err;
      // Help and version are reported this way too, with 0.
      bool done = app_.exit(e, out, err) == 0;
      return early_exit{done ? exit_code::ok : exit_code::usage, out.str(), err.str()};
    }
    return checked(typed);
  }

private:
  void global_options() {
    app_.add_option("--socket", result_.socket, "Unix socket of weixind's admin API")
        ->envname("WEIXIND_SOCKET")
        ->type_name("PATH")
        ->default_str("/run/weixind/admin.sock");
    access_.add_options(app_);
    app_.add_option("-o,--output", format_, "table, wide (more columns), json or name")
        ->check(CLI::IsMember({"table", "wide", "json", "name"}).description(""))
        ->type_name("FORMAT");
    app_.add_flag("-w,--watch", result_.watch, "Repeat every two seconds (lists, show, status)");
    app_.add_option("--timeout", timeout_,
                    "Give up after so long; default: an answer 30, a login 1800, a send or a lost server 300")
        ->check(CLI::Range(0.001, 31.0 * 86'400).description(""))
        ->type_name("SECONDS");
    app_.add_flag("--no-input", result_.no_input, "Never ask, fail instead");
    app_.add_option("--color", colour_, "auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}).description(""))
        ->type_name("WHEN");
  }

  CLI::App* verb(CLI::App* parent, const char* name, const char* help) {
    auto* v = parent->add_subcommand(name, help);
    v->fallthrough();
    return v;
  }

  /// A verb that works on `into.name`, and becomes the command when it is there.
  template <class Verb>
  CLI::App* on_account(CLI::App* parent, const char* name, const char* help, Verb& into) {
    auto* v = verb(parent, name, help);
    v->add_option("NAME", into.name, "The account")->required();
    v->callback([this, &into] { result_.what = into; });
    return v;
  }

  /// Answers the options that name a proxy.
  std::vector<CLI::Option*> way_options(CLI::App* verb, account_way& into) {
    verb->add_option("--login", into.login, "How it logs in from the next time on")
        ->check(CLI::IsMember({"web", "desktop", "web_then_desktop"}));
    auto* proxy =
        verb->add_option("--proxy", into.proxy, "Reach Weixin through http://HOST:PORT or socks5://HOST:PORT")
            ->type_name("URL")
            ->check([](const std::string& url) {
              // Arguments are for every user of the machine to see.
              return url.find('@') == std::string::npos
                         ? std::string{}
                         : std::string{"a user and a password belong into a file: --proxy-file"};
            });
    auto* file =
        verb->add_option("--proxy-file", into.proxy_file,
                         "The same, from the first line of a file, which may hold user and password; - "
                         "is standard input")
            ->type_name("FILE");
    proxy->excludes(file);
    return {proxy, file};
  }

  void account_verbs() {
    auto* account = verb(&app_, "account", "Add, list, change and remove accounts");
    account->require_subcommand(1, 1);
    help_->add(account, "  weixinctl account add shop-01\n"
                        "  weixinctl account list -o wide\n"
                        "  weixinctl account relogin shop-01\n");

    auto* add = on_account(account, "add", "Add an account and log it in with a QR code", add_);
    add->add_option("--bot", add_.bots, "A configured bot that answers for it; may be repeated")
        ->allow_extra_args(false);
    add->add_option("--kind", add_.kind, "The protocol: webwx");
    media_option(add, add_.media);
    add->add_flag("--no-wait", add_.no_wait, "Do not wait for the login");
    way_options(add, add_.way);
    help_->add(add, "  weixinctl account add shop-01 --bot echo\n"
                    "  weixinctl account add shop-02 --no-wait -o json\n");

    auto* list = verb(account, "list", "List all accounts");
    list->callback([this] { result_.what = account_list{}; });
    on_account(account, "show", "All about one account, and what to do about its state", show_);

    auto* set = on_account(account, "set", "Change an account's settings, without a new login", set_);
    auto* bots = set->add_option("--bot", set_bots_, "A bot that answers from now on; may be repeated")
                     ->allow_extra_args(false);
    auto* none = set->add_flag("--no-bots", no_bots_, "No bot answers any more");
    bots->excludes(none);
    media_option(set, set_.media);
    auto* no_proxy = set->add_flag("--no-proxy", set_.way.no_proxy, "Go to Weixin directly from now on");
    for (auto* proxy : way_options(set, set_.way))
      no_proxy->excludes(proxy);
    help_->add(set, "  weixinctl account set shop-01 --bot echo --bot greeter\n"
                    "  weixinctl account set shop-01 --no-bots\n"
                    "  weixinctl account set shop-01 --media all\n"
                    "  weixinctl account set shop-01 --proxy-file proxy.txt --login desktop\n");
    set->callback([this] {
      if (!set_bots_.empty() || no_bots_) set_.bots = set_bots_;
      if (!set_.bots && set_.media.empty() && set_.way.is_empty())
        throw CLI::RequiredError("--bot, --no-bots, --media, --login, --proxy, --proxy-file or --no-proxy");
      result_.what = set_;
    });

    auto* qr = on_account(account, "qr", "Show the QR code that waits to be scanned", qr_);
    auto* png = qr->add_option("--png", qr_.png_file, "Write it to this file instead; - is standard output")
                    ->type_name("FILE");
    qr->add_option("--picture", qr_.picture_file,
                   "The same with the picture that Weixin draws, mostly a JPEG; - is standard output")
        ->type_name("FILE")
        ->excludes(png);
    qr->add_flag("--wait", qr_.wait, "Wait for the login, as account add does");
    help_->add(qr, "  weixinctl account qr shop-01 --wait\n"
                   "  weixinctl account qr shop-01 --png code.png\n");

    auto* share =
        on_account(account, "share", "A link to its QR code, for the person with the phone", share_);
    share->add_option("--expires-in", share_.expires_in, "How long it is good; default 3600")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{86'400}).description(""))
        ->type_name("SECONDS");
    help_->add(share, "  weixinctl account share shop-01 --expires-in 600\n");

    verb_.resize(4);
    simple_verb(account, 0, "pause", "Stop polling; the session is kept");
    simple_verb(account, 1, "resume", "Go on after pause or logout");
    simple_verb(account, 2, "restart", "Start its actors anew on the same session");
    simple_verb(account, 3, "logout", "End the session at Weixin and stop");
    auto* relogin =
        on_account(account, "relogin", "Drop the session and log in with a new QR code", relogin_);
    relogin->add_flag("--no-wait", relogin_.no_wait, "Do not wait for the login");
    auto* history =
        on_account(account, "history", "When and why its state changed; the newest changes", history_);
    history->add_option("--after", history_.after, "Only changes after the one of this id, oldest first")
        ->check(CLI::NonNegativeNumber)
        ->type_name("ID");
    limit_option(history, history_.limit, most_changes);
    help_->add(history, "  weixinctl account history shop-01\n"
                        "  weixinctl account history shop-01 --limit 1000 -o json\n");
    auto* remove = on_account(account, "remove", "Remove an account and all that is stored for it", remove_);
    remove->add_flag("-y,--yes", remove_.yes, "Do not ask");
  }

  void simple_verb(CLI::App* account, std::size_t index, const char* name, const char* help) {
    verb_[index].verb = name;
    on_account(account, name, help, verb_[index]);
  }

  void limit_option(CLI::App* v, std::size_t& into, std::size_t most) {
    v->add_option("--limit", into, "At most so many")
        ->check(CLI::Range(std::size_t{1}, most).description(""))
        ->type_name("N");
  }

  void message_verbs() {
    auto* contacts = on_account(&app_, "contacts", "List an account's contacts", contacts_);
    contacts->add_option("--query", contacts_.query, "Only those whom this finds: by name, alias or Pinyin");
    contacts->add_option("--kind", contacts_.kind, std::string{"Only "} + contact_kinds);

    auto* send = on_account(&app_, "send", "Send a text or a file; -- ends the options before it", send_);
    send->add_option("TO", send_.to, "A contact's reference, filehelper, or an exact remark or nick name")
        ->required();
    send->add_option("TEXT", send_.words, "The text; - reads it from standard input");
    for (std::size_t i = 0; i < files_.size(); ++i)
      send->add_option(std::string{"--"} + file_kinds[i], files_[i], file_helps[i])->type_name("FILE");
    send->add_option("--emoticon-md5", send_.emoticon_md5, "A sticker that Weixin knows")->type_name("MD5");
    send->add_option("--forward", send_.forward, "A received message, by its \"id\"")->type_name("MSG-ID");
    send->add_option("--mention", send_.mentions, "Notify this member of the group; may be repeated")
        ->type_name("MEMBER")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    help_->add(send, "  weixinctl send shop-01 filehelper hello --wait\n"
                     "  weixinctl send shop-01 filehelper -- -5 degrees\n"
                     "  date | weixinctl send shop-01 filehelper -\n"
                     "  weixinctl send shop-01 \"Supplier Lin\" --file report.pdf --wait\n"
                     "  weixinctl send shop-01 Team \"the build is red\" --mention Lin\n");
    send->add_flag("--wait", send_.wait, "Wait until it is sent or refused");
    send->add_option("--key,--idempotency-key", send_.idempotency_key,
                     "Repeating the call with this key sends only once");
    send->add_option("--expires-in", send_.expires_in, "Give up when it could not be sent by then")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{604'800}).description(""))
        ->type_name("SECONDS");
    send->add_option("--on-unknown", send_.on_unknown,
                     "When nobody knows whether it arrived: report, or resend and risk that it comes twice")
        ->check(CLI::IsMember({"report", "resend"}).description(""))
        ->type_name("WHAT");

    auto* recall = on_account(&app_, "recall", "Take back what was sent in the last two minutes", recall_);
    recall->add_option("ID", recall_.id, "The send, or Weixin's number of a message")->required();
    help_->add(recall, "  weixinctl recall shop-01 s-01m8584mgp5y5f4b32ww33a3dw\n");
    auto* read = on_account(&app_, "mark-read", "Tell Weixin that a chat was read", mark_read_);
    read->add_option("CONTACT", mark_read_.contact, "A reference, or an exact remark or nick name")
        ->required();
    read->add_flag("--opened", mark_read_.only_opened, "Only that it was opened");

    auto* messages = on_account(&app_, "messages", "List what an account received, oldest first", messages_);
    messages->add_option("--with", messages_.with, "Only with this contact: a reference or an exact name")
        ->type_name("CONTACT");
    messages->add_option("--after", messages_.after, "Only messages after the one of this number")
        ->check(CLI::NonNegativeNumber)
        ->type_name("SEQ");
    limit_option(messages, messages_.limit, most_rows);
    messages->add_flag("--follow", messages_.follow, "Go on with what comes, until Ctrl-C");
    help_->add(messages, "  weixinctl messages shop-01 --with \"Supplier Lin\"\n"
                         "  weixinctl messages shop-01 --follow -o json | jq .text\n"
                         "  weixinctl messages shop-01 --after 4711 --limit 1000\n");

    auto* chat = verb(&app_, "chat", "Read along and write, line by line");
    chat->add_option("NAME", chat_.names, "The accounts to read; you write from the first one")->required();
    chat->callback([this] { result_.what = chat_; });
    help_->add(chat, "  weixinctl chat shop-01\n"
                     "  weixinctl chat shop-01 shop-02\n"
                     "  > ->Supplier Lin:hello        sends a text; /help shows the rest\n");
  }

  void media_option(CLI::App* v, std::string& into) {
    v->add_option("--media", into, "What is fetched: none, on_demand, images_and_voices or all")
        ->check(CLI::IsMember({"none", "on_demand", "images_and_voices", "all"}).description(""))
        ->type_name("WHAT");
  }

  void media_verbs() {
    auto* media = on_account(&app_, "media", "What a message brought: tell of it, or save it", media_);
    media
        ->add_option("MSG-ID", media_.msg_id,
                     "The message's id, or that of a send whose file is to be read back")
        ->required();
    media
        ->add_option("-o,--file", media_.file,
                     "Save it there, fetched first if need be; - is standard output")
        ->type_name("FILE");
    media->add_flag("--thumbnail", media_.thumbnail, "The small picture of a picture or a video");
    media->add_flag("--force", media_.force, "Replace the file when there is one");
    help_->add(media, "  weixinctl media shop-01 7018\n"
                      "  weixinctl media shop-01 7018 -o picture.jpg\n");
    auto* avatar =
        on_account(&app_, "avatar", "Save the picture of a contact, or of a member of a group", avatar_);
    avatar->add_option("CONTACT", avatar_.contact, "The contact's reference: weixinctl contacts shows it")
        ->required();
    avatar->add_option("--member", avatar_.member, "Of the group CONTACT: a member's id, reference or name");
    avatar->add_option("-o,--file", avatar_.file, "Save it there; - is standard output")
        ->type_name("FILE")
        ->required();
    avatar->add_flag("--force", avatar_.force, "Replace the file when there is one");
    help_->add(avatar, "  weixinctl avatar shop-01 c-01kb0v0x6tq1ms7yd4r2z9n5pe -o somebody.jpg\n"
                       "  weixinctl avatar shop-01 'The team' --member Ann -o ann.jpg\n");
  }

  void outbox_verbs() {
    auto* outbox = verb(&app_, "outbox", "Look at sends, and decide what becomes of them");
    outbox->require_subcommand(1, 1);
    help_->add(outbox, "  weixinctl outbox list shop-01 --state unknown\n"
                       "  weixinctl outbox settle shop-01 ID sent\n"
                       "  weixinctl outbox retry shop-01 ID\n");
    auto* list = on_account(outbox, "list", "List an account's sends, oldest first", outbox_list_);
    list->add_option("--state", outbox_list_.state,
                     "Only queued, attempting, sent, refused, unknown or expired ones");
    list->add_option("--after", outbox_list_.after, "Only sends after the one of this id")->type_name("ID");
    limit_option(list, outbox_list_.limit, most_rows);
    auto* show =
        on_account(outbox, "show", "All about one send, and what to do about its state", outbox_show_);
    show->add_option("ID", outbox_show_.id, "The send")->required();
    outbox_verb_.resize(3);
    send_verb(outbox, 0, "cancel", "Take a queued send back");
    send_verb(outbox, 1, "retry", "Queue again what was refused, expired or unknown; it may arrive twice");
    send_verb(outbox, 2, "settle", "Say what became of an unknown send")
        ->add_option("OUTCOME", outbox_verb_[2].outcome, "sent or refused, as you saw it in the chat")
        ->check(CLI::IsMember({"sent", "refused"}).description(""))
        ->required();
  }

  CLI::App* send_verb(CLI::App* outbox, std::size_t index, const char* name, const char* help) {
    outbox_verb_[index].verb = name;
    auto* v = on_account(outbox, name, help, outbox_verb_[index]);
    v->add_option("ID", outbox_verb_[index].id, "The send")->required();
    return v;
  }

  void other_verbs() {
    auto* events = verb(&app_, "events", "Follow what happens, until Ctrl-C");
    events->add_option("--account", events_.account, "Only this account")->type_name("NAME");
    events->add_option("--count", events_.count, "End after so many events")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}).description(""))
        ->type_name("N");
    help_->add(events, "  weixinctl events\n"
                       "  weixinctl events --account shop-01 -o json | jq .data.text\n");
    events->callback([this] { result_.what = events_; });

    auto* top_verb = verb(&app_, "top", "The fleet, live: who needs you, who is busy");
    top_verb->add_option("--sort", top_.order, "trouble, name, in, out, queue or restarts")
        ->check(CLI::IsMember({"trouble", "name", "in", "out", "queue", "restarts"}).description(""))
        ->type_name("BY");
    top_verb->add_option("--rows", top_.rows, "So many accounts; default: what fits, or all")
        ->check(CLI::Range(std::size_t{1}, most_rows).description(""))
        ->type_name("N");
    top_verb->add_option("--count", top_.count, "End after so many looks; default: at Ctrl-C")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}).description(""))
        ->type_name("N");
    help_->add(top_verb, "  weixinctl top\n"
                         "  weixinctl top --sort queue --rows 10\n"
                         "  weixinctl top --count 2 -o json | tail -1\n");
    top_verb->callback([this] { result_.what = top_; });

    auto* report = verb(&app_, "diagnose", "Write what a report of a fault needs into a file");
    report->add_option("-o,--file", diagnose_.file, "A new file; - is standard output")
        ->type_name("FILE")
        ->default_str("weixind-report.json");
    report->add_option("--log", diagnose_.log, "The end of weixind's log, too")->type_name("FILE");
    report->add_flag("--keep-names", diagnose_.keep_names, "Keep the names of accounts, bots and targets");
    report->add_flag("--force", diagnose_.force, "Replace the file when there is one");
    help_->add(report, "  weixinctl diagnose\n"
                       "  weixinctl diagnose --log /var/log/weixind/weixind.log -o report.json\n");
    report->callback([this] { result_.what = diagnose_; });

    auto* backup = verb(&app_, "backup", "Write a copy of the database while the server works");
    backup->add_option("FILE", backup_.file, "A new file on the server's machine")->required();
    backup->callback([this] { result_.what = backup_; });
    help_->add(backup, "  weixinctl backup /var/backups/weixind-monday.db\n");
    auto* store = verb(&app_, "store", "Check the database");
    store->require_subcommand(1, 1);
    verb(store, "check", "Read everything that is stored, and tell what is damaged")->callback([this] {
      result_.what = check_store{};
    });

    auto* apply = verb(&app_, "apply", "Make the accounts as a file declares them");
    apply->add_option("-f,--file", apply_.file, "The file, of [[account]] tables; - is standard input")
        ->type_name("FILE")
        ->required();
    apply->add_flag("-n,--dry-run", apply_.dry_run, "Only show what would be done");
    apply->add_flag("--prune", apply_.prune, "Remove the accounts that the file does not name");
    apply->add_flag("-y,--yes", apply_.yes, "Do not ask before accounts are removed");
    apply->callback([this] { result_.what = apply_; });
    help_->add(apply, "  weixinctl apply -f fleet.toml --dry-run\n"
                      "  weixinctl apply -f fleet.toml --prune\n");
    auto* reload = verb(&app_, "reload", "Have weixind read its configuration again");
    reload->add_flag("--check", reload_.check, "Only tell whether it would be taken over");
    reload->callback([this] { result_.what = reload_; });

    auto* notify = verb(&app_, "notify", "How you are told of accounts that need you");
    notify->require_subcommand(1, 1);
    auto* test = verb(notify, "test", "Send a test notification to the configured targets");
    test->add_option("TARGET", notify_test_.target, "Only this one");
    test->callback([this] { result_.what = notify_test_; });
    help_->add(notify, "  weixinctl notify test\n"
                       "  weixinctl notify test web\n");

    verb(&app_, "status", "How the server is")->callback([this] { result_.what = show_status{}; });
    verb(&app_, "version", "Versions of weixinctl and of the server")->callback([this] {
      result_.what = show_version{};
    });
  }

  /// What CLI11 cannot check by itself.
  std::variant<invocation, early_exit> checked(const std::vector<std::string>& typed) {
    auto wrong = [](const std::string& why) {
      return early_exit{exit_code::usage, {}, why + "\nRun with --help for more information.\n"};
    };
    if (auto why = access_.complete(result_, typed); !why.empty()) return wrong(why);
    if (result_.socket.empty()) result_.socket = "/run/weixind/admin.sock";
    if (result_.socket.size() > max_socket_path)
      return wrong("--socket: the path has " + std::to_string(result_.socket.size()) +
                   " bytes, and a unix socket's path at most " + std::to_string(max_socket_path));
    static const std::map<std::string, output_format> formats{{"table", output_format::table},
                                                              {"wide", output_format::wide},
                                                              {"json", output_format::json},
                                                              {"name", output_format::name}};
    result_.output = formats.at(format_);
    if (colour_ == "always") result_.colour = colour_choice::always;
    if (colour_ == "never") result_.colour = colour_choice::never;
    if (timeout_ > 0) result_.timeout = std::chrono::milliseconds{static_cast<std::int64_t>(timeout_ * 1000)};
    if (result_.watch && !may_be_watched(result_.what)) return wrong("--watch: this verb cannot be repeated");
    if (auto* send = std::get_if<send_message>(&result_.what))
      if (auto why = complete(*send); !why.empty()) return wrong(why);
    if (result_.output == output_format::name && !has_names(result_.what))
      return wrong("-o name: this verb's result has no names");
    return result_;
  }

  /// Takes over which file it is; says what is wrong, if anything.
  std::string complete(send_message& send) const {
    int contents =
        (send.words.empty() ? 0 : 1) + (send.emoticon_md5.empty() ? 0 : 1) + (send.forward.empty() ? 0 : 1);
    for (std::size_t i = 0; i < files_.size(); ++i) {
      if (files_[i].empty()) continue;
      send.kind = file_kinds[i];
      send.file = files_[i];
      ++contents;
    }
    if (contents == 0) return "TEXT is required, or a file, an emoticon or a message to forward";
    if (contents > 1)
      return "send: a text, a file, an emoticon or a forwarded message; one of them at a time";
    if (!send.mentions.empty() && send.words.empty()) return "--mention: only a text can mention somebody";
    return {};
  }

  std::shared_ptr<help_with_examples> help_ = std::make_shared<help_with_examples>();
  CLI::App app_;
  invocation result_;
  access_grammar access_;
  contact_grammar contacts_grammar_;
  std::string format_ = "table";
  std::string colour_ = "auto";
  double timeout_ = 0;
  bool no_bots_ = false;
  std::vector<std::string> set_bots_;
  account_add add_;
  account_show show_;
  account_set set_;
  media_get media_;
  avatar_get avatar_;
  account_qr qr_;
  account_share share_;
  std::vector<account_verb> verb_;
  account_relogin relogin_;
  account_remove remove_;
  list_contacts contacts_;
  account_history history_;
  send_message send_;
  std::array<std::string, file_kinds.size()> files_;
  recall_message recall_;
  mark_read mark_read_;
  list_messages messages_;
  run_chat chat_;
  outbox_list outbox_list_;
  outbox_show outbox_show_;
  std::vector<outbox_verb> outbox_verb_;
  backup_store backup_;
  apply_fleet apply_;
  reload_configuration reload_;
  notify_test notify_test_;
  follow_events events_;
  top top_;
  diagnose diagnose_;
};

} // namespace

std::variant<invocation, early_exit> parse_command_line(const std::vector<std::string>& arguments) {
  return grammar{}.parse(arguments);
}

} // namespace weixin::ctl
