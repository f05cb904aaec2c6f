import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { agent, defineNode, flow, type NodeContext, variable } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { findInputFiles, localPorts, type LocalPortsOptions, localStore, planAgentRerun } from "@dad/local";
import { askModel, defineTool, runCommand } from "@dad/nodes";
import { traced } from "@dad/observability";
import { memoryObservability } from "@dad/observability/memory";
import { DadError, Json } from "@dad/protocol";
import { scriptedModel } from "@dad/resources/scripted";
import { staticResourceRegistry } from "@dad/resources/static";
import { type MakeRunPorts, withResumedRun, withRun } from "@dad/run-context";
import { agentRunner } from "@dad/runner";
import { envSecrets, redactor } from "@dad/secrets";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { objectsOf, randomNumbers, randomSecrets, secretSearch, writtenIn } from "./secret-search.ts";

const SECRETS = randomSecrets(1000, 20_261_126);
/** Known from the beginning, of the profile, revealed by nodes, and given by people. */
const [HOST, OF_PROFILE, REVEALED, ANSWERED] = [SECRETS.slice(0, 700), SECRETS.slice(700, 900), SECRETS.slice(900, 996), SECRETS.slice(996)];
const EARLY = [...HOST, ...OF_PROFILE];
const search = secretSearch(SECRETS);
const below = randomNumbers(7);

const ways: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => JSON.stringify({ key: secret }),
  (secret) => `https://example.org/a?key=${encodeURIComponent(secret)}&b`,
  (secret) => Buffer.from(`user:${secret}`).toString("base64"),
  (secret) => Buffer.from(`${secret}!`).toString("base64url"),
];
/** One of many parts of all secrets, another each time. What a run is given before it has revealed anything has only `EARLY` ones. */
const PARTS = 25;
let parts = 0;
/** Those that the run knows in which something is executed. */
let known: readonly string[] = SECRETS;
function someOf(all = known): readonly string[] {
  parts += 1;
  return all.filter((_, at) => at % PARTS === parts % PARTS);
}
const textOf = (all?: readonly string[]) =>
  someOf(all)
    .map((secret, at) => `${at} ${ways[at % ways.length]?.(secret)}`)
    .join("\n");
const valueOf = (all?: readonly string[]): Json => ({
  list: someOf(all),
  text: textOf(all),
  members: Object.fromEntries(someOf(all).map((secret, at) => [secret, at])),
});
/** Of those that can be in names of files. */
const PLAIN = HOST.filter((_, at) => at % 7 < 2);

const env = {
  PATH: process.env["PATH"],
  ...Object.fromEntries(HOST.map((secret, at) => [`SERVICE_${at}_TOKEN`, secret])),
  ...Object.fromEntries(OF_PROFILE.map((secret, at) => [`VALUE_${at}`, secret])),
};
const vault = { scheme: "vault", read: async (rest: string) => REVEALED[Number(rest)] ?? "" };
const named = (scheme: string, name: (at: number) => string, all: readonly string[]) =>
  Object.fromEntries(all.map((_, at) => [`${scheme}${at}`, `${scheme}:${name(at)}`]));

function resources() {
  const model = scriptedModel((_request, call) => ({
    reasoning: textOf(EARLY),
    text: textOf(EARLY),
    toolCalls: call % 2 === 0 ? [{ tool: "look", input: { what: textOf(EARLY) } }] : [],
  }));
  const secrets = { ...named("env", (at) => `VALUE_${at}`, OF_PROFILE), ...named("vault", String, REVEALED) };
  return staticResourceRegistry({ profiles: { default: { models: { model }, secrets } }, secrets: [envSecrets(env), vault] }).profile();
}

const node = (type: string, execute: (context: NodeContext, told: Json) => Promise<Json>) =>
  defineNode({
    type,
    version: "1",
    effect: "pure",
    workspace: "none",
    settings: z.object({ told: z.unknown() }),
    output: Json,
    execute: (context, { settings }) => execute(context, settings.told as Json),
  });

/** Learns all secrets that are not known from the beginning. */
const learn = node("learn", async (context) => {
  await Promise.all(REVEALED.map((_, at) => context.secret(`vault${at}`)));
  for (const at of ANSWERED.keys()) await context.input({ key: `s${at}`, schema: z.string(), prompt: `Secret ${at}?`, as: "secret" });
  return null;
});

function* piecesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    const end = at + 1 + below(200);
    yield text.slice(at, end);
    at = end;
  }
}

