import { planAgentRerun } from "@dad/local";
import { jsonText, paintFor, planText, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { divertOutput } from "../terminal/divert-output.ts";
import { prepareRerun, type RerunFlags } from "./prepare-rerun.ts";

/** Says what a re-run would do with each node. Nothing is executed. */
export async function explainRun(runId: string, file: string | undefined, flags: RerunFlags): Promise<number> {
  using output = divertOutput((text) => void process.stderr.write(text));
  offerOwnPackages();
  await using prepared = await prepareRerun(runId, file, flags);
  const { definition, store, resources, rerun, inputs } = prepared;
  const { plan } = await planAgentRerun(definition, { store, ports: { resources }, rerun, inputs });
  const told = await output.tell(flags.json ? jsonText(plan) : `${planText(visible(plan), { paint: paintFor(process.stdout) })}\n`);
  if (!told) return EXIT.failed;
  return plan.nodes.every(({ decision }) => decision === "reuse") ? EXIT.done : EXIT.different;
}
