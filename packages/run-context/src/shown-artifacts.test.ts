import type { ArtifactView } from "@dad/artifacts";
import { type ArtifactEntry, digestOfBytes, RelativePath } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { shownArtifacts } from "./shown-artifacts.ts";

const entry = (name: string): ArtifactEntry => ({
  name,
  path: RelativePath.parse(`${name}.txt`),
  mediaType: "text/plain",
  digest: digestOfBytes(name),
  size: name.length,
});

/** A view that places one thing each time it is told to. */
function slowView() {
  const placed: string[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const view = {
    async place(path: string) {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      placed.push(path);
    },
  } as unknown as ArtifactView;
  return { view, placed, placeNext: () => gates.shift()?.resolve() };
}

const settle = () => new Promise(setImmediate);

describe("artifacts that are to be shown", () => {
  it("are shown one after the other, in the order in which they were added", async () => {
    const { view, placed, placeNext } = slowView();
    const shown = shownArtifacts(view);
    await Promise.all(["a", "b", "c"].map((name) => shown.add([entry(name)])));
    for (let count = 0; count < 3; count++) {
      placeNext();
      await settle();
    }
    await shown.settled();
    expect(placed).toEqual(["a.txt", "b.txt", "c.txt"]);
  });

  it("let only so many wait: those who add more wait each for its own turn, however many there are", async () => {
    const { view, placeNext } = slowView();
    const shown = shownArtifacts(view);
    let admitted = 0;
    for (let count = 0; count < 100; count++) void shown.add([entry(`n${count}`)]).then(() => (admitted += 1));
    await settle();
    expect(admitted).toBe(32);
    placeNext();
    await settle();
    expect(admitted).toBe(33);
  });

  it("tell of the first that could not be shown, once, and go on with the others", async () => {
    const placed: string[] = [];
    const place = async (path: string): Promise<void> => {
      if (path === "a.txt") throw new Error("no space");
      placed.push(path);
    };
    const shown = shownArtifacts({ place } as unknown as ArtifactView);
    await shown.add([entry("a")]);
    await shown.add([entry("b")]);
    await expect(shown.settled()).rejects.toThrow("no space");
    await expect(shown.settled()).resolves.toBeUndefined();
    expect(placed).toEqual(["b.txt"]);
  });
});
