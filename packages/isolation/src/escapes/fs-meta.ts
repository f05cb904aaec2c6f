import { stat } from "node:fs/promises";
import { join } from "node:path";
import { attempt, type EscapeAttempt } from "./attempt.ts";
import type { Condition } from "./conditions.ts";
import { shell } from "./programs.ts";

/** An attempt that succeeds when what the host knows of a file outside is no longer the same. */
function alter(
  name: `fs.meta/${string}`,
  title: string,
  { script, needs = [] }: { readonly script: string; readonly needs?: readonly Condition[] },
): EscapeAttempt {
  return attempt(name, title, {
    needs,
    async make({ exec, home }) {
      const path = join(home, "secret");
      const before = await stat(path);
      await exec(shell(script, path));
      const after = await stat(path);
      const altered = (["mode", "mtimeMs", "uid", "gid"] as const).filter((key) => before[key] !== after[key]);
      return altered.length > 0 ? `it changed ${altered.join(", ")} of ${path}` : undefined;
    },
  });
}

export const FS_META: readonly EscapeAttempt[] = [
  alter("fs.meta/mode", "change the mode of a file outside", { script: 'chmod 700 "$1"' }),
  alter("fs.meta/mode-by-link", "change the mode of a file outside through a link that it makes", { script: 'ln -s "$1" link; chmod 700 link' }),
  alter("fs.meta/times", "change the times of a file outside", { script: 'touch -t 197101010000 "$1"' }),
  alter("fs.meta/owner", "give a file outside to another user", { script: 'chown 12345 "$1"', needs: ["root"] }),
];
