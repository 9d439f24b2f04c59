#pragma once

// What the tabulator offers. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "annals/catalog/catalog_view.h"

namespace annals::cli {

struct Completion {
  size_t replaced = 0;  // So many bytes before the cursor are what a candidate replaces.
  // Each with what follows it: a blank, or the dot behind a schema.
  std::vector<std::string> candidates = {};
};

// What may stand at the end of `line`, which goes on a statement of which `begun` are the
// lines before. Words come in the case that is being typed; names that would disturb a
// terminal do not come.
Completion Complete(std::string_view begun, std::string_view line, const CatalogView& catalog);

// The longest text with which all begin.
std::string CommonPrefix(const std::vector<std::string>& candidates);

// `candidates` in columns of a window that is `width` characters wide; of very many the
// first.
std::string CandidateList(const std::vector<std::string>& candidates, size_t width);

// Whether files are what may stand there, and then the beginning of their names.
bool CompletesFiles(std::string_view line, std::string_view& prefix);

}  // namespace annals::cli
