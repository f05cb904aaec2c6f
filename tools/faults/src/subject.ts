import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { agent, type AgentDefinition, defineNode, flow, type NodeContext } from "@dad/agent";
import type { Json, StaticInputs } from "@dad/protocol";
import type { RerunOptions } from "@dad/runner";
import { z } from "zod";
import type { People } from "./people.ts";
import type { Witness } from "./witness.ts";

/** What is run, as often as something may happen to it. */
export interface Subject {
  define(witness: Witness): AgentDefinition;
  readonly inputs: StaticInputs;
  /** What the nodes give that are executed and whose repetition matters, by path. */
  readonly effects: Readonly<Record<string, Json>>;
  /** Of a subject that asks: whom. */
  readonly people?: People;
  /** Of a subject that is made from an earlier run. */
  readonly rerun?: SubjectRerun;
}

export interface SubjectRerun {
  readonly options: RerunOptions;
  /** The nodes of which a witness sees that they begin, in their order. All others are reused, or do not tell. */
  readonly begins: readonly string[];
}

const SMALL_BYTES = 1_000;
/** More than what travels in an entry of the journal, so that it becomes a file of its own. */
const LARGE_BYTES = 200_000;

const AMOUNT = 7;
const CHARGED = { receipt: `charged ${AMOUNT}` };

/**
 * The run that is put through everything: six nodes of every effect, in a flow and beside it, with small and large results, files
 * in the working tree, artifacts of their own and a static input. What it gives is the same each time, so that a run that was
 * disturbed can be compared with one that was not.
 */
export const sixNodes: Subject = {
  define(witness) {
    const nodes = nodeTypes(witness);
    const work = flow("work")
      .node("note", nodes.note({ text: "$expr{$hier{draft}.text}" }))
      .node("charge", nodes.charge({ amount: AMOUNT }))
      .node("publish", (earlier) => nodes.publish({ receipt: earlier.charge.receipt }));
    return agent("subject")
      .node("draft", nodes.small({ bytes: SMALL_BYTES }))
      .node("bulk", nodes.large({ bytes: LARGE_BYTES }))
      .component("work", work)
      .node("sum", (earlier) => nodes.sum({ digest: earlier.bulk.digest, receipt: earlier.work.charge.receipt }));
  },
  inputs: { "subject.sum": { factor: 3 } },
  effects: { "subject.work.charge": CHARGED },
};

export function nodeTypes(witness: Witness) {
  return { ...pureNodes(witness), ...workingNodes(witness) };
}

const bytes = z.object({ bytes: z.number() });

function pureNodes(witness: Witness) {
  const text = z.object({ text: z.string(), digest: z.string() });
  const write = async (context: NodeContext, size: number) => {
    begin(witness, context);
    const written = textOf(context.path, size);
    return { text: written, digest: digestOf(written) };
  };
  return {
    small: defineNode({ ...pure("small"), settings: bytes, output: text, execute: (context, { settings }) => write(context, settings.bytes) }),
    large: defineNode({ ...pure("large"), settings: bytes, output: text, execute: (context, { settings }) => write(context, settings.bytes) }),
    sum: defineNode({
      ...pure("sum"),
      settings: z.object({ digest: z.string(), receipt: z.string() }),
      input: z.object({ factor: z.number() }),
      output: z.object({ sum: z.string() }),
      async execute(context, { settings, input }) {
        begin(witness, context);
        return { sum: digestOf(JSON.stringify([settings, input])) };
      },
    }),
  };
}

function workingNodes(witness: Witness) {
  return {
    note: defineNode({
      ...pure("note"),
      effect: "idempotent",
      settings: z.object({ text: z.string() }),
      output: z.object({ file: z.string() }),
      async execute(context, { settings }) {
        begin(witness, context);
        await context.record({ name: "note", data: settings.text });
        await context.record({ name: "table.bin", data: Buffer.from(textOf("table", LARGE_BYTES)) });
        await writeResult(context, "notes/note.md", settings.text);
        return { file: "notes/note.md" };
      },
    }),
    charge: defineNode({
      ...pure("charge"),
      effect: "effectful",
      settings: z.object({ amount: z.number() }),
      output: z.object({ receipt: z.string() }),
      async execute(context, { settings }) {
        begin(witness, context);
        witness.see({ saw: "effect", path: context.path });
        return { receipt: `charged ${settings.amount}` };
      },
    }),
    publish: defineNode({
      ...pure("publish"),
      effect: "idempotent",
      settings: z.object({ receipt: z.string() }),
      output: z.object({ file: z.string() }),
      async execute(context, { settings }) {
        begin(witness, context);
        await writeResult(context, "result.json", `${JSON.stringify(settings)}\n`);
        return { file: "result.json" };
      },
    }),
  };
}

/** A test has the earlier run in a process of its own, in which the text of a function is another one. */
function pure(type: string) {
  return { type, version: "1", code: "", effect: "pure" } as const;
}

export function begin(witness: Witness, { path }: NodeContext): void {
  witness.see({ saw: "executed", path });
}

/** Where a run has a working tree, it is a file of its outcome. */
export async function writeResult({ workspace }: NodeContext, file: string, content: string): Promise<void> {
  if (workspace === undefined) return;
  await mkdir(join(workspace, file, ".."), { recursive: true });
  await writeFile(join(workspace, file), content);
}

/** A text that is the same each time, and that is no repetition of itself. */
export function textOf(seed: string, size: number): string {
  let text = "";
  for (let line = 0; text.length < size; line++) text += `${digestOf(`${seed} ${line}`)}\n`;
  return text.slice(0, size);
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
