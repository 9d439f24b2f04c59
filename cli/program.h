#pragma once

namespace annals::cli {

// The program: reads the command line, runs the verb, gives the exit status. No
// exception leaves it.
int Run(int argc, char** argv);

}  // namespace annals::cli
