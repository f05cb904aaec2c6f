import { agent, flow } from "@dad/agent";
import { analyzeFolder, applyFileOperations, askModelFor, EditOperations, runCommand } from "@dad/nodes";
import { z } from "zod";

/** What the model is asked for: the change as data, which the run applies. */
const Change = z.object({
  summary: z.string().describe("One sentence: what was wrong and what the change does."),
  operations: EditOperations,
});

const fix = flow("fix")
  .node("survey", analyzeFolder({ content: "text" }))
  .node("plan", ({ survey }) =>
    askModelFor(Change, {
      name: "change",
      model: "coder",
      system: "You are a careful programmer. Change as little as possible, keep the style of the code, and never change a test.",
      prompt: `$var{task}\n\nThe files:\n${survey.tree}\n\nTheir content, as JSON:\n${survey.files}`,
    }),
  )
  .node("apply", ({ plan }) => applyFileOperations({ operations: plan.operations }))
  // What it runs, a model wrote: it gets the working tree and nothing else. Tests may be run as often as one likes: a re-run need not ask.
  .node("verify", runCommand({ argv: ["node", "--test"], isolation: "contained" }), { effect: "idempotent" });

/** The single-shot coder: reads a small library, asks a model once for a change, applies it and runs the tests. */
export const coder = agent("coder", {
  description: "Makes the failing test of a small library pass.",
  variables: { task: "A test of this library fails. Find the fault in src/ and make all tests pass." },
}).component("fix", fix);
