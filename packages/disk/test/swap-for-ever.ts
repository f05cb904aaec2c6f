import { renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Puts a link to what is outside in the place of something in a directory and gives that back, again and again without a pause,
 * until it is killed. Arguments: the directory, what is outside, and which of `file` and `directory` becomes a link.
 */
const [root = "", outside = "", what = ""] = process.argv.slice(2);
const [place, aside, next] = [join(root, what === "file" ? "sub/file" : "sub"), join(root, "aside"), join(root, "next")];

if (what === "directory") symlinkSync(outside, next);
process.stdout.write("ready\n");
for (;;) {
  if (what === "file") {
    symlinkSync(join(outside, "file"), next);
    renameSync(next, place);
    writeFileSync(next, "inside");
    renameSync(next, place);
  } else {
    try {
      renameSync(place, aside);
      renameSync(next, place);
      renameSync(place, next);
      renameSync(aside, place);
    } catch {
      // Somebody removed it or made it again: from here it goes on with what is there.
    }
  }
}
