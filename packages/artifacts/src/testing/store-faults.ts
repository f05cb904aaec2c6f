import { expect, it } from "vitest";
import { digestOfBytes } from "@dad/protocol";
import type { ArtifactStore } from "../artifact-store.ts";
import { readText } from "../read.ts";
import { all } from "./bodies.ts";
import type { StoreFixture } from "./store-subject.ts";

/** No adapter needs that many calls of its storage for a small content. */
const MOST_CALLS = 1000;

/** What holds when the storage fails. */
export function faultTests({ store, subject }: StoreFixture): void {
  it("has content whole or not at all whichever call of its storage fails, and takes it then, if it claims to outlive its process", async () => {
    if (store().capabilities.durability === "memory") return;
    const kept = [(await store().put("kept")).digest];
    for (let call = 1; ; call++) {
      expect(call, "calls of the storage for one put").toBeLessThan(MOST_CALLS);
      const text = `content ${call} `.repeat(1000);
      await using failing = await subject.failing!(call);
      const outcome = await outcomeOf(failing.store, text);
      if (!failing.failed()) return;
      expect(["stored: whole", "ARTIFACT_STORAGE_FAILED: whole", "ARTIFACT_STORAGE_FAILED: absent"]).toContain(
        `${outcome}: ${await presence(store(), text)}`,
      );
      expect(await readText(store(), kept[0]!)).toBe("kept");
      kept.push((await store().put(text)).digest);
      expect(await presence(store(), text)).toBe("whole");
      expect((await all(store().list())).sort()).toEqual(kept.toSorted());
    }
  });
}

async function outcomeOf(store: ArtifactStore, text: string): Promise<string> {
  return store.put(text).then(
    () => "stored",
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
}

async function presence(store: ArtifactStore, text: string): Promise<"absent" | "whole" | "damaged"> {
  const digest = digestOfBytes(text);
  if ((await store.size(digest)) === undefined) return "absent";
  return readText(store, digest).then(
    () => "whole",
    () => "damaged",
  );
}
