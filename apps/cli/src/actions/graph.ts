import { resolve } from "node:path";
import { type ComponentDefinition, definitionGraph, mermaidText, treeText } from "@dad/agent";
import { checkDefinition } from "@dad/runner";
import { jsonText } from "@dad/terminal";
import { loadAgent } from "../agent-file/load-agent.ts";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { divertOutput } from "../terminal/divert-output.ts";
import { hostRedactor } from "../terminal/host-secrets.ts";
import { reportError } from "../terminal/report-error.ts";

export interface GraphFlags {
  readonly format: keyof typeof TEXTS;
  readonly json?: true;
}

const TEXTS = {
  tree: (definition: ComponentDefinition) => `${treeText(definition)}\n`,
  mermaid: (definition: ComponentDefinition) => `${mermaidText(definition)}\n`,
  json: (definition: ComponentDefinition) => jsonText(definitionGraph(definition)),
} as const;

/** Shows what a file exports, also when it cannot run, and then says why not. Nothing is run. */
export async function graph(file: string, { format, json }: GraphFlags): Promise<number> {
  using output = divertOutput((text) => void process.stderr.write(text), hostRedactor());
  offerOwnPackages();
  const definition = await loadAgent(resolve(file));
  const told = await output.tell(TEXTS[json ? "json" : format](definition));
  try {
    checkDefinition(definition);
  } catch (error) {
    // What was asked for is on stdout already.
    return reportError(error, { json: false });
  }
  return told ? EXIT.done : EXIT.failed;
}
