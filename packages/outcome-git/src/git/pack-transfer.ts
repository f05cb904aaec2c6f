import { once } from "node:events";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Git } from "./git.ts";
import { startedGit } from "./git-process.ts";

export interface ObjectTransfer {
  /** A repository, by what git calls it. */
  readonly from: string;
  readonly to: string;
  /** What is to be there afterwards, with all that belongs to it. */
  readonly commits: readonly string[];
  /** Commits that both have, with all that belongs to them. */
  readonly except: readonly string[];
}

/** `PACK`, the version and the number of objects: gitformat-pack(5). */
const HEADER_BYTES = 12;
/** From so many objects on, git keeps a pack as it is (`fetch.unpackLimit`). */
const LARGE = 100;

/**
 * Copies objects from one repository to another, from process to process, without a transport and what it would ask of both.
 *
 * @throws OutcomeFailedError (`OUTCOME_FAILED`), whose `location` is the repository in which it failed.
 */
export async function transferObjects(git: Git, { from, to, commits, except }: ObjectTransfer, signal?: AbortSignal): Promise<void> {
  const packing = ["pack-objects", "--revs", "--stdout", "--thin", "--delta-base-offset", "-q"];
  await using packer = startedGit(git, packing, { gitDir: from, signal });
  const { stdin, stdout } = packer.child;
  stdin.end(`${commits.join("\n")}\n--not\n${except.map((commit) => `${commit}\n`).join("")}`);
  const header = await firstBytes(stdout, HEADER_BYTES);
  const count = header.length < HEADER_BYTES ? 0 : header.readUInt32BE(8);
  if (count === 0) {
    stdout.resume();
    return await packer.assertWell();
  }
  const keeping = count < LARGE ? ["unpack-objects", "-q"] : ["index-pack", "--stdin", "--fix-thin"];
  await using keeper = startedGit(git, keeping, { gitDir: to, signal });
  keeper.child.stdout.resume();
  keeper.child.stdin.write(header);
  const [packed, kept] = await Promise.allSettled([packer.assertWell(), keeper.assertWell(), pipeline(stdout, keeper.child.stdin)]);
  // Whoever keeps a pack has compared it with its checksum, and need not wait for the end of what is sent. One that lacks something
  // only follows from the failure of the other.
  for (const end of [packed, kept]) if (end.status === "rejected") throw end.reason;
}

/** Fewer when there are no more. */
async function firstBytes(stream: Readable, count: number): Promise<Buffer> {
  for (;;) {
    const found = stream.read(count) as Buffer | null;
    if (found) return found;
    if (stream.readableEnded || stream.destroyed) return Buffer.alloc(0);
    await Promise.race([once(stream, "readable"), once(stream, "end"), once(stream, "close")]);
  }
}
