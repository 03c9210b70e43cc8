// The first instructions of the program: `apus_entry` is where the kernel begins it (Package.swift, `--entry`).
#pragma once
#include <stdint.h>

/// The arguments the program was started with, and null at their end.
char *const *apus_arguments(void);

/// Whether no kernel has code to write to a file system of this kind (f_type of statfs(2)).
int apus_is_unwritable(uint64_t type);
