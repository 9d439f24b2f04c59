#pragma once

// A verb of the program: what it is called with, and what it does. Adding one is
// one file with such a value and one row in verbs.cc.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annals/cli/console.h"
#include "annals/cli/exit_code.h"

namespace annals::cli {

// Something that may stand on the command line behind a verb.
struct Parameter {
  enum class Kind { kPositional, kValue, kFlag };
  // "STORE"; of options all spellings, the long one last: "-f,--file".
  std::string_view name;
  std::string_view help;
  Kind kind = Kind::kValue;
  // How often it may stand there.
  int least = 0;
  int most = 1;
  std::vector<std::string_view> choices = {};  // None: any text.
};

inline Parameter Positional(std::string_view name, std::string_view help) {
  return {name, help, Parameter::Kind::kPositional, 1, 1};
}
inline Parameter Value(std::string_view name, std::string_view help) { return {name, help}; }
inline Parameter Choice(std::string_view name, std::string_view help,
                        std::vector<std::string_view> choices) {
  return {name, help, Parameter::Kind::kValue, 0, 1, std::move(choices)};
}
inline Parameter Flag(std::string_view name, std::string_view help) {
  return {name, help, Parameter::Kind::kFlag};
}

// "-o" and "--output" of "-o,--output".
std::vector<std::string_view> SpellingsOf(const Parameter& parameter);
// What every verb takes besides its own.
const std::vector<Parameter>& CommonParameters();

struct StoreInUse;

// What stood there. Options go by their long names without dashes, positionals by
// their names.
class Arguments {
 public:
  void Add(std::string_view name, std::vector<std::string> values) {
    values_[std::string(name)] = std::move(values);
  }
  // In a shell: the store that is open already and stands for STORE; else null.
  const StoreInUse* store_in_use() const { return store_in_use_; }
  void Use(const StoreInUse* store) { store_in_use_ = store; }

  bool Has(std::string_view name) const { return values_.find(name) != values_.end(); }
  std::optional<std::string> Find(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end() || found->second.empty()) return std::nullopt;
    return found->second.back();
  }
  std::string Get(std::string_view name, std::string_view otherwise = "") const {
    return Find(name).value_or(std::string(otherwise));
  }
  std::vector<std::string> List(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>() : found->second;
  }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  const StoreInUse* store_in_use_ = nullptr;
};

struct Verb {
  std::string_view name;
  std::string_view summary;  // One line of the list of verbs.
  std::string_view details;  // What follows the options in the verb's help.
  std::vector<Parameter> parameters;
  ExitCode (*run)(const Arguments& arguments, Console& console);
  bool paged = false;  // Whether what it prints goes through a pager on a terminal.
};

// All of them, in the order of help. Lives for ever.
const std::vector<Verb>& AllVerbs();
const Verb* FindVerb(std::string_view name);  // Null if there is none.

// What `words` say behind `verb`, as on a command line. Nothing if they are wrong, or ask
// for help, which `console` has been told then.
std::optional<Arguments> ParseArguments(const Verb& verb, std::vector<std::string> words,
                                        Console& console);

}  // namespace annals::cli
