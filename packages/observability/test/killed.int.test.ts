import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { KeptTelemetry, RecordedSpan } from "@dad/observability";
import { jsonlObservability, readTelemetry } from "@dad/observability/jsonl";
import { SpanStatusCode } from "@opentelemetry/api";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { strictlyParsed } from "./strict-otlp.ts";

const top = mkdtempSync(join(tmpdir(), "dad-killed-"));
afterAll(() => rmSync(top, { recursive: true }));

interface Left {
  readonly root: string;
  /** What each run says that it had told. */
  readonly said: ReadonlyMap<string, ReadonlySet<string>>;
}

interface End {
  readonly runs: number;
  /** After how many lines of what it says the process is killed, or after how many spans it ends. */
  readonly after: number;
  readonly how: "SIGKILL" | "exit" | "throw";
}

async function endedProcess({ runs, after, how }: End): Promise<Left> {
  const root = mkdtempSync(join(top, "runs-"));
  const argv = ["--conditions=@dad/source", join(import.meta.dirname, "tell.ts"), root, String(runs), String(after), how];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "ignore"] });
  const exited = once(child, "exit");
  const said = new Map<string, Set<string>>();
  let lines = 0;
  for await (const line of createInterface(child.stdout)) {
    lines += 1;
    if (how === "SIGKILL" && lines > after) child.kill("SIGKILL");
    const [run = "", ...what] = line.split(" ");
    said.set(run, (said.get(run) ?? new Set()).add(what.join(" ")));
  }
  expect(await exited).toEqual(how === "SIGKILL" ? [null, "SIGKILL"] : [how === "exit" ? 3 : 1, null]);
  return { root, said };
}

/** What is no line of the protocol: the last ones, which are those that may be torn, and the first. */
function badLines(directory: string): readonly string[] {
  return readdirSync(directory).flatMap((file) => {
    const lines = readFileSync(join(directory, file), "utf8").split("\n");
    const whole = [...lines.slice(0, 10), ...lines.slice(-10, -1)].filter((line) => !isStrict(file as "trace.jsonl", line));
    return lines.at(-1) === "" ? whole : [...whole, lines.at(-1) ?? ""];
  });
}

function isStrict(file: "trace.jsonl", line: string): boolean {
  try {
    return line === "" || Object.keys(strictlyParsed(file, line)).length === 1;
  } catch {
    return false;
  }
}

/** What a run said and is missing, what is of another run, and what names a span that is not there. */
async function faultsOf({ root, said }: Left): Promise<readonly unknown[]> {
  const faults = Array.from(said, async ([run, told]) => {
    const directory = join(root, run);
    const { spans, unfinished, logs, damaged } = await readTelemetry(directory);
    const there = new Set([...spans.map(({ spanId }) => spanId), ...logs.map(({ body }) => body)]);
    return [
      ...badLines(directory),
      ...[...told].filter((what) => !there.has(what)),
      ...[...spans, ...unfinished].filter(({ attributes }) => attributes["run"] !== run),
      ...orphans({ spans, unfinished, logs }),
      ...(damaged > 0 ? [`${damaged} lines of ${run} are damaged`] : []),
    ];
  });
  return (await Promise.all(faults)).flat();
}

/** What names a span that is not there. */
function orphans({ spans, unfinished, logs }: Pick<KeptTelemetry, "spans" | "unfinished" | "logs">): readonly object[] {
  const ids = new Set([...spans, ...unfinished].map(({ spanId }) => spanId));
  const isThere = (spanId: string | undefined) => spanId === undefined || ids.has(spanId);
  return [...[...spans, ...unfinished].filter(({ parentSpanId }) => !isThere(parentSpanId)), ...logs.filter(({ spanId }) => !isThere(spanId))];
}

/** What is not as it should be after somebody went on with the runs. */
async function faultsAfterwards({ root, said }: Left): Promise<readonly unknown[]> {
  const faults = Array.from(said.keys(), async (run) => {
    const directory = join(root, run);
    const before = await readTelemetry(directory);
    await using observability = jsonlObservability({ directory, origin: { resource: {}, scope: { name: "test" } } });
    observability.tracer.startSpan("resumed").end();
    const { unfinished, spans } = await readTelemetry(directory);
    const isRecovered = ({ spanId, startTime, endTime, status, attributes }: RecordedSpan) =>
      before.unfinished.some((span) => span.spanId === spanId && span.startTime === startTime) &&
      attributes["dad.recovered"] === true &&
      endTime >= startTime &&
      status.code === SpanStatusCode.ERROR;
    const known = new Set(before.spans.map(({ spanId }) => spanId));
    const added = spans.filter(({ spanId }) => !known.has(spanId));
    const recovered = added.filter(isRecovered).length === before.unfinished.length && added.length === before.unfinished.length + 1;
    return [...unfinished, ...badLines(directory), ...(recovered ? [] : added)];
  });
  return (await Promise.all(faults)).flat();
}

it("loses nothing that has ended when its process is killed at any moment, and ends the rest when the run goes on", async () => {
  const moment = fc.record({ runs: fc.constantFrom(1, 2, 5), after: fc.nat({ max: 800 }), how: fc.constant("SIGKILL" as const) });
  await fc.assert(
    fc.asyncProperty(moment, async (end) => {
      const left = await endedProcess(end);
      expect(await faultsOf(left)).toEqual([]);
      expect(await faultsAfterwards(left)).toEqual([]);
    }),
    { numRuns: 5, endOnFailure: true },
  );
});

it.each(["exit", "throw"] as const)("loses nothing that has ended before its process does: %s", async (how) => {
  const left = await endedProcess({ runs: 2, after: 100, how });
  expect(await faultsOf(left)).toEqual([]);
  expect(await faultsAfterwards(left)).toEqual([]);
});

it("keeps fifty at once apart, each in its own files, also when they are killed", async () => {
  const left = await endedProcess({ runs: 50, after: 2_000, how: "SIGKILL" });
  expect(left.said.size).toBe(50);
  expect(await faultsOf(left)).toEqual([]);
});

it("tears no line where there is no more room, says so once, and fails nothing", async () => {
  const directory = join(top, "full");
  // What is beyond the limit is not written, as on a full disk: the beginning of a line may be.
  const script = 'trap "" XFSZ; ulimit -f 30; exec "$@"';
  const argv = ["-c", script, "sh", process.execPath, "--conditions=@dad/source", join(import.meta.dirname, "fill.ts"), directory];
  const { stdout } = await promisify(execFile)("bash", argv);
  const { lost, codes } = JSON.parse(stdout) as { readonly lost: number; readonly codes: readonly string[] };
  const { spans, damaged } = await readTelemetry(directory);
  expect(lost).toBeGreaterThan(0);
  expect({ all: spans.length + lost, damaged, bad: badLines(directory), codes }).toEqual({
    all: 200,
    damaged: 0,
    bad: [],
    codes: ["TELEMETRY_NOT_WRITTEN", "EFBIG"],
  });
});
