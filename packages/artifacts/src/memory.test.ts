import { expect, it } from "vitest";
import { RelativePath } from "@dad/protocol";
import { memoryArtifactStore, memoryArtifactView } from "./memory.ts";
import { artifactStoreContract, artifactViewContract } from "./testing.ts";

artifactStoreContract("memoryArtifactStore", { create: memoryArtifactStore });

artifactViewContract("memoryArtifactView", {
  create() {
    const store = memoryArtifactStore();
    const view = memoryArtifactView({ store });
    return { store, view, read: view.read };
  },
});

it("lets a program look at what a view shows", async () => {
  const view = memoryArtifactView({ store: memoryArtifactStore() });
  await view.write(RelativePath.parse("b"), "zwei");
  await view.write(RelativePath.parse("a"), "eins");
  expect(view.paths()).toEqual(["a", "b"]);
  expect(view.text("b")).toBe("zwei");
  expect(view.text("c")).toBeUndefined();
  view.read("b")?.fill(0);
  expect(view.text("b")).toBe("zwei");
});
