import { lstat, readlink, realpath } from "node:fs/promises";
import { CONTROL_PLACE } from "./supervisor.ts";

/** A file or directory of the host, and where it is seen. */
export interface Bind {
  readonly source: string;
  readonly place: string;
  readonly mode: "ro" | "rw";
}

export interface Profile {
  /** What is the same for all sandboxes of this machine: the programs. */
  readonly system: readonly string[];
  readonly binds: readonly Bind[];
  readonly network: "none" | "host";
  /** The most that `/tmp` holds, in bytes of memory. */
  readonly tmpBytes: number;
}

/** Which bwrap itself reads and writes, after those of the supervisor. */
const DESCRIPTOR = { filter: 5, status: 6 } as const;

/** Of what starts commands, not of them. */
const PATH = "/usr/local/bin:/usr/bin:/bin";
const SHARED_MEMORY_BYTES = 64 * 1024 * 1024;
/** What is in `/etc` is the host's own. These tell programs how to run, and nothing about anybody. */
const ETC = [
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "ssl",
  "ca-certificates",
  "pki",
  "alternatives",
  "nsswitch.conf",
  "localtime",
  "mime.types",
];
const ETC_OF_NETWORK = ["resolv.conf", "services", "protocols", "host.conf", "gai.conf"];

/**
 * A root with nothing in it but programs and what is bound; all namespaces of its own. What comes later in the list is mounted
 * over what came earlier, and nothing is mounted anywhere beneath what an earlier sandbox could write.
 *
 * The first process is out of reach: where no Yama keeps it (ptrace(2)), whoever has the same user may write into its memory, by
 * `/proc/1/mem` or by that of its thread, and have it give up the promise to end with the host (`PR_SET_PDEATHSIG` of prctl(2)).
 */
export function bwrapArguments({ system, binds, network, tmpBytes }: Profile): readonly string[] {
  const options = (text: string): readonly string[] => text.split(" ");
  return [
    ...options("--unshare-user --disable-userns --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try"),
    ...(network === "none" ? ["--unshare-net"] : []),
    ...options("--die-with-parent --new-session --hostname dad --cap-drop ALL --uid 1000 --gid 1000 --tmpfs /"),
    ...system,
    ...options("--proc /proc --size 4096 --perms 0555 --tmpfs /proc/1 --remount-ro /proc/1"),
    ...options(`--dev /dev --size ${SHARED_MEMORY_BYTES} --tmpfs /dev/shm --remount-ro /dev`),
    ...options(`--size ${tmpBytes} --perms 1777 --tmpfs /tmp`),
    ...binds.flatMap(({ source, place, mode }) => [mode === "ro" ? "--ro-bind" : "--bind", source, place]),
    ...options(`--remount-ro / --chdir / --clearenv --setenv PATH ${PATH} --setenv LC_ALL C`),
    ...options(`--seccomp ${DESCRIPTOR.filter} --json-status-fd ${DESCRIPTOR.status}`),
  ];
}

/** The binds that every sandbox has. */
export function controlBinds({ shown, etc }: { readonly shown: string; readonly etc: readonly (readonly [string, string])[] }): readonly Bind[] {
  return [
    { source: shown, place: CONTROL_PLACE, mode: "ro" },
    ...etc.map(([name, source]) => ({ source, place: `/etc/${name}`, mode: "ro" }) as const),
  ];
}

/** The programs of this machine, where they are here, for a sandbox with or without the network of the host. */
export async function systemArguments(network: "none" | "host"): Promise<readonly string[]> {
  const roots = await Promise.all(["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].map(rootOf));
  const names = network === "host" ? [...ETC, ...ETC_OF_NETWORK] : ETC;
  const etc = await Promise.all(names.map((name) => bound(`/etc/${name}`)));
  return ["--ro-bind", "/usr", "/usr", ...roots.flat(), "--dir", "/etc", ...etc.flat()];
}

/** Nearly everywhere these are links into `/usr`. */
async function rootOf(path: string): Promise<readonly string[]> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return [];
  return found.isSymbolicLink() ? ["--symlink", await readlink(path), path] : ["--ro-bind", path, path];
}

async function bound(path: string): Promise<readonly string[]> {
  const source = await realpath(path).catch(() => undefined);
  return source === undefined ? [] : ["--ro-bind", source, path];
}
