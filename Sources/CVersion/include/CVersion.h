// What only the build knows.
#pragma once

/// The commit apus was built from, or the empty string when it was not built in a git checkout.
const char *apus_build_commit(void);
