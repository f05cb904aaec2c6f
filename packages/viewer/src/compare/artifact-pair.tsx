import type { ArtifactChange } from "@dad/protocol";
import { ContentView } from "../contents/content-view.tsx";
import type { Store } from "../store.ts";

/** An artifact as it was in one run, and as it is in the other. */
export function ArtifactPair({ store, change: { name, before, after } }: { readonly store: Store; readonly change: ArtifactChange }) {
  return (
    <div class="pair">
      <div>
        <h3>Before</h3>
        {before && store.before ? (
          <ContentView run={store.before.run} digest={before.digest} name={`${name} before`} />
        ) : (
          <p class="dim">not there</p>
        )}
      </div>
      <div>
        <h3>After</h3>
        {after ? <ContentView run={store.run} digest={after.digest} name={`${name} after`} /> : <p class="dim">not there</p>}
      </div>
    </div>
  );
}
