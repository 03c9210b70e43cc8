#include "CVersion.h"

const char *apus_build_commit(void) { return APUS_COMMIT; }
