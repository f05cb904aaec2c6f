import { type Component, defineNode, type FlowDefinition, flow, type NodeContext, type NodeDefinition, type NodeOptions } from "@dad/agent";
import { DadError, digestOfJson, Json } from "@dad/protocol";
import { z } from "zod";
import fc from "fast-check";

// For the tests of this package only: flows of any form, as data, of nodes whose values follow from all that they see.

/** How a node ends. A failure is always of the same code, and whether it comes follows from the attempt alone. */
const MODES = {
  works: {},
  retried: { retry: { attempts: 3, delayMs: 0 } },
  continued: { onFailure: "continue" },
  replaced: { onFailure: { fallback: { value: "a fallback" } } },
  fails: {},
} as const satisfies Record<string, NodeOptions>;
type Mode = keyof typeof MODES;

export interface FlowPlan {
  readonly kind: "component";
  readonly elements: readonly Plan[];
}

export type Plan =
  | FlowPlan
  | { readonly kind: "node"; readonly mode: Mode }
  | { readonly kind: "conditional"; readonly holds: boolean; readonly isTrue: FlowPlan; readonly isFalse?: FlowPlan }
  | { readonly kind: "switch"; readonly on: "one" | "other"; readonly one: FlowPlan; readonly otherwise: FlowPlan }
  | { readonly kind: "forEach"; readonly items: number; readonly start: number; readonly previous?: string; readonly body: FlowPlan }
  | { readonly kind: "map"; readonly items: number; readonly start: number; readonly concurrency: number; readonly body: FlowPlan }
  | { readonly kind: "while"; readonly rounds: number; readonly body: FlowPlan }
  | { readonly kind: "parallel"; readonly left: FlowPlan; readonly right: FlowPlan }
  | { readonly kind: "try"; readonly body: FlowPlan; readonly handler: FlowPlan; readonly caught: boolean; readonly cleanup?: FlowPlan };

export interface PlanOptions {
  /**
   * Where nodes may fail so that what is around them ends. `everywhere`: a failure may then end what goes on beside it, and
   * how far that came depends on time. `caught`: only where a `try` catches it that has nothing beside it inside.
   */
  readonly failures: "everywhere" | "caught";
}

interface At extends PlanOptions {
  readonly depth: number;
  readonly mayFail: boolean;
}

const DEEPEST = 3;

/** Any flow of at most three elements, nested at most three deep. */
export function anyPlan(options: PlanOptions): fc.Arbitrary<FlowPlan> {
  return flowPlan({ ...options, depth: 0, mayFail: options.failures === "everywhere" });
}

function flowPlan(at: At): fc.Arbitrary<FlowPlan> {
  const element = at.depth === DEEPEST ? nodePlan(at) : fc.oneof({ weight: 2, arbitrary: nodePlan(at) }, { weight: 3, arbitrary: blockPlan(at) });
  return fc.record({ kind: fc.constant("component"), elements: fc.array(element, { minLength: 1, maxLength: 3 }) });
}

function nodePlan({ mayFail }: At): fc.Arbitrary<Plan> {
  const modes = (Object.keys(MODES) as Mode[]).filter((mode) => mayFail || mode !== "fails");
  return fc.record({ kind: fc.constant("node"), mode: fc.oneof({ weight: 4, arbitrary: fc.constant("works") }, fc.constantFrom(...modes)) });
}

