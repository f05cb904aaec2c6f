import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { diskArtifactStore, diskArtifactView } from "@dad/artifacts/disk";
import { digestOfHex, RelativePath } from "@dad/protocol";

/**
 * Puts a large content, shows it and reads it piece by piece. Prints as JSON what it put and read, and the most memory that
 * the process had had at three times. Arguments: root, size.
 */
const [root = "", sizeText = "0"] = process.argv.slice(2);
const size = Number(sizeText);
const PIECE_BYTES = 64 * 1024;

async function* body(): AsyncGenerator<Uint8Array, void> {
  const piece = new Uint8Array(PIECE_BYTES);
  const view = new DataView(piece.buffer);
  for (let start = 0; start < size; start += PIECE_BYTES) {
    view.setUint32(0, start / PIECE_BYTES);
    yield piece.subarray(0, Math.min(PIECE_BYTES, size - start));
  }
}

/** The most memory that the process ever had, in bytes. */
const peak = () => process.resourceUsage().maxRSS * 1024;

await using store = diskArtifactStore({ root });
await store.put("something small");
const peakAtFirst = peak();
const content = await store.put(body());
const path = RelativePath.parse("large");
await diskArtifactView({ root: join(root, "run"), store }).place(path, content);
const placed = (await stat(join(root, "run", path))).size;
const peakInAndOut = peak();

const hash = createHash("sha256");
let length = 0;
for await (const piece of (await store.get(content.digest))!.body) {
  hash.update(piece);
  length += piece.byteLength;
}
const [put, read] = [
  { digest: content.digest, size: content.size },
  { digest: digestOfHex(hash.digest("hex")), size: length },
];
process.stdout.write(`${JSON.stringify({ put, read, placed, peakAtFirst, peakInAndOut, peakInTheEnd: peak() })}\n`);
