import type { Descriptor, RelativePath } from "@dad/protocol";
import type { AbortOptions } from "./artifact-store.ts";

/**
 * Port: the readable face of a run, where people and other tools look. Everything in it is derived
 * from the journal and the artifact store, and can be deleted and made again.
 *
 * Adapters: `@dad/artifacts/memory`, `@dad/artifacts/disk`.
 */
export interface ArtifactView {
  /** Shows stored content at a path. A reader sees the old or the new content, never a part. */
  place(path: RelativePath, content: Descriptor, options?: AbortOptions): Promise<void>;
  /** Shows a text that is not an artifact of its own (`run.json`), in the same all-or-nothing way. */
  write(path: RelativePath, text: string, options?: AbortOptions): Promise<void>;
}
