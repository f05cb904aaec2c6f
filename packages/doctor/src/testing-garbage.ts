import { type ArtifactStore, readText } from "@dad/artifacts";
import { type Digest, digestOfBytes, RelativePath, type TrashItem } from "@dad/protocol";
import { allOf } from "./all-of.ts";
import type { SweptStore } from "./swept-store.ts";
import type { Garbage, Trash } from "./trash-can.ts";
import type { StoreInMemory } from "./testing-store.ts";

// For the tests of this package only.

/** The garbage of a store in memory, with a trash can that a test can look into. */
export interface SweptInMemory extends SweptStore {
  /** Stores content of some age. */
  put(text: string, mtimeMs: number): Promise<Digest>;
  age(digest: Digest, mtimeMs: number): void;
  /** Moves content to the trash without asking whether somebody needs it. */
  throwAway(digest: Digest): Promise<void>;
  stored(): Promise<Digest[]>;
  /** Called before each thing is taken. */
  beforeTake: () => void | Promise<void>;
}

interface Box {
  readonly id: string;
  readonly items: Map<TrashItem, string>;
}

/** Where the garbage of a test goes. */
function boxesOf(artifacts: ArtifactStore) {
  const boxes: Box[] = [];
  const textOf = async (digest: Digest) => await readText(artifacts, digest);
  const trashOf = ({ id, items }: Box): Trash => ({
    id,
    items: [...items.keys()],
    async restore(item) {
      if ((await artifacts.size(item.what as Digest)) !== undefined) return false;
      await artifacts.put(items.get(item) ?? "");
      return items.delete(item);
    },
    async purge() {
      boxes.splice(
        boxes.findIndex((each) => each.id === id),
        1,
      );
    },
  });
  return {
    open(): Box {
      const made = { id: `gc_${boxes.length + 1}`, items: new Map<TrashItem, string>() };
      boxes.push(made);
      return made;
    },
    async move({ items }: Box, { kind, what, from, reason, bytes }: Omit<Garbage, "judged">): Promise<void> {
      const digest = what as Digest;
      items.set({ number: items.size + 1, kind, what, from, reason, bytes }, kind === "blob" ? await textOf(digest) : "");
      if (kind === "blob") await artifacts.delete(digest);
    },
    list: async () => boxes.map(trashOf),
  };
}

export function sweptInMemory({ journals, artifacts }: StoreInMemory): SweptInMemory {
  const ages = new Map<Digest, number>();
  const boxes = boxesOf(artifacts);
  const from = RelativePath.parse("blob");
  const isJudged = ({ kind, what, judged }: Garbage) => kind !== "blob" || ages.get(what as Digest) === judged.mtimeMs;
  const swept: SweptInMemory = {
    journals,
    artifacts,
    beforeTake: () => {},
    trash: {
      async open() {
        const box = boxes.open();
        const take = async (thing: Garbage) => {
          await swept.beforeTake();
          if (!isJudged(thing)) return false;
          await boxes.move(box, thing);
          return true;
        };
        return { id: box.id, take };
      },
      list: boxes.list,
    },
    async *blobs({ signal }) {
      for await (const digest of artifacts.list(signal ? { signal } : {})) {
        const bytes = (await artifacts.size(digest)) ?? 0;
        yield { digest, from, bytes, judged: { ino: 1, mtimeMs: ages.get(digest) ?? Date.now() } };
      }
    },
    async put(text, mtimeMs) {
      await artifacts.put(text);
      ages.set(digestOfBytes(text), mtimeMs);
      return digestOfBytes(text);
    },
    age: (digest, mtimeMs) => void ages.set(digest, mtimeMs),
    throwAway: (digest) => boxes.move(boxes.open(), { kind: "blob", what: digest, from, reason: "", bytes: 0 }),
    stored: async () => (await allOf(artifacts.list())).sort(),
  };
  return swept;
}
