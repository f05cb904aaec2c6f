import { memoryInbox } from "@dad/events/memory";
import type { RecordedEvent } from "@dad/protocol";
import type { RunPorts } from "@dad/run-context";
import { cutAfter, endOf } from "./testing-crash.ts";
import { definitionOf, type FlowPlan, planWorld, type PlanWorld } from "./testing-plans.ts";
import { stage } from "./testing-run.ts";
import { type Told, toldPorts } from "./testing-telemetry.ts";

// For the tests of this package only: runs that are executed in several pieces, and what each of these tells.

export const TRACE = "0af7651916cd43dd8448eb211c80319c";

/** One execution of a run: what was on record when it began, what it added, and all that it told. */
export interface Execution {
  readonly before: readonly RecordedEvent[];
  readonly added: readonly RecordedEvent[];
  readonly told: Told;
}

type Of<Type extends RecordedEvent["type"]> = Extract<RecordedEvent, { readonly type: Type }>;

export function of<Type extends RecordedEvent["type"]>(record: readonly RecordedEvent[], type: Type): readonly Of<Type>[] {
  return record.filter((event): event is Of<Type> => event.type === type);
}

/** Goes on with a run of which so much is on record, or begins it. All that it was asked has an answer. */
export async function execute(before: readonly RecordedEvent[], { plan, resources, ...world }: Executing): Promise<Execution> {
  const [{ told, ports: own }, inbox] = [toldPorts({ traceId: TRACE }), memoryInbox()];
  const on = stage({
    ports: { ...own, ...(before.length > 0 ? { journals: await journalsWith(before) } : {}), inbox, ...(resources ? { resources } : {}) },
  });
  for (const { runId, request } of of(before, "input.requested")) {
    const by = { channel: "cli", who: "ada", at: new Date().toISOString() } as const;
    await inbox.post({ format: "dad.inbox/1", kind: "answer", id: request.id, runId, request: request.id, value: true, by });
  }
  const definition = definitionOf(plan, planWorld(world));
  await endOf(before.length > 0 ? on.resume(definition) : on.run(definition));
  return { before, added: (await on.events()).slice(before.length), told };
}

export interface Executing extends Partial<Pick<PlanWorld, "ticks" | "within">> {
  readonly plan: FlowPlan;
  readonly resources?: RunPorts["resources"];
}

async function journalsWith(record: readonly RecordedEvent[]) {
  const { journals } = await cutAfter(record, record.length);
  return journals;
}

/** As it was when so many hundredths of it were there. */
export function cutOf(record: readonly RecordedEvent[], share: number): readonly RecordedEvent[] {
  return record.slice(0, 1 + Math.floor((share / 100) * (record.length - 1)));
}
