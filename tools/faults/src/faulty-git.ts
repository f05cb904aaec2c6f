import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GitProgram } from "@dad/outcome-git";
import type { Kill } from "./live-run.ts";

export const MOMENTS: ReadonlyArray<Kill["when"]> = ["before", "during", "after"];

/** When whoever calls it is killed, or that it refuses, as when there is no space: one command, or all from that one on. */
export interface GitFault {
  /** Counts the commands, from 1. */
  readonly number: number;
  readonly when: Kill["when"] | "refused" | "refused from then on";
}

/** A git that may go wrong. */
export interface FaultyGit {
  readonly git: GitProgram;
  /** The commands that it was called for so far, in their order. */
  commands(): Promise<readonly string[]>;
}

/**
 * Does what git does, and kills who called it before, after or in the middle of one call, or refuses. In the middle of a command that changes
 * refs or an index, git holds their locks: those are left, as when it is killed itself.
 */
export async function faultyGit(directory: string, fault: GitFault | undefined): Promise<FaultyGit> {
  const [program, log] = [join(directory, "faulty-git"), join(directory, "git-commands")];
  await writeFile(program, scriptOf({ log, number: fault?.number ?? 0, when: fault?.when ?? "before" }));
  await chmod(program, 0o755);
  return {
    git: { program, path: process.env["PATH"] },
    commands: async () => (await readFile(log, "utf8")).trimEnd().split("\n"),
  };
}

function scriptOf({ log, number, when }: GitFault & { readonly log: string }): string {
  return `#!/bin/sh
# The settings come first; the command is what follows them.
command=
skip=
for argument in "$@"; do
  if [ -n "$skip" ]; then skip=; elif [ "$argument" = -c ]; then skip=1; else command=$argument; break; fi
done
echo "$command" >> '${log}'
[ "$(wc -l < '${log}')" ${when === "refused from then on" ? "-ge" : "-eq"} ${number} ] || exec git "$@"
${FAULTS[when]}`;
}

const REFUSES = "echo 'fatal: unable to write: No space left on device' >&2\nexit 128\n";

const FAULTS: Readonly<Record<GitFault["when"], string>> = {
  refused: REFUSES,
  "refused from then on": REFUSES,
  before: "kill -9 $PPID\n",
  after: 'git "$@"\nkill -9 $PPID\n',
  during: `case "$command" in
  update-ref) while read -r verb ref _; do case "$verb" in create|update|delete) mkdir -p "$GIT_DIR/\${ref%/*}"; : > "$GIT_DIR/$ref.lock" ;; esac; done ;;
  read-tree|update-index|add) : > "$GIT_INDEX_FILE.lock" ;;
  *) git "$@" <&0 & kill -9 $! ;;
esac
kill -9 $PPID
`,
};
