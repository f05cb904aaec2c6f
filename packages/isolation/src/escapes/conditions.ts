import { access, readFile, stat } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { findProgram } from "../find-program.ts";
import { type HostProgram, knowsSystemCalls } from "./programs.ts";
import { findDisk } from "./raw-disk.ts";

/** Where a shell without a `PATH` looks. */
const USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * What a machine may lack, so that an attempt cannot be made there, not even without isolation. The list is short on purpose:
 * whatever else keeps an attempt from succeeding on the host makes it invalid.
 */
const CONDITIONS = {
  posix: { lacking: "there is no sh", isMet: async () => process.platform !== "win32" },
  linux: { lacking: "this is not Linux", isMet: async () => process.platform === "linux" },
  root: { lacking: "only root can do this without isolation", isMet: async () => process.getuid?.() === 0 },
  perl: { lacking: "there is no perl for system calls of this architecture", isMet: async () => knowsSystemCalls && hasProgram("perl") },
  unshare: { lacking: "there is no unshare", isMet: async () => hasProgram("unshare") },
  script: { lacking: "there is no script for a terminal", isMet: async () => hasProgram("script") },
  su: { lacking: "there is no su that makes root", isMet: async () => hasSuidProgram("su") },
  ipv6: { lacking: "there is no ::1", isMet: async () => hasAddress((address) => address === "::1") },
  route: { lacking: "there is no route out", isMet: async () => hasRoute() },
  vsock: { lacking: "the kernel has no vsock", isMet: async () => contains("/proc/net/protocols", "AF_VSOCK") },
  ioUring: { lacking: "the kernel does not allow io_uring", isMet: async () => contains("/proc/sys/kernel/io_uring_disabled", "0") },
  disk: { lacking: "no raw disk can be read", isMet: async () => (await findDisk()) !== undefined },
  keys: { lacking: "the kernel keeps no keys", isMet: async () => isThere("/proc/keys") },
  tiocsti: {
    lacking: "the kernel lets nobody type into a terminal",
    isMet: async () =>
      process.getuid?.() === 0 || !(await isThere("/proc/sys/dev/tty/legacy_tiocsti")) || contains("/proc/sys/dev/tty/legacy_tiocsti", "1"),
  },
  userNamespaces: { lacking: "the kernel lets nobody make a user namespace", isMet: async () => allowsUserNamespaces() },
} as const;

/** `program`: nothing says how to make the adapter in another process. */
export type Condition = keyof typeof CONDITIONS | "program";

/** What an attempt needs that is not here, and how to say so. */
export interface Lack {
  readonly condition: Condition;
  readonly why: string;
}

/** What keeps an attempt from being made here. `undefined`: nothing. */
export async function lacking(needs: readonly Condition[], program: HostProgram | undefined): Promise<Lack | undefined> {
  for (const condition of ["posix", ...needs] as const) {
    const { lacking: why, isMet } = condition === "program" ? withProgram(program) : CONDITIONS[condition];
    if (!(await isMet())) return { condition, why };
  }
  return undefined;
}

function withProgram(program: HostProgram | undefined) {
  return { lacking: "nothing says how to make the adapter in another process", isMet: async () => program !== undefined };
}

async function hasProgram(name: string): Promise<boolean> {
  return findProgram(name, { cwd: "/", path: USUAL_PATH }).then(
    () => true,
    () => false,
  );
}

async function hasSuidProgram(name: string): Promise<boolean> {
  const path = await findProgram(name, { cwd: "/", path: USUAL_PATH }).catch(() => undefined);
  const found = path === undefined ? undefined : await stat(path);
  return found?.uid === 0 && (found.mode & 0o4001) === 0o4001;
}

function hasAddress(matches: (address: string) => boolean): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => matches(address)));
}

async function hasRoute(): Promise<boolean> {
  const routes = await readFile("/proc/net/route", "utf8").catch(() => "");
  return routes.split("\n").some((line) => line.split("\t")[1] === "00000000");
}

async function allowsUserNamespaces(): Promise<boolean> {
  const most = await readFile("/proc/sys/user/max_user_namespaces", "utf8").catch(() => "0");
  const unprivileged = await readFile("/proc/sys/kernel/unprivileged_userns_clone", "utf8").catch(() => "1");
  return Number(most) > 0 && (Number(unprivileged) === 1 || process.getuid?.() === 0);
}

async function contains(path: string, text: string): Promise<boolean> {
  const found = await readFile(path, "utf8").catch(() => "");
  return found.includes(text);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
