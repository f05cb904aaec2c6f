import { confinedStats, type ConfinedStats } from "./confined-stats.ts";
import { assertFile, contentOf, type ForeignFile, type ForeignReadOptions, piecesOf, READ } from "./file-content.ts";
import { ForeignFileRefusal } from "./foreign-file-refusal.ts";
import { type HeldDirectory, look } from "./held-directory.ts";

export type HardLinkRule = "refuse" | "allow";

/** A regular file that is open: the same one, whatever its name means by now. */
export interface ConfinedFile extends AsyncDisposable {
  /** As it was when it was opened. */
  readonly stats: ConfinedStats;
  /** As it is now. */
  readonly look: () => Promise<ConfinedStats>;
  /**
   * Lets the disk have what is written so far: a file in memory (mmap(2)) that somebody goes on writing to has the time of its first
   * change until then, and another one afterwards. False where only those can who may write to it.
   */
  readonly settle: () => Promise<boolean>;
  readonly read: (options: ForeignReadOptions) => Promise<ForeignFile>;
  /** The same in pieces, for those who need not have all of it at once. */
  readonly pieces: (options: ForeignReadOptions) => AsyncIterable<Uint8Array>;
}

/** A regular file in a directory that is held. `undefined`: there is nothing. @throws ForeignFileRefusal for everything else. */
export async function openIn(directory: HeldDirectory, name: Buffer, hardLinks: HardLinkRule): Promise<ConfinedFile | undefined> {
  const found = await look(directory.at(name));
  await directory.assertHeld();
  if (!found) return undefined;
  // Before it is opened: opening alone can wind a tape.
  assertFile(found);
  const file = await directory.open(name, READ).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error.code === "ELOOP" ? new ForeignFileRefusal("it is a link, not a file", { cause: error }) : error;
  });
  if (!file) return undefined;
  try {
    const stats = await file.stat({ bigint: true });
    assertFile(stats);
    assertNames(Number(stats.nlink), hardLinks);
    return {
      stats: confinedStats(stats),
      look: async () => confinedStats(await file.stat({ bigint: true })),
      settle: () =>
        file.datasync().then(
          () => true,
          () => false,
        ),
      read: (options) => contentOf(file, options),
      pieces: (options) => piecesOf(file, stats, options),
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @throws ForeignFileRefusal for a file that may have a name elsewhere. */
export function assertNames(nlink: number, hardLinks: HardLinkRule): void {
  if (hardLinks === "refuse" && nlink > 1) throw new ForeignFileRefusal(`it has ${nlink} names, and not all of them need be in here`);
}
