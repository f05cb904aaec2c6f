import { z } from "zod";

/** What stands beside runs in a run root, or beside and in the directories of elements in a run. */
const TREE = String.raw`outcome|static_inputs|files|run\.json|journal\.jsonl|journal\.torn-.*|input\.json|result\.json|state\.json`;
/** What Windows opens instead of a file of this name, whatever follows the dot. */
const DEVICES = "con|prn|aux|nul|com[0-9]|lpt[0-9]";
/** Names that mean something else, also where a file system ignores case. `.dad` and `.trace` begin with what no id does. */
const RESERVED = new RegExp(String.raw`^(${TREE}|${DEVICES})(\.|$)`, "i");

/**
 * Names a run, its directory and its branch: lower-case letters, digits, `.`, `_`, `-`; at most 128
 * characters; begins with a letter or digit; no `..`, no dot at the end, no reserved name.
 */
export const RunId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,127}$/, "a run id has 1 to 128 lower-case letters, digits, '.', '_' or '-', and begins with a letter or digit")
  .refine((id) => !id.includes("..") && !id.endsWith(".") && !id.endsWith(".lock"), "a run id has no '..' and does not end in '.' or '.lock'")
  .refine((id) => !RESERVED.test(id), "this run id is a reserved name")
  .brand<"RunId">();
export type RunId = z.infer<typeof RunId>;

/**
 * Whether a run id was made by DAD: with a date, a time and what is random in it, it means the run wherever it stands. One that a
 * person chose may be any word.
 */
export function isGeneratedRunId(id: string): boolean {
  return GENERATED.test(id);
}

const GENERATED = /(?:^|_)(?:run|rerun)_\d{8}_\d{6}_[0-9a-f]{4,}$/;

/** What a person puts before generated run ids, for instance `nightly` in `nightly_run_20261122_073443_1f9c2a`. */
export const RunIdPrefix = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "a prefix has 1 to 32 lower-case letters, digits or '-', and begins with a letter or digit")
  .refine((prefix) => !RESERVED.test(prefix), "this prefix is a reserved name")
  .brand<"RunIdPrefix">();
export type RunIdPrefix = z.infer<typeof RunIdPrefix>;

/** A UUID that traces and lineage formats use for a run (they refuse other forms). */
export const ExecutionId = z.uuid().brand<"ExecutionId">();
export type ExecutionId = z.infer<typeof ExecutionId>;

/** Members of an object that are there before anybody sets them, and through which what all objects inherit can be changed. */
const INHERITED: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const ID = "[A-Za-z_][A-Za-z0-9_-]{0,63}";
const NODE_ID = new RegExp(`^${ID}$`);

/**
 * Names one element of a definition among its siblings. No dot: the dot separates the steps of a node path, and so no id
 * is called like a file that the system writes (`result.json`). No `files`: beside its elements a component, and beside
 * its root component a run, may have a directory of that name. No `__proto__`, `constructor` or `prototype`: results are
 * objects with a member for each element.
 */
export const NodeId = z
  .string()
  .regex(NODE_ID, "an id has 1 to 64 letters, digits, '_' or '-', and begins with a letter or '_'")
  .refine((id) => !isReserved(id), "this id is a reserved name")
  .brand<"NodeId">();
export type NodeId = z.infer<typeof NodeId>;

function isReserved(id: string): boolean {
  return RESERVED.test(id) || INHERITED.has(id);
}

function isNodeId(text: string): boolean {
  return NODE_ID.test(text) && !isReserved(text);
}

const MAX_DEPTH = 32;
const MAX_PATH = 1024;
const LONGEST_SHOWN = 80;

/** What nearly all node paths are, however the steps are called that no id is. */
const PLAIN_PATH = new RegExp(String.raw`^${ID}(?:\.${ID}){0,${MAX_DEPTH - 1}}$`);
const SUSPECT_STEP = new RegExp(String.raw`(?:^|\.)(?:${TREE}|${DEVICES}|${[...INHERITED].join("|")})(?:\.|$)`, "i");

