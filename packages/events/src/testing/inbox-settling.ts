import { expect, it } from "vitest";
import type { Inbox, InboxVerdict } from "../inbox.ts";
import { answer, OTHER_RUN, pendingIn, signal } from "./inbox-messages.ts";

const VERDICTS: readonly InboxVerdict[] = ["accepted", "rejected"];

export function settlingTests(inbox: () => Inbox): void {
  it.each(VERDICTS)("gives no message any more that was %s, and the others still", async (verdict) => {
    const [first, second, third] = [answer(1), signal(2), answer(3, { request: "agent.other:key" })];
    for (const message of [first, second, third]) await inbox().post(message);
    await inbox().settle(second, verdict);
    expect(await pendingIn(inbox())).toEqual([first, third]);
    await inbox().settle(first, verdict);
    expect(await pendingIn(inbox())).toEqual([third]);
  });

  it("keeps a request taken for ever when its answer was accepted", async () => {
    const first = answer("first", { by: { who: "ada" } });
    await inbox().post(first);
    await inbox().settle(first, "accepted");
    await expect(inbox().post(answer("second"))).rejects.toMatchObject({ code: "INPUT_ANSWERED", details: { who: "ada" } });
    expect(await inbox().pending(first.runId)).toEqual([]);
  });

  it("frees a request when its answer was rejected, each time, for exactly one of the next", async () => {
    for (let round = 0; round < 5; round++) {
      const results = await Promise.allSettled(Array.from({ length: 5 }, () => inbox().post(answer(round))));
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const [taken, ...more] = await pendingIn(inbox());
      expect([taken, more]).toMatchObject([{ value: round }, []]);
      if (taken) await inbox().settle(taken, "rejected");
    }
  });

  it.each(VERDICTS)("takes no message again that was %s, and what comes after it as if it had not been sent again", async (verdict) => {
    const messages = [answer("again", { id: "again" }), signal("again", { id: "again" })];
    for (const message of messages) {
      await inbox().post(message);
      await inbox().settle(message, verdict);
      await inbox().post(message);
    }
    expect(await pendingIn(inbox())).toEqual([]);
    const [next] = await Promise.allSettled([inbox().post(answer("next"))]);
    const taken = { status: "rejected", reason: { code: "INPUT_ANSWERED" } };
    expect(next).toMatchObject(verdict === "accepted" ? taken : { status: "fulfilled" });
  });

  it("lets the first verdict stay, however often it is settled, and takes nothing from the next answer", async () => {
    const [first, second] = [answer("first"), answer("second")];
    await inbox().post(first);
    await inbox().settle(first, "rejected");
    await inbox().post(second);
    for (const verdict of ["rejected", "accepted"] as const) await inbox().settle(first, verdict);
    expect(await pendingIn(inbox())).toEqual([second]);
    await Promise.all([inbox().settle(second, "accepted"), inbox().settle(second, "accepted")]);
    await inbox().settle(second, "rejected");
    await expect(inbox().post(answer("third"))).rejects.toMatchObject({ code: "INPUT_ANSWERED" });
  });

  it("has no verdict about what was never posted, nor about the same of another run", async () => {
    const [never, here] = [answer("never"), signal("here")];
    await inbox().settle(never, "accepted");
    await inbox().post(here);
    await inbox().settle({ ...here, runId: OTHER_RUN }, "accepted");
    await inbox().post(never);
    expect(await pendingIn(inbox())).toEqual([here, never]);
  });
}
