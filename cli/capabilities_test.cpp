#include "cli/capabilities.hpp"

#include <gmock/gmock.h>

namespace airlock::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Capabilities, NothingImportedIsNothingAskedFor) {
  EXPECT_THAT(capabilities_of({}), IsEmpty());
}

TEST(Capabilities, EachIsNamedOnceWithItsFlag) {
  EXPECT_THAT(capabilities_of({"wasi:filesystem/types@0.2.0", "wasi:filesystem/preopens@0.2.3",
                               "wasi:cli/stdout@0.2.0"}),
              ElementsAre(HasSubstr("--deny-stdio"), HasSubstr("--dir")));
}

TEST(Capabilities, CoreModulesAskByFunction) {
  EXPECT_THAT(
      capabilities_of({"wasi_snapshot_preview1.fd_write", "wasi_snapshot_preview1.path_open",
                       "wasi_snapshot_preview1.proc_exit"}),
      ElementsAre(HasSubstr("standard streams"), HasSubstr("files")));
}

TEST(Capabilities, TheFormerNameOfWasiCountsAsWell) {
  EXPECT_THAT(capabilities_of({"wasi_unstable.path_open", "wasi_unstable.fd_close"}),
              ElementsAre(HasSubstr("files")));
}

TEST(Capabilities, ImportsFromElsewhereAreMentioned) {
  EXPECT_THAT(capabilities_of({"acme:rocket/engine"}), ElementsAre(HasSubstr("not part of WASI")));
}

TEST(Capabilities, PollingAloneAsksForNothing) {
  EXPECT_THAT(capabilities_of({"wasi:io/poll@0.2.1"}), IsEmpty());
}

}  // namespace
}  // namespace airlock::cli
