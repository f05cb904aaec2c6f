/**
 * The system calls that no process of a container may make, in the format of the engines
 * (https://docs.docker.com/engine/security/seccomp/). It stands in for the profile that an engine brings along: that one differs
 * from version to version (vsock and io_uring are open in older ones), and lets everybody make suid files.
 */
interface SeccompRule {
  readonly names: readonly string[];
  readonly action: "SCMP_ACT_ERRNO";
  /** Default EPERM. */
  readonly errnoRet?: number;
  readonly args?: readonly ArgumentTest[];
}

interface ArgumentTest {
  readonly index: number;
  readonly value: number;
  readonly valueTwo: number;
  readonly op: "SCMP_CMP_MASKED_EQ";
}

export interface SeccompProfile {
  readonly defaultAction: "SCMP_ACT_ALLOW";
  readonly syscalls: readonly SeccompRule[];
}

const ENOSYS = 38;
const LOW_HALF = 0xffffffff;

const SUID_SGID = [0o4000, 0o2000];
// O_CREAT, and what O_TMPFILE adds to O_DIRECTORY: with neither there may be anything where the mode would be.
const CREATES = [0o100, 0o20000000];
// CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET.
const NEW_NAMESPACES = [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000];
const NEW_TIME_NAMESPACE = 0x80;
const [TIOCSTI, TIOCLINUX, TIOCSETD] = [0x5412, 0x541c, 0x5423];
const FAMILIES = 46;
// AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. A network namespace does not keep AF_VSOCK in.
const USUAL_FAMILIES = new Set([1, 2, 10, 16]);
const OTHER_FAMILIES = Array.from({ length: FAMILIES }, (_, family) => family).filter((family) => !USUAL_FAMILIES.has(family));

/** All of an argument that the kernel reads: what is in its high half must not make a rule miss. */
const equals = (index: number, value: number): ArgumentTest => ({ index, value: LOW_HALF, valueTwo: value, op: "SCMP_CMP_MASKED_EQ" });
const hasBit = (index: number, bit: number): ArgumentTest => ({ index, value: bit, valueTwo: bit, op: "SCMP_CMP_MASKED_EQ" });

/** One rule for each, since all tests of a rule have to hold. */
function when(names: readonly string[], ...anyOf: readonly (readonly ArgumentTest[])[]): readonly SeccompRule[] {
  return anyOf.map((args) => ({ names, action: "SCMP_ACT_ERRNO", args }));
}

const suid = (index: number): readonly (readonly ArgumentTest[])[] => SUID_SGID.map((bit) => [hasBit(index, bit)]);
const createsSuid = (flags: number, mode: number): readonly (readonly ArgumentTest[])[] =>
  CREATES.flatMap((creates) => SUID_SGID.map((bit) => [hasBit(flags, creates), hasBit(mode, bit)]));

/** In no form: other processes, modules and clocks of the kernel, mounts, and what its escapes came through. */
const NEVER = (
  "ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp io_uring_setup io_uring_enter io_uring_register add_key " +
  "request_key keyctl bpf perf_event_open userfaultfd lookup_dcookie personality uselib mount " +
  "umount2 pivot_root chroot mount_setattr move_mount open_tree open_tree_attr fsopen fsconfig " +
  "fsmount fspick setns open_by_handle_at nfsservctl init_module finit_module delete_module create_module " +
  "kexec_load kexec_file_load reboot settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname " +
  "swapon swapoff quotactl quotactl_fd acct syslog vhangup iopl ioperm"
).split(" ");

export const SECCOMP_PROFILE: SeccompProfile = {
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [
    { names: NEVER, action: "SCMP_ACT_ERRNO" },
    // Their arguments are in memory, where no filter can look. Who calls them falls back to clone and openat.
    { names: ["clone3", "openat2"], action: "SCMP_ACT_ERRNO", errnoRet: ENOSYS },
    ...when(["clone"], ...NEW_NAMESPACES.map((bit) => [hasBit(0, bit)])),
    ...when(["unshare"], ...[...NEW_NAMESPACES, NEW_TIME_NAMESPACE].map((bit) => [hasBit(0, bit)])),
    ...when(["socket", "socketpair"], ...OTHER_FAMILIES.map((family) => [equals(0, family)])),
    ...when(["ioctl"], ...[TIOCSTI, TIOCLINUX, TIOCSETD].map((request) => [equals(1, request)])),
    ...when(["chmod", "fchmod", "creat", "mkdir", "mknod"], ...suid(1)),
    ...when(["fchmodat", "fchmodat2", "mkdirat", "mknodat"], ...suid(2)),
    ...when(["open"], ...createsSuid(1, 2)),
    ...when(["openat"], ...createsSuid(2, 3)),
  ],
};
