// stoplog completion: what a shell must know to complete this program's words.
#include "cli/command_tree.hpp"
#include "cli/verbs.hpp"

#include <iostream>
#include <memory>

namespace stoplog::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& w : words) all += (all.empty() ? "" : " ") + w;
  return all;
}

// Options and subcommands that may come next.
std::string next_words(const command& c) {
  std::vector<std::string> words;
  for (const auto& inner : c.commands) words.push_back(inner.path.back());
  for (const auto& o : c.options) {
    if (!o.positional) words.insert(words.end(), o.names.begin(), o.names.end());
  }
  return joined(words);
}

// Words behind a positional's choices stand with the options: there is one at most.
std::string bash_of(const command& tree) {
  std::string paths, values, words;
  each_command(tree, [&](const command& c) {
    std::string next = next_words(c);
    if (c.path.size() > 1) paths += "      '" + words_of(c) + "') at=\"$at $word\" ;;\n";
    for (const auto& o : c.options) {
      if (o.positional) {
        next += o.choices.empty() ? "" : " " + joined(o.choices);
        continue;
      }
      for (const auto& name : o.takes_value ? o.names : std::vector<std::string>{}) {
        values += "    '" + words_of(c) + " " + name + "') " +
                  (o.choices.empty() ? "COMPREPLY=($(compgen -f -- \"$cur\"))" : "COMPREPLY=($(compgen -W '" + joined(o.choices) + "' -- \"$cur\"))") + "; return ;;\n";
      }
    }
    words += "    '" + words_of(c) + "') words='" + next + "' ;;\n";
  });
  return "_stoplog() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} at=stoplog word words=\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case \"$at $word\" in\n" + paths + "    esac\n  done\n"
         "  case \"$at $prev\" in\n" + values + "  esac\n"
         "  case \"$at\" in\n" + words + "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "  [[ $cur == -* ]] || COMPREPLY+=($(compgen -f -- \"$cur\"))\n"
         "}\n"
         "complete -o filenames -F _stoplog stoplog\n";
}

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish_of(const command& tree) {
  std::string out =
      "# The words so far that are no options are exactly these.\n"
      "function __stoplog_at\n"
      "  set -l words (commandline -opc | string match -v -- '-*')\n"
      "  test (string join ' ' -- $words[1..(math (count $argv))]) = (string join ' ' -- $argv)\n"
      "end\n";
  each_command(tree, [&](const command& c) {
    const std::string begin = "complete -c stoplog -n '__stoplog_at " + words_of(c) + "' ";
    for (const auto& inner : c.commands) out += begin + "-f -a " + inner.path.back() + " -d " + fish_quoted(inner.about) + "\n";
    for (const auto& o : c.options) {
      std::string names;
      for (const auto& name : o.positional ? std::vector<std::string>{} : o.names) {
        names += (name.starts_with("--") ? "-l " + name.substr(2) : "-s " + name.substr(1)) + " ";
      }
      const std::string values = o.choices.empty() ? (o.takes_value ? "-r " : "") : "-x -a " + fish_quoted(joined(o.choices)) + " ";
      if (!names.empty() || !o.choices.empty()) out += begin + names + values + "-d " + fish_quoted(o.about) + "\n";
    }
  });
  return out;
}

}  // namespace

void add_completion(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("completion", "Print the completion of a shell: source <(stoplog completion bash)");
  auto shell = std::make_shared<std::string>();
  verb->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  verb->callback([shell, &program, &code] {
    const command tree = command_tree(program);
    if (*shell == "fish") {
      std::cout << fish_of(tree);
    } else {
      std::cout << (*shell == "zsh" ? "#compdef stoplog\nautoload -Uz bashcompinit && bashcompinit\n" : "") << bash_of(tree);
    }
    code = exit_code::fine;
  });
}

}  // namespace stoplog::cli
