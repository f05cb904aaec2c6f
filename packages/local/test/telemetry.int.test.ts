import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { defineNode, flow } from "@dad/agent";
import { localStore, runAgent } from "@dad/local";
import type { RecordedSpan } from "@dad/observability";
import { readTelemetry } from "@dad/observability/jsonl";
import { RunId } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

const RUN = RunId.parse("run_told");

let projectRoot: string;
beforeEach(async () => {
  projectRoot = await mkdtemp(join(tmpdir(), "dad telemetry "));
});
afterEach(() => rm(projectRoot, { recursive: true, force: true }));

const kept = () => readTelemetry(join(projectRoot, "runs", RUN, ".trace"));
const pathOf = ({ attributes }: Pick<RecordedSpan, "attributes">) => attributes["dad.node.path"];

/** Gives the nodes whose end was told before the program ended, or was killed after so many of them. */
async function program(command: "run" | "resume", killAfter = Infinity): Promise<readonly string[]> {
  const script = join(import.meta.dirname, "telemetry-program.ts");
  const child = spawn(process.execPath, ["--conditions=@dad/source", script, command, projectRoot, RUN], { stdio: ["ignore", "pipe", "inherit"] });
  const told: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (told.push(line) === killAfter) child.kill("SIGKILL");
  });
  await once(child, "close");
  return told;
}

describe("a run that is killed", () => {
  it("has lost no span that had ended and no log record, shows what went on, and is one trace with what goes on later", async () => {
    const first = await program("run", 5 + Math.floor(Math.random() * 20));
    const killed = await kept();
    const ended = killed.spans.filter(({ name }) => name === "work work");
    expect(ended.map(pathOf)).toEqual(expect.arrayContaining([...first]));
    expect(killed.spans.filter(({ name }) => name === "part").length).toBeGreaterThanOrEqual(first.length);
    expect(killed.logs.filter(({ body }) => String(body).startsWith("did ")).length).toBeGreaterThanOrEqual(first.length);
    expect(killed.unfinished.map(({ name }) => name)).toEqual(expect.arrayContaining(["invoke_workflow main", "map each"]));

    await program("resume");
    const { spans, unfinished, damaged } = await kept();
    expect({ unfinished, damaged }).toEqual({ unfinished: [], damaged: 0 });
    const [before, after] = spans.filter(({ name }) => name === "invoke_workflow main").sort((one, other) => one.startTime - other.startTime);
    expect(before?.attributes["dad.recovered"]).toBe(true);
    expect(after?.attributes["dad.run.status"]).toBe("completed");
    expect(after?.links).toMatchObject([{ context: { spanId: before?.spanId }, attributes: { "dad.link.type": "continued_from" } }]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    const ids = new Set(spans.map(({ spanId }) => spanId));
    expect(spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId))).toEqual([]);
    const nodes = spans.filter(({ name }) => name === "work work");
    expect(new Set(nodes.map(pathOf)).size).toBe(60);
    // Those four that went on may have been on record as completed in the moment in which nobody could tell so any more.
    const completed = nodes.filter(({ attributes }) => attributes["dad.node.status"] === "completed");
    expect(new Set(completed.map(pathOf)).size).toBeGreaterThanOrEqual(56);
    expect(nodes.every(({ attributes }) => attributes["dad.node.status"] === "completed" || attributes["dad.recovered"] === true)).toBe(true);
  });
});

describe("a command of a run", () => {
  it("knows of its span, which says how it exited, and what it writes is logged there", async () => {
    const shell = defineNode({
      type: "shell",
      version: "1",
      effect: "pure",
      settings: z.object({}),
      output: z.object({ said: z.string() }),
      async execute({ exec }) {
        const { stdout } = await exec({ argv: ["sh", "-c", "echo $TRACEPARENT; echo wrong >&2; exit 3"] });
        return { said: new TextDecoder().decode(stdout).trim() };
      },
    });
    await using store = localStore({ projectRoot, hostEnv: process.env, durability: "relaxed" });
    const resources = staticResourceRegistry({ profiles: { default: {} } }).profile();
    const { outputs } = await runAgent(flow("main").node("a", shell({})), { store, runId: RUN, ports: { resources, outcome: false } });
    const { spans, logs } = await kept();
    const command = spans.find(({ name }) => name === "execute_tool sh");
    expect(outputs?.a.said).toBe(`00-${command?.traceId}-${command?.spanId}-01`);
    expect(command?.attributes).toMatchObject({ "process.exit.code": 3, "error.type": "3" });
    expect(spans.find(({ spanId }) => spanId === command?.parentSpanId)?.attributes["dad.node.path"]).toBe("main.a");
    const lines = logs.filter(({ eventName }) => eventName === "dad.command.output");
    expect(lines.map(({ spanId, body, attributes }) => [spanId, attributes["log.iostream"], body])).toEqual(
      expect.arrayContaining([
        [command?.spanId, "stdout", outputs?.a.said],
        [command?.spanId, "stderr", "wrong"],
      ]),
    );
  });
});