const say = node("say", async (context) => {
  for (const format of ["json", "yaml"] as const) await context.record({ name: `value-${format}`, data: valueOf(), format });
  await context.record({ name: "text", data: textOf() });
  await context.record({ name: "small", data: PLAIN[0] ?? "" });
  await context.record({ name: "bytes", data: Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from(textOf())]), mediaType: "application/x-own" });
  await context.record({ name: `of-${PLAIN[1]}/${PLAIN[2]}.txt`, data: "x" });
  await context.record({ name: "state", data: valueOf() });
  for (const channel of ["stdout", "reasoning"]) for (const piece of piecesOf(SECRETS.join(" "))) context.stream({ channel, text: piece });
  await context.emit("told", valueOf());
  await context.emit(PLAIN[3] ?? "", textOf());
  const kept = await context.step(`step ${PLAIN[4]}`, () => valueOf());
  await context.input({ key: "choice", schema: z.string(), prompt: textOf(), choices: [{ value: "x", label: textOf(), hint: textOf() }] });
  const answer = await context.input({ key: "plain", schema: z.string(), prompt: textOf() });
  await context.outcome?.commit(`Say ${PLAIN.slice(0, 50).join(" ")}`);
  const span = context.observability.tracer.startSpan(textOf(), { attributes: { text: textOf(), [textOf()]: [textOf()] } });
  span.addEvent(textOf(), { text: textOf() }).recordException(new Error(textOf()));
  span.end();
  const fail = (): never => {
    throw new Error(textOf());
  };
  await traced(context.observability, { name: "fails" }, fail).catch(() => undefined);
  context.observability.logger.emit({ body: textOf() });
  return { kept, answer, value: valueOf() };
});

const failing = node("failing", async () => {
  const cause = new DadError("OWN", `of ${textOf()}`, { details: { value: valueOf() }, cause: new TypeError(textOf()) });
  throw Object.assign(new Error(`failed with ${textOf()}`, { cause }), { config: { headers: { authorization: textOf() } } });
});

/** What the nodes were told, as they were executed. */
let told: Json[] = [];
const tell = node("tell", async (_context, given) => {
  told.push(given);
  return given;
});

const look = defineTool({
  name: "look",
  description: "Looks",
  input: z.object({ what: z.string() }),
  effect: "pure",
  execute: async () => valueOf(EARLY),
});
const PROGRAM =
  "const fs = require('node:fs'); const text = fs.readFileSync(process.argv[1], 'utf8'); process.stdout.write(text); process.stderr.write(text)";

/** The same in each definition. */
const [SETTINGS, PROMPT] = [valueOf(EARLY), textOf(EARLY)];
let isWhole = false;
const definition = (directory: string, prompt = PROMPT) =>
  agent("main", { variables: { given: variable() } })
    .node("learn", learn({ told: null }))
    .node("say", say({ told: SETTINGS }))
    .node("told", (nodes) => tell({ told: nodes.say }))
    .node("given", (_nodes, { given }) => tell({ told: given }))
    .node("command", runCommand({ argv: [process.execPath, "-e", PROGRAM, join(directory, "text")], env: { NOTHING: PLAIN[6] ?? "" } }))
    .node("model", askModel({ model: "model", prompt, system: PROMPT }, { tools: [look] }))
    .node("replaced", tell({ told: null }))
    .try("caught", {
      body: flow("body").node("failing", failing({ told: null })),
      catch: ({ error }) => flow("handler").node("error_told", tell({ told: error })),
    })
    .node("continued", failing({ told: null }), { onFailure: "continue" })
    .node("last", (nodes) => (isWhole ? tell : failing)({ told: [nodes.say, nodes.model, nodes.command, nodes.replaced] }));

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "dad redaction "));
  [told, isWhole] = [[], false];
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Each place in which one was found. */
function foundIn(places: Iterable<readonly [string, Uint8Array | string]>): string[] {
  return [...places].flatMap(([place, content]) => {
    const found = search(content);
    return found.length === 0 ? [] : [`${place.slice(0, 200)}: ${found.length}, as ${JSON.stringify(SECRETS[found[0] ?? 0])}`];
  });
}

it("finds what it looks for", () => {
  for (const way of ways) expect(SECRETS.filter((secret) => search(`a${way(secret)}b`).length === 0)).toEqual([]);
  expect(
    Array.from({ length: PARTS }, () => search(textOf()))
      .flat()
      .toSorted((one, other) => one - other),
  ).toEqual([...SECRETS.keys()]);
});

