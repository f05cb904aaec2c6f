/**
 * A seccomp filter for sandboxes, as `bwrap --seccomp` reads it.
 *
 * @packageDocumentation
 */
export { type ArgumentTest, type Errno, type Rule, RULES } from "./seccomp/rules.ts";
export { seccompFilter } from "./seccomp/seccomp-filter.ts";
export { type SeccompArch, type Syscall, syscallNumber } from "./seccomp/syscalls.ts";
