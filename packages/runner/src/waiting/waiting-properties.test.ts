import type { NodeContext } from "@dad/agent";
import type { Inbox } from "@dad/events";
import { memoryInbox } from "@dad/events/memory";
import { digestOfJson, type InboxAnswer, type InputId, type Json, type RecordedEvent, RunId } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutAfter, endOf } from "../testing-crash.ts";
import { anyPlan, definitionOf, type FlowPlan, planWorld } from "../testing-plans.ts";
import { memoryPorts } from "../testing-ports.ts";
import { RUN, stage } from "../testing-run.ts";
import { question } from "../testing-waiting.ts";

const WAITING = JSON.stringify({ failed: ["RUN_WAITING"] });
const AT = "2026-01-01T00:00:00.000Z";

/** What somebody answers follows from what is asked. */
function answerTo(request: string): boolean {
  return Number.parseInt(digestOfJson(request).slice(-1), 16) % 2 === 0;
}

/** What a node does, by a number that follows from its path: nothing, steps, questions, both, one in the other. */
function doing(kindOf: (path: string) => number, stepped: string[]) {
  return async (context: NodeContext): Promise<Json> => {
    const { input, path } = context;
    const step = (name: string) =>
      context.step(name, () => {
        stepped.push(`${path} ${name}`);
        return name;
      });
    switch (kindOf(path)) {
      case 1:
        return await input(question("a"));
      case 2:
        return [await step("before"), await input(question("a")), await step("after")];
      case 3:
        return await Promise.all([input(question("a")), input(question("b")), step("beside")]);
      case 4:
        return await context.step("around", () => input(question("a")));
      case 5:
        return (await input(question("a"))) ? [await input(question("b"))] : await step("not");
      default:
        return null;
    }
  };
}

interface Disturbances {
  readonly kindOf: (path: string) => number;
  readonly ticks: () => number;
  /** When an answer is posted after it was asked for, in turns; beyond that it comes only when the run is parked. */
  readonly patience: (request: string) => number;
  /** Where the run is killed, as shares of what is on record. */
  readonly kills: readonly number[];
  /** How many of those that are open are answered when it is parked, at least one. */
  readonly answered: readonly number[];
}

const NEVER = 12;

/** Posts answers, each once. */
function poster() {
  const posted = new Map<InputId, InboxAnswer>();
  const going = new Set<Promise<void>>();
  let inbox: Inbox = memoryInbox();
  async function post(request: InputId): Promise<void> {
    const by = { channel: "cli", who: request, at: AT };
    const message: InboxAnswer = {
      format: "dad.inbox/1",
      kind: "answer",
      id: request,
      runId: RunId.parse(RUN),
      request,
      value: answerTo(request),
      by,
    };
    posted.set(request, message);
    await inbox.post(message);
  }
  async function postLater(request: InputId, turns: number): Promise<void> {
    for (let left = turns; left > 0; left -= 1) await new Promise(setImmediate);
    await post(request);
  }
  return {
    inbox: () => inbox,
    post,
    later: (request: InputId, turns: number) => void going.add(postLater(request, turns)),
    settled: () => Promise.all(going),
    /** As a killed process leaves it: what was posted may have been settled or not. */
    async again(): Promise<void> {
      inbox = memoryInbox();
      for (const message of posted.values()) await inbox.post(message);
    },
  };
}

/** Runs a plan to its end, through whatever happens on the way. */
async function disturbed(plan: FlowPlan, { kindOf, ticks, patience, kills, answered }: Disturbances) {
  const posts = poster();
  const [left, many] = [[...kills], [...answered]];
  let on = stage({ ports: { ...memoryPorts(), inbox: posts.inbox() } });
  let parks = 0;
  for (let round = 0; ; round += 1) {
    const stepped: string[] = [];
    const known = new Set(stepsIn(round === 0 ? [] : await on.events()));
    const definition = definitionOf(plan, planWorld({ ticks, within: doing(kindOf, stepped) }));
    on.ports.events.subscribe("input.requested", ({ request: { id } }) => (patience(id) < NEVER ? posts.later(id, patience(id)) : undefined));
    const end = await endOf(round === 0 ? on.run(definition) : on.resume(definition));
    await posts.settled();
    expect(stepped.filter((name) => known.has(name) || stepped.indexOf(name) !== stepped.lastIndexOf(name))).toEqual([]);
    const record = await on.events();
    const kill = left.shift();
    if (JSON.stringify(end) === WAITING) parks += 1;
    else if (kill === undefined) return { end, record, parks };
    if (kill !== undefined) {
      await posts.again();
      on = stage({ ports: { ...(await cutAfter(record, 1 + Math.floor(kill * (record.length - 2)))), inbox: posts.inbox() } });
    } else {
      const open = ((await on.details()).requests ?? []).map(({ id }) => id);
      for (const id of open.slice(0, 1 + (many.shift() ?? open.length))) await posts.post(id).catch(() => undefined);
    }
  }
}

function stepsIn(record: readonly RecordedEvent[]): string[] {
  return record.flatMap((event) => (event.type === "step.completed" ? [`${event.path} ${event.name}`] : []));
}

async function undisturbed(plan: FlowPlan, kindOf: (path: string) => number): Promise<Json> {
  const on = stage();
  on.ports.events.handleInput(({ id }) => answerTo(id));
  return await endOf(on.run(definitionOf(plan, planWorld({ within: doing(kindOf, []) }))));
}

describe("a run that asks", () => {
  it("gives the same whoever answers when, and wherever it is killed: each step is done once, and each answer taken once", async () => {
    const seen = { parks: 0, kills: 0 };
    const kind = fc.func(fc.nat(6)) as fc.Arbitrary<(path: string) => number>;
    const disturbances = fc.record({
      kindOf: kind,
      ticks: fc.func(fc.nat(4)) as fc.Arbitrary<() => number>,
      patience: fc.func(fc.nat(2 * NEVER)) as fc.Arbitrary<(request: string) => number>,
      kills: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
      answered: fc.array(fc.nat(2), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(anyPlan({ failures: "everywhere" }), disturbances, async (plan, how) => {
        const whole = await undisturbed(plan, how.kindOf);
        const { end, record, parks } = await disturbed(plan, how);
        expect(end).toEqual(whole);
        const answers = record.flatMap((event) => (event.type === "input.answered" ? [event] : []));
        expect(new Set(answers.map(({ request }) => request)).size).toBe(answers.length);
        expect(answers.map(({ value }) => value)).toEqual(answers.map(({ request }) => answerTo(request)));
        seen.parks += parks;
        seen.kills += how.kills.length;
      }),
      { numRuns: 25 },
    );
    // Else nothing was shown of it.
    expect(Math.min(seen.parks, seen.kills)).toBeGreaterThan(10);
  });
});
