import { inlineContent, readJson, readText } from "@dad/artifacts";
import { type EventDraft, Json, NodePath, RelativePath, type RunEvent, RunId, type UnknownEvent } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { envSecrets, redactor } from "@dad/secrets";
import { describe, expect, it } from "vitest";
import { openRun } from "./open-run.ts";
import type { RunContext } from "./run-context.ts";
import { memoryPorts } from "./testing-ports.ts";

const SECRET = "correct-horse-battery";
const MARK = "[secret env:API_KEY]";
const [path, other] = [NodePath.parse("main.node"), NodePath.parse("main.other")];
const ended = (at: NodePath): EventDraft => ({ type: "node.completed", path: at, attempt: 1, decision: "executed", durationMs: 1, artifacts: [] });

async function opened(options: Partial<Parameters<typeof openRun>[0]> = {}) {
  const known = redactor([{ name: "env:API_KEY", value: SECRET }]);
  const ports = { ...memoryPorts(), redactor: known };
  const heard: (RunEvent | UnknownEvent)[] = [];
  ports.events.subscribe("*", (event) => void heard.push(event));
  const run = await openRun({ rootComponentId: "main", runId: "r", ports, ...options });
  return { run, ports, heard, known };
}

async function recorded({ env, ports }: RunContext): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of ports.journals.read(env.runId)) events.push(event);
  return events;
}

describe("what is recorded and told", () => {
  it("has a mark in the place of each secret, for subscribers as in the journal", async () => {
    const { run, ports, heard } = await opened();
    await run.record({ type: "custom.emitted", name: `n ${SECRET}`, data: { [SECRET]: [SECRET] } });
    const error = { code: "OWN", message: SECRET, retryable: false, cause: { code: "OWN", message: SECRET, retryable: false } };
    await run.record({ type: "failure.handled", path, by: "continue", error });
    run.tell({ type: "model.retried", path, attempt: 1, model: "m", delayMs: 1, error });
    await ports.events.flush();
    expect(JSON.stringify([await recorded(run), heard])).not.toContain(SECRET);
    expect(heard.find(({ type }) => type === "custom.emitted")).toMatchObject({ name: `n ${MARK}`, data: { [MARK]: [MARK] } });
    await run[Symbol.asyncDispose]();
  });

  it("has a mark in the place of what the resources of the run reveal", async () => {
    const secrets = [envSecrets({ LATER: SECRET })];
    const resources = staticResourceRegistry({ profiles: { default: { secrets: { own: "env:LATER" } } }, secrets }).profile();
    const run = await openRun({ rootComponentId: "main", runId: "r", ports: { ...memoryPorts(), resources, redactor: redactor() } });
    const revealed = await run.ports.resources.get("secret", "own").reveal();
    await run.record({ type: "custom.emitted", name: "n", data: `it is ${revealed}` });
    expect(await recorded(run)).toContainEqual(expect.objectContaining({ data: "it is [secret env:LATER]" }));
    await run[Symbol.asyncDispose]();
  });

  it("keeps what the record goes by, also where a secret is the name of a node", async () => {
    const { run, known } = await opened();
    known.add({ name: "env:WORD", value: "main.node" });
    known.add({ name: "env:KIND", value: "executed" });
    await run.record({ type: "node.started", path, attempt: 1, nodeType: "main.node" });
    await run.record(ended(path));
    expect(run.details().nodes).toMatchObject([{ path, status: "completed" }]);
    await run[Symbol.asyncDispose]();
  });

  it("refuses what JSON cannot carry as it does without secrets", async () => {
    const { run } = await opened();
    await expect(run.record({ type: "custom.emitted", name: "n", data: { at: new Date(0) } as never })).rejects.toThrow(TypeError);
    await expect(run.keep({ name: "n", data: { at: new Date(0) } as never, node: path })).rejects.toMatchObject({ code: "ARTIFACT_REFUSED" });
    await run[Symbol.asyncDispose]();
  });
});

