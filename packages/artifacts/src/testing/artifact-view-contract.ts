import { beforeEach, describe, expect, it } from "vitest";
import { digestOfBytes, RelativePath } from "@dad/protocol";
import type { ArtifactStore } from "../artifact-store.ts";
import type { ArtifactView } from "../artifact-view.ts";
import { inlineContent } from "../inline.ts";
import { largeBody } from "./bodies.ts";

/** A view that shows nothing yet, the store behind it, and a way to see what people see. */
export interface ArtifactViewFixture {
  readonly view: ArtifactView;
  readonly store: ArtifactStore;
  /** What is shown at a path, or `undefined` when nothing is. */
  read(path: string): Promise<Uint8Array | undefined> | Uint8Array | undefined;
}

/** The adapter under test. */
export interface ArtifactViewSubject {
  /** A fixture that shares nothing with an earlier one. */
  create(): ArtifactViewFixture | Promise<ArtifactViewFixture>;
}

const at = (path: string) => RelativePath.parse(path);
const HOSTILE = ["", ".", "..", "/etc/passwd", "../outside", "a/../../outside", "a//b", "a/./b", "a\\b", "c:x", "a\0b", "nul", "a/", "trailing."];

/** The contract of `ArtifactView`. Every adapter runs all of it. */
export function artifactViewContract(name: string, subject: ArtifactViewSubject): void {
  describe(`${name} satisfies ArtifactView`, () => {
    let fixture: ArtifactViewFixture;
    beforeEach(async () => {
      fixture = await subject.create();
    });
    placeTests(() => fixture);
    writeTests(() => fixture);
  });
}

async function shown({ read }: ArtifactViewFixture, path: string): Promise<string | undefined> {
  const bytes = await read(path);
  return bytes && Buffer.from(bytes).toString();
}

function placeTests(fixture: () => ArtifactViewFixture): void {
  it("shows stored content at a path, and the same content at another", async () => {
    const { view, store } = fixture();
    const content = await store.put("result");
    await view.place(at("result.json"), content);
    await view.place(at("agent/flow/node/files/deep/result.json"), content);
    expect(await shown(fixture(), "result.json")).toBe("result");
    expect(await shown(fixture(), "agent/flow/node/files/deep/result.json")).toBe("result");
    expect(await shown(fixture(), "agent/other")).toBeUndefined();
  });

  it("replaces large content by itself", async () => {
    const { view, store, read } = fixture();
    const large = await store.put(largeBody(2 * 1024 * 1024));
    for (let time = 0; time < 3; time++) await view.place(at("large"), large);
    expect(digestOfBytes((await read("large"))!)).toBe(large.digest);
  });

  it("shows content of several megabytes and of no byte", async () => {
    const { view, store, read } = fixture();
    const size = 3 * 1024 * 1024 + 1;
    const [large, empty] = [await store.put(largeBody(size)), await store.put("")];
    await view.place(at("large"), large);
    await view.place(at("empty"), empty);
    expect(digestOfBytes((await read("large"))!)).toBe(large.digest);
    expect((await read("empty"))?.byteLength).toBe(0);
  });

  it("shows content that its descriptor brings along, which no store has to have", async () => {
    const { view } = fixture();
    await view.place(at("a/inline"), inlineContent("carried"));
    await view.place(at("a/empty"), inlineContent(""));
    expect(await shown(fixture(), "a/inline")).toBe("carried");
    expect(await shown(fixture(), "a/empty")).toBe("");
  });

  it("keeps what was shown when a descriptor brings other content along than it says", async () => {
    const { view, store } = fixture();
    await view.place(at("file"), await store.put("old"));
    const [content, other] = [await store.put("right"), inlineContent("wrong")];
    await expect(view.place(at("file"), { ...content, data: other.data })).rejects.toMatchObject({ code: "ARTIFACT_DAMAGED" });
    expect(await shown(fixture(), "file")).toBe("old");
  });

  it("replaces what was shown", async () => {
    const { view, store } = fixture();
    for (const text of ["a longer first text", "second"]) await view.place(at("a/file"), await store.put(text));
    expect(await shown(fixture(), "a/file")).toBe("second");
  });

  it("keeps what was shown when the new content is not in the store", async () => {
    const { view, store } = fixture();
    await view.place(at("file"), await store.put("old"));
    const missing = { mediaType: "text/plain", digest: digestOfBytes("missing"), size: 7 };
    await expect(view.place(at("file"), missing)).rejects.toMatchObject({ code: "ARTIFACT_MISSING", details: { artifact: missing.digest } });
    expect(await shown(fixture(), "file")).toBe("old");
  });

  it("keeps what was shown when the new content has another size than it was said to have", async () => {
    const { view, store } = fixture();
    await view.place(at("file"), await store.put("old"));
    const content = await store.put("new");
    await expect(view.place(at("file"), { ...content, size: 4 })).rejects.toMatchObject({ code: "ARTIFACT_DAMAGED" });
    expect(await shown(fixture(), "file")).toBe("old");
  });

  it("shows nothing when the signal is aborted", async () => {
    const { view, store } = fixture();
    const content = await store.put("x");
    const options = { signal: AbortSignal.abort() };
    await expect(view.place(at("file"), content, options)).rejects.toMatchObject({ name: "AbortError" });
    await expect(view.write(at("file"), "x", options)).rejects.toMatchObject({ name: "AbortError" });
    expect(await shown(fixture(), "file")).toBeUndefined();
  });

  it.each(HOSTILE)("refuses %j as a path", async (path) => {
    const { view, store } = fixture();
    const content = await store.put("x");
    await expect(view.place(path as RelativePath, content)).rejects.toBeInstanceOf(TypeError);
    await expect(view.write(path as RelativePath, "x")).rejects.toBeInstanceOf(TypeError);
  });
}

function writeTests(fixture: () => ArtifactViewFixture): void {
  it("shows a text, and replaces it", async () => {
    const { view } = fixture();
    for (const text of ["a first text, somewhat longer", "zwölf"]) {
      await view.write(at("run.json"), text);
      expect(await shown(fixture(), "run.json")).toBe(text);
    }
  });

  it("refuses a text with a lone surrogate", async () => {
    await expect(fixture().view.write(at("run.json"), "a\ud800b")).rejects.toBeInstanceOf(TypeError);
    expect(await shown(fixture(), "run.json")).toBeUndefined();
  });

  it("shows the old or the new text while it is replaced, never a part", async () => {
    const { view } = fixture();
    const texts = ["a".repeat(300_000), "b".repeat(200_000)];
    await view.write(at("run.json"), texts[0]!);
    const seen = new Set<string | undefined>();
    const progress = { written: 0 };
    const reader = async () => {
      while (progress.written < 40) seen.add(await shown(fixture(), "run.json"));
    };
    const writer = async () => {
      for (; progress.written < 40; progress.written++) await view.write(at("run.json"), texts[progress.written % 2]!);
    };
    await Promise.all([reader(), writer()]);
    expect([...seen].filter((text) => !texts.includes(text!))).toEqual([]);
  });

  it("shows one whole text when 20 are written to one path at once", async () => {
    const { view } = fixture();
    const texts = Array.from({ length: 20 }, (_, index) => `${index} `.repeat(5_000));
    await Promise.all(texts.map((text) => view.write(at("a/b/run.json"), text)));
    expect(texts).toContain(await shown(fixture(), "a/b/run.json"));
  });
}
