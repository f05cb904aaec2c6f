import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownerName } from "@dad/isolation";
import type { FoundEngine } from "./engine-facts.ts";
import { SECCOMP_PROFILE } from "./seccomp-profile.ts";

/** What is left in the temporary directory by a process that was killed. */
export const LEFT_PREFIX = "dad-container-";

/** A directory of this process's own, which whoever comes later can tell from what is in use. */
export async function ownDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), `${LEFT_PREFIX}${ownerName()}-`));
}

/** What comes after `seccomp=`: Docker takes the profile itself, Podman the path of a file with it, which it reads as the container is made. */
export async function openSeccomp({ kind }: Pick<FoundEngine, "kind">): Promise<{ readonly option: string } & AsyncDisposable> {
  const profile = JSON.stringify(SECCOMP_PROFILE);
  if (kind === "docker") return { option: profile, [Symbol.asyncDispose]: async () => undefined };
  const directory = await ownDirectory();
  const option = join(directory, "seccomp.json");
  await writeFile(option, profile);
  return { option, [Symbol.asyncDispose]: async () => rm(directory, { recursive: true, force: true }) };
}
