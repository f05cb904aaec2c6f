import { type AnswerDesk, type Given, TIMEOUT } from "./answer-desk.ts";
import type { InboxFeed } from "./inbox-feed.ts";
import type { LiveRequest } from "./live-request.ts";
import { at, type WallClock } from "./wall-clock.ts";

/** Brings requests to their one end, whoever is there first. */
export interface AnswerTaking {
  /** Takes what this process has, unless somebody else was first. */
  take(live: LiveRequest, answered: Given): Promise<void>;
  /** From now on, it expires by itself. */
  expiring(live: LiveRequest): Promise<void>;
  /** It needs no answer any more. One that it has stays. */
  cancel(live: LiveRequest): Promise<void>;
}

export interface AnswerTakingOptions {
  readonly desk: AnswerDesk;
  readonly feed: InboxFeed;
  readonly clock: WallClock;
}

export function answerTaking({ desk, feed, clock }: AnswerTakingOptions): AnswerTaking {
  const unlessOver = (live: LiveRequest, how: () => Promise<void>): Promise<void> =>
    feed.inTurn(async () => (live.isOver() ? undefined : await how()));

  async function expire(live: LiveRequest): Promise<void> {
    if (live.request.onTimeout === "wait") return await unlessOver(live, () => desk.expire(live));
    // Somebody may have answered in time.
    await feed.look();
    const by = { channel: TIMEOUT, at: new Date(clock.now()).toISOString() };
    await conclude({ desk, feed }, live, { answered: { value: null, by }, how: () => desk.expire(live) });
  }

  return {
    async take(live, answered) {
      const how = (): Promise<void> => desk.accept(live, answered);
      if (live.request.as === "secret") await unlessOver(live, how);
      else await conclude({ desk, feed }, live, { answered, how });
    },
    async expiring(live) {
      const { expiresAt } = live.request;
      if (expiresAt === undefined || live.isOver()) return;
      const time = Date.parse(expiresAt);
      if (time <= clock.now()) return await expire(live);
      const timer = at(clock, time, () => void expire(live).catch(live.fail));
      live.over.addEventListener("abort", () => timer[Symbol.dispose](), { once: true });
    },
    cancel: ({ request }) => feed.inTurn(async () => (desk.book.of(request.id)?.state === "open" ? desk.cancel(request) : undefined)),
  };
}

interface Conclusion {
  readonly answered: Given;
  /** Records it. */
  readonly how: () => Promise<void>;
}

/**
 * Whoever is first in the inbox is taken, if that fits, and else this. What only the inbox says is taken is not: the journal is the
 * truth.
 */
async function conclude({ desk, feed }: Pick<AnswerTakingOptions, "desk" | "feed">, live: LiveRequest, { answered, how }: Conclusion): Promise<void> {
  const conclusion = async (isTruth: boolean): Promise<boolean> => {
    if (live.isOver()) return true;
    const message = await desk.claim(live.request.id, answered);
    if (!message && !isTruth) return false;
    await how();
    if (message) await desk.inbox?.settle(message, "accepted");
    return true;
  };
  for (let missing = 0; !(await feed.inTurn(() => conclusion(missing === LOOKS)));) {
    const pending = await feed.look();
    if (!pending.has(live.request.id)) missing += 1;
  }
}

/** How often what keeps a request in the inbox is looked for. */
const LOOKS = 2;