it("leaves none of 1,000 secrets in what is recorded, kept, shown, committed, told, traced or thrown, and goes on with the same", async () => {
  await mkdir(join(directory, "files", "deep"), { recursive: true });
  await writeFile(join(directory, "text"), SECRETS.join("\n"));
  await writeFile(join(directory, "files", "large.txt"), EARLY.join("\n"));
  await writeFile(
    join(directory, "files", "deep", `${PLAIN[5]}.bin`),
    Buffer.concat([Buffer.from([0, 200, 255]), Buffer.from(PLAIN.slice(0, 20).join(" "))]),
  );
  const store = localStore({ projectRoot: directory, project: "p", hostEnv: env, durability: "relaxed" });
  const heard: unknown[] = [];
  const options: LocalPortsOptions = {
    resources: resources(),
    onInput: {
      answer(request) {
        heard.push(request);
        if (request.as === "secret") return ANSWERED[Number(request.key.slice(1))];
        return request.key === "choice" ? "x" : textOf();
      },
      by: { channel: "test", who: PLAIN[7] ?? "" },
    },
  };
  const observability = memoryObservability();
  const make: MakeRunPorts = (run, own) => {
    const ports = localPorts(store, options)(run, own);
    ports.events.subscribe("*", (event) => void heard.push(event));
    ports.events.subscribe("node.completed", () => Promise.reject(new Error(textOf())), { name: "breaks" });
    ports.events.intercept("main.replaced", { after: () => ({ replace: valueOf(), reason: textOf() }) });
    return { ...ports, observability };
  };
  const inputs = { main: { given: valueOf(EARLY) } };
  const main = definition(directory);
  const where = { projectRoot: store.projectRoot, runRoot: store.runRoot, ports: make };
  const files = await findInputFiles([join(directory, "files")]);
  const thrown: unknown[] = [];
  const running =
    (root = main, continuation?: Awaited<ReturnType<typeof planAgentRerun>>["continuation"]) =>
    async (run: Parameters<Parameters<typeof withRun>[1]>[0]) => {
      await using execution = await run.isolate();
      return await execution.run(agentRunner(root, { engine: inlineEngine(), continuation }));
    };
  const early = redactor(store.secrets());
  options.resources.forRun({ onSecret: (secret) => early.add(secret) });
  const inputFiles = await files.keep(store.artifacts, { redactor: early });
  await withRun({ ...where, runId: "first", rootComponentId: "main", inputs, inputFiles, source: { file: "agent.ts" } }, running()).catch(
    (error: unknown) => thrown.push(error),
  );
  expect(thrown).toHaveLength(1);
  expect(thrown[0]).toMatchObject({ code: "NODE_FAILED", details: { path: "main.last" } });
  const before = told;

  told = [];
  isWhole = true;
  // What was revealed to nodes is revealed to nobody who goes on without them.
  known = EARLY;
  const again = definition(directory);
  const { run } = await withResumedRun({ ...where, runId: "first", journals: store.journals }, async (resumed) => {
    await using execution = await resumed.isolate();
    return await execution.run(agentRunner(again, { engine: inlineEngine(), resume: { allowChanged: true } }));
  });
  expect(run.status).toBe("completed");
  // What came before is not executed again: the last node is told what it was told then.
  expect(told).toHaveLength(1);
  expect((told[0] as Json[])[0]).toEqual(before[0]);

  const changed = definition(directory, textOf(EARLY));
  const rerun = { of: "first", set: { "main.told": { told: valueOf(EARLY) } } };
  const planned = await planAgentRerun(changed, { store, ports: options, rerun, inputs, inputFiles: files });
  await withRun(
    { ...where, runId: "second", rootComponentId: "main", rerun: planned.start, inputs: planned.inputs, inputFiles: planned.inputFiles },
    running(changed, planned.continuation),
  ).catch((error: unknown) => thrown.push(error));
  const executed = planned.plan.nodes.filter(({ decision }) => decision !== "reuse").map(({ path }) => path);
  expect(executed).not.toContain("main.say");
  expect(executed).toContain("main.model");
  await store[Symbol.asyncDispose]();

  const written: (readonly [string, Uint8Array | string])[] = [];
  for await (const one of writtenIn(join(directory, "runs"))) written.push(one);
  expect(written.length).toBeGreaterThan(100);
  const elsewhere = [
    ["git objects", objectsOf(join(directory, "runs", "outcome", "p"))],
    ["spans", JSON.stringify(observability.spans)],
    ["logs", JSON.stringify(observability.logs)],
    ["events", JSON.stringify(heard)],
    ...["stdout", "reasoning", "text"].map((channel) => [`output on ${channel}`, streamed(heard, channel)] as const),
    ["errors", inspect(thrown, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null })],
    ["plan", JSON.stringify(planned.plan)],
    ["what nodes were told", JSON.stringify([before, told])],
    ["details", JSON.stringify(run)],
  ] as const;
  expect(foundIn([...written, ...elsewhere])).toEqual([]);
  expect(streamed(heard, "stdout")).toContain("[secret env:SERVICE_0_TOKEN]");
}, 60_000);

/** Pieces that are told make one text. */
function streamed(heard: readonly unknown[], wanted: string): string {
  return (heard as { readonly type: string; readonly channel?: string; readonly text?: string }[])
    .filter(({ type, channel }) => type === "output.streamed" && channel === wanted)
    .map(({ text }) => text)
    .join("");
}
