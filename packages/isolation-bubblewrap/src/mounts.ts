import { realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { normalize, sep } from "node:path";
import { type IsolationMount, IsolationPolicyError } from "@dad/isolation";
import type { Bind } from "./profile.ts";
import { CONTROL_PLACE } from "./supervisor.ts";

/** What a sandbox has of its own at these places. */
const TAKEN = ["/proc", "/dev", "/sys", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/run", CONTROL_PLACE];

export interface Grounds {
  readonly workspace: string;
  readonly home: string;
  readonly mounts: readonly IsolationMount[];
}

/**
 * What of the host a space sees: its workspace, its home, and what its policy names.
 *
 * Nothing is mounted beneath what a sandbox can write: a link that an earlier one has left there would lead the mount to wherever it
 * likes (CVE-2026-87766, in bwrap before 0.12). And nothing is given in which the host keeps what rules sandboxes.
 *
 * @throws IsolationPolicyError for what would be.
 */
export async function bindsOf({ workspace, home, mounts }: Grounds): Promise<readonly Bind[]> {
  const own: readonly (Bind & { readonly name: string })[] = [
    { name: "workspace", source: workspace, place: workspace, mode: "rw" },
    { name: "home", source: home, place: home, mode: "rw" },
  ];
  const named = await Promise.all(mounts.map((mount, index) => bindOf(mount, `mounts.${index}`)));
  const all = [...own, ...named];
  const kept = await realpath(tmpdir());
  for (const bind of all) {
    assertFree(bind);
    if (isWithin(kept, bind.source))
      throw new IsolationPolicyError(
        bind.name,
        `is ${bind.source}, which holds ${kept}, where the host keeps what rules sandboxes: name a directory further down`,
      );
    const over = all.find(
      (other) => other !== bind && other.mode === "rw" && (isWithin(bind.place, other.place) || isWithin(bind.source, other.source)),
    );
    if (over)
      throw new IsolationPolicyError(
        bind.name,
        `is ${bind.place}, which is inside ${over.place} (${over.name}), where commands can write: a link left there could lead it anywhere; mount it elsewhere with "at"`,
      );
  }
  return all.map(({ source, place, mode }) => ({ source, place, mode }));
}

async function bindOf({ path, at, mode }: IsolationMount, name: string): Promise<Bind & { readonly name: string }> {
  const source = await realpath(path).catch((cause: unknown) => {
    throw new IsolationPolicyError(`${name}.path`, `is ${path}, which is not there`, { cause });
  });
  return { name, source, place: withoutEnd(normalize(at ?? path)), mode };
}

function assertFree({ name, place }: { readonly name: string; readonly place: string }): void {
  const taken = place === "/" || ["/tmp", "/usr", "/etc"].includes(place) || TAKEN.some((path) => isWithin(place, path));
  if (taken) throw new IsolationPolicyError(name, `is ${place}, where a sandbox has something of its own`);
}

function withoutEnd(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** Whether a path is a directory or somewhere in it. */
function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}
