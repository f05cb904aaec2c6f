import { realpath } from "node:fs/promises";
import { posix, relative, sep } from "node:path";
import { IsolationPolicyError, type ResolvedPolicy } from "@dad/isolation";
import { type BoundPath, boundPath } from "./container-body.ts";

/** What a container keeps for itself. */
const TAKEN = ["/", "/proc", "/sys", "/dev"];

/**
 * The mounts of a policy. None may lie where commands can write: on the way there they could put a link, which would show them
 * another place the next time, and the engine would make the place for it in the workspace, for all to see.
 *
 * @throws IsolationPolicyError (`ISOLATION_POLICY_INVALID`).
 */
export async function boundMounts({ mounts }: Pick<ResolvedPolicy, "mounts">, workspace: string): Promise<readonly BoundPath[]> {
  const writable = [workspace, ...mounts.filter(({ mode }) => mode === "rw").flatMap(({ path, at = path }) => [path, at])];
  return Promise.all(
    mounts.map(async ({ path, at = path, mode }, index) => {
      const place = `mounts.${index}`;
      if (TAKEN.includes(posix.normalize(at)) || TAKEN.slice(1).some((taken) => isBelow(at, taken)))
        throw new IsolationPolicyError(`${place}.at`, `is ${at}, which a container has of its own`);
      const source = await realpath(path).catch((cause: unknown) => {
        throw new IsolationPolicyError(`${place}.path`, `is ${path}, which is not there`, { cause });
      });
      const under = writable.find((directory) => [path, at, source].some((one) => isBelow(one, directory)));
      if (under !== undefined) throw new IsolationPolicyError(place, `lies in ${under}, where commands can write`);
      return boundPath(source, at, mode);
    }),
  );
}

/** Beneath it, and not the directory itself. */
function isBelow(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`);
}
