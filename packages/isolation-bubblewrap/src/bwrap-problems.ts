import type { IsolationProblem } from "@dad/isolation";

const INSTALL = "install bubblewrap: apt-get install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora), apk add bubblewrap (Alpine)";
const OLDEST = [0, 8, 0];
/** Before this, a bwrap with the rights of its owner root gives them away (CVE-2026-41163). */
const OLDEST_SETUID = [0, 11, 2];

export const NOT_LINUX: IsolationProblem = {
  message: "bubblewrap needs Linux",
  remedy: "use another adapter here, such as @dad/isolation-container, or run on Linux",
};
export const NOT_THERE: IsolationProblem = { message: "there is no bwrap", remedy: INSTALL };

/** What is wrong with a bwrap, as it speaks of itself. `undefined`: nothing. */
export function versionProblem(
  program: string,
  { said, isSetuid }: { readonly said: string; readonly isSetuid: boolean },
): IsolationProblem | undefined {
  const version = versionIn(said);
  if (!version) return { message: `${program} --version says no version, but ${JSON.stringify(said.slice(0, 200))}`, remedy: INSTALL };
  if (isOlder(version, OLDEST)) {
    return { message: `${program} is version ${version.join(".")}, and 0.8.0 is needed: earlier ones have no --disable-userns`, remedy: INSTALL };
  }
  if (isSetuid && isOlder(version, OLDEST_SETUID)) {
    return {
      message: `${program} is setuid, and version ${version.join(".")} is not safe as that`,
      remedy: `chmod u-s ${program}, or install bubblewrap 0.11.2 or later`,
    };
  }
  return undefined;
}

function versionIn(said: string): readonly number[] | undefined {
  const [, ...parts] = /^bubblewrap (\d+)\.(\d+)(?:\.(\d+))?/.exec(said) ?? [];
  return parts.length > 0 ? parts.map((part) => Number(part ?? 0)) : undefined;
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  const at = than.findIndex((part, index) => part !== (version[index] ?? 0));
  return at >= 0 && (version[at] ?? 0) < (than[at] ?? 0);
}

/** What bwrap says where a machine keeps it from its work, and what to do about it. The first that fits. */
const HINDRANCES: readonly (readonly [says: RegExp, means: string, remedy: string])[] = [
  [
    /max_\*_namespaces exceeded|ENOSPC|No space left on device.*namespace/i,
    "the kernel lets no more user namespaces be made",
    "sysctl -w user.max_user_namespaces=15000 (and the same line in /etc/sysctl.d); inside a sandbox there cannot be another one",
  ],
  [
    /setting up uid map: Permission denied|RTM_NEWADDR/i,
    "AppArmor keeps programs from user namespaces",
    "give bwrap a profile: apt-get install apparmor-profiles && ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict; it is for /usr/bin/bwrap",
  ],
  [
    /No permissions to creat(?:e|ing) (?:a )?new namespace/i,
    "user namespaces are kept from users",
    "sysctl -w kernel.unprivileged_userns_clone=1 (and the same line in /etc/sysctl.d)",
  ],
  [
    /pivot_root: Invalid argument/i,
    "the root of this machine is an initramfs, which cannot be changed",
    "boot from a disk image, or use @dad/isolation-container or an adapter of another machine",
  ],
  [
    /Failed to make \/ slave|Can't mount proc on|Creating new namespace failed: Operation not permitted|unshare failed: Operation not permitted/i,
    "this container does not let sandboxes be made in it",
    "start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined, or use @dad/isolation-container or an adapter of another machine",
  ],
  [/ENOENT/, "there is no bwrap", INSTALL],
];

/** What the failure of a trial means. */
export function trialProblem(program: string, failure: string): IsolationProblem {
  const [, means, remedy] = HINDRANCES.find(([says]) => says.test(failure)) ?? [];
  if (means !== undefined && remedy !== undefined) return { message: `${means} (${failure})`, remedy };
  return {
    message: `a sandbox of ${program} does not start (${failure})`,
    remedy: `find out what ${program} lacks here, or use another adapter, such as @dad/isolation-container`,
  };
}
