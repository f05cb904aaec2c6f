import { type Block, encode, give, load, loadArgument, whenAnyBit, whenAtLeast, whenNoneOf, whenOneOf } from "./bpf.ts";
import { type ArgumentTest, type Errno, type Rule, RULES } from "./rules.ts";
import { type SeccompArch, syscallNumber } from "./syscalls.ts";

/** `AUDIT_ARCH_*` of `linux/audit.h`. */
const AUDIT_ARCH = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
/** The same calls with 32-bit pointers, under numbers of their own: x86 alone has them, next to nobody uses them. */
const X32_SYSCALL_BIT = 0x40000000;

const ALLOW = 0x7fff0000; // SECCOMP_RET_ALLOW
const KILL_PROCESS = 0x80000000; // SECCOMP_RET_KILL_PROCESS
const FAIL = 0x00050000; // SECCOMP_RET_ERRNO
const ERRNO: Readonly<Record<Errno, number>> = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 };

/**
 * A seccomp filter for everything in a sandbox, in the form that `bwrap --seccomp FD` reads: an array of `struct sock_filter`,
 * little-endian. What it refuses: `rules.ts`. A process of another architecture (32-bit programs on a 64-bit machine) is killed.
 */
export function seccompFilter(arch: SeccompArch): Uint8Array {
  return encode([
    ...load("arch"),
    ...whenNoneOf([AUDIT_ARCH[arch]], give(KILL_PROCESS)),
    ...load("syscall"),
    ...(arch === "x64" ? whenAtLeast(X32_SYSCALL_BIT, fail("ENOSYS")) : []),
    ...RULES.flatMap((rule) => blockOf(rule, arch)),
    ...give(ALLOW),
  ]);
}

/** Ends with a verdict for the calls of the rule, and lets all others go on, with the number of the call still loaded. */
function blockOf({ calls, when, fails }: Rule, arch: SeccompArch): Block {
  const numbers = calls.map((call) => syscallNumber(call, arch)).filter((number) => number !== undefined);
  if (when === undefined) return whenOneOf(numbers, fail(fails));
  return whenOneOf(numbers, [...when.flatMap((tests) => whenAll(tests, fail(fails))), ...give(ALLOW)]);
}

function whenAll(tests: readonly ArgumentTest[], verdict: Block): Block {
  return tests.reduceRight((block, test) => whenTest(test, block), verdict);
}

function whenTest(test: ArgumentTest, block: Block): Block {
  const loaded = loadArgument(test.argument, test.mask);
  if ("oneOf" in test) return [...loaded, ...whenOneOf(test.oneOf, block)];
  if ("noneOf" in test) return [...loaded, ...whenNoneOf(test.noneOf, block)];
  return [...loaded, ...whenAnyBit(test.anyBit, block)];
}

function fail(errno: Errno): Block {
  return give(FAIL | ERRNO[errno]);
}