/** Where an element stands in a run: ids from the root down, joined by dots, as in `agent.flow1.loop.iter_1.body`. */
export const NodePath = z
  .string()
  .max(MAX_PATH, `a node path has at most ${MAX_PATH} characters`)
  .superRefine((path, context) => {
    // In a fraction of the time: paths are checked whenever something is recorded.
    if (PLAIN_PATH.test(path) && !SUSPECT_STEP.test(path)) return;
    const steps = path.split(".");
    if (steps.length > MAX_DEPTH) context.addIssue(`a node path has at most ${MAX_DEPTH} steps`);
    const wrong = steps.find((step) => !isNodeId(step));
    if (wrong === undefined) return;
    const why = NodeId.safeParse(wrong).error?.issues[0]?.message;
    context.addIssue(`a node path is ids joined by dots, and ${JSON.stringify(wrong.slice(0, LONGEST_SHOWN))} is none: ${why}`);
  })
  .brand<"NodePath">();
export type NodePath = z.infer<typeof NodePath>;

/** The path of a child, or of the root when there is no parent. */
export function nodePath(parent: NodePath | undefined, id: NodeId): NodePath {
  return NodePath.parse(parent === undefined ? id : `${parent}.${id}`);
}

/**
 * The directory of a node inside its run: `agent.flow1.node3` is `agent/flow1/node3`.
 *
 * @throws TypeError for what is no node path, whatever its type says.
 */
export function nodeDirectory(path: NodePath): string {
  const { error } = NodePath.safeParse(path);
  if (error) throw new TypeError(`${JSON.stringify(path)} is not a node path: ${error.issues[0]?.message}`);
  return path.replaceAll(".", "/");
}

/**
 * Names a project, and the repository of its outcomes: letters, digits, `.`, `_`, `-`; at most 128 characters; begins with
 * a letter or digit; no `..`, no dot at the end, no device name.
 */
export const ProjectName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "a name of a project has 1 to 128 letters, digits, '.', '_' or '-', and begins with a letter or digit")
  .refine((name) => !name.includes("..") && !name.endsWith("."), "a name of a project has no '..' and does not end in '.'")
  .refine((name) => !DEVICE.test(name), "this name of a project is a device of Windows")
  .brand<"ProjectName">();
export type ProjectName = z.infer<typeof ProjectName>;

/**
 * Where something lies below a root: relative, `/` between the parts. Every string that comes from
 * outside goes through here before it becomes a path. Refuses `.`, `..`, empty parts, back slashes,
 * colons, control and invisible characters, device names, parts of more than 255 bytes, and what some
 * file systems would fold into another name.
 */
export const RelativePath = z
  .string()
  .min(1, "a path is not empty")
  .max(MAX_PATH, `a path has at most ${MAX_PATH} characters`)
  .refine(
    (path) => path.split("/").every(isPathPart),
    "a path is relative, with '/' between its parts; no part is empty, '.', '..' or a device name, is longer than 255 bytes, holds '\\', ':', a control or an invisible character, or ends in '.' or ' '",
  )
  .brand<"RelativePath">();
export type RelativePath = z.infer<typeof RelativePath>;

// Windows takes the superscript digits for digits, and ignores spaces before the dot.
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)/i;
/** Control characters, and those that are not seen: some file systems leave them out, so that `.<U+200C>.` becomes `..`. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const MAX_PART_BYTES = 255;
/** What most parts are: nothing of what is looked for below can be in them but the name of a device. */
const PLAIN = /^[\w-](?:[\w.-]{0,253}[\w-])?$/;

function isPathPart(part: string): boolean {
  if (PLAIN.test(part)) return !DEVICE.test(part);
  if (part === "" || part === "." || part === ".." || Buffer.byteLength(part) > MAX_PART_BYTES) return false;
  if (/[\\:]/.test(part) || /[. ]$/.test(part) || UNSEEN.test(part)) return false;
  return part.isWellFormed() && part === part.normalize("NFC") && !DEVICE.test(part);
}
