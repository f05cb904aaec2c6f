import { resolve } from "node:path";
import type { OutcomeCheckoutReport } from "@dad/protocol";
import { jsonText, outcomePlaceText, paintFor, placeText, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { openOutcomes } from "../project/open-outcomes.ts";
import { counted } from "../terminal/counted.ts";

export interface OutcomeCheckoutFlags {
  readonly runRoot?: string;
  readonly json?: true;
}

/** Writes the files of an outcome to a directory that is empty or not there. Fails when some of them are not what they should be. */
export async function checkoutOutcome(given: string, into: string, { json, ...flags }: OutcomeCheckoutFlags): Promise<number> {
  offerOwnPackages();
  await using outcomes = await openOutcomes(flags);
  const { repository, place } = await outcomes.find(given);
  const directory = resolve(process.cwd(), into);
  const { files, missing } = await repository.checkout(place.commit, directory);
  const report: OutcomeCheckoutReport = { format: "dad.outcome-checkout/1", ...place, directory, files, missing: [...missing] };
  process.stdout.write(json ? jsonText(report) : `${textOf(visible(report))}\n`);
  return missing.length > 0 ? EXIT.failed : EXIT.done;
}

function textOf({ directory, files, missing, commit, ...place }: OutcomeCheckoutReport): string {
  const paint = paintFor(process.stdout);
  return [
    `${counted(files, "file")} of ${outcomePlaceText(place)} (commit ${commit.slice(0, 12)}) ${files === 1 ? "is" : "are"} in ${placeText(directory, process.cwd())}`,
    ...missing.map(
      (path) =>
        `${paint("red", "missing")} ${path.replaceAll("\n", String.raw`\n`)}: its content is no more in the store; a pointer to it is in its place`,
    ),
  ].join("\n");
}
