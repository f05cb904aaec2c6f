import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { processScope, type RunPlace } from "@dad/isolation/scope";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CHILD_PROCESS, openTogether, type Run, sight, type Together, WAYS } from "./ways-to-go-on.ts";

const RUNS = 1000;
const host = { env: { ...process.env }, cwd: process.cwd() };
let directory: string;
beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "dad-scope-")));
  await writeFile(join(directory, "file"), "content");
});
afterEach(async () => {
  process.chdir(host.cwd);
  for (const name of Object.keys(process.env)) if (!(name in host.env)) delete process.env[name];
  await rm(directory, { recursive: true, force: true });
});

/** Goes all ways at the same time as all other runs do, each run in an order of its own, and tells where it saw what it should not. */
async function wrongSights(together: Together, run: Run): Promise<string[]> {
  const { id, cwd } = run;
  const number = Number(id.slice("run".length));
  const ways = [...Object.entries(WAYS), ...(number % 10 === 0 ? [["a child process without env", CHILD_PROCESS] as const] : [])];
  const turn = number % ways.length;
  const seen = await Promise.all(
    [...ways.slice(turn), ...ways.slice(0, turn)].map(async ([name, way]) => {
      await nextTurn();
      return { name, sight: await way(together, run) };
    }),
  );
  return seen.filter((one) => one.sight !== sight(id, cwd)).map((one) => `${id}, ${one.name}: ${String(one.sight)}`);
}

/** Signals that the host aborts when it is asked to. */
function abortedByHost() {
  const asked: AbortController[] = [];
  const aborting = setInterval(() => {
    for (const controller of asked.splice(0)) controller.abort();
  }, 1);
  return {
    signal(): Pick<Run, "signal" | "askForAbort"> {
      const controller = new AbortController();
      return { signal: controller.signal, askForAbort: () => void asked.push(controller) };
    },
    [Symbol.dispose]: () => clearInterval(aborting),
  };
}

it(`keeps ${RUNS} runs of one process apart in ${Object.keys(WAYS).length} ways to go on, and leaves the host alone`, async () => {
  await using together = await openTogether(join(directory, "file"));
  const scope = processScope();
  using _installed = scope.install();
  using signals = abortedByHost();
  const running = Array.from({ length: RUNS }, async (_, index) => {
    const { signal, askForAbort } = signals.signal();
    const place: RunPlace = {
      runId: RunId.parse(`run${index}`),
      env: { RUN: `run${index}`, PATH: process.env.PATH ?? "" },
      cwd: join(directory, `${index}`),
      signal,
    };
    return scope.run(place, (inside) => wrongSights(together, { id: place.runId, cwd: place.cwd, signal: inside.signal, askForAbort }));
  });
  const wrong = (await Promise.all(running)).flat();
  expect(wrong.slice(0, 10)).toEqual([]);
  expect(Object.keys(WAYS)).toHaveLength(20);
  expect([{ ...process.env }, process.cwd()]).toEqual([host.env, host.cwd]);
});

it("is what runs need: laid over the environment and the directory of the process, those of one run are seen by others, and stay", async () => {
  await using together = await openTogether(join(directory, "file"));
  using signals = abortedByHost();
  let left: Promise<unknown> = Promise.resolve();
  const running = Array.from({ length: 20 }, async (_, index) => {
    const run: Run = { id: `run${index}`, cwd: join(directory, `${index}`), ...signals.signal() };
    await mkdir(run.cwd);
    const before = { run: process.env.RUN, cwd: process.cwd() };
    process.env.RUN = run.id;
    process.chdir(run.cwd);
    const seeing = wrongSights(together, run);
    // Each puts back what it found, in the order in which they came.
    left = Promise.all([seeing, left]).then(() => {
      process.env.RUN = before.run;
      process.chdir(before.cwd);
    });
    return seeing;
  });
  const wrong = (await Promise.all(running)).flat();
  await left;
  expect(wrong.length).toBeGreaterThan(20);
  expect([process.env.RUN, process.cwd()]).not.toContain(host.cwd);
  expect(process.env.RUN).toMatch(/^run/);
});

const reject = (...args: string[]) =>
  promisify(execFile)(process.execPath, ["--conditions=@dad/source", join(import.meta.dirname, "reject.ts"), ...args]);

it("tells the run that forgot a rejection of it, and no other run ends", async () => {
  const { stdout } = await reject("run1");
  expect(stdout.trim().split("\n")).toEqual(['["run2 goes on","run1: nobody cares"]', "0"]);
});

it("lets a listener of the host know which run forgot a rejection", async () => {
  const { stdout } = await reject("run1", "listens");
  expect(stdout.trim().split("\n")).toEqual(['["run2 goes on","run1: nobody cares","listener: run1"]', "1"]);
});

it.each(["host", "untold"])("lets a rejection that no run is told of end the process, as without it: %s", async (who) => {
  await expect(reject(who)).rejects.toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("nobody cares") });
});
