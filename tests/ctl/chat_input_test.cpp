#include "ctl/chat_input.hpp"

#include <gtest/gtest.h>

namespace weixin::ctl::chat {
namespace {

template <class What>
What as(std::string_view line) {
  auto parsed = parse(line);
  if (auto* what = std::get_if<What>(&parsed)) return *what;
  auto* why = std::get_if<mistake>(&parsed);
  ADD_FAILURE() << line << ": " << (why != nullptr ? why->why : "something else");
  return {};
}

TEST(ChatInput, SendsATextToAName) {
  auto s = as<say>("->Lin:hello");
  EXPECT_EQ(s.to, "Lin");
  EXPECT_EQ(s.text, "hello");
  EXPECT_EQ(s.account, "");
}

TEST(ChatInput, LeavesColonsAndArrowsInTheText) {
  EXPECT_EQ(as<say>("->Lin:see http://a.example/?x->y: z").text, "see http://a.example/?x->y: z");
}

TEST(ChatInput, TakesNamesWithBlanksAndChineseOnes) {
  EXPECT_EQ(as<say>("->Supplier Lin:hi").to, "Supplier Lin");
  EXPECT_EQ(as<say>("-> Supplier Lin : hi ").to, "Supplier Lin");
  EXPECT_EQ(as<say>("-> Supplier Lin : hi ").text, "hi");
  auto s = as<say>("->张三:你好");
  EXPECT_EQ(s.to, "张三");
  EXPECT_EQ(s.text, "你好");
}

TEST(ChatInput, TakesANameInQuotesWhereItHoldsAColon) {
  EXPECT_EQ(as<say>(R"(->"Lin: home":hi)").to, "Lin: home");
  EXPECT_EQ(as<say>(R"(->"say \"x\" \\ y":hi)").to, R"(say "x" \ y)");
  EXPECT_EQ(as<say>(R"(->" Lin ":hi)").to, " Lin ");
}

TEST(ChatInput, MeansEverybodyByAllUnlessItIsInQuotes) {
  EXPECT_EQ(as<say_to_all>("->all:hi").text, "hi");
  EXPECT_EQ(as<say>(R"(->"all":hi)").to, "all");
  EXPECT_EQ(as<say>("->All:hi").to, "All");
}

TEST(ChatInput, SendsFilesOfEachKind) {
  auto kind_of = [](std::string_view line) { return as<send_file>(line).kind; };
  EXPECT_EQ(kind_of("m->Lin:notes.txt"), file_kind::lines);
  EXPECT_EQ(kind_of("f->Lin:report.pdf"), file_kind::file);
  EXPECT_EQ(kind_of("i->Lin:a.png"), file_kind::image);
  EXPECT_EQ(kind_of("e->Lin:a.gif"), file_kind::emoticon);
  EXPECT_EQ(as<send_file>(R"(f->"Lin: home":"my \"best\" file.pdf")").path, R"(my "best" file.pdf)");
  EXPECT_EQ(as<send_file>("f->Lin: my file.pdf ").path, "my file.pdf");
}

TEST(ChatInput, WritesFromAnotherAccount) {
  auto s = as<say>("@shop-02->Lin:hi");
  EXPECT_EQ(s.account, "shop-02");
  EXPECT_EQ(s.to, "Lin");
  auto f = as<send_file>("@shop-02 f->Lin:a.pdf");
  EXPECT_EQ(f.account, "shop-02");
  EXPECT_EQ(f.kind, file_kind::file);
  EXPECT_EQ(as<say_to_all>("@shop-02 ->all:hi").account, "shop-02");
}

TEST(ChatInput, UnderstandsItsCommands) {
  as<show_help>("/help");
  EXPECT_EQ(as<list_contacts>("/contacts lin chen").query, "lin chen");
  EXPECT_TRUE(as<list_contacts>("/groups").only_groups);
  EXPECT_EQ(as<recall>("/recall").id, "");
  EXPECT_EQ(as<recall>("/recall s-1").id, "s-1");
  EXPECT_EQ(as<use_account>("/use shop-02").name, "shop-02");
  as<quit>("/quit");
  as<nothing>("");
  as<nothing>(" \t ");
}

TEST(ChatInput, UnderstandsWhichHistoryIsMeant) {
  EXPECT_EQ(as<show_history>("/history").count, 20U);
  EXPECT_EQ(as<show_history>("/history 5").count, 5U);
  EXPECT_EQ(as<show_history>("/history 5").with, "");
  EXPECT_EQ(as<show_history>("/history Lin 7").with, "Lin");
  EXPECT_EQ(as<show_history>("/history Lin 7").count, 7U);
  EXPECT_EQ(as<show_history>(R"(/history "5")").with, "5");
  EXPECT_EQ(as<show_history>(R"(/history "Supplier Lin")").with, "Supplier Lin");
}

TEST(ChatInput, UnderstandsWhatIsToBeSaved) {
  auto all = as<save_media>("/save 4330538626 a.png");
  EXPECT_EQ(all.id, "4330538626");
  EXPECT_EQ(all.path, "a.png");
  EXPECT_EQ(as<save_media>("/save").id, "");
  EXPECT_EQ(as<save_media>("/save a.png").path, "a.png");
  EXPECT_EQ(as<save_media>("/save 4330538626").id, "4330538626");
}

TEST(ChatInput, UnderstandsWhoIsToAnswer) {
  EXPECT_FALSE(as<auto_reply>("/autoreply off").on);
  auto on = as<auto_reply>("/autoreply on echo greeter");
  EXPECT_TRUE(on.on);
  EXPECT_EQ(on.bots, (std::vector<std::string>{"echo", "greeter"}));
}

TEST(ChatInput, SaysWhatIsWrong) {
  for (std::string_view wrong : {"hello",
                                 "->Lin",
                                 "->:text",
                                 "->Lin:",
                                 "->\"Lin:hi",
                                 "f->Lin:",
                                 "f->Lin:\"a.pdf",
                                 "@->Lin:hi",
                                 "x->Lin:hi",
                                 "/nothing",
                                 "/history 0",
                                 "/history 1001",
                                 "/history a b",
                                 "/history a b c",
                                 "/autoreply",
                                 "/autoreply maybe",
                                 "/autoreply off echo",
                                 "/recall a b",
                                 "/use \"a",
                                 "/save a b",
                                 "/save 1 a b",
                                 "->"}) {
    auto parsed = parse(wrong);
    auto* why = std::get_if<mistake>(&parsed);
    ASSERT_NE(why, nullptr) << wrong;
    EXPECT_FALSE(why->why.empty()) << wrong;
  }
}

TEST(ChatInput, ReadsBackEveryNameThatItQuotes) {
  for (std::string name : {"Lin", "Supplier Lin", "a:b", "say \"x\"", "back\\slash", "\\\"", " blank ", "all",
                           "张三", "x->y", "@me", "", "a\\"}) {
    auto s = parse("->" + as_typed(name) + ":hi");
    if (name.empty()) continue; // nobody is called nothing
    auto* said = std::get_if<say>(&s);
    ASSERT_NE(said, nullptr) << name;
    EXPECT_EQ(said->to, name);
  }
}

} // namespace
} // namespace weixin::ctl::chat
