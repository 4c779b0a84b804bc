#include "models/cni/install_script.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "models/cni/shell_words.h"

namespace cnisim::cni {
namespace {

using document::Diagnostics;
using document::SourceLocation;

/// Charts that put a CNI on a cluster.
constexpr std::string_view kCniCharts[] = {"cilium", "tigera-operator", "flannel"};

/// Flags of helm and the cilium program that take a value which says nothing about the network.
constexpr std::string_view kValueFlags[] = {"-n",
                                            "--namespace",
                                            "--repo",
                                            "--repository",
                                            "--kube-context",
                                            "--kubeconfig",
                                            "--timeout",
                                            "--wait-duration",
                                            "--context",
                                            "--chart-directory",
                                            "--set-file",
                                            "--post-renderer",
                                            "--username",
                                            "--password",
                                            "--history-max",
                                            "--description",
                                            "--datapath-mode",
                                            "--keyring",
                                            "--ca-file",
                                            "-o",
                                            "--output",
                                            "--labels"};

bool IsOneOf(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// A flag with its value, `--flag value` and `--flag=value` alike, or a plain word.
struct Argument {
  std::string flag;  ///< empty: a plain word
  const ShellWord* word = nullptr;
  std::string value;
};

/// The arguments behind a command's verb.
/// @param takes_value  whether a flag has a value behind it
template <class TakesValue>
std::vector<Argument> ArgumentsOf(std::span<const ShellWord> words, TakesValue takes_value) {
  std::vector<Argument> arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const ShellWord& word = words[i];
    if (word.quoted || word.text.size() < 2 || word.text[0] != '-') {
      arguments.push_back({"", &word, word.text});
      continue;
    }
    const std::size_t equals = word.text.find('=');
    Argument argument{word.text.substr(0, equals), &word, ""};
    if (equals != std::string::npos) {
      argument.value = word.text.substr(equals + 1);
    } else if (takes_value(argument.flag) && i + 1 < words.size()) {
      argument.word = &words[++i];
      argument.value = argument.word->text;
    }
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

std::string LastPart(std::string_view chart) {
  while (chart.ends_with('/')) chart.remove_suffix(1);
  const std::size_t slash = chart.rfind('/');
  return std::string(slash == std::string_view::npos ? chart : chart.substr(slash + 1));
}

class Reader {
 public:
  explicit Reader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void Read(const ShellCommand& words) {
    std::span<const ShellWord> rest(words);
    if (rest.front().text == "sudo") rest = rest.subspan(1);
    if (rest.size() < 2) return;
    const std::string& program = rest[0].text;
    const std::string& verb = rest[1].text;
    if (program == "helm" && (verb == "install" || verb == "upgrade")) {
      ReadHelm(rest);
    } else if (program == "cilium" && (verb == "install" || verb == "upgrade")) {
      ReadCiliumProgram(rest);
    } else if (program == "kubectl" && (verb == "apply" || verb == "create" || verb == "replace")) {
      ReadKubectl(rest.subspan(2));
    }
  }

  InstallScript Take() { return std::move(script_); }

 private:
  static bool TakesValue(std::string_view flag) {
    static constexpr std::string_view kRead[] = {
        "-f", "--values", "--set", "--version", "--set-string", "--helm-set", "--helm-values"};
    return IsOneOf(flag, kRead) || IsOneOf(flag, kValueFlags);
  }

  void ReadHelm(std::span<const ShellWord> words) {
    const std::vector<Argument> arguments = ArgumentsOf(words.subspan(2), TakesValue);
    std::vector<const Argument*> plain;
    for (const Argument& argument : arguments) {
      if (argument.flag.empty()) plain.push_back(&argument);
    }
    if (plain.empty()) return;
    HelmRelease release;
    release.where = words[0].where;
    release.chart = LastPart(plain.back()->value);  // helm install NAME CHART
    if (!IsOneOf(release.chart, kCniCharts)) {
      diagnostics_.Warning(words[0].where, "",
                           fmt::format("chart '{}' is read, not modelled", release.chart),
                           "give what it installs with --manifest (helm template prints it)");
      return;
    }
    ReadRelease(arguments, release);
  }

  void ReadCiliumProgram(std::span<const ShellWord> words) {
    HelmRelease release;
    release.where = words[0].where;
    release.chart = "cilium";
    ReadRelease(ArgumentsOf(words.subspan(2), TakesValue), release);
  }

  void ReadRelease(const std::vector<Argument>& arguments, HelmRelease release) {
    for (const Argument& argument : arguments) {
      if (argument.flag.empty()) continue;
      if (!argument.word->unresolved.empty() && !IsOneOf(argument.flag, kValueFlags)) {
        Unknown(argument);
        continue;
      }
      const SourceLocation where = argument.word->where;
      if (argument.flag == "--version") {
        release.version = argument.value;
        if (release.version.starts_with('v')) release.version.erase(0, 1);
      } else if (argument.flag == "-f" || argument.flag == "--values" ||
                 argument.flag == "--helm-values") {
        for (std::string& path : SplitSettings(argument.value)) {
          AddFile(release.values, std::move(path), where);
        }
      } else if (argument.flag == "--set" || argument.flag == "--set-string" ||
                 argument.flag == "--helm-set") {
        std::vector<std::string> settings = SplitSettings(argument.value);
        std::move(settings.begin(), settings.end(), std::back_inserter(release.settings));
      } else if (argument.flag == "--set-file") {
        diagnostics_.Warning(where, "", "--set-file is read, not modelled");
      }
    }
    script_.releases.push_back(std::move(release));
  }

  void ReadKubectl(std::span<const ShellWord> words) {
    const auto takes_value = [](std::string_view flag) {
      return flag == "-f" || flag == "--filename" || flag == "-k" || flag == "--kustomize" ||
             flag == "-n" || flag == "--namespace" || flag == "--context";
    };
    for (const Argument& argument : ArgumentsOf(words, takes_value)) {
      const SourceLocation where = argument.word->where;
      if (argument.flag == "-k" || argument.flag == "--kustomize") {
        diagnostics_.Warning(where, "", "a kustomization is read, not modelled",
                             "give its output (kubectl kustomize) with --manifest");
      } else if (argument.flag == "-f" || argument.flag == "--filename") {
        if (!argument.word->unresolved.empty()) {
          Unknown(argument);
          continue;
        }
        for (std::string& path : SplitSettings(argument.value)) {
          AddFile(script_.manifests, std::move(path), where);
        }
      }
    }
  }

  void AddFile(std::vector<NamedFile>& files, std::string path, const SourceLocation& where) {
    if (path.find("://") != std::string::npos || path == "-") {
      diagnostics_.Warning(where, "", fmt::format("'{}' is read, not modelled", path),
                           "fetch it and name the file");
      return;
    }
    files.push_back({std::move(path), where});
  }

  void Unknown(const Argument& argument) {
    diagnostics_.Warning(argument.word->where, "",
                         fmt::format("the value of {} is known only when the script runs: {}",
                                     argument.flag, argument.word->unresolved),
                         "set the variable to a plain value in the script");
  }

  Diagnostics& diagnostics_;
  InstallScript script_;
};

}  // namespace

std::vector<std::string> SplitSettings(std::string_view text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      // Helm keeps an escaped dot as part of a key, and drops the escape before a comma.
      if (text[i + 1] != ',') parts.back() += c;
      parts.back() += text[++i];
    } else if (c == ',' && depth == 0) {
      parts.emplace_back();
    } else {
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      parts.back() += c;
    }
  }
  std::erase(parts, "");
  return parts;
}

InstallScript ReadInstallScript(std::string_view text, const SourceLocation& start, bool one_place,
                                Diagnostics& diagnostics) {
  Reader reader(diagnostics);
  for (const ShellCommand& words : SplitCommands(text, start, one_place)) reader.Read(words);
  return reader.Take();
}

}  // namespace cnisim::cni
