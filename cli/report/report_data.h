#pragma once

// What a report shows, read from a store: every record is checked and every catalog made
// anew, as far as the damage allows. One thread.

#include <string>
#include <vector>

#include "annals/cli/exit_code.h"
#include "annals/cli/json.h"
#include "annals/cli/progress.h"
#include "annals/cli/store_reader.h"

namespace annals::cli {

// A page that is opened in a moment holds no more than this. What is beyond is left out,
// and said to be.
struct ReportLimits {
  size_t versions = 10'000;  // The newest.
  size_t objects = 100'000;
  size_t damage = 1'000;                      // Places.
  size_t statement_bytes = size_t{16} << 10;  // Of one version.
  size_t entries = 200;                       // Of one version, in words.
  size_t text_bytes = size_t{64} << 20;       // Of all statements and entries; the first ones.
};

struct ReportData {
  Json json;                          // cli/report/page/model.js reads it.
  std::vector<std::string> left_out;  // Sentences.
  ExitCode code = ExitCode::kDone;    // What the damage makes of it.
};

// `name` is what the page calls the store.
ReportData CollectReport(const StoreReader& reader, std::string_view name,
                         const ReportLimits& limits, Progress& progress);

}  // namespace annals::cli
