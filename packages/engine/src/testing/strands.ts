import { setImmediate } from "node:timers/promises";
import type { Engine, EngineContext, NodeCall, NodeExecutor, NodeHandle, Settled } from "../engine.ts";
import { call, completed, unaborted, untilAborted } from "./calls.ts";

/** One drive of strands: what the interpreter did and saw, line by line, and what it was told. */
export interface StrandsTrace {
  readonly lines: readonly string[];
  readonly told: readonly Settled[];
}

export interface StrandsOptions {
  /** From which all calls and all that attempts give follow. */
  readonly program: number;
  /** From which it follows how long attempts take. */
  readonly timing: number;
  /** What an earlier drive of the same program was told. */
  readonly record?: readonly Settled[];
}

/**
 * Drives an interpreter with several strands of calls, of which a few go on at the same time. What a strand calls next depends
 * on what its calls gave: failures are tried again, some values begin another strand. When it does depends on the order in
 * which all were told. Beside each strand goes an attempt that ends only when the strand cancels it.
 */
export async function driveStrands(engine: Engine, { program, timing, record = [] }: StrandsOptions): Promise<StrandsTrace> {
  const lines: string[] = [];
  const told: Settled[] = [];
  const traced = (context: EngineContext): EngineContext => ({
    start(call) {
      lines.push(`start ${JSON.stringify(call)}`);
      return context.start(call);
    },
    async next() {
      const settled = await context.next();
      told.push(settled);
      lines.push(`told ${JSON.stringify(settled)}`);
      return settled;
    },
    cancel(handle, reason) {
      lines.push(`cancel ${JSON.stringify(handle)}`);
      context.cancel(handle, reason);
    },
  });
  await engine.drive((context) => walkStrands(traced(context), program), {
    execute: recordedOr(record, timing, executorOf(program)),
    signal: unaborted,
    replay: record.map(({ handle }) => handle),
  });
  return { lines, told };
}

interface Strand {
  readonly name: string;
  readonly companion: NodeHandle;
  readonly length: number;
  step: number;
  attempt: number;
}

async function walkStrands({ start, next, cancel }: EngineContext, program: number): Promise<void> {
  const waiting = Array.from({ length: 3 + (draw(program) % 3) }, (_, index) => `s${index}`);
  const limit = 2 + (draw(program, "limit") % 2);
  const going = new Map<NodeHandle, Strand>();
  let active = 0;
  let told = 0;

  const step = (strand: Strand) => going.set(start(strandCall(program, strand, told)), strand);
  const fill = () => {
    for (; active < limit && waiting.length > 0; active += 1) {
      const name = waiting.shift() ?? "";
      const companion = start(call(`${name}.companion`));
      step({ name, companion, length: 1 + (draw(program, name) % 3), step: 1, attempt: 1 });
    }
  };
  const end = (strand: Strand) => {
    cancel(strand.companion, "the strand is over");
    active -= 1;
  };

  fill();
  for (let companions = waiting.length + active; companions > 0;) {
    const { handle, outcome } = await next();
    told += 1;
    const strand = going.get(handle);
    if (!strand) companions -= 1;
    else if (outcome.status !== "completed" && strand.attempt < 3) step({ ...strand, attempt: strand.attempt + 1 });
    else if (outcome.status !== "completed" || strand.step === strand.length) end(strand);
    else step({ ...strand, attempt: 1, step: strand.step + 1 });
    if (strand && outcome.status === "completed" && outcome.value === 9 && strand.name.length < 5) {
      waiting.push(`${strand.name}.x${strand.step}`);
      companions += 1;
    }
    fill();
  }
}

function strandCall(program: number, { name, step, attempt }: Strand, told: number): NodeCall {
  const path = `${name}.n${step}`;
  const one = (what: string, of: number) => draw(program, what, path, attempt) % of === 0;
  return call(path, {
    attempt,
    settings: told,
    ...(one("delay", 9) ? { delayMs: 1 } : {}),
    ...(one("timeout", 9) ? { timeoutMs: 1 } : {}),
    ...(one("rest", 9) ? { restMs: 1 } : {}),
  });
}

/** What an attempt gives depends on who it is, and on nothing else. */
function executorOf(program: number): NodeExecutor {
  return async (given, options) => {
    const { path, attempt, timeoutMs } = given;
    if (path.endsWith(".companion") || timeoutMs !== undefined) return untilAborted(given, options);
    const value = draw(program, path, attempt) % 10;
    return value < 3 ? { status: "failed", error: value } : completed(value);
  };
}

/** Takes its time, and gives again what is in the record, whatever its signal says. */
function recordedOr(record: readonly Settled[], timing: number, execute: NodeExecutor): NodeExecutor {
  const outcomes = new Map(record.map(({ handle, outcome }) => [identityOf(handle), outcome]));
  return async (given, options) => {
    for (let turns = draw(timing, given.path, given.attempt) % 6; turns > 0; turns -= 1) await setImmediate();
    return outcomes.get(identityOf(given)) ?? execute(given, options);
  };
}

function identityOf({ path, attempt }: NodeHandle): string {
  return `${path} ${attempt}`;
}

/** A number that follows from these, and looks as if it did not. */
function draw(seed: number, ...names: readonly (string | number)[]): number {
  let hash = 0x81_1c_9d_c5 ^ seed;
  for (const character of names.join(" ")) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01_00_01_93);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85_eb_ca_6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
