import { type NamedInterception, type NodeToExecute, type Questions } from "@dad/events";
import { type Json, messageOf } from "@dad/protocol";
import { type Attempt, type Collected } from "./attempt.ts";
import { NodeVetoedError } from "./errors.ts";
import { withoutSecrets } from "./without-secrets.ts";

type When = "before" | "after";

/** What an interceptor gives instead of the node. */
export interface Replaced {
  readonly value: Json;
  /** The interceptor, for people. */
  readonly by: string;
}

/** Asks whether the node is executed. @throws NodeVetoedError (`NODE_VETOED`). */
export function interceptedBefore(work: Attempt, collected: Collected): Promise<Replaced | undefined> {
  return intercepted(work, collected, { when: "before", kind: "node.before", node: nodeOf(work) });
}

/** Asks whether what the node has given counts. @throws NodeVetoedError (`NODE_VETOED`). */
export function interceptedAfter(work: Attempt, collected: Collected, output: Json): Promise<Replaced | undefined> {
  return intercepted(work, collected, { when: "after", kind: "node.after", node: { ...nodeOf(work), output } });
}

interface Asking<Kind extends `node.${When}`> {
  readonly when: When;
  readonly kind: Kind;
  readonly node: Questions[Kind]["question"];
}

async function intercepted<Kind extends `node.${When}`>(
  { call: { path, attempt }, scope: { run }, signal, waits }: Attempt,
  collected: Collected,
  { when, kind, node }: Asking<Kind>,
): Promise<Replaced | undefined> {
  const accept = (given: NamedInterception): NamedInterception => given;
  const decided = await waits.during(() => run.ports.events.ask(kind, node, { accept, signal }));
  if (decided === undefined) return undefined;
  const { by } = decided;
  collected.intercepted = true;
  const how = "veto" in decided ? ({ action: "vetoed", reason: decided.veto } as const) : ({ action: "replaced", reason: decided.reason } as const);
  await run.record({ type: "node.intercepted", path, attempt, when, by, ...how });
  if ("veto" in decided) throw new NodeVetoedError(path, { by, reason: decided.veto });
  return { value: decided.replace, by };
}

/** As the record has it. */
function nodeOf({ call: { path, attempt, settings, input }, definition: { nodeType }, scope: { run } }: Attempt): NodeToExecute {
  const told = { settings: withoutSecrets(settings, run), ...(input === undefined ? {} : { input }) };
  return { runId: run.env.runId, path, attempt, nodeType: nodeType.type, ...told };
}

/** What says whose value it was that does not fit. */
export function misfitBy({ by }: Replaced, cause: unknown): Error {
  return new Error(`what the interceptor "${by}" gave instead: ${messageOf(cause)}`, { cause });
}