function blockPlan(at: At): fc.Arbitrary<Plan> {
  const { failures } = at;
  const inside = flowPlan({ ...at, depth: at.depth + 1 });
  const beside = flowPlan({ ...at, depth: at.depth + 1, mayFail: failures === "everywhere" });
  const guarded = flowPlan({ ...at, depth: at.depth + 1, mayFail: true });
  const loop = { items: fc.nat(3), start: fc.nat(1) };
  return fc.oneof(
    inside,
    fc.record(
      { kind: fc.constant("conditional"), holds: fc.boolean(), isTrue: inside, isFalse: inside },
      { requiredKeys: ["kind", "holds", "isTrue"] },
    ),
    fc.record({ kind: fc.constant("switch"), on: fc.constantFrom("one", "other"), one: inside, otherwise: inside }),
    fc.record({ kind: fc.constant("forEach"), ...loop, body: inside }),
    fc.record({ kind: fc.constant("map"), ...loop, concurrency: fc.integer({ min: 1, max: 3 }), body: beside }),
    fc.record({ kind: fc.constant("while"), rounds: fc.nat(2), body: inside }),
    fc.record({ kind: fc.constant("parallel"), left: beside, right: beside }),
    fc.record(
      {
        kind: fc.constant("try"),
        body: guarded,
        handler: beside,
        caught: failures === "caught" ? fc.constant(true) : fc.boolean(),
        cleanup: beside,
      },
      { requiredKeys: ["kind", "body", "handler", "caught"] },
    ),
  ) as fc.Arbitrary<Plan>;
}

/** The same plan with nothing at the same time: loops one after the other, branches in sequence. */
export function inSequence<Given extends Plan>(plan: Given): Given {
  const inner = Object.fromEntries(
    Object.entries(plan).map(([name, member]: [string, unknown]) => [name, isPlan(member) ? inSequence(member) : member]),
  );
  const same = {
    ...inner,
    ...(plan.kind === "component" ? { elements: plan.elements.map((element) => inSequence(element)) } : {}),
  } as unknown as Given;
  if (same.kind === "map") return { kind: "forEach", items: same.items, start: same.start, previous: "unseen", body: same.body } as unknown as Given;
  return same;
}

function isPlan(member: unknown): member is Plan {
  return typeof member === "object" && member !== null && "kind" in member;
}

/** The same plan with other limits on how many iterations of a map go on at the same time. */
export function withConcurrency<Given extends Plan>(plan: Given, concurrency: number): Given {
  return JSON.parse(JSON.stringify(plan), (key, value: unknown) => (key === "concurrency" ? concurrency : value)) as Given;
}

/** What the nodes of plans do besides giving a value, and what is seen of it. */
export interface PlanWorld {
  /** How many turns of the event loop a node takes. */
  ticks(path: string, attempt: number): number;
  /** Called when a node is begun. */
  begun?(path: string, attempt: number): void;
  /** What a node does before it gives its value, which is made of it. */
  within?(context: NodeContext): Promise<Json>;
  /** `<path> <attempt>`, in the order in which they were begun. */
  readonly executed: string[];
  /** How many go on. */
  going: number;
}

export function planWorld(world: Partial<Pick<PlanWorld, "ticks" | "begun" | "within">> = {}): PlanWorld {
  return { ticks: () => 0, ...world, executed: [], going: 0 };
}

type Flow = Component<"flow">;
type MakeNode = (given: { readonly seen: Json; readonly fails: number }) => NodeDefinition<{ value: string }>;

/** The definition that a plan is of. */
export function definitionOf(plan: FlowPlan, world: PlanWorld, { sequential = false } = {}): FlowDefinition {
  const node = planNode(world) as MakeNode;
  return built({ node, sequential, seen: [] }, "main", plan);
}

function planNode(world: PlanWorld) {
  return defineNode({
    type: "planned",
    version: "1",
    effect: "pure",
    settings: z.object({ seen: Json, fails: z.number() }),
    output: z.object({ value: z.string() }),
    async execute(context, { settings: { seen, fails } }) {
      const { path, attempt, signal } = context;
      world.executed.push(`${path} ${attempt}`);
      world.going += 1;
      try {
        world.begun?.(path, attempt);
        const told = await world.within?.(context);
        for (let left = world.ticks(path, attempt); left > 0; left -= 1) await nextTurn(signal);
        if (attempt <= fails) throw new DadError("BROKEN", "it was to fail", { retryable: true });
        return { value: digestOfJson(told === undefined ? [path, seen] : [path, seen, told]).slice(-12) };
      } finally {
        world.going -= 1;
      }
    },
  });
}

