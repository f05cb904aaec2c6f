import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { localStore } from "@dad/local";
import { InputId, type Json, type RecordedEvent, RunId } from "@dad/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const RUN = RunId.parse("run_waiting");
const HOUR = 3_600_000;

let base: string;
let projectRoot: string;
let count = 0;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "dad waiting "));
});
beforeEach(async () => {
  projectRoot = join(base, String(++count));
  await mkdir(projectRoot);
});
afterEach(async () => {
  for (const child of children) if (child.kill("SIGKILL")) await once(child, "exit");
  children.clear();
});
afterAll(() => rm(base, { recursive: true, force: true }));

const set = (name: "agent" | "clock" | "go", text: string) => writeFile(join(projectRoot, name), text);

interface Program {
  /** How it stands in the end; `undefined` for one that was killed. */
  readonly end: Promise<Record<string, unknown> | undefined>;
  /** Resolves when it has printed that line. */
  said(line: string): Promise<void>;
  kill(): void;
}

function start(command: "run" | "resume" | "answer", ...args: readonly string[]): Program {
  const script = join(import.meta.dirname, "waiting-program.ts");
  const child = spawn(process.execPath, ["--conditions=@dad/source", script, command, projectRoot, RUN, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: join(base, "compiled") },
  });
  children.add(child);
  const lines: string[] = [];
  const heard = new Set<() => void>();
  const reading = createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    for (const hear of heard) hear();
  });
  const closed = new Promise((resolve) => reading.once("close", resolve));
  return {
    end: closed.then(() => {
      const last = lines.find((line) => line.startsWith("= "));
      return last === undefined ? undefined : (JSON.parse(last.slice(2)) as Record<string, unknown>);
    }),
    said: (wanted) =>
      new Promise((resolve, reject) => {
        const hear = () => {
          if (lines.includes(wanted)) resolve();
        };
        heard.add(hear);
        hear();
        void closed.then(() => reject(new Error(`it ended without ${wanted}: ${lines.join("; ")}`)));
      }),
    kill: () => void child.kill("SIGKILL"),
  };
}

const ended = (...args: Parameters<typeof start>) => start(...args).end;

/** Answers from this process, which is another one than that of the run. */
async function answer(request: string, value: Json, at = Date.now()): Promise<unknown> {
  await using store = localStore({ projectRoot });
  const by = { channel: "cli", at: new Date(at).toISOString() };
  const message = { format: "dad.inbox/1", kind: "answer", id: `${request} ${at}`, runId: RUN, request: InputId.parse(request), value, by } as const;
  return await store.inbox.post(message).then(
    () => "taken",
    ({ code }: { readonly code?: unknown }) => code,
  );
}

/** A run that has parked, and is copied for each test but the first. */
async function parked(agent: "one" | "expiring"): Promise<void> {
  const kept = join(base, agent);
  if (existsSync(kept)) return cp(kept, projectRoot, { recursive: true });
  await set("agent", agent);
  expect(await ended("run")).toEqual(waits("main.review:approve"));
  await cp(projectRoot, kept, { recursive: true });
}

const waits = (...requests: readonly string[]) => ({ code: "RUN_WAITING", status: "waiting", requests });
const effects = async () => (await readFile(join(projectRoot, "effects"), "utf8")).trim().split("\n").sort();

async function recorded(...types: readonly string[]): Promise<RecordedEvent[]> {
  await using store = localStore({ projectRoot });
  const events: RecordedEvent[] = [];
  for await (const event of store.journals.read(RUN)) if (types.includes(event.type)) events.push(event);
  return events;
}

