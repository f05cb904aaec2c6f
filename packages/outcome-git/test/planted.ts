import { access, appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GitProgram } from "@dad/outcome-git";

/** Commands that somebody planted: each makes a file when it is started. */
export interface Planted {
  /** Puts them into the settings and the hooks of a repository. */
  plantIn(gitDir: string): Promise<void>;
  executed(): Promise<boolean>;
  /** The file that they make. */
  readonly marker: string;
  /** A git that notes what it starts itself. */
  readonly git: GitProgram;
  /** The programs that any git has started, each with its arguments. */
  started(): Promise<readonly string[]>;
}

export async function plant(root: string): Promise<Planted> {
  const [marker, trace, program] = ["executed", "trace", "tracing-git"].map((name) => join(root, name)) as [string, string, string];
  await writeFile(trace, "");
  await writeFile(program, `#!/bin/sh\nGIT_TRACE='${trace}' exec git "$@"\n`, { mode: 0o755 });
  return {
    marker,
    async plantIn(gitDir) {
      await appendFile(join(gitDir, "config"), SETTINGS.replaceAll("!", `"touch '${marker}'; cat"`));
      for (const hooks of ["hooks", "planted-hooks"]) await plantHooks(join(gitDir, hooks), marker);
    },
    executed: () =>
      access(marker).then(
        () => true,
        () => false,
      ),
    git: { program, path: process.env["PATH"] },
    async started() {
      const lines = (await readFile(trace, "utf8")).split("\n");
      return lines.flatMap((line) => /trace: (?:run_command|exec|alias expansion): (.+)$/.exec(line)?.[1] ?? []);
    },
  };
}

/** Settings with which plain git starts a program at nearly every command: `!` is the command. */
const SETTINGS = `
[core]
	fsmonitor = !
	hooksPath = planted-hooks
	pager = !
	editor = !
	sshCommand = !
	askPass = !
	gitProxy = !
	alternateRefsCommand = !
[filter "planted"]
	clean = !
	smudge = !
	process = !
	required = true
[diff]
	external = !
[diff "planted"]
	textconv = !
	command = !
[merge "planted"]
	driver = !
[commit]
	gpgSign = true
[tag]
	gpgSign = true
[log]
	showSignature = true
[gpg]
	program = !
[credential]
	helper = !
[uploadpack]
	packObjectsHook = !
[trailer "planted"]
	command = !
[alias]
	log = !
[pager]
	log = !
[remote "origin"]
	url = "ext::sh -c touch% planted"
	promisor = true
	partialclonefilter = blob:none
[submodule "m"]
	url = "ext::sh -c touch% planted"
	update = !
	active = true
[gc]
	auto = 1
	autoDetach = false
[maintenance]
	auto = true
`;

const HOOKS = ["reference-transaction", "pre-commit", "post-commit", "post-checkout", "post-index-change", "post-merge", "fsmonitor-watchman"];

async function plantHooks(directory: string, marker: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const name of HOOKS) await writeFile(join(directory, name), `#!/bin/sh\ntouch '${marker}'\n`, { mode: 0o755 });
}
