import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { attempt, type EscapeAttempt } from "./attempt.ts";
import { contentOf } from "./fs-write.ts";
import { shell } from "./programs.ts";

/** An attempt that succeeds when the host's workspace is no longer what it was. */
function change(name: `fs.workspace/${string}`, title: string, script: string): EscapeAttempt {
  return attempt(name, title, {
    async make({ exec, marker, open, workspace }) {
      await writeFile(join(workspace, "file"), marker, { mode: 0o666 });
      await open({ workspace: "overlay" });
      await exec(shell(script));
      const [file, added] = [await contentOf(join(workspace, "file")), await contentOf(join(workspace, "added"))];
      return file === marker && added === undefined ? undefined : "the host's workspace is another one";
    },
  });
}

export const WORKSPACE: readonly EscapeAttempt[] = [
  change("fs.workspace/add", "add a file to the workspace of the host", "echo more > added"),
  change("fs.workspace/modify", "change a file in the workspace of the host", "echo more >> file"),
  change("fs.workspace/remove", "remove a file of the workspace of the host", "rm -f file"),
];
