// The tests, or, if the first argument says so, the other process of one of them.

#include "annals/tests/faults/writer_process.h"
#include "gmock/gmock.h"

int main(int argc, char** argv) {
  if (annals::IsWriterProcess(argc, argv)) return annals::RunWriterProcess(argv);
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
