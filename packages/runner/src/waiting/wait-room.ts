import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import type { NodeHandle } from "@dad/engine";
import type { InputId } from "@dad/protocol";
import { keyOf } from "../attempt-key.ts";
import type { Awaited } from "../walk.ts";

/** What a run waits for that is parked. */
export interface Parked {
  /** Those of one attempt. */
  readonly own: readonly InputId[];
  readonly all: readonly InputId[];
}

/** What one attempt does, as far as it matters for whether the run can go on without it. */
export interface AttemptWaits {
  /** Does something that does not only wait: but as long as something within it waits for an answer. */
  during<Result>(work: () => Promise<Result>): Promise<Result>;
  /** It waits until somebody answers. */
  waiting(request: InputId): Disposable;
  /** Resolves when the run is parked, and else never. */
  readonly parked: Promise<Parked>;
  /** Nothing of it counts any more. */
  leave(): void;
}

/**
 * Knows what the attempts of a walk do, and parks the run when all that the walk waits for waits itself: each attempt for an answer,
 * and none of them does anything else meanwhile.
 */
export interface WaitRoom {
  enter(handle: NodeHandle): AttemptWaits;
  /** The walk can go on only when one of these attempts settles. */
  walkWaits(handles: Awaited): void;
  walkGoesOn(): void;
}

export interface WaitRoomOptions {
  /** A last look, before the run is parked: whether one of these is answered after all. */
  readonly isAnswered: (requests: readonly InputId[]) => Promise<boolean>;
  /** The run is parked: whatever is answered from now on, nobody goes on with that. */
  readonly onPark: () => void;
  /** It could not be looked. */
  readonly onTrouble: (error: unknown) => void;
}

interface Guest {
  /** How many works of it go on that do not wait. */
  busy: number;
  readonly requests: Set<InputId>;
  readonly park: (all: readonly InputId[]) => void;
}

/** Something that an attempt does, and in what. */
interface Work {
  readonly guest: Guest;
  readonly outer: Work | undefined;
  /** How many waits are in it. */
  waits: number;
  over: boolean;
}

export function waitRoom(options: WaitRoomOptions): WaitRoom {
  const guests = new Map<string, Guest>();
  const works = new AsyncLocalStorage<Work>();
  const parking = parkingOf(guests, options);
  return {
    enter(handle) {
      const key = keyOf(handle);
      const { promise: parked, resolve } = Promise.withResolvers<Parked>();
      const guest: Guest = { busy: 0, requests: new Set(), park: (all) => resolve({ own: [...guest.requests], all }) };
      guests.set(key, guest);
      const inside = { guest, works, changed: parking.changed };
      return {
        parked,
        during: (work) => during(inside, work),
        waiting: (request) => waiting(inside, request),
        leave() {
          guest.requests.clear();
          guests.delete(key);
        },
      };
    },
    walkWaits: parking.walkWaits,
    walkGoesOn: parking.walkGoesOn,
  };
}

/** Looks whether there is something left that does not wait, each time that something has changed. */
interface Parking extends Pick<WaitRoom, "walkWaits" | "walkGoesOn"> {
  readonly changed: () => void;
}

function parkingOf(guests: ReadonlyMap<string, Guest>, { isAnswered, onPark, onTrouble }: WaitRoomOptions): Parking {
  let awaited: Awaited | undefined;
  /** Counts all that happens: what has stood still through a look has not changed. */
  let happened = 0;
  let looking = false;

  function changed(): void {
    happened += 1;
    if (!looking && allWait(awaited, guests)) void look();
  }

  async function look(): Promise<void> {
    looking = true;
    try {
      while (allWait(awaited, guests)) {
        const before = happened;
        await aTurn();
        const requests = [...guests.values()].flatMap((guest) => [...guest.requests]);
        if (before === happened && !(await isAnswered(requests)) && before === happened) {
          onPark();
          for (const guest of guests.values()) guest.park(requests);
        }
        // What is answered arrives by itself; until then there is nothing new to look at.
        if (before === happened) return;
      }
    } catch (error) {
      onTrouble(error);
    } finally {
      looking = false;
    }
  }

  return {
    changed,
    walkWaits(handles) {
      awaited = handles;
      changed();
    },
    walkGoesOn() {
      awaited = undefined;
      happened += 1;
    },
  };
}

function allWait(awaited: Awaited | undefined, guests: ReadonlyMap<string, Guest>): boolean {
  if (awaited === undefined || awaited.size === 0) return false;
  for (const handle of awaited.keys()) if (!isWaiting(guests.get(keyOf(handle)))) return false;
  return true;
}

interface Inside {
  readonly guest: Guest;
  readonly works: AsyncLocalStorage<Work>;
  readonly changed: () => void;
}

async function during<Result>({ guest, works, changed }: Inside, work: () => Promise<Result>): Promise<Result> {
  const own: Work = { guest, outer: works.getStore(), waits: 0, over: false };
  guest.busy += 1;
  changed();
  try {
    return await works.run(own, work);
  } finally {
    own.over = true;
    if (own.waits === 0) guest.busy -= 1;
    changed();
  }
}

function waiting({ guest, works, changed }: Inside, request: InputId): Disposable {
  const around = worksAround(works.getStore(), guest);
  guest.requests.add(request);
  for (const work of around) if (++work.waits === 1 && !work.over) guest.busy -= 1;
  changed();
  return once(() => {
    guest.requests.delete(request);
    for (const work of around) if (--work.waits === 0 && !work.over) guest.busy += 1;
    changed();
  });
}

function isWaiting(guest: Guest | undefined): boolean {
  return guest !== undefined && guest.busy === 0 && guest.requests.size > 0;
}

/** What an attempt does of which something is a part: the innermost first. */
function worksAround(work: Work | undefined, guest: Guest): readonly Work[] {
  const around: Work[] = [];
  for (let at = work; at; at = at.outer) if (at.guest === guest) around.push(at);
  return around;
}

/** When all that was about to go on by itself has gone on. */
async function aTurn(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await setImmediate();
}

const TURNS = 2;

function once(end: () => void): Disposable {
  let ended = false;
  return {
    [Symbol.dispose]() {
      if (ended) return;
      ended = true;
      end();
    },
  };
}