async function nextTurn(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

interface Building {
  readonly node: MakeNode;
  /** Branches in sequence. */
  readonly sequential: boolean;
  /** The variables around it. */
  readonly seen: readonly string[];
}

const IDS = ["a", "b", "c"] as const;
const ALWAYS = 1_000_000;

function built(around: Building, id: string, { elements }: FlowPlan): Flow {
  const on = { ...around, seen: [...around.seen, "v"] };
  return elements.reduce(
    (made, plan, at) => add({ on, to: made, id: IDS[at] ?? "c", before: IDS.slice(0, at) }, plan) as Flow,
    flow(id, { variables: { v: null } }) as unknown as Flow,
  );
}

interface Adding {
  readonly on: Building;
  readonly to: Flow;
  readonly id: string;
  /** The elements before it. */
  readonly before: readonly string[];
}

function add(adding: Adding, plan: Plan): FlowDefinition {
  const { on, to, id, before } = adding;
  const inside = (body: FlowPlan, more: readonly string[] = []) =>
    built({ ...on, seen: [...on.seen, ...more] }, "inner", body).with({ v: before.length === 0 ? 1 : `$expr{$hier{${before[0]}}}` });
  switch (plan.kind) {
    case "node":
      return addNode(adding, plan.mode);
    case "component":
      return to.component(id, inside(plan));
    case "conditional": {
      const { holds, isTrue, isFalse } = plan;
      const condition = `$expr{${holds ? "1 < 2" : "2 < 1"}}`;
      return to.conditional(id, { condition, isTrue: inside(isTrue), ...(isFalse ? { isFalse: inside(isFalse) } : {}) });
    }
    case "switch":
      return to.switch(id, { on: plan.on, cases: { one: inside(plan.one) }, otherwise: inside(plan.otherwise) });
    case "parallel": {
      if (!on.sequential) return to.parallel(id, { left: inside(plan.left), right: inside(plan.right) });
      const both = (flow("both") as unknown as Flow).component("left", inside(plan.left)).component("right", inside(plan.right));
      return to.component(id, both);
    }
    case "try": {
      const { body, handler, caught, cleanup } = plan;
      const caughtBy = { catch: inside(handler, ["error.code"]), codes: caught ? ["BROKEN"] : ["OTHER"] };
      return to.try(id, { body: inside(body), ...caughtBy, ...(cleanup ? { finally: inside(cleanup) } : {}) });
    }
    default:
      return addLoop(adding, plan, inside);
  }
}

function addNode({ on, to, id, before }: Adding, mode: Mode): FlowDefinition {
  const values = [...before.map((name) => `$expr{$hier{${name}}}`), ...on.seen.map((name) => `$expr{${name}}`)];
  const fails = mode === "works" ? 0 : mode === "retried" ? 1 : ALWAYS;
  return to.node(id, on.node({ seen: values, fails }), MODES[mode]);
}

type LoopPlan = Extract<Plan, { readonly kind: "forEach" | "map" | "while" }>;

function addLoop({ to, id }: Adding, plan: LoopPlan, inside: (body: FlowPlan, more: readonly string[]) => ReturnType<Flow["with"]>): FlowDefinition {
  if (plan.kind === "while")
    return to.while(id, { condition: `$expr{index < ${plan.rounds}}`, max: 5, body: inside(plan.body, ["index", "previous"]) });
  const items = Array.from({ length: plan.items }, (_, at) => `item ${at}`);
  const loop = { items, start: plan.start };
  if (plan.kind === "map") return to.map(id, { ...loop, concurrency: plan.concurrency, body: inside(plan.body, ["item", "index"]) });
  const { previous = "previous" } = plan;
  const sees = previous === "previous" ? ["item", "index", previous] : ["item", "index"];
  return to.forEach(id, { ...loop, previous, body: inside(plan.body, sees) });
}
