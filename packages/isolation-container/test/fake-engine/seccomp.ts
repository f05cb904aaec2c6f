import type { SeccompProfile } from "./bodies.ts";

/** The numbers on x64 of the calls that the profile may name; from `arch/x86/entry/syscalls/syscall_64.tbl` of Linux. */
const X64: Readonly<Record<string, number>> = Object.fromEntries(
  (
    "open:2 ioctl:16 socket:41 socketpair:53 clone:56 mkdir:83 creat:85 chmod:90 fchmod:91 ptrace:101 syslog:103 mknod:133 uselib:134 " +
    "personality:135 vhangup:153 pivot_root:155 adjtimex:159 chroot:161 acct:163 settimeofday:164 mount:165 umount2:166 swapon:167 swapoff:168 " +
    "reboot:169 sethostname:170 setdomainname:171 iopl:172 ioperm:173 create_module:174 init_module:175 delete_module:176 quotactl:179 " +
    "nfsservctl:180 lookup_dcookie:212 clock_settime:227 kexec_load:246 add_key:248 request_key:249 keyctl:250 openat:257 mkdirat:258 " +
    "mknodat:259 fchmodat:268 unshare:272 perf_event_open:298 open_by_handle_at:304 clock_adjtime:305 setns:308 process_vm_readv:310 " +
    "process_vm_writev:311 kcmp:312 finit_module:313 kexec_file_load:320 bpf:321 userfaultfd:323 io_uring_setup:425 io_uring_enter:426 " +
    "io_uring_register:427 open_tree:428 move_mount:429 fsopen:430 fsconfig:431 fsmount:432 fspick:433 clone3:435 openat2:437 " +
    "pidfd_getfd:438 mount_setattr:442 quotactl_fd:443 fchmodat2:452 open_tree_attr:467"
  )
    .split(" ")
    .map((entry) => entry.split(":"))
    .map(([name = "", number]) => [name, Number(number)]),
);

const [LOAD, AND, EQUAL, AT_LEAST, RETURN] = [0x20, 0x54, 0x15, 0x35, 0x06];
const [KILL, ERRNO, ALLOW] = [0x80000000, 0x00050000, 0x7fff0000];
const AUDIT_ARCH_X86_64 = 0xc000003e;
const X32_BIT = 0x40000000;
const EPERM = 1;
const [NUMBER_AT, ARCH_AT, ARGUMENTS_AT, ARGUMENT_BYTES] = [0, 4, 16, 8];

type Instruction = readonly [code: number, jt: number, jf: number, k: number];

/**
 * The profile as a filter of the kernel. As libseccomp does, it ends a process that calls in the manner of another architecture.
 * Every comparison is of the low half of an argument; a profile that asks for more is refused.
 */
export function compileSeccomp({ defaultAction, syscalls }: SeccompProfile): Uint8Array {
  if (defaultAction !== "SCMP_ACT_ALLOW") throw new Error(`the fake knows no ${defaultAction}`);
  const rules = syscalls.flatMap(({ names, action, errnoRet = EPERM, args = [] }) => {
    if (action !== "SCMP_ACT_ERRNO") throw new Error(`the fake knows no ${action}`);
    return names.flatMap((name) => ruleOf(numberOf(name), args, errnoRet));
  });
  const program: Instruction[] = [
    [LOAD, 0, 0, ARCH_AT],
    [EQUAL, 1, 0, AUDIT_ARCH_X86_64],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, NUMBER_AT],
    [AT_LEAST, 0, 1, X32_BIT],
    [RETURN, 0, 0, KILL],
    ...rules,
    [RETURN, 0, 0, ALLOW],
  ];
  return encode(program);
}

function numberOf(name: string): number {
  const number = X64[name];
  if (number === undefined) throw new Error(`the fake does not know the system call ${name}`);
  return number;
}

/** All tests hold, or the next rule is looked at. */
function ruleOf(number: number, args: SeccompProfile["syscalls"][number]["args"] = [], errno = EPERM): readonly Instruction[] {
  const verdict: Instruction = [RETURN, 0, 0, ERRNO | errno];
  let block: readonly Instruction[] = [verdict];
  for (const { index, value, valueTwo, op } of args.toReversed()) {
    if (op !== "SCMP_CMP_MASKED_EQ") throw new Error(`the fake knows no ${op}`);
    const load: Instruction = [LOAD, 0, 0, ARGUMENTS_AT + ARGUMENT_BYTES * index];
    block = [load, [AND, 0, 0, value], [EQUAL, 0, block.length, valueTwo], ...block];
  }
  return [[LOAD, 0, 0, NUMBER_AT], [EQUAL, 0, block.length, number], ...block];
}

function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [at, [code, jt, jf, k]] of program.entries()) {
    bytes.writeUInt16LE(code, at * 8);
    bytes.writeUInt8(jt, at * 8 + 2);
    bytes.writeUInt8(jf, at * 8 + 3);
    bytes.writeUInt32LE(k >>> 0, at * 8 + 4);
  }
  return bytes;
}
