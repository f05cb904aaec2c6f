import { expect, it } from "vitest";
import type { Inbox } from "../inbox.ts";
import { answer, follow, pendingIn, signal, UNKNOWN_RUN } from "./inbox-messages.ts";
import type { InboxSubject } from "./inbox-subject.ts";

/** For those who share a place. */
export function sharingTests(inbox: () => Inbox, reopen: NonNullable<InboxSubject["reopen"]>): void {
  it("shows what was posted and settled to whoever opens it later", async () => {
    const [first, second] = [answer("first"), signal("second")];
    await inbox().post(first);
    await inbox().post(second);
    await inbox().settle(first, "accepted");
    const other = await reopen();
    expect(await pendingIn(other)).toEqual([second]);
    await expect(other.post(answer("third"))).rejects.toMatchObject({ code: "INPUT_ANSWERED" });
    await other.settle(second, "rejected");
    expect(await pendingIn(inbox())).toEqual([]);
  });

  it("gives what others post to who follows, in one order for all", async () => {
    const others = [inbox(), await reopen(), await reopen()];
    const followers = others.map((other) => follow(other, 30));
    for (let number = 0; number < 30; number++) await others[number % 3]!.post(signal(number));
    const [first, ...more] = await Promise.all(followers);
    expect(first?.map((message) => message.kind === "signal" && message.data)).toEqual(Array.from({ length: 30 }, (_, number) => number));
    for (const one of more) expect(one).toEqual(first);
  });

  it("takes one of the answers that several post at once", async () => {
    const others = [inbox(), await reopen(), await reopen()];
    const results = await Promise.allSettled(others.flatMap((other) => [1, 2, 3].map((value) => other.post(answer(value)))));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("has none for a run that is not there", async () => {
    const message = answer("nobody", { runId: UNKNOWN_RUN });
    const refusal = { code: "RUN_UNKNOWN", details: { runId: UNKNOWN_RUN } };
    await expect(inbox().post(message)).rejects.toMatchObject(refusal);
    await expect(inbox().settle(message, "accepted")).rejects.toMatchObject(refusal);
    await expect(inbox().pending(UNKNOWN_RUN)).rejects.toMatchObject(refusal);
    const following = inbox().follow(UNKNOWN_RUN, new AbortController())[Symbol.asyncIterator]().next();
    await expect(following).rejects.toMatchObject(refusal);
  });
}
