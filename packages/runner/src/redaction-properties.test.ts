import { defineNode, flow, type NodeContext } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { DadError, Json, type RecordedEvent, RunId } from "@dad/protocol";
import { withResumedRun, withRun } from "@dad/run-context";
import { redactor } from "@dad/secrets";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { flowRunner } from "./component-runner.ts";
import { memoryPorts } from "./testing-ports.ts";

const SECRETS = ["correct-horse-battery", 'quoted "horse"\nof lines', "hörse/+%battery"];
const known = SECRETS.map((value, at) => ({ name: `env:S${at}`, value }));

const texts = fc.oneof(
  fc.string(),
  fc.constantFrom(...SECRETS),
  fc.tuple(fc.string(), fc.constantFrom(...SECRETS), fc.string()).map((all) => all.join("")),
);
/** Static inputs refuse what many programs lose. */
const names = texts.filter((text) => !["__proto__", "constructor", "prototype"].includes(text));
const values: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, texts, fc.maxSafeInteger(), fc.constant(null), fc.array(tie("value")), fc.dictionary(names, tie("value"))),
})).value;

/** What somebody does with a secret in a node, and what others are told of it. */
interface Story {
  readonly output: Json;
  readonly step: Json;
  readonly answer: Json;
  readonly input: Json;
  readonly message: string;
  readonly setting: Json;
}

const stories: fc.Arbitrary<Story> = fc.record({ output: values, step: values, answer: values, input: values, message: texts, setting: values });

const node = (type: string, execute: (context: NodeContext, told: unknown, input: unknown) => Promise<Json>) =>
  defineNode({
    type,
    version: "1",
    effect: "pure",
    settings: z.object({ told: z.unknown() }),
    input: Json,
    output: Json,
    execute: (context, { settings, input }) => execute(context, settings.told, input),
  });

interface Seen {
  readonly told: unknown[];
  readonly steps: number;
}

/** Runs a story in which the last node fails the first time, to its end. */
async function lived({ output, step, answer, input, message, setting }: Story) {
  const ports = { ...memoryPorts(), redactor: redactor(known) };
  ports.events.handleInput(() => answer);
  const seen: { told: unknown[]; steps: number; executed: number } = { told: [], steps: 0, executed: 0 };
  const first = node("first", async (context, _told, given) => {
    seen.executed += 1;
    const kept = await context.step(`step ${message}`, () => step);
    return [output, kept, given as Json, await context.input({ key: "k", schema: Json, prompt: `p ${message}` })];
  });
  const failing = node("failing", async () => {
    throw new DadError("OWN", `m ${message}`, { details: { output }, cause: new Error(message) });
  });
  let fails = true;
  const last = node("last", async (context, told) => {
    const own = await context.step("own", () => {
      seen.steps += 1;
      return step;
    });
    seen.told.push(told, own, await context.input({ key: "own", schema: Json, prompt: "?" }));
    if (fails) throw new Error("not yet");
    return null;
  });
  const definition = flow("main")
    .node("first", first({ told: setting }))
    .try("caught", {
      body: flow("body").node("failing", failing({ told: null })),
      catch: ({ error }) => flow("catch").node("seen", last({ told: error })),
    })
    .node("last", (nodes) => last({ told: [nodes.first] }));
  const walk = async (run: Parameters<Parameters<typeof withRun>[1]>[0]) => {
    await using execution = await run.isolate();
    return await execution.run(flowRunner(definition, { engine: inlineEngine() }));
  };
  await expect(withRun({ ports, runId: "r", rootComponentId: "main", inputs: { "main.first": input } }, walk)).rejects.toThrow("not yet");
  const before: Seen = { ...seen };
  [fails, seen.told] = [false, []];
  const { result } = await withResumedRun({ ports, runId: "r", journals: ports.journals }, walk);
  return { ports, before, after: seen, result };
}

describe("an error of a node", () => {
  it("is recorded without a part of a secret, also where it is cut because it is too long", async () => {
    const [secret = ""] = SECRETS;
    // Each cut that there may be goes through the secret.
    const message = secret.repeat(1_000);
    const ports = { ...memoryPorts(), redactor: redactor(known) };
    const failing = node("failing", async () => {
      throw new Error(message);
    });
    const walk = async (run: Parameters<Parameters<typeof withRun>[1]>[0]) => {
      await using execution = await run.isolate();
      return await execution.run(flowRunner(flow("main").node("failing", failing({ told: null })), { engine: inlineEngine() }));
    };
    await expect(withRun({ ports, runId: "r", rootComponentId: "main" }, walk)).rejects.toThrow("[secret env:S0]");
    const events: RecordedEvent[] = [];
    for await (const event of ports.journals.read(RunId.parse("r"))) events.push(event);
    expect(JSON.stringify(events)).not.toMatch(/corr|batt/);
  });
});

describe("the fingerprint of a node", () => {
  it("is the same with another secret in the place of one, as what it is told is the same on record", async () => {
    const fingerprintWith = async (value: string) => {
      const ports = { ...memoryPorts(), redactor: redactor([{ name: "env:S0", value }]) };
      const say = node("say", async () => null);
      const definition = flow("main").node("say", say({ told: `key ${value}` }));
      await withRun({ ports, runId: "r", rootComponentId: "main" }, async (run) => {
        await using execution = await run.isolate();
        return await execution.run(flowRunner(definition, { engine: inlineEngine() }));
      });
      const events: RecordedEvent[] = [];
      for await (const event of ports.journals.read(RunId.parse("r"))) events.push(event);
      return events.flatMap((event) => (event.type === "node.completed" ? [event.fingerprint?.digest] : []));
    };
    const [one, other] = [await fingerprintWith("correct-horse-battery"), await fingerprintWith("another-horse-battery")];
    expect(one).toEqual(other);
    expect(one[0]).toBeDefined();
  });
});

describe("whatever a node does with secrets", () => {
  it("others are told the same when the run goes on as they were told before, and nothing is done twice", async () => {
    const property = fc.asyncProperty(stories, async (story) => {
      const { before, after, ports, result } = await lived(story);
      // The handler of the failure is executed again, as it failed; what it is told is the same.
      expect(after.told.slice(0, before.told.length)).toEqual(before.told);
      expect([after.executed, after.steps]).toEqual([1, 2]);
      const clean = redactor(known).json([story.output, story.step, story.input, story.answer]);
      expect(result.first).toEqual(clean);
      const events: RecordedEvent[] = [];
      for await (const event of ports.journals.read(RunId.parse("r"))) events.push(event);
      const decoded = JSON.stringify(events).replaceAll(/"data":"([^"]*)"/g, (_match, data: string) => Buffer.from(data, "base64").toString());
      for (const secret of SECRETS) expect(decoded).not.toContain(JSON.stringify(secret).slice(1, -1));
    });
    await fc.assert(property, { numRuns: 25 });
  });
});
