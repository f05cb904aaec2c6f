import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import type { InboxMessage } from "@dad/protocol";
import type { Inbox, InboxItem } from "../inbox.ts";
import { answer, follow, messagesOf, OTHER_RUN, RUN, signal } from "./inbox-messages.ts";

const STEPS = ["signal", "answer", "accept", "reject"] as const;

/** What happens before somebody follows, and the pauses before what is posted then. */
interface Story {
  readonly before: ReadonlyArray<(typeof STEPS)[number]>;
  readonly after: readonly number[];
}

/** Different ones, and the same for the same seed. */
function storyOf(seed: number): Story {
  let state = seed;
  // A linear congruential generator: its upper bits are random enough.
  const below = (limit: number) => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 16) % limit;
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: below(most + 1) }, make);
  return { before: some(12, () => STEPS[below(STEPS.length)]!), after: some(8, () => below(5)) };
}

export function followingTests(inbox: () => Inbox): void {
  it("gives what nobody has settled, also answers from before, and then what comes", async () => {
    const [settled, early, late] = [signal("settled"), answer("early"), answer("late", { request: "agent.other:key" })];
    await inbox().post(settled);
    await inbox().post(early);
    await inbox().settle(settled, "accepted");
    const followed = follow(inbox(), 2);
    await inbox().post(answer("elsewhere", { runId: OTHER_RUN }));
    await inbox().post(late);
    expect(await followed).toEqual([early, late]);
  });

  it("waits also where nothing was ever posted", async () => {
    const followed = follow(inbox(), 1);
    await setImmediate();
    const message = answer("first");
    await inbox().post(message);
    expect(await followed).toEqual([message]);
  });

  it.each(Array.from({ length: 12 }, (_, seed) => seed))(
    "gives each message once and in order, wherever in story %i somebody follows",
    async (seed) => {
      const { before, after } = storyOf(seed);
      const unsettled: InboxMessage[] = [];
      const post = async (message: InboxMessage) => (await inbox().post(message), unsettled.push(message));
      for (const [index, step] of before.entries()) {
        if (step === "signal") await post(signal(index));
        else if (step === "answer") await post(answer(index, { request: `agent.node${index}:key` }));
        else if (unsettled[0]) await inbox().settle(unsettled.shift()!, step === "accept" ? "accepted" : "rejected");
      }
      const followers = [1, 2].map(() => follow(inbox(), unsettled.length + after.length));
      for (const [index, turns] of after.entries()) {
        for (let turn = 0; turn < turns; turn++) await setImmediate();
        await post(signal(`later ${index}`));
      }
      expect(await Promise.all(followers)).toEqual([unsettled, unsettled]);
    },
  );

  it("gives nothing a second time that is settled while it is followed", async () => {
    const messages = Array.from({ length: 10 }, (_, index) => signal(index));
    const given: InboxItem[] = [];
    const controller = new AbortController();
    const following = (async () => {
      for await (const item of inbox().follow(RUN, controller)) {
        given.push(item);
        if ("message" in item) await inbox().settle(item.message, "accepted");
        if (given.length === messages.length) controller.abort();
      }
    })();
    for (const message of messages) await inbox().post(message);
    await following;
    expect(messagesOf(given)).toEqual(messages);
    expect(await inbox().pending(RUN)).toEqual([]);
  });

  it("ends without an error when the signal is aborted: before, between two messages, and while nothing comes", async () => {
    for (const number of [1, 2]) await inbox().post(signal(number));
    expect(await all(inbox().follow(RUN, { signal: AbortSignal.abort() }))).toEqual([]);
    const between = new AbortController();
    const given: unknown[] = [];
    for await (const item of inbox().follow(RUN, between)) {
      given.push(item);
      between.abort();
    }
    expect(given).toHaveLength(1);
    const idle = new AbortController();
    const following = all(inbox().follow(OTHER_RUN, idle));
    await setImmediate();
    idle.abort();
    expect(await following).toEqual([]);
  });

  it("may be left at any moment, and followed again from the beginning", async () => {
    for (const number of [1, 2]) await inbox().post(signal(number));
    for (let time = 0; time < 3; time++) {
      for await (const item of inbox().follow(RUN, new AbortController())) {
        expect(item).toMatchObject({ message: { data: 1 } });
        break;
      }
    }
  });

  it("leaves no listener with the signal", async () => {
    const controller = new AbortController();
    const listeners: string[] = [];
    const { signal: given } = controller;
    const add = given.addEventListener.bind(given);
    const remove = given.removeEventListener.bind(given);
    given.addEventListener = (type: string, ...rest: [never, never?]) => (listeners.push(type), add(type, ...rest));
    given.removeEventListener = (type: string, ...rest: [never, never?]) => (listeners.pop(), remove(type, ...rest));
    const iterator = inbox().follow(RUN, controller)[Symbol.asyncIterator]();
    for (let time = 0; time < 20; time++) {
      const next = iterator.next();
      await setImmediate();
      await inbox().post(signal(time));
      await next;
    }
    await iterator.return?.();
    expect(listeners).toEqual([]);
  });
}

async function all(items: AsyncIterable<InboxItem>): Promise<InboxItem[]> {
  const found: InboxItem[] = [];
  for await (const item of items) found.push(item);
  return found;
}
