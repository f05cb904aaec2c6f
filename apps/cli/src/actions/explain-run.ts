import { planAgentRerun } from "@dad/local";
import { jsonText, paintFor, planText, programName, shellWord, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { divertOutput } from "../terminal/divert-output.ts";
import { hostRedactor } from "../terminal/host-secrets.ts";
import { prepareRerun, type RerunFlags } from "./prepare-rerun.ts";

/** Says what a re-run would do with each node. Nothing is executed. */
export async function explainRun(runId: string, file: string | undefined, flags: RerunFlags): Promise<number> {
  using output = divertOutput((text) => void process.stderr.write(text), hostRedactor());
  offerOwnPackages();
  await using prepared = await prepareRerun(runId, file, flags);
  const { definition, store, resources, outcome, rerun, inputs, inputFiles, located } = prepared;
  const { plan } = await located(planAgentRerun(definition, { store, ports: { resources, outcome }, rerun, inputs, inputFiles }));
  const text = () => `${planText(visible(plan), { paint: paintFor(process.stdout), next: plan.problems.length === 0 ? sameRerun() : undefined })}\n`;
  const told = await output.tell(flags.json ? jsonText(plan) : text());
  if (!told) return EXIT.failed;
  return plan.nodes.every(({ decision }) => decision === "reuse") ? EXIT.done : EXIT.different;
}

/** The command that does what was explained, as the person wrote it. */
function sameRerun(): string {
  const [, ...asked] = process.argv.slice(2);
  const words = asked.filter((word) => word !== "--dry-run").map(shellWord);
  return [programName(process.env["DAD_CLONE"], process.cwd()), "rerun", ...words].join(" ");
}
