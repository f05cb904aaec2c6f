import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readBytes } from "@dad/artifacts";
import { diskArtifactStore, diskArtifactView } from "@dad/artifacts/disk";
import { RelativePath } from "@dad/protocol";

/**
 * Shows a large content, tries to write to what is shown, and prints as JSON how the attempt ended, and whether the content is
 * whole. Argument: root.
 */
const [root = ""] = process.argv.slice(2);
await using store = diskArtifactStore({ root: join(root, "store") });
const content = await store.put(new Uint8Array(2 * 1024 * 1024).fill(7));
const path = RelativePath.parse("node/large");
await diskArtifactView({ root: join(root, "run"), store }).place(path, content);

const shown = join(root, "run", path);
const edit = await writeFile(shown, "edited", { flag: "r+" }).then(
  () => "written",
  (error: NodeJS.ErrnoException) => error.code,
);
const whole = (await readBytes(store, content)).every((byte) => byte === 7);
process.stdout.write(`${JSON.stringify({ edit, whole })}\n`);
