// Fault: content that is read for the second time lacks its last byte.
// Noticed by: gives the content as often as its body is read
import type { ArtifactStore } from "@dad/artifacts";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { artifactStoreContract } from "@dad/artifacts/testing";

function forgetfulStore(): ArtifactStore {
  const store = memoryArtifactStore();
  return {
    ...store,
    async get(digest, options) {
      const artifact = await store.get(digest, options);
      if (!artifact) return undefined;
      let reads = 0;
      const body = () => (reads++ === 0 ? artifact.body : shortened(artifact.body));
      return { ...artifact, body: { [Symbol.asyncIterator]: () => body()[Symbol.asyncIterator]() } };
    },
  };
}

async function* shortened(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) yield chunk.subarray(0, -1);
}

artifactStoreContract("a store that shortens what is read twice", { create: forgetfulStore });
