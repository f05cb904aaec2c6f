// Check: what changed since the base branch has a changeset. Says so and does nothing where there is no base to compare with.
import { runCommand } from "./command.ts";
import { report } from "./report.ts";

const BASE = "main";

async function reasonToSkip(): Promise<string | undefined> {
  const base = await runCommand(["git", "merge-base", "HEAD", BASE]);
  if (base.code !== 0) return `no common history with ${BASE} here`;
  const head = await runCommand(["git", "rev-parse", "HEAD"]);
  return head.output === base.output ? `HEAD is on ${BASE}` : undefined;
}

const reason = await reasonToSkip();
if (reason === undefined) {
  const { code, output } = await runCommand(["changeset", "status", `--since=${BASE}`]);
  report(code === 0 ? [] : [output], "every changed package has a changeset");
} else report([], `not compared: ${reason}`);
