import { type Digest, type GarbageVerdict, type GcReport, messageOf } from "@dad/protocol";
import { allOf } from "./all-of.ts";
import { claimByAge } from "./claim-by-age.ts";
import { GcRunningError } from "./errors.ts";
import { type Mark, markNamed } from "./mark-named.ts";
import type { Judged, Sweep, SweptStore } from "./swept-store.ts";
import type { OpenTrash } from "./trash-can.ts";
import { trashedContents } from "./trashed-contents.ts";

export interface CollectGarbageOptions {
  /** Moves nothing, and says what would be moved. Default `false`. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Moves what nobody needs to the trash, from which it can come back: content that no journal and no pin names, and what dead
 * processes left. Runs may go on meanwhile: what they may be about to name stays. When a journal cannot be read no content
 * is collected, because nobody knows what it names.
 *
 * Errors: `GC_RUNNING`.
 */
export async function collectGarbage(store: SweptStore, options: CollectGarbageOptions = {}): Promise<GcReport> {
  const { dryRun = false, signal } = options;
  await using _turn = dryRun ? undefined : await turnOf(store);
  const startedAt = Date.now();
  const mark = await markNamed(store, { signal });
  const restored = dryRun ? [] : await restoreNamed(store, mark);
  const abort = signal ? { signal } : {};
  const sweep: Sweep = { truth: mark.truth, claim: claimByAge({ truth: mark.truth, startedAt }), ...abort };
  const judged = await allOf(judgeBlobs(store, mark, sweep));
  const { things, problems } = await judgeThings(store, sweep);
  const all = [...judged, ...things];
  const going = all.filter(({ verdict }) => verdict === "collect");
  const trash = dryRun || going.length === 0 ? undefined : await store.trash.open(going);
  const objects: GarbageVerdict[] = [];
  for (const thing of all) objects.push(verdictOf(thing, trash === undefined || thing.verdict === "keep" || (await take(trash, thing, signal))));
  const back = trash === undefined ? [] : await restoreNamed(store, await markNamed(store, { signal, since: mark }));
  return {
    format: "dad.gc/1",
    dryRun,
    trash: trash?.id ?? null,
    objects: objects.map((object) => (back.some((digest) => digest === object.what) ? { ...object, ...NEEDED_AGAIN } : object)),
    blocked: [...mark.blocked, ...problems],
    restored,
  };
}

/** @throws `GC_RUNNING` */
export async function turnOf({ exclusively }: Pick<SweptStore, "exclusively">): Promise<AsyncDisposable | undefined> {
  const turn = await exclusively?.();
  if (exclusively && turn === undefined) throw new GcRunningError();
  return turn;
}

const NEEDED_AGAIN = { verdict: "keep", reason: "a journal that was written meanwhile names it" } as const;

/** Puts back what is named and not there: a collection that was killed half-way may have taken it, or one that came too early. */
export async function restoreNamed({ trash, artifacts }: SweptStore, { named }: Mark): Promise<Digest[]> {
  const contents = trashedContents(trash);
  if (await contents.isEmpty()) return [];
  for (const digest of named.keys()) if ((await artifacts.size(digest)) === undefined) await contents.restore(digest);
  return [...contents.restored];
}

async function* judgeBlobs(store: SweptStore, { named, blocked }: Mark, { claim, ...abort }: Sweep): AsyncGenerator<Judged, void> {
  for await (const { digest, ...blob } of store.blobs(abort)) {
    const reason = named.get(digest) ?? claim(blob.judged.mtimeMs) ?? blocked[0];
    const thing = { ...blob, kind: "blob" as const, what: digest };
    yield reason === undefined ? { ...thing, verdict: "collect", reason: "no journal and no pin names it" } : { ...thing, verdict: "keep", reason };
  }
}

/** A sweeper that cannot do its work stops no other. */
async function judgeThings(
  { sweepers = [] }: SweptStore,
  sweep: Sweep,
): Promise<{ readonly things: readonly Judged[]; readonly problems: readonly string[] }> {
  const things: Judged[] = [];
  const problems: string[] = [];
  for (const { subject, ...sweeper } of sweepers) {
    try {
      for await (const thing of sweeper.judge(sweep)) things.push(thing);
    } catch (error) {
      sweep.signal?.throwIfAborted();
      problems.push(`${subject} could not be looked at: ${messageOf(error)}`);
    }
  }
  return { things, problems };
}

async function take(trash: OpenTrash, thing: Judged, signal: AbortSignal | undefined): Promise<boolean> {
  // What was moved so far is on record.
  signal?.throwIfAborted();
  const move = () => trash.take(thing);
  return await (thing.around ? thing.around(move) : move());
}

function verdictOf({ kind, what, from, bytes, verdict, reason }: Judged, taken: boolean): GarbageVerdict {
  const thing = { kind, what, where: from, bytes };
  return taken ? { ...thing, verdict, reason } : { ...thing, verdict: "keep", reason: "somebody needed it meanwhile, or it is gone" };
}
