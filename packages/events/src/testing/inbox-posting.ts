import type { InboxMessage, Json, RunId } from "@dad/protocol";
import { expect, it } from "vitest";
import type { Inbox } from "../inbox.ts";
import { answer, OTHER_RUN, pendingIn, QUESTION, RUN, signal } from "./inbox-messages.ts";

const MIB = 1_048_576;

/** What is read from JSON has it; a literal would set the prototype. */
const WITH_PROTO = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}') as Json;
const VALUES: readonly Json[] = [
  null,
  false,
  0,
  -1.5e-7,
  "",
  "ünïcödé 漢字 🦊 \u0000 \u2028 \r\n",
  [],
  {},
  [[[{ deep: [null] }]]],
  { "": 1, "a.b": 2, toString: 3 },
  WITH_PROTO,
];

export function postingTests(inbox: () => Inbox): void {
  it("is empty at first, for each run", async () => {
    expect(await inbox().pending(RUN)).toEqual([]);
    expect(await inbox().pending(OTHER_RUN)).toEqual([]);
  });

  it("gives what was posted in the order in which it was posted, whatever it is and whatever its sender's clock says", async () => {
    const messages = Array.from({ length: 12 }, (_, index) =>
      index % 3 === 0 ? signal(index) : answer(index, { request: `agent.node${index}:key`, by: { comment: `${12 - index}` } }),
    );
    for (const message of messages) await inbox().post(message);
    expect(await pendingIn(inbox())).toEqual(messages);
  });

  it.each(VALUES.map((value) => [JSON.stringify(value), value] as const))(
    "gives %s as it was posted, in answers and signals",
    async (_text, value) => {
      const messages = [answer(value, { by: { who: "ünïcödé", comment: "two\nlines" } }), signal(value, { name: "ünïcödé" })];
      for (const message of messages) await inbox().post(message);
      // The texts: equal objects may differ in what they inherit, and in the order of their members.
      expect(JSON.stringify((await pendingIn(inbox())).map(contentOf))).toBe(JSON.stringify(messages.map(contentOf)));
      expect(await pendingIn(inbox())).toMatchObject(messages.map(({ by }) => ({ by })));
    },
  );

  it("keeps what was posted, whatever its maker does with it later", async () => {
    const value = { list: [1] };
    await inbox().post(answer(value));
    value.list.push(2);
    expect(await pendingIn(inbox())).toMatchObject([{ value: { list: [1] } }]);
  });

  it("keeps runs and requests apart, also those that differ in case alone", async () => {
    const requests = ["agent.node:key", "agent.Node:key", "agent.node:Key", "agent.node:key@2"];
    const messages = requests.map((request) => answer(request, { request }));
    for (const message of messages) await inbox().post(message);
    await inbox().post(answer("there", { runId: OTHER_RUN }));
    expect(await pendingIn(inbox())).toEqual(messages);
    expect(await pendingIn(inbox(), OTHER_RUN)).toMatchObject([{ value: "there" }]);
  });

  it("takes exactly one of 100 answers that are posted at once, and tells the others who was first, and when", async () => {
    const answers = Array.from({ length: 100 }, (_, index) => answer(index, { by: { who: `person ${index}` } }));
    const results = await Promise.allSettled(answers.map((message) => inbox().post(message)));
    const [taken, ...more] = await pendingIn(inbox());
    expect(more).toEqual([]);
    const first = answers.findIndex(({ id }) => id === taken?.id);
    const refusal = { status: "rejected", reason: { code: "INPUT_ANSWERED", details: { request: QUESTION, ...detailsOf(taken) } } };
    expect(results).toMatchObject(answers.map((_, index) => (index === first ? { status: "fulfilled" } : refusal)));
  });

  it("takes every signal, also those that say the same", async () => {
    await Promise.all(Array.from({ length: 30 }, () => inbox().post(signal("same"))));
    expect(await pendingIn(inbox())).toHaveLength(30);
  });

  it("takes a message once that is sent several times, one after the other or at once", async () => {
    for (const message of [answer("yes", { id: "same" }), signal("yes", { id: "same" })]) {
      await Promise.all(Array.from({ length: 10 }, () => inbox().post(message)));
      await inbox().post(message);
    }
    expect(await pendingIn(inbox())).toHaveLength(2);
  });

  it("takes nothing that is larger than 1 MiB, and what is no larger", async () => {
    const bytes = (text: string) => Buffer.byteLength(JSON.stringify(answer(text, { id: "large" })));
    const room = MIB - bytes("");
    await expect(inbox().post(answer("x".repeat(room + 1), { id: "large" }))).rejects.toMatchObject({
      code: "INBOX_MESSAGE_TOO_LARGE",
      details: { bytes: MIB + 1, limitBytes: MIB },
    });
    await inbox().post(answer("x".repeat(room), { id: "large" }));
    expect(await pendingIn(inbox())).toHaveLength(1);
  });

  it("refuses what is no message as a mistake of the program", async () => {
    const mistakes = [{ ...answer(1), request: "no request" }, { ...answer(1), value: Number.NaN }, { ...answer(1), runId: "../elsewhere" }, {}];
    for (const mistake of mistakes) await expect(inbox().post(mistake as InboxMessage)).rejects.toThrow(TypeError);
    await expect(inbox().pending("../elsewhere" as RunId)).rejects.toThrow(TypeError);
    expect(await inbox().pending(RUN)).toEqual([]);
  });

  it("does nothing once the signal is aborted", async () => {
    const aborted = { signal: AbortSignal.abort(new Error("changed my mind")) };
    await expect(inbox().post(answer(1), aborted)).rejects.toThrow("changed my mind");
    await expect(inbox().pending(RUN, aborted)).rejects.toThrow("changed my mind");
    const message = signal(1);
    await inbox().post(message);
    await expect(inbox().settle(message, "accepted", aborted)).rejects.toThrow("changed my mind");
    expect(await pendingIn(inbox())).toEqual([message]);
  });
}

function contentOf(message: InboxMessage): Json {
  return message.kind === "answer" ? message.value : message.data;
}

function detailsOf(message: InboxMessage | undefined) {
  return { who: message?.by.who, channel: message?.by.channel, at: message?.by.at };
}
