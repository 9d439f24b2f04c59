#include "annals/cli/program.h"

int main(int argc, char** argv) { return annals::cli::Run(argc, argv); }
