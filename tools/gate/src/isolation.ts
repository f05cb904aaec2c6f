// Check: isolation holds on this machine, for whoever runs this and, if that is root, for a user without rights as well. Arguments go on
// to vitest.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

const { code: missing } = await runCommand(["bwrap", "--version"]);
if (missing !== 0) report(["bubblewrap is not installed, and isolation is proved with it: apt-get install bubblewrap"], "");
else report(await problems(), "isolation holds");

async function problems(): Promise<string[]> {
  const home = mkdtempSync(join(tmpdir(), "dad-unprivileged-"));
  try {
    const found = await problemsAs("the user who runs this", SUITE);
    if (process.getuid?.() !== 0) return found;
    await runCommand(["chown", UNPRIVILEGED, home]);
    const dropped: CommandLine = ["setpriv", `--reuid=${UNPRIVILEGED}`, `--regid=${UNPRIVILEGED}`, "--clear-groups", "env", `HOME=${home}`, ...SUITE];
    return [...found, ...(await problemsAs("a user without rights", dropped))];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** What vitest says of the tests that fail. */
async function problemsAs(user: string, command: CommandLine): Promise<string[]> {
  const { code, output } = await runCommand(command);
  return code === 0 ? [] : [`as ${user}:\n${output}`];
}
