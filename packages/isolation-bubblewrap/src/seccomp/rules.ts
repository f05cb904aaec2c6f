import type { Syscall } from "./syscalls.ts";

export type Errno = "EPERM" | "ENOSYS" | "EAFNOSUPPORT";

/** A condition on the low 32 bits of an argument, counted from 0, or on those of them that a mask lets through. */
export type ArgumentTest = { readonly argument: number; readonly mask?: number } & (
  | { readonly oneOf: readonly number[] }
  | { readonly noneOf: readonly number[] }
  | { readonly anyBit: number }
);

export interface Rule {
  readonly calls: readonly Syscall[];
  /** The call fails so when all tests of one of the entries hold; without any, always. */
  readonly when?: readonly (readonly ArgumentTest[])[];
  readonly fails: Errno;
}

const SUID_SGID = 0o6000;
const FILE_TYPE = 0o170000;
const CHARACTER_DEVICE = 0o020000;
const BLOCK_DEVICE = 0o060000;
// O_CREAT, and what O_TMPFILE adds to O_DIRECTORY. Without them there may be anything where the mode would be.
const CREATES = 0o100 | 0o20000000;

// CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET. What is CLONE_NEWTIME for unshare is a bit of the exit signal for clone.
const NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;
const NEW_TIME_NAMESPACE = 0x80;

const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] = [1, 2, 10, 16];
const NETLINK_ROUTE = 0;
// SOCK_STREAM, SOCK_DGRAM and SOCK_RAW; what else a type holds are flags. None, ICMP, TCP, UDP and ICMPv6.
const [SOCKET_TYPE, INTERNET_TYPES, INTERNET_PROTOCOLS] = [0xf, [1, 2, 3], [0, 1, 6, 17, 58]];

// Typing for the terminal that the sandbox was started from, and making it speak another protocol.
const [TIOCSTI, TIOCLINUX, TIOCSETD] = [0x5412, 0x541c, 0x5423];

function mode(argument: number): ArgumentTest {
  return { argument, anyBit: SUID_SGID };
}

/**
 * What a sandboxed process may not do, besides what it cannot do without capabilities anyway: reach for other processes,
 * make namespaces, mount, make files that run as somebody else, and call the parts of the kernel that its escapes came
 * through. What is not named is allowed.
 *
 * Rules with a condition come first: the kernel remembers of a call without one that it is allowed, and asks no more
 * (Linux 5.11), but of `openat` it has to ask each time.
 */
export const RULES: readonly Rule[] = [
  { calls: ["openat"], when: [[{ argument: 2, anyBit: CREATES }, mode(3)]], fails: "EPERM" },
  { calls: ["open"], when: [[{ argument: 1, anyBit: CREATES }, mode(2)]], fails: "EPERM" },
  { calls: ["ioctl"], when: [[{ argument: 1, oneOf: [TIOCSTI, TIOCLINUX, TIOCSETD] }]], fails: "EPERM" },
  { calls: ["clone"], when: [[{ argument: 0, anyBit: NEW_NAMESPACES }]], fails: "EPERM" },
  { calls: ["unshare"], when: [[{ argument: 0, anyBit: NEW_NAMESPACES | NEW_TIME_NAMESPACE }]], fails: "EPERM" },
  {
    calls: ["socket", "socketpair"],
    // A network namespace does not keep AF_VSOCK in: it is left out here.
    when: [
      [{ argument: 0, noneOf: [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] }],
      [
        { argument: 0, oneOf: [AF_NETLINK] },
        { argument: 2, noneOf: [NETLINK_ROUTE] },
      ],
      // For all others of the internet (SCTP, DCCP, MPTCP, L2TP, UDP-Lite) the kernel would load a module, or run what next to nobody runs.
      [
        { argument: 0, oneOf: [AF_INET, AF_INET6] },
        { argument: 1, mask: SOCKET_TYPE, noneOf: INTERNET_TYPES },
      ],
      [
        { argument: 0, oneOf: [AF_INET, AF_INET6] },
        { argument: 2, noneOf: INTERNET_PROTOCOLS },
      ],
    ],
    fails: "EAFNOSUPPORT",
  },
  { calls: ["chmod", "fchmod", "creat", "mkdir"], when: [[mode(1)]], fails: "EPERM" },
  { calls: ["fchmodat", "fchmodat2", "mkdirat"], when: [[mode(2)]], fails: "EPERM" },
  { calls: ["mknod"], when: [[mode(1)], [device(1)]], fails: "EPERM" },
  { calls: ["mknodat"], when: [[mode(2)], [device(2)]], fails: "EPERM" },

  // Their arguments are in memory, where a filter cannot look. Whoever calls them falls back to clone and openat.
  { calls: ["clone3", "openat2"], fails: "ENOSYS" },

  { calls: ["ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp"], fails: "EPERM" },
  { calls: ["io_uring_setup", "io_uring_enter", "io_uring_register"], fails: "EPERM" },
  { calls: ["add_key", "request_key", "keyctl"], fails: "EPERM" },
  { calls: ["bpf", "perf_event_open", "userfaultfd", "lookup_dcookie", "personality", "uselib"], fails: "EPERM" },
  { calls: ["mount", "umount2", "pivot_root", "chroot", "mount_setattr", "move_mount"], fails: "EPERM" },
  { calls: ["open_tree", "open_tree_attr", "fsopen", "fsconfig", "fsmount", "fspick"], fails: "EPERM" },
  { calls: ["setns", "open_by_handle_at", "nfsservctl"], fails: "EPERM" },
  { calls: ["init_module", "finit_module", "delete_module", "create_module", "kexec_load", "kexec_file_load", "reboot"], fails: "EPERM" },
  { calls: ["settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname"], fails: "EPERM" },
  { calls: ["swapon", "swapoff", "quotactl", "quotactl_fd", "acct", "syslog", "vhangup", "iopl", "ioperm"], fails: "EPERM" },
];

function device(argument: number): ArgumentTest {
  return { argument, mask: FILE_TYPE, oneOf: [CHARACTER_DEVICE, BLOCK_DEVICE] };
}
