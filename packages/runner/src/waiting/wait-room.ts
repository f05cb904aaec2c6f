import type { NodeHandle } from "@dad/engine";
import type { InputId } from "@dad/protocol";
import { keyOf } from "../attempt.ts";
import type { Awaited } from "../walk.ts";

/** What one attempt does, as far as it matters for whether the run can go on without it. */
export interface AttemptWaits {
  /** Something goes on that it began, and that is not waiting. */
  busy(): Disposable;
  /** It waits until somebody answers. */
  waiting(request: InputId): Disposable;
  /** Resolves with what it waits for when the run is parked, and else never. */
  readonly parked: Promise<readonly InputId[]>;
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
  /** It could not be looked. */
  readonly onTrouble: (error: unknown) => void;
}

interface Guest {
  busy: number;
  readonly requests: Set<InputId>;
  readonly park: (requests: readonly InputId[]) => void;
}

export function waitRoom({ isAnswered, onTrouble }: WaitRoomOptions): WaitRoom {
  const guests = new Map<string, Guest>();
  let awaited: Awaited | undefined;
  /** How many requests are waited for: as long as none is, there is nothing to look at. */
  let open = 0;
  /** Counts all that happens: what has stood still through a look has not changed. */
  let happened = 0;
  let looking = false;

  function changed(): void {
    happened += 1;
    if (!looking && allWait()) void look();
  }

  function allWait(): boolean {
    if (open === 0 || awaited === undefined || awaited.size === 0) return false;
    for (const handle of awaited.keys()) if (!isWaiting(guests.get(keyOf(handle)))) return false;
    return true;
  }

  async function look(): Promise<void> {
    looking = true;
    try {
      while (allWait()) {
        const before = happened;
        await aTurn();
        const requests = requestsOf(guests.values());
        if (before === happened && allWait() && !(await isAnswered(requests)) && before === happened) return park(requests);
        // What is answered arrives by itself; until then there is nothing new to look at.
        if (before === happened) return;
      }
    } catch (error) {
      onTrouble(error);
    } finally {
      looking = false;
    }
  }

  function park(requests: readonly InputId[]): void {
    for (const guest of guests.values()) guest.park(requests);
  }

  return {
    enter(handle) {
      const key = keyOf(handle);
      const { promise: parked, resolve } = Promise.withResolvers<readonly InputId[]>();
      const guest: Guest = { busy: 0, requests: new Set(), park: () => resolve([...guest.requests]) };
      guests.set(key, guest);
      return {
        parked,
        busy() {
          guest.busy += 1;
          changed();
          return once(() => {
            guest.busy -= 1;
            changed();
          });
        },
        waiting(request) {
          guest.requests.add(request);
          open += 1;
          changed();
          return once(() => {
            guest.requests.delete(request);
            open -= 1;
            changed();
          });
        },
        leave() {
          open -= guest.requests.size;
          guest.requests.clear();
          guests.delete(key);
        },
      };
    },
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

function isWaiting(guest: Guest | undefined): boolean {
  return guest !== undefined && guest.busy === 0 && guest.requests.size > 0;
}

function requestsOf(guests: Iterable<Guest>): readonly InputId[] {
  return Array.from(guests, ({ requests }) => [...requests]).flat();
}

/** When all that was about to go on by itself has gone on. */
async function aTurn(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
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
