import { z } from "zod";
import { dataOf } from "./data.ts";
import { DefinitionError } from "./errors.ts";
import { schemaProblems } from "./schema-problems.ts";

const shown = z.strictObject({
  /** Whether a file shows it. Default `true`. */
  enabled: z.boolean().optional(),
  /** Where, below the directory of the run, with its ending: a text with templates. Default: in the directory of the node. */
  path: z.string().min(1, "a path is not empty").optional(),
});

/**
 * What of a node people see in the directory of its run: whether, where and in which format. It changes nothing of what the
 * node does, and so it is no part of the digest of a definition.
 */
export const RecordSettings = z.strictObject({
  /** The settings it got, and its static input. Not kept when it is not enabled. */
  input: shown.extend({ format: z.enum(["json", "yaml"]).optional() }).optional(),
  /** The value that it gave. In the journal also when it is not enabled. `text` is for a value that is a string. */
  outcome: shown.extend({ format: z.enum(["json", "yaml", "text"]).optional() }).optional(),
  /** How its last attempt ended, as `dad.node/1`. In the journal also when it is not enabled. */
  result: shown.optional(),
  /** What a node of some types keeps for itself. Not kept when it is not enabled. Default format: the node's choice. */
  state: shown.extend({ format: z.enum(["json", "yaml", "text", "binary"]).optional() }).optional(),
  /** What else it records. Not kept when it is not enabled. The path is that of their directory. */
  files: shown.optional(),
});
export type RecordSettings = z.infer<typeof RecordSettings>;

/**
 * What a definition keeps of the record settings that it was given.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) that lists what is wrong, each with its place and what could be meant.
 */
export function checkedRecord(given: unknown, owner: string): RecordSettings {
  const record = dataOf(given, owner);
  const problems = recordProblems(record);
  if (problems.length > 0) throw new DefinitionError(`${owner} cannot be so: ${problems.join("; ")}`, { problems });
  return record as RecordSettings;
}

/** What is wrong with record settings that nobody has checked, each with its place. */
export function recordProblems(record: unknown): string[] {
  return schemaProblems(RecordSettings, record);
}
