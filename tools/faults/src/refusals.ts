import assert from "node:assert/strict";
import type { DiskFs } from "@dad/disk";
import { type DiskCall, type Fault, faultyDisk } from "@dad/disk/testing";
import { DadError } from "@dad/protocol";
import { readRun } from "@dad/run-context";
import { assertSound } from "./checkup.ts";
import { type MemoryGround, memoryGround } from "./memory-run.ts";
import type { Kind, Point } from "./point.ts";
import { journalsAt } from "./composition.ts";
import { assertGives, assertRecovers } from "./recover.ts";
import { runSubject } from "./subject-run.ts";
import { kindOf, type Tried, type Way, waysOf } from "./tried.ts";
import { memoryWitness, type Witness } from "./witness.ts";

/** Why a disk refuses: there is no space, it is broken, it may not be written to, and there are too many open files. Each with the calls that are ever refused for that. */
const REASONS: ReadonlyArray<readonly [code: string, calls: RegExp]> = [
  ["ENOSPC", /./],
  ["EIO", /./],
  ["EACCES", /^(open|mkdir|rmdir|link|rename|unlink|copyFile|utimes)$/],
  ["EMFILE", /^(open|copyFile)$/],
];

interface Refusal {
  readonly number: number;
  readonly call: string;
  readonly code: string;
  /** Whether it refuses everything from then on, or this one call. */
  readonly lasts: boolean;
  /** Whether the power fails after it, and nothing of what was not durable is left: a disk that is broken may never have written what it was given. */
  readonly dark: boolean;
}

/** The disk refuses one call that changes something, or all from that one on. */
export function refusals(tried: Tried = {}): Kind {
  return {
    ...kindOf("refuse", tried),
    tries: "the disk refuses a call that changes something, once or for as long as the run goes on, and the power may fail after it",
    async points() {
      const ground = await memoryGround(tried);
      const all = ground.calls.flatMap((call, index) => refusalsOf(call, index + 1));
      return all.flatMap((refusal) => waysOf(tried).map((way) => pointAt(ground, { ...refusal, ...way })));
    },
  };
}

function refusalsOf(call: string, number: number): Refusal[] {
  const [operation = ""] = call.split(" ");
  const reasons = REASONS.filter(([, calls]) => calls.test(operation));
  const once = reasons.flatMap(([code]) => [false, true].map((lasts) => ({ number, call, code, lasts, dark: false })));
  return [...once, ...once.flatMap((refusal) => (refusal.code === "EIO" ? [{ ...refusal, dark: true }] : []))];
}

function pointAt(ground: MemoryGround, refusal: Refusal & Way): Point {
  const { number, call, code, lasts, dark, alone, after } = refusal;
  return {
    name: `${code} ${lasts ? "from" : "at"} call ${number}: ${call}${dark ? "; then the power fails" : ""}${after}`,
    async attempt() {
      const [disk, witness] = [ground.disk(), memoryWitness()];
      const { fault, callHit } = faultOf(refusal);
      const error = await runSubject(ground.runOn(faultyDisk(disk, fault), witness)).then(() => undefined, asThrown);
      // How many entries go to the disk in one call depends on the moment: a run may have made a few calls less than the one before.
      const hit = callHit();
      if (hit === undefined) return assert.equal(error, undefined);
      // What it showed when it was parked is shown again when it goes on, and what its inbox was not told it is told then.
      if (error === undefined && ground.asks && AGAIN.test(hit)) return await assertCompleted(ground, disk, witness);
      assertStorageError(error, { code, hit });
      const at = { ...ground.runOn(dark ? disk.afterPowerLoss("nothing") : disk, witness), alone };
      await assertRecovers(at, ground.gift);
      await assertSound(at);
    },
  };
}

/**
 * How a parked run is shown, its inbox, and what is released once it is on record that it is parked. Of what is posted, that is
 * held against the record which was acknowledged: a rival that was not needs no reason.
 */
const AGAIN = /^[a-z]+ \S*\/subject(?!\/journal\.jsonl)|^close \S*\/journal\.jsonl$|^(unlink|rmdir) \S*\/\.dad\/blobs\/tmp\//;

async function assertCompleted(ground: MemoryGround, disk: DiskFs, witness: Witness): Promise<void> {
  const at = ground.runOn(disk, witness);
  await assertGives(at, await readRun(journalsAt(at), at.runId, { runRoot: at.root }), ground.gift);
  await assertSound(at);
}

function faultOf({ number, code, lasts }: Refusal) {
  const refused = REASONS.find(([reason]) => reason === code)?.[1];
  let hit: DiskCall | undefined;
  return {
    /** The first call that it refused: not always the one of that number in another run. */
    callHit: () => hit && `${hit.operation} ${hit.path}`,
    fault: (call: DiskCall): Fault | undefined => {
      const refuses = call.number === number || (lasts && call.number > number && refused?.test(call.operation) === true);
      if (refuses) hit ??= call;
      return refuses ? { kind: "fail", code } : undefined;
    },
  };
}

/** The error itself, also when it is nothing. */
function asThrown(error: unknown): { readonly thrown: unknown } {
  return { thrown: error };
}

function assertStorageError(error: { readonly thrown: unknown } | undefined, { code, hit }: { readonly code: string; readonly hit: string }): void {
  assert(error !== undefined, `the run reports success although it was refused to ${hit}`);
  assert(DadError.is(error.thrown), `what ends the run is no error of DAD: ${String(error.thrown)}`);
  assert(causesOf(error.thrown).includes(code), `${error.thrown.code} does not say that it is because of ${code}`);
}

function causesOf(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [];
  return [...("code" in error ? [error.code] : []), ...causesOf(error.cause)];
}
