import { beforeEach, describe, expect, it } from "vitest";
import type { RunIndex } from "../run-index.ts";
import { contentOf, idsOf, inOrder, sampleRun, sampleRuns } from "./sample-runs.ts";

/** What can happen to the place where an index is kept, by what it is called. */
export type DamageWays = Readonly<Record<string, () => Promise<void>>>;

/** The adapter under test. */
export interface RunIndexSubject {
  /** An index that holds nothing and shares nothing with an earlier one. */
  create(): RunIndex | Promise<RunIndex>;
  /** A second handle on the place of the index that was created last. An adapter that claims `shared` must give it, no other may. */
  reopen?(): RunIndex | Promise<RunIndex>;
  /** Ways to damage that place behind the back of the index. An adapter that claims `shared` must give some. */
  readonly damage?: DamageWays;
}

/** The contract of `RunIndex`. Every adapter runs all of it; what it claims in `capabilities` is proved. */
export function runIndexContract(name: string, subject: RunIndexSubject): void {
  describe(`${name} satisfies RunIndex`, () => {
    let index: RunIndex;
    beforeEach(async () => {
      index = await subject.create();
      demandProofs(name, subject, index);
    });

    contentTests(() => index);
    signalTests(() => index);
    if (subject.reopen) sharedTests(() => index, subject.reopen);
    for (const [what, damage] of Object.entries(subject.damage ?? {})) damageTests(() => index, what, damage);
  });
}

function demandProofs(name: string, { reopen, damage }: RunIndexSubject, { capabilities }: RunIndex): void {
  if (!capabilities.shared && (reopen || damage)) throw new TypeError(`${name} can be reopened: let its capabilities say that it is shared`);
  if (capabilities.shared && !reopen) throw new TypeError(`${name} claims to be shared: give the contract a reopen() to prove it`);
  if (capabilities.shared && Object.keys(damage ?? {}).length === 0)
    throw new TypeError(`${name} claims to be shared: give the contract ways to damage it, to prove that it notices`);
}

function contentTests(index: () => RunIndex): void {
  it("is empty at first", async () => {
    expect(await index().all()).toEqual([]);
  });

  it("gives every run that was put, once, as it was put", async () => {
    await index().put(sampleRuns(100));
    await index().put([sampleRun(100)]);
    expect(await contentOf(index())).toEqual(sampleRuns(101));
  });

  it("replaces what was put for a run before", async () => {
    await index().put(sampleRuns(3));
    await index().put([sampleRun(1, 2), sampleRun(3, 2)]);
    expect(await contentOf(index())).toEqual([sampleRun(0), sampleRun(1, 2), sampleRun(2), sampleRun(3, 2)]);
  });

  it("forgets what is removed, and takes it again", async () => {
    await index().put(sampleRuns(4));
    await index().remove(idsOf([sampleRun(0), sampleRun(2)]));
    expect(await contentOf(index())).toEqual([sampleRun(1), sampleRun(3)]);
    await index().put([sampleRun(2, 2)]);
    expect(await contentOf(index())).toEqual([sampleRun(1), sampleRun(2, 2), sampleRun(3)]);
  });

  it("removes what it does not know without a failure", async () => {
    await index().remove(idsOf([sampleRun(7)]));
    await index().put([sampleRun(1)]);
    await index().remove(idsOf([sampleRun(7)]));
    expect(await contentOf(index())).toEqual([sampleRun(1)]);
  });

  it("takes nothing at all", async () => {
    await index().put([]);
    await index().remove([]);
    expect(await index().all()).toEqual([]);
  });

  it("keeps what was put, whatever its maker does with it later", async () => {
    const run = sampleRun(1);
    await index().put([run]);
    run.entry.rootComponentId = "changed";
    expect(await index().all()).toEqual([sampleRun(1)]);
  });

  it("takes many at the same time", async () => {
    const runs = sampleRuns(40);
    await Promise.all(runs.map((run) => index().put([run])));
    await Promise.all([index().remove(idsOf(runs.slice(0, 20))), index().put([sampleRun(39, 2)])]);
    expect(await contentOf(index())).toEqual([...runs.slice(20, 39), sampleRun(39, 2)]);
  });
}

function signalTests(index: () => RunIndex): void {
  it("stops when it is told to, and changes nothing then", async () => {
    await index().put([sampleRun(1)]);
    const options = { signal: AbortSignal.abort() };
    const aborted = { name: "AbortError" };
    await expect(index().all(options)).rejects.toMatchObject(aborted);
    await expect(index().put([sampleRun(2)], options)).rejects.toMatchObject(aborted);
    await expect(index().remove(idsOf([sampleRun(1)]), options)).rejects.toMatchObject(aborted);
    expect(await index().all()).toEqual([sampleRun(1)]);
  });
}

function sharedTests(index: () => RunIndex, reopen: () => RunIndex | Promise<RunIndex>): void {
  it("shows other handles what was put, replaced and removed", async () => {
    const other = await reopen();
    await index().put(sampleRuns(3));
    expect(await contentOf(other)).toEqual(sampleRuns(3));
    await other.put([sampleRun(0, 2)]);
    await other.remove(idsOf([sampleRun(2)]));
    expect(await contentOf(index())).toEqual([sampleRun(0, 2), sampleRun(1)]);
  });

  it("loses nothing when many handles put at the same time", async () => {
    const handles = await Promise.all(Array.from({ length: 20 }, async () => reopen()));
    const runs = sampleRuns(100);
    await Promise.all(runs.map(async (run, at) => handles[at % handles.length]?.put([run])));
    expect(await contentOf(index())).toEqual(runs);
  });
}

function damageTests(index: () => RunIndex, what: string, damage: () => Promise<void>): void {
  describe(`whose place is ${what}`, () => {
    const runs = sampleRuns(200);
    beforeEach(async () => {
      await index().put(runs);
      await damage();
    });

    it("says nothing that is wrong, and does not fail", async () => {
      const known = new Map(runs.map((run) => [run.entry.runId, run]));
      for (const run of await index().all()) expect(run).toEqual(known.get(run.entry.runId));
    });

    it("takes everything again once it was read", async () => {
      await index().all();
      await index().put(runs);
      expect(await contentOf(index())).toEqual(inOrder(runs));
    });

    it("can be put to and removed from at once", async () => {
      await index().put([sampleRun(1, 2)]);
      await index().remove(idsOf([sampleRun(0)]));
      const now = new Map((await index().all()).map((run) => [run.entry.runId, run]));
      expect(now.get(sampleRun(0).entry.runId)).toBeUndefined();
      expect([undefined, sampleRun(1, 2)]).toContainEqual(now.get(sampleRun(1).entry.runId));
    });
  });
}
