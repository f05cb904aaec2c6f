import assert from "node:assert/strict";
import type { RecordedEvent } from "@dad/protocol";
import type { People } from "./people.ts";
import type { Sighting } from "./witness.ts";

type Event<Type> = Extract<RecordedEvent, { readonly type: Type }>;

/** What a node was given is on record: a result of a step, or the one end of what it asked. So is that the run was parked. */
export function assertOnRecord(seen: readonly Sighting[], events: readonly RecordedEvent[]): void {
  const steps = new Set(of(events, "step.completed").map(({ path, name }) => `${path} ${name}`));
  const ends = new Set<string>([...of(events, "input.answered"), ...of(events, "input.expired")].map(({ request }) => request));
  for (const { saw, path } of seen) {
    if (saw === "step") assert(steps.has(path), `${path} was given to its node, and is not in the journal`);
    if (saw === "answer") assert(ends.has(path), `the answer to ${path} was given to its node, and is not in the journal`);
  }
  const parked = seen.filter(({ saw }) => saw === "parked").length;
  assert(of(events, "run.parked").length >= parked, "the run was said to be parked, and that is not in the journal");
}

/** Each step was done once, each request has one end, and of what was posted nothing that was acknowledged is lost. */
export function assertAsked({ first, rivals, late }: People, seen: readonly Sighting[], events: readonly RecordedEvent[]): void {
  assertOnce(
    of(events, "step.completed").map(({ path, name, given }) => `${path} ${name} ${given}`),
    "a step was recorded twice",
  );
  const answered = of(events, "input.answered");
  assertOnce(
    [...answered, ...of(events, "input.expired")].map(({ request }) => request),
    "a request ended twice",
  );
  const acknowledged = new Set(seen.flatMap(({ saw, path }) => (saw === "posted" ? [path] : [])));
  const winners = rivals.filter(({ id }) => acknowledged.has(id));
  assert(winners.length <= 1, "two who answer the same were both told that theirs is taken");
  for (const { id } of late) assert(!acknowledged.has(id), `what was posted ${id} was said to be taken`);
  for (const posted of [...first, ...winners]) {
    if (!acknowledged.has(posted.id)) continue;
    const found = "name" in posted ? signals(events, posted.id) : endsOf(events, posted.id);
    assert.deepEqual(
      found,
      ["name" in posted ? posted.data : posted.id === "refused" ? "INPUT_INVALID" : posted.value],
      `what became of ${posted.id}`,
    );
  }
}

function signals(events: readonly RecordedEvent[], id: string): readonly unknown[] {
  return of(events, "custom.emitted").flatMap(({ message, data }) => (message === id ? [data] : []));
}

/** What became of the answers of somebody: the value that was taken, or why it was not. */
function endsOf(events: readonly RecordedEvent[], id: string): readonly unknown[] {
  return events.flatMap((event) => {
    if (event.type === "input.answered" && event.by.who === id) return [event.value];
    return event.type === "input.rejected" && event.by.who === id ? [event.error.code] : [];
  });
}

function of<Type extends RecordedEvent["type"]>(events: readonly RecordedEvent[], type: Type): readonly Event<Type>[] {
  return events.filter((event): event is Event<Type> => event.type === type);
}

function assertOnce(names: readonly string[], message: string): void {
  assert.deepEqual(names, [...new Set(names)], message);
}
