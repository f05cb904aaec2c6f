import type { EventOf, InputId, NodePath, RecordedEvent, RunEvent } from "@dad/protocol";

/**
 * Folds how long was worked, by the times of the entries: of several at once it counts once. An attempt that waits for an answer does not
 * work, and nobody works on a run that nothing else goes on in, that is parked, or that was left after its last entry.
 */
export function foldWorkTime() {
  const passed = passedTime();
  const work = workers((path, begins) => {
    for (const at of pathsAround(path)) passed.count(at, begins ? 1 : -1);
  });
  let runMs = 0;
  return {
    add(event: RecordedEvent): void {
      const time = Date.parse(event.time);
      // Whoever worked when the run was left did so until its last entry.
      if (event.type === "run.resumed") work.leave();
      const sinceMs = passed.goTo(time, { gap: event.type === "run.resumed" });
      if (!work.isPaused()) runMs += sinceMs;
      work.add(event);
    },
    runMs: () => runMs,
    atMs: (path: NodePath): number => passed.atMs(path),
  };
}

/** A path and all that it is in. */
export function* pathsAround(path: NodePath): Generator<NodePath, void, undefined> {
  for (let end = path.indexOf("."); end >= 0; end = path.indexOf(".", end + 1)) yield path.slice(0, end) as NodePath;
  yield path;
}

/** The times in which somebody works at each path. */
function passedTime() {
  const times = new Map<NodePath, { workers: number; since: number; spentMs: number }>();
  let now: number | undefined;
  return {
    /** Gives how much has passed. In a gap nobody did anything. A clock that was set back takes nothing back. */
    goTo(time: number, { gap }: { readonly gap: boolean }): number {
      const sinceMs = gap || now === undefined ? 0 : Math.max(0, time - now);
      now = gap || now === undefined ? time : now + sinceMs;
      return sinceMs;
    },
    /** So many more work at or below a path. */
    count(path: NodePath, more: number): void {
      const time = times.get(path) ?? { workers: 0, since: 0, spentMs: 0 };
      times.set(path, time);
      if (time.workers === 0) time.since = now ?? 0;
      time.workers += more;
      if (time.workers === 0) time.spentMs += (now ?? 0) - time.since;
    },
    atMs(path: NodePath): number {
      const time = times.get(path);
      if (time === undefined) return 0;
      return time.spentMs + (time.workers > 0 ? (now ?? 0) - time.since : 0);
    },
  };
}

/** Who works: attempts that go on and wait for no answer. */
function workers(onChange: (path: NodePath, begins: boolean) => void) {
  const going = new Set<NodePath>();
  const asking = askers();
  let working = 0;

  /** Does something about a path, and says what that changes. */
  function change(path: NodePath, how: () => void): void {
    const isWorking = (): boolean => going.has(path) && !asking.has(path);
    const before = isWorking();
    how();
    if (before === isWorking()) return;
    working += before ? -1 : 1;
    onChange(path, !before);
  }

  function answered(id: InputId): void {
    const path = asking.of(id);
    if (path !== undefined) change(path, () => asking.delete(path, id));
  }

  return {
    isPaused: () => asking.size() > 0 && working === 0,
    leave(): void {
      for (const path of going) change(path, () => going.delete(path));
    },
    add(event: RecordedEvent): void {
      if (event.type === "node.started") change(event.path, () => void going.add(event.path));
      else if (event.type === "input.requested") change(event.path, () => asking.add(event.path, event.request.id));
      else if (endsAttempt(event)) change(event.path, () => void going.delete(event.path));
      else if (endsRequest(event)) answered(event.request);
    },
  };
}

type AttemptEnd = EventOf<"node.completed"> | EventOf<"node.failed"> | EventOf<"node.cancelled"> | EventOf<"node.parked">;

function endsAttempt(event: RunEvent): event is AttemptEnd {
  return event.type === "node.completed" || event.type === "node.failed" || event.type === "node.cancelled" || event.type === "node.parked";
}

function endsRequest(event: RunEvent): event is EventOf<"input.answered"> | EventOf<"input.cancelled"> | EventOf<"input.expired"> {
  if (event.type === "input.expired") return event.onTimeout !== "wait";
  return event.type === "input.answered" || event.type === "input.cancelled";
}

/** What is asked, and by whom. */
function askers() {
  const open = new Map<NodePath, Set<InputId>>();
  const paths = new Map<InputId, NodePath>();
  return {
    has: (path: NodePath) => open.has(path),
    of: (id: InputId) => paths.get(id),
    size: () => open.size,
    add(path: NodePath, id: InputId): void {
      paths.set(id, path);
      open.set(path, (open.get(path) ?? new Set()).add(id));
    },
    delete(path: NodePath, id: InputId): void {
      paths.delete(id);
      const ids = open.get(path);
      if (ids?.delete(id) && ids.size === 0) open.delete(path);
    },
  };
}
