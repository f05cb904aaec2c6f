import { ArtifactEntry, type ArtifactEntry as Entry, digestOfBytes } from "@dad/protocol";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Collecting, collected, completed, component, entryOf, failed, type MadeRun, started } from "./testing-runs.ts";

/** A node that left these. */
const leaving = (artifacts: readonly Entry[], how = completed): MadeRun => ({
  events: [component("main"), started("main.a"), how("main.a", { artifacts })],
});
const contentsOf = async (artifacts: readonly Entry[], how?: Collecting) =>
  Object.values((await collected({ one: leaving(artifacts) }, how)).run.contents);
const bytes = (...numbers: number[]) => new Uint8Array(numbers);

async function* chunksOf(text: string) {
  yield new TextEncoder().encode(text);
}

describe("the contents of a report", () => {
  it("are texts, or bytes in base64, verified, each once", async () => {
    await using artifacts = memoryArtifactStore();
    const named = async (name: string, body: string | Uint8Array, mediaType: string) =>
      ArtifactEntry.parse({ ...(await artifacts.put(body, { mediaType })), name, path: `main/${name}` });
    const entries = [
      await named("a.txt", "h\u00E9llo", "text/plain"),
      await named("again.txt", "h\u00E9llo", "text/plain"),
      await named("b.png", bytes(0x89, 0x50), "image/png"),
      await named("c.bin", bytes(0, 255), "application/octet-stream"),
      await named("d.svg", "<svg/>", "image/svg+xml"),
      await named("e.html", "<script>1</script>", "text/html"),
      entryOf("inline", { a: 1 }),
    ];
    const { run } = await collected({ one: leaving(entries) }, { artifacts });
    expect(Object.keys(run.contents)).toHaveLength(6);
    expect(entries.map(({ digest }) => run.contents[digest])).toMatchObject([
      { text: "h\u00E9llo", size: 6, state: "whole" },
      { text: "h\u00E9llo" },
      { data: "iVA=", mediaType: "image/png", state: "whole" },
      { data: "AP8=", state: "whole" },
      { text: "<svg/>" },
      { text: "<script>1</script>" },
      { text: '{"a":1}', mediaType: "application/json" },
    ]);
    expect(JSON.stringify([run.details, run.elements, run.events])).not.toContain('"data"');
  });

  it("say that they are missing, or not what their digest says", async () => {
    const gone = { ...entryOf("gone", "gone"), data: undefined };
    const bad = { ...entryOf("bad", "good"), data: entryOf("bad", "evil").data };
    const artifacts = { get: async () => undefined };
    expect(await contentsOf([gone, bad], { artifacts })).toEqual([
      { mediaType: "text/plain", size: 4, state: "missing" },
      { mediaType: "text/plain", size: 4, state: "damaged" },
    ]);
  });

  it("are not read on from a file that is longer than they are", async () => {
    const gone = { ...entryOf("gone", "gone"), data: undefined };
    let read = 0;
    async function* endless() {
      for (; read < 1000; read += 1) yield new TextEncoder().encode("gone");
    }
    expect(await contentsOf([gone], { shown: async () => endless() })).toMatchObject([{ state: "missing" }]);
    expect(read).toBe(1);
  });

  it("are looked for in the directory of the run, as long as it is they", async () => {
    const gone = { ...entryOf("gone", "gone"), data: undefined };
    const shown = (text: string) => ({ shown: async (_runId: string, path: string) => (path === "main/gone" ? chunksOf(text) : undefined) });
    expect(await contentsOf([gone], shown("gone"))).toMatchObject([{ text: "gone", state: "whole" }]);
    expect(await contentsOf([gone], shown("else"))).toMatchObject([{ state: "missing" }]);
  });

  it("are those of the run that made them, where they are reused", async () => {
    const made = entryOf("outcome", "made before");
    const reused = completed("main.a", {
      decision: "reused",
      origin: { runId: "old", seq: 4, attempt: 1 },
      artifacts: [{ ...made, data: undefined }],
    });
    const { run } = await collected({ one: { events: [component("main"), reused] }, old: leaving([made]) });
    expect(run.contents[made.digest]).toMatchObject({ text: "made before", state: "whole" });
  });

  it("are cut where they are long, between characters, and not where a conversation or a picture has to be whole", async () => {
    await using artifacts = memoryArtifactStore();
    const of = async (name: string, body: string | Uint8Array, mediaType = "text/plain") =>
      ArtifactEntry.parse({ ...(await artifacts.put(body, { mediaType })), name, path: `main/${name}` });
    const entries = [
      await of("long", "\u00E9".repeat(50)),
      await of("reply", "r".repeat(99)),
      await of("small.png", new Uint8Array(99), "image/png"),
      await of("large.png", new Uint8Array(205), "image/png"),
      await of("sparse.bin", new Uint8Array(99).fill(255), "application/octet-stream"),
    ];
    const { run } = await collected({ one: leaving(entries) }, { artifacts, limits: { content: 51 } });
    const [long, reply, small, large, sparse] = entries.map(({ digest }) => run.contents[digest]);
    expect([long, reply?.state, small?.state, large, sparse?.state]).toEqual([
      { mediaType: "text/plain", size: 100, text: "\u00E9".repeat(25), state: "cut" },
      "whole",
      "whole",
      { mediaType: "image/png", size: 205, state: "left" },
      "cut",
    ]);
    expect(run.omitted).toMatchObject([
      { what: "contents", count: 2, reason: expect.stringContaining("long") as string },
      { what: "contents", count: 1, reason: expect.stringContaining("no room") as string },
    ]);
  });

  it("leave out first what matters least", async () => {
    const names = ["result", "notes", "input", "outcome", "reply"];
    const entries = names.map((name) => entryOf(name, name.padEnd(20, "-")));
    const error = entryOf("stderr", "why it failed".padEnd(20, "-"));
    const events = [component("main"), completed("main.a", { artifacts: entries }), failed("main.b", { artifacts: [error] })];
    const { run } = await collected({ one: { events } }, { limits: { contents: 65 } });
    const whole = [...entries, error].filter(({ digest }) => run.contents[digest]?.state === "whole").map(({ name }) => name);
    expect(whole).toEqual(["outcome", "reply", "stderr"]);
    expect(run.omitted).toMatchObject([{ what: "contents", count: 3 }]);
  });

  it("are told whatever they are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom("text/plain", "image/png", "application/json", "x"),
        async (body, mediaType) => {
          const entry = ArtifactEntry.parse({
            mediaType,
            digest: digestOfBytes(body),
            size: body.length,
            data: Buffer.from(body).toString("base64"),
            name: "a",
            path: "a",
          });
          const [content] = await contentsOf([entry], { limits: { content: 30 } });
          const given = content?.text === undefined ? Buffer.from(content?.data ?? "", "base64") : Buffer.from(content.text);
          expect(Buffer.from(body).subarray(0, given.length)).toEqual(given);
          expect(content?.state).toBe(given.length === body.length ? "whole" : "cut");
        },
      ),
    );
  });
});
