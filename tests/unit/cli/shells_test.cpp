// Completion and the manual page tell of every verb and option there is.
#include "cli/command_tree.hpp"
#include "support/folder.hpp"
#include "unit/cli/run.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>

namespace stoplog::cli {
namespace {

// What a shell prints.
std::string shell(const std::string& command) {
  std::string out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> block{};
  while (const std::size_t n = fread(block.data(), 1, block.size(), pipe)) out.append(block.data(), n);
  pclose(pipe);
  return out;
}

command whole_tree() {
  static exit_code ignored;
  static CLI::App program{"stoplog", "stoplog"};
  static const bool added = (add_verbs(program, ignored), true);
  EXPECT_TRUE(added);
  return command_tree(program);
}

class completing {
 public:
  completing() : script_(here_.write("stoplog.bash", run({"completion", "bash"}).out)) {}

  // What bash offers for the words; the last one is being typed.
  std::string offers(const std::string& words, std::size_t count) const {
    const auto tester = here_.write("try.bash", "source '" + script_.string() + "'\ncd '" + here_.path().string() + "'\nCOMP_WORDS=(" + words +
                                                    ")\nCOMP_CWORD=" + std::to_string(count) + "\n_stoplog\nprintf '%s ' \"${COMPREPLY[@]}\"\n");
    return shell("bash -u '" + tester.string() + "'");
  }

 private:
  test::folder here_;
  std::filesystem::path script_;
};

TEST(completion, of_bash_offers_verbs_options_and_choices) {
  const completing bash;
  EXPECT_EQ(bash.offers("stoplog che", 1), "check ");
  EXPECT_EQ(bash.offers("stoplog audit ta", 2), "tail ");
  EXPECT_EQ(bash.offers("stoplog test --chu", 2), "--chunking ");
  EXPECT_EQ(bash.offers("stoplog test --chunking a", 3), "as-written all ");
  EXPECT_EQ(bash.offers("stoplog check -o s", 3), "sarif ");
  EXPECT_EQ(bash.offers("stoplog check --rules rules -o j", 5), "json ");
  EXPECT_EQ(bash.offers("stoplog completion b", 2), "bash ");
  EXPECT_EQ(bash.offers("stoplog check ./try", 2), "./try.bash ");
}

TEST(completion, of_bash_offers_every_verb_and_option) {
  const completing bash;
  std::size_t options = 0;
  each_command(whole_tree(), [&](const command& c) {
    const std::string offered = " " + bash.offers(words_of(c) + " ''", c.path.size());
    for (const auto& inner : c.commands) EXPECT_NE(offered.find(" " + inner.path.back() + " "), std::string::npos) << offered;
    for (const auto& o : c.options) {
      for (const auto& name : o.positional ? std::vector<std::string>{} : o.names) {
        EXPECT_NE(offered.find(" " + name + " "), std::string::npos) << words_of(c) << ": " << name;
        ++options;
      }
    }
  });
  EXPECT_GE(options, 120U);
}

TEST(completion, of_the_other_shells_has_every_verb) {
  const std::string zsh = run({"completion", "zsh"}).out, fish = run({"completion", "fish"}).out;
  EXPECT_TRUE(zsh.starts_with("#compdef stoplog\n"));
  std::size_t verbs = 0;
  each_command(whole_tree(), [&](const command& c) {
    if (c.path.size() == 1) return;
    ++verbs;
    EXPECT_NE(fish.find(" -a " + c.path.back() + " "), std::string::npos) << words_of(c);
    EXPECT_NE(zsh.find("'" + words_of(c) + "'"), std::string::npos) << words_of(c);
  });
  EXPECT_GE(verbs, 20U);
  EXPECT_EQ(run({"completion", "tcsh"}).code, exit_code::usage);
  if (shell("command -v fish").empty()) return;
  const test::folder here;
  EXPECT_EQ(shell("fish --no-execute '" + here.write("s.fish", fish).string() + "'"), "");
}

TEST(man, tells_of_every_verb_and_option) {
  const std::string page = run({"man"}).out;
  const auto roff = [](std::string text) {
    for (std::size_t at = text.find('-'); at != std::string::npos; at = text.find('-', at + 2)) text.insert(at, 1, '\\');
    return text;
  };
  std::size_t options = 0;
  each_command(whole_tree(), [&](const command& c) {
    if (!c.commands.empty()) return;
    EXPECT_NE(page.find(".SS \\fB" + roff(words_of(c)) + "\\fR"), std::string::npos) << words_of(c);
    for (const auto& o : c.options) {
      if (o.names.back() == "--help") continue;
      ++options;
      EXPECT_NE(page.find(roff(o.names.back()) + "\\fR"), std::string::npos) << o.names.back();
    }
  });
  EXPECT_GE(options, 100U);
}

TEST(man, is_a_page_without_a_warning) {
  if (shell("command -v groff").empty()) GTEST_SKIP() << "groff is not installed";
  const test::folder here;
  const auto file = here.write("stoplog.1", run({"man"}).out);
  EXPECT_EQ(shell("groff -man -ww -z '" + file.string() + "'"), "");
  EXPECT_NE(shell("groff -man -Tascii -P-cbou '" + file.string() + "'").find("EXIT STATUS"), std::string::npos);
}

}  // namespace
}  // namespace stoplog::cli
