// Fault: a store that outlives its process keeps a half of what it could not store whole.
// Noticed by: has content whole or not at all whichever call of its storage fails
import { type ArtifactStore, readBytes } from "@dad/artifacts";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { artifactStoreContract } from "@dad/artifacts/testing";
import type { Digest } from "@dad/protocol";

let kept = memoryArtifactStore();
const damaged = new Set<Digest>();

/** A handle on what all handles share. */
function handle(): ArtifactStore {
  return {
    ...kept,
    capabilities: { durability: "relaxed", shared: true },
    async get(digest, options) {
      const artifact = await kept.get(digest, options);
      return artifact && damaged.has(digest) ? { ...artifact, size: artifact.size + 1 } : artifact;
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Its only call is the one that stores all bytes at once. */
function failing(call: number) {
  const store = handle();
  const put: ArtifactStore["put"] = async (body) => {
    const { digest } = await store.put(body);
    const whole = await readBytes(store, digest);
    await store.delete(digest);
    await store.put(whole.subarray(0, whole.byteLength / 2));
    throw Object.assign(new Error("no space"), { code: "ARTIFACT_STORAGE_FAILED" });
  };
  return { store: call === 1 ? { ...store, put } : store, failed: () => call === 1, async [Symbol.asyncDispose]() {} };
}

artifactStoreContract("a store that keeps halves", {
  create() {
    kept = memoryArtifactStore();
    damaged.clear();
    return handle();
  },
  reopen: handle,
  damage: async (digest) => void damaged.add(digest),
  failing,
});
