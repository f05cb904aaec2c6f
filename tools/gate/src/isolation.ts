// Check: isolation holds on this machine, for whoever runs this and, if that is root, for a user without rights as well. Arguments go on
// to vitest.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "./clone.ts";
import { programOf, runCommand } from "./command.ts";
import { report } from "./report.ts";
import type { CommandLine } from "./step.ts";

/** `nobody`: it owns nothing. */
const UNPRIVILEGED = "65534";
const SUITE: CommandLine = [
  programOf("vitest"),
  "run",
  "--configLoader",
  "native",
  "--config",
  "tools/gate/vitest.sandbox.config.ts",
  ...process.argv.slice(2),
];

const DROP = ["setpriv", `--reuid=${UNPRIVILEGED}`, `--regid=${UNPRIVILEGED}`, "--clear-groups", "env"] as const;
/** Shows a directory at another place, to one program and what it starts. */
const SHOWN = 'mkdir "$1" && mount --bind "$2" "$1" && cd "$1" && shift 2 && exec "$@"';

const { code: missing } = await runCommand(["bwrap", "--version"]);
if (missing !== 0) report(["bubblewrap is not installed, and isolation is proved with it: apt-get install bubblewrap"], "");
else report(await problems(), "isolation holds");

async function problems(): Promise<string[]> {
  const home = mkdtempSync(join(tmpdir(), "dad-unprivileged-"));
  try {
    const found = await problemsAs("the user who runs this", SUITE);
    if (process.getuid?.() !== 0) return found;
    await runCommand(["chown", UNPRIVILEGED, home]);
    return [...found, ...(await problemsAs("a user without rights", await withoutRights(SUITE, home)))];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** The same as a user without rights, also where that one does not get as far as this clone. */
async function withoutRights(command: CommandLine, home: string): Promise<CommandLine> {
  const { PATH = "" } = process.env;
  const dropped = [...DROP, `HOME=${home}`, `PATH=${dirname(process.execPath)}:${PATH}`, ...command] as const;
  const { code } = await runCommand([...DROP, "test", "-r", join(ROOT, "package.json")]);
  if (code === 0) return dropped;
  const place = join(home, "clone");
  const shown = dropped.map((part) => part.replaceAll(ROOT, place));
  return ["unshare", "--mount", "--propagation", "private", "sh", "-c", SHOWN, "sh", place, ROOT, ...shown];
}

/** What vitest says of the tests that fail. */
async function problemsAs(user: string, command: CommandLine): Promise<string[]> {
  const { code, output } = await runCommand(command);
  return code === 0 ? [] : [`as ${user}:\n${output}`];
}