describe("a run that waits, among processes", () => {
  it("is gone on with by another process, after one that waited live was killed, and does nothing twice", async () => {
    await set("agent", "busy");
    const first = start("run");
    await first.said("input.requested main.both.a.review");
    first.kill();
    expect(await first.end).toBeUndefined();
    expect(await answer("main.both.a.review:a", true)).toBe("taken");
    await set("go", "on");
    expect(await ended("resume")).toMatchObject({
      result: { both: { a: { review: { draft: "draft of a", answer: true } }, b: { busy: {} } } },
    });
    expect(await effects()).toEqual(["main.both.a.review"]);
  });

  it("takes an answer of another process while it goes on, and executes nothing again", async () => {
    await set("agent", "busy");
    const going = start("run");
    await going.said("input.requested main.both.a.review");
    expect(await answer("main.both.a.review:a", false)).toBe("taken");
    await going.said("node.completed main.both.a.review");
    await set("go", "on");
    expect(await going.end).toMatchObject({ result: { both: { a: { review: { answer: false } } } } });
    expect(await recorded("node.parked", "run.parked")).toEqual([]);
  });

  it("takes answers that are there before their questions", async () => {
    await set("agent", "two");
    expect(await ended("run")).toEqual(waits("main.first:approve"));
    expect(await answer("main.second:approve", false)).toBe("taken");
    expect(await answer("main.first:approve", true)).toBe("taken");
    expect(await ended("resume")).toMatchObject({ result: { first: { answer: true }, second: { answer: false } } });
    expect(await effects()).toEqual(["main.first", "main.second"]);
  });

  it("has one answer of many that are given at once, and the others are told", async () => {
    await parked("one");
    const given = await Promise.all([0, 1, 2, 3].map((n) => ended("answer", "main.review:approve", String(n % 2 === 0))));
    const [first, ...more] = given.filter((end) => end?.["code"] === undefined);
    expect(more).toEqual([]);
    expect(given.filter((end) => end?.["code"] === "INPUT_ANSWERED")).toHaveLength(3);
    await ended("resume");
    expect(await recorded("input.answered")).toMatchObject([{ by: { who: String(first?.["by"]), channel: "cli" } }]);
    // Also when it is over.
    expect(await answer("main.review:approve", true)).toBe("INPUT_ANSWERED");
  });

  it("refuses what does not fit, says so on record, and waits for another answer", async () => {
    await parked("one");
    await answer("main.review:approve", "yes");
    expect(await ended("resume")).toEqual(waits("main.review:approve"));
    expect(await recorded("input.rejected")).toMatchObject([{ error: { code: "INPUT_INVALID" } }]);
    expect(await answer("main.review:approve", true)).toBe("taken");
    expect(await ended("resume")).toMatchObject({ result: { review: { answer: true } } });
    expect(await effects()).toEqual(["main.review"]);
  });

  it("waits in two branches, and goes on in each when that is answered", async () => {
    await set("agent", "branches");
    expect(await ended("run")).toEqual(waits("main.both.a.review:a", "main.both.b.review:b"));
    await answer("main.both.b.review:b", true);
    expect(await ended("resume")).toEqual(waits("main.both.a.review:a"));
    await answer("main.both.a.review:a", true);
    expect(await ended("resume")).toMatchObject({ result: { both: { a: { review: { answer: true } }, b: { review: { answer: true } } } } });
    expect(await effects()).toEqual(["main.both.a.review", "main.both.b.review"]);
  });

  it("is gone on with by one of two processes that resume it at once", async () => {
    await parked("one");
    await answer("main.review:approve", true);
    const both = await Promise.all([ended("resume"), ended("resume")]);
    expect(both.filter((end) => end?.["code"] === undefined)).toMatchObject([{ result: { review: { answer: true } } }]);
    expect(["RUN_LOCKED", "RUN_COMPLETED"]).toContain(both.find((end) => end?.["code"] !== undefined)?.["code"]);
    expect(await effects()).toEqual(["main.review"]);
  });
});

describe("a request that expires", () => {
  it("does so by the clock at the next resume, and stays expired when the clock is set back", async () => {
    await parked("expiring");
    await set("clock", String(2 * HOUR));
    expect(await ended("resume")).toMatchObject({ result: { review: { answer: false } } });
    expect(await recorded("input.expired")).toMatchObject([{ onTimeout: "deny" }]);
    await set("clock", "0");
    expect(await answer("main.review:approve", true)).toBe("INPUT_ANSWERED");
  });

  it("waits on when the clock is set back, and takes an answer from then", async () => {
    await parked("expiring");
    await set("clock", String(-24 * HOUR));
    expect(await ended("resume")).toEqual(waits("main.review:approve"));
    await answer("main.review:approve", true, Date.now() - 24 * HOUR);
    expect(await ended("resume")).toMatchObject({ result: { review: { answer: true } } });
  });

  it("takes an answer that was given in time, however late it finds it", async () => {
    await parked("expiring");
    await answer("main.review:approve", true);
    await set("clock", String(2 * HOUR));
    expect(await ended("resume")).toMatchObject({ result: { review: { answer: true } } });
  });

  it("takes none that was given too late", async () => {
    await parked("expiring");
    await answer("main.review:approve", true, Date.now() + 2 * HOUR);
    await set("clock", String(2 * HOUR));
    expect(await ended("resume")).toMatchObject({ result: { review: { answer: false } } });
    expect(await recorded("input.rejected", "input.expired")).toMatchObject([{ error: { code: "INPUT_EXPIRED" } }, { type: "input.expired" }]);
  });
});
