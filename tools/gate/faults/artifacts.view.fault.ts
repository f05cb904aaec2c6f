// Fault: a view keeps what it showed first.
// Noticed by: replaces what was shown
import { memoryArtifactStore, memoryArtifactView } from "@dad/artifacts/memory";
import { artifactViewContract } from "@dad/artifacts/testing";

artifactViewContract("a view that never replaces", {
  create() {
    const store = memoryArtifactStore();
    const view = memoryArtifactView({ store });
    const shown = new Set<string>();
    return {
      store,
      read: (path) => view.read(path),
      view: {
        ...view,
        async place(path, content, options) {
          if (!shown.has(path)) await view.place(path, content, options);
          shown.add(path);
        },
      },
    };
  },
});
