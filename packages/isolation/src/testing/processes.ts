import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ExecResult, IsolationSpace } from "../isolation-adapter.ts";
import { isAlive, type Lifeline, openLifeline } from "../escapes/lifeline.ts";
import { abandoning, endOf, node, parentOfStubborn, startWithoutIsolation, stubborn } from "./programs.ts";
import { itGuards, type Trial } from "./trial.ts";

const WAITING = node("process.stdin.resume(); setInterval(() => {}, 1000)");

export function describeProcesses(trial: () => Trial): void {
  describe("processes", () => {
    it("tells of the signal that ended a command", async () => {
      const space = await trial().open();
      const result = await space.exec({ argv: node("process.kill(process.pid, 'SIGKILL')") });
      expect(result).toMatchObject({ reason: "signaled", exitCode: null, signal: "SIGKILL" });
    });

    it("ends a command that runs when the signal is aborted", async () => {
      const space = await trial().open();
      const controller = new AbortController();
      const onOutput = (): void => controller.abort();
      const argv = node("process.stdout.write('ready'); setInterval(() => {}, 1000)");
      const result = await space.exec({ argv }, { signal: controller.signal, onOutput });
      expect(result).toMatchObject({ reason: "aborted", exitCode: null });
    });

    itGuards(trial, ["limit.wall", "a command that ignores requests to end is over after its time"], async () => {
      await assertOutlivesRequests(trial().outside);
      const space = await trial().open();
      using lifeline = await openLifeline(space.cwd);
      const { reason, signal } = await space.exec({ argv: stubborn(lifeline.path) }, { timeoutMs: 1000 });
      expect({ reason, signal }).toEqual({ reason: "timeout", signal: "SIGKILL" });
    });

    itGuards(trial, ["proc.group", "killing ends what a command started, also what ignores requests to end"], async () => {
      await assertParentDiesAlone(trial().outside);
      const space = await trial().open();
      await expectEnded(space, () => space.kill());
      expect(await space.exec({ argv: node("process.exit(7)") })).toMatchObject({ exitCode: 7 });
    });

    itGuards(trial, ["proc.group", "an aborted signal ends what a command started"], async () => {
      const space = await trial().open();
      const controller = new AbortController();
      await expectEnded(space, async () => controller.abort(), controller.signal);
    });

    itGuards(trial, ["proc.group", "closing a space ends what runs in it"], async () => {
      const space = await trial().open();
      await expectEnded(space, async () => space[Symbol.asyncDispose]());
    });

    itGuards(trial, ["proc.group", "a command is over when it has ended, and what it left behind lives until the space is closed"], async () => {
      const space = await trial().open();
      using lifeline = await openLifeline(space.cwd);
      const result = await space.exec({ argv: abandoning(lifeline.path) });
      expect(result).toMatchObject({ reason: "exited", exitCode: 0 });
      expect(Buffer.from(result.stdout).toString()).toBe("left\n");
      expect(await Promise.race([lifeline.appeared, lifeline.gone])).toEqual(expect.any(Number));
      await space[Symbol.asyncDispose]();
      await lifeline.gone;
    });

    it("closes one space and leaves the commands of another alone", async () => {
      const [closing, staying] = await Promise.all([trial().open(), trial().open()]);
      const controller = new AbortController();
      const howItEnded = closing.exec({ argv: WAITING }).then(
        (result) => result.reason,
        (error: { code: string }) => error.code,
      );
      const lives = staying.exec({ argv: WAITING }, { signal: controller.signal });
      await closing[Symbol.asyncDispose]();
      expect(await Promise.race([howItEnded, lives.then(() => "the other ended")])).toMatch(/^(aborted|ISOLATION_CLOSED)$/);
      controller.abort();
      await lives.catch(() => undefined);
    });

    it("ends a command whose signal is aborted right after it was looked at, whenever that is", async () => {
      for (let look = 1; look <= MOST_LOOKS; look++) {
        const space = await trial().open();
        const controller = abortedAfter(look);
        // Who looks less often has it begin.
        const onOutput = (): void => controller.abort();
        const argv = node("process.stdout.write('ready'); setInterval(() => {}, 1000)");
        const howItEnded = howOf(space.exec({ argv }, { signal: controller.signal, onOutput }));
        expect(await howItEnded, `look ${look}`).toMatch(/^(aborted|AbortError)$/);
      }
    });

    it("ends a command at whatever moment its signal is aborted or its space is closed", async () => {
      const seed = Date.now() % 2 ** 31;
      const random = randomOf(seed);
      for (let round = 0; round < ROUNDS; round++) {
        const space = await trial().open();
        const controller = new AbortController();
        const howItEnded = howOf(space.exec({ argv: WAITING }, { signal: controller.signal }));
        const [turns, isClosed] = [Math.floor(random() ** 3 * MOST_TURNS), random() < 0.5];
        for (let turn = 0; turn < turns; turn++) await nextTurn();
        if (isClosed) await space[Symbol.asyncDispose]();
        else controller.abort();
        expect(await howItEnded, `seed ${seed}, round ${round}`).toMatch(/^(aborted|AbortError|ISOLATION_CLOSED)$/);
      }
    });
  });
}

/** How often an adapter looks whether a command was aborted before it begins, at most. */
const MOST_LOOKS = 5;
const ROUNDS = 10;
/** Turns of the event loop. The first of them matter most: then it begins. */
const MOST_TURNS = 3000;

/** Is aborted once it was looked at so often, in the moment after that. */
function abortedAfter(looks: number): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  let looked = 0;
  signal.throwIfAborted = () => {
    AbortSignal.prototype.throwIfAborted.call(signal);
    if (++looked === looks) queueMicrotask(() => controller.abort());
  };
  return controller;
}

/** The reason of the result, or what the error is called. */
async function howOf(running: Promise<ExecResult>): Promise<string> {
  return running.then(
    ({ reason }) => reason,
    (error: Error & { readonly code?: unknown }) => (typeof error.code === "string" ? error.code : error.name),
  );
}

/** The same numbers for the same seed: the generator of Numerical Recipes. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Runs a command with a stubborn child, does what is to end it, and waits until the process is gone. */
async function expectEnded(space: IsolationSpace, end: () => Promise<void>, signal?: AbortSignal): Promise<void> {
  using lifeline = await openLifeline(space.cwd);
  const running = space.exec({ argv: parentOfStubborn(lifeline.path) }, signal ? { signal } : {});
  await lifeline.appeared;
  await end();
  expect(await running).toMatchObject({ reason: "aborted" });
  await lifeline.gone;
}

/** The control of a time limit: without isolation such a command stays. */
async function assertOutlivesRequests(directory: string): Promise<void> {
  using lifeline = await openLifeline(directory);
  const child = startWithoutIsolation(stubborn(lifeline.path));
  const pid = await lifeline.appeared;
  child.kill("SIGTERM");
  expect(isAlive(pid)).toBe(true);
  await endFor(pid, lifeline);
}

/** The control of a group: without isolation a child outlives the command that started it. */
async function assertParentDiesAlone(directory: string): Promise<void> {
  using lifeline = await openLifeline(directory);
  const parent = startWithoutIsolation(parentOfStubborn(lifeline.path));
  const pid = await lifeline.appeared;
  parent.kill("SIGTERM");
  await endOf(parent);
  expect(isAlive(pid)).toBe(true);
  await endFor(pid, lifeline);
}

async function endFor(pid: number, lifeline: Lifeline): Promise<void> {
  process.kill(pid, "SIGKILL");
  await lifeline.gone;
}
