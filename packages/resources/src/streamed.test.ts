import { describe, expect, it } from "vitest";
import type { GenerateOptions, ModelTrouble } from "./model-resource.ts";
import { withPolicies } from "./policies/with-policies.ts";
import { scriptedModel } from "./scripted/scripted-model.ts";
import { streamed, type StreamedPart } from "./streamed.ts";
import { busy, deaf, HELLO, pricedModel } from "./testing/priced-model.ts";

async function all(parts: AsyncIterable<StreamedPart>): Promise<readonly string[]> {
  const told: string[] = [];
  for await (const part of parts) told.push(shown(part));
  return told;
}

function shown(part: StreamedPart): string {
  if (part.type === "piece") return `${part.channel}:${part.text}`;
  return part.type === "trouble" ? part.trouble.type : `= ${part.response.text}`;
}

/** A model that tells what it is told to. */
function toldTo() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let tell: NonNullable<GenerateOptions["onPiece"]> = () => {};
  const model = pricedModel([
    ({ onPiece }) => {
      tell = onPiece ?? tell;
      return promise;
    },
  ]);
  return { model, text: (text: string) => tell({ channel: "text", text }), end: resolve, fail: reject };
}

describe("streamed", () => {
  it("gives the pieces of a reply, and then the reply", async () => {
    const parts = await all(streamed(scriptedModel([{ reasoning: "hmm", text: "hello world" }]), HELLO));
    expect(parts.join("|")).toMatch(/^reasoning:hmm\|text:hello .*world\|= hello world$/);
  });

  it("gives each piece when it comes, and puts together those for which nobody has asked yet", async () => {
    const { model, text, end } = toldTo();
    const parts = streamed(model, HELLO);
    const first = parts.next();
    await Promise.resolve();
    text("a");
    expect((await first).value).toEqual({ type: "piece", channel: "text", text: "a" });
    for (let count = 0; count < 1_000; count += 1) text("b");
    end("done");
    expect((await parts.next()).value).toMatchObject({ text: "b".repeat(1_000) });
    expect((await parts.next()).value).toMatchObject({ type: "response", response: { text: "done" } });
    expect(await parts.next()).toEqual({ done: true, value: undefined });
  });

  it("gives the text of a model that does not stream in one piece", async () => {
    expect(await all(streamed(pricedModel(["hello world"]), HELLO))).toEqual(["text:hello world", "= hello world"]);
  });

  it("says where a reply starts anew", async () => {
    const half = async ({ onPiece }: GenerateOptions): Promise<string> => {
      onPiece?.({ channel: "text", text: "hel" });
      throw busy();
    };
    const troubles: ModelTrouble[] = [];
    const model = withPolicies(pricedModel([half, "hello"]), { retry: { delayMs: 0 } });
    const parts = streamed(model, HELLO, { onTrouble: (trouble) => troubles.push(trouble) });
    expect(await all(parts)).toEqual(["text:hel", "retried", "text:hello", "= hello"]);
    expect(troubles).toHaveLength(1);
  });

  it("fails as the call does, after the pieces", async () => {
    const { model, text, fail } = toldTo();
    const parts = streamed(model, HELLO);
    const first = parts.next();
    await Promise.resolve();
    text("a");
    fail(busy());
    expect((await first).value).toMatchObject({ text: "a" });
    await expect(parts.next()).rejects.toMatchObject({ message: "busy" });
    expect(await parts.next()).toEqual({ done: true, value: undefined });
  });

  it("calls nobody before it is asked for something", async () => {
    const model = pricedModel([]);
    expect(await streamed(model, HELLO).return?.()).toEqual({ done: true, value: undefined });
    expect(model.calls).toEqual([]);
  });

  it("aborts the call of one who stops iterating", async () => {
    const model = pricedModel([
      ({ onPiece }) => {
        onPiece?.({ channel: "text", text: "a" });
        return deaf();
      },
    ]);
    for await (const part of streamed(model, HELLO)) if (part.type === "piece") break;
    expect(model.calls[0]?.signal?.aborted).toBe(true);
  });

  it("lets one go who waits for a part, when it is stopped", async () => {
    const model = pricedModel([deaf]);
    const parts = streamed(model, HELLO);
    const waiting = parts.next();
    await Promise.resolve();
    expect(await parts.return?.()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(model.calls[0]?.signal?.aborted).toBe(true);
  });

  it("fails with the reason of the caller's signal", async () => {
    const controller = new AbortController();
    const parts = streamed(withPolicies(pricedModel([deaf])), HELLO, { signal: controller.signal });
    const first = parts.next();
    controller.abort("enough");
    await expect(first).rejects.toBe("enough");
  });
});