describe("output as it comes", () => {
  it("has no secret of which each piece has a part, and comes whole before its node ends", async () => {
    const { run, ports, heard } = await opened();
    const say = (at: NodePath, channel: string, text: string) => run.tell({ type: "output.streamed", path: at, attempt: 1, channel, text });
    for (const piece of ["a ", "correct-", "horse", "-battery b correct-ho"]) say(path, "stdout", piece);
    for (const piece of ["correct-", "other"]) say(path, "stderr", piece);
    say(other, "stdout", "correct-horse");
    await run.record(ended(path));
    await ports.events.flush();
    const told = heard.flatMap((event) =>
      event.type === "output.streamed" ? [event as unknown as { path: string; channel: string; text: string }] : [],
    );
    const textOf = (at: NodePath, channel: string) =>
      told.flatMap((event) => (event.path === at && event.channel === channel ? [event.text] : [])).join("");
    expect([textOf(path, "stdout"), textOf(path, "stderr"), textOf(other, "stdout")]).toEqual([`a ${MARK} b correct-ho`, "correct-other", ""]);
    expect(heard.at(-1)?.type).toBe("node.completed");
    await run.record(ended(other));
    await ports.events.flush();
    expect(heard.at(-2)).toMatchObject({ type: "output.streamed", path: other, text: "correct-horse" });
    await run[Symbol.asyncDispose]();
  });
});

describe("what is kept", () => {
  it.each(["json", "yaml"] as const)("as %s has no secret, also one of several lines, and is still of that format", async (format) => {
    const { run, ports, known } = await opened();
    known.add({ name: "env:LINES", value: 'first line\nsecond: "line"' });
    const entry = await run.keep({ name: "n", node: path, format, data: { text: `a ${SECRET}`, [SECRET]: 'x first line\nsecond: "line" y' } });
    const text = await readText(ports.artifacts, entry);
    expect(text).not.toMatch(/battery|second/);
    expect(text).toContain("x [secret env:LINES] y");
    await run[Symbol.asyncDispose]();
  });

  it("is called by no secret, and its digest is that of what is kept", async () => {
    const { run, ports } = await opened();
    const data = Buffer.from(`\u0000${SECRET}`.repeat(2_000));
    const entry = await run.keep({ name: `of/${SECRET}.bin`, node: path, data, mediaType: `image/${SECRET}` });
    const mediaType = "image/secret-env-API_KEY";
    expect(entry).toMatchObject({ name: "of/secret-env-API_KEY.bin", path: "main/node/of/secret-env-API_KEY.bin", mediaType });
    expect(await ports.artifacts.size(entry.digest)).toBe(entry.size);
    await run[Symbol.asyncDispose]();
  });
});

describe("what a run is made with", () => {
  it("is on record without what was set for it that is a secret", async () => {
    const record = { of: RunId.parse("of"), set: { "main.node": { [`with ${SECRET}`]: SECRET } }, lineage: [RunId.parse("of")] };
    const { run } = await opened({ rerun: { record, origins: [] } });
    expect(run.details().rerun?.set).toEqual({ "main.node": { [`with ${MARK}`]: MARK } });
    await run[Symbol.asyncDispose]();
  });

  it("is given to it as it is recorded, also when marks make it too large for the record", async () => {
    const data = Buffer.from(`${SECRET.slice(0, 8)} ${SECRET} `.repeat(500));
    const known = redactor([{ name: `file:${"a".repeat(60)}`, value: SECRET }]);
    const ports = { ...memoryPorts(), redactor: known };
    const file = { ...inlineContent(data, "text/plain"), name: "f.txt", path: RelativePath.parse("static_inputs/f.txt") };
    const run = await openRun({ rootComponentId: "main", runId: "r", ports, inputs: { "main.node": { key: SECRET } }, inputFiles: [file] });
    await run.inputs.register("main.other", [SECRET]);
    expect(JSON.stringify([...run.inputs.values])).not.toContain(SECRET);
    const [kept] = run.inputs.files;
    expect(kept?.data).toBeUndefined();
    expect(kept && (await readText(ports.artifacts, kept))).not.toContain(SECRET);
    const registered = (await recorded(run)).find((event) => (event as RunEvent).type === "inputs.registered") as { artifact: never };
    expect(await readJson(ports.artifacts, registered.artifact, Json)).toEqual(Object.fromEntries(run.inputs.values));
    await run[Symbol.asyncDispose]();
  });
});
