import { type Digest, messageOf, type RunId } from "@dad/protocol";
import { readStanding, type RunStanding, type StoreTruth } from "./store-truth.ts";
import type { SweptStore } from "./swept-store.ts";

/** What is needed, and by whom. */
export interface Mark {
  readonly truth: StoreTruth;
  readonly named: ReadonlyMap<Digest, string>;
  /** Why it is not known what else is needed. */
  readonly blocked: readonly string[];
  /** What each journal was when it was read. */
  readonly versions: ReadonlyMap<RunId, string>;
}

/** Reads all journals, or those that have changed since they were read, and all pins. */
export async function markNamed(
  store: SweptStore,
  { signal, since }: { readonly signal?: AbortSignal | undefined; readonly since?: Mark },
): Promise<Mark> {
  const named = new Map<Digest, string>();
  const blocked: string[] = [];
  const runs = new Map<RunId, RunStanding>();
  const versions = new Map<RunId, string>();
  for await (const { runId, version } of store.journals.list(signal ? { signal } : {})) {
    versions.set(runId, version);
    if (since?.versions.get(runId) === version) continue;
    const onEvent = (event: unknown) => addAll(named, digestsIn(event), `run ${runId} names it`);
    const { standing, failure } = await readStanding(store.journals, runId, { signal, onEvent });
    runs.set(runId, standing);
    if (failure) blocked.push(`run ${runId} cannot be read, so it is not known what it names: ${messageOf(failure.cause)}`);
    addAll(named, (await store.setAside?.(runId)) ?? [], `what was set aside of the journal of run ${runId} names it`);
    // A re-run that goes on reuses what its own journal does not name yet.
    for await (const digest of store.retained?.(runId) ?? []) addAll(named, [digest], `what run ${runId} retains of another one names it`);
  }
  const pins = await store.pins?.();
  for (const [digest, by] of pins?.digests ?? []) addAll(named, [digest], by);
  for (const pin of pins?.unreadable ?? []) blocked.push(`the pin ${pin} cannot be read, so it is not known what it keeps`);
  return { truth: { runs }, named, blocked, versions };
}

function addAll(named: Map<Digest, string>, digests: Iterable<Digest>, by: string): void {
  for (const digest of digests) if (!named.has(digest)) named.set(digest, by);
}

const DIGESTS = /sha256:[0-9a-f]{64}/g;

/** Every digest in a text, whatever it stands for there: one too many costs space, one too few costs work. */
export function digestsInText(text: string): Iterable<Digest> {
  return new Set((text.match(DIGESTS) ?? []) as Digest[]);
}

function digestsIn(value: unknown): Iterable<Digest> {
  return digestsInText(JSON.stringify(value));
}
