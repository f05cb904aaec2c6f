import { join } from "node:path";
import type { NodeContext } from "@dad/agent";
import { workspaceDirectory, type WorkspaceDirectory } from "../workspace-directory.ts";
import { type Budget, type Findings, noFindings, type Report, reportOf } from "./budget.ts";
import { fileEntry, sizeOf } from "./file-entry.ts";
import { findText } from "./find-text.ts";
import { FileUnusableError } from "./folder-errors.ts";
import type { FolderOperation, OperationOf } from "./folder-operation.ts";
import type { FolderFile, FoundFile } from "./folder-output.ts";
import type { ReadSettings } from "./folder-settings.ts";
import type { Pace } from "./pace.ts";
import { surveyFolder } from "./survey-folder.ts";
import { labelOf, treeDiagram } from "./tree-diagram.ts";
import { walkFolder } from "./walk-folder.ts";
import { isWorkspaceFile, workspaceFile } from "./workspace-entry.ts";

/** One path of an operation. */
export interface Look<Operation extends FolderOperation = FolderOperation> {
  readonly operation: Operation;
  /** The directory that paths are from. */
  readonly base: WorkspaceDirectory;
  /** From there. `.` is the directory itself. */
  readonly path: string;
  readonly context: NodeContext;
  readonly budget: Budget;
  readonly pace: Pace;
}

/** What there is to see: only what belongs to the type of the operation. */
export interface Sight extends Partial<Report> {
  readonly tree?: string;
  readonly file?: FolderFile;
  readonly files?: FolderFile[] | FoundFile[];
}

type LookOf<Type extends FolderOperation["type"]> = Look<OperationOf<Type>>;

const WITHOUT_CONTENT = { content: "none", maxFileBytes: 1, maxTotalBytes: 0 } as const;

/** @throws `DIRECTORY_UNUSABLE`, `FILE_UNUSABLE` */
export async function lookAt(look: Look): Promise<Sight> {
  const { operation } = look;
  switch (operation.type) {
    case "analyze_folder":
      return await folder({ ...look, operation });
    case "analyze_file":
      return await file(look, operation);
    case "find_files":
      return await found({ ...look, operation });
    case "get_structure":
      return await structure({ ...look, operation });
    default:
      return await diagram({ ...look, operation });
  }
}

async function folder(look: LookOf<"analyze_folder">): Promise<Sight> {
  const { operation, budget, pace } = look;
  const { redactor } = look.context;
  const directory = await directoryOf(look);
  const findings = noFindings();
  const entries = await surveyFolder({
    directory,
    settings: operation,
    budget,
    findings,
    pace,
    named: (path) => namedIn(look, operation, path),
    redactor,
  });
  const settings = operation.tree === true ? { files: true } : operation.tree;
  const tree = settings && { tree: await treeDiagram(directory.relative, entries, { settings, pace }) };
  return { ...tree, files: findings.files, ...reportOf(findings, operation) };
}

async function file(look: Look, settings: ReadSettings & { readonly includeRoot: boolean }): Promise<Sight> {
  const { path, context, budget, pace } = look;
  const { absolute } = await workspaceFile(context, fromWorkspace(look));
  const findings = noFindings();
  const named = settings.includeRoot ? fromWorkspace(look) : path;
  const entry = await fileEntry({ settings, budget, findings, pace, redactor: context.redactor }, { absolute, path }, named);
  if (!entry) throw new FileUnusableError(fromWorkspace(look), "it cannot be read");
  findings.files.push(entry);
  return { file: entry, ...reportOf(findings, settings) };
}

async function found(look: LookOf<"find_files">): Promise<Sight> {
  const { operation, budget, pace } = look;
  const directory = await directoryOf(look);
  const findings = noFindings();
  const files: FoundFile[] = [];
  await walkFolder({
    directory,
    settings: operation,
    findings,
    pace,
    async take(path) {
      const match = await matchOf(look, { absolute: join(directory.absolute, path), findings });
      if (!match) return "passed";
      if (budget.files === 0) return "full";
      budget.files -= 1;
      files.push({ path: namedIn(look, operation, path), ...match });
      return "listed";
    },
  });
  return { files: files.sort((left, right) => (left.path < right.path ? -1 : 1)), ...reportOf(findings, { stats: false }) };
}

interface Candidate {
  readonly absolute: string;
  readonly findings: Findings;
}

/** `undefined` for a file in which the text is not, and for one that cannot be read, which is counted. */
async function matchOf(
  { operation: { text }, pace }: LookOf<"find_files">,
  { absolute, findings }: Candidate,
): Promise<Omit<FoundFile, "path"> | undefined> {
  const match = text === undefined ? await sizeOf(absolute, pace) : await findText(absolute, text, pace.signal);
  if (!match) findings.omitted.unreadable += 1;
  else if (!("lines" in match)) return match;
  else if (match.binary) findings.omitted.binary += 1;
  else if (match.lines.length > 0) return { bytes: match.bytes, foundAt: [...match.lines], ...(match.more && { truncated: true as const }) };
  return undefined;
}

async function structure(look: LookOf<"get_structure">): Promise<Sight> {
  const { operation, base, budget, pace } = look;
  const { redactor } = look.context;
  const settings = { ...operation, ...WITHOUT_CONTENT };
  if (await isWorkspaceFile(base, fromWorkspace(look))) {
    const { file: only, ...report } = await file(look, settings);
    return { tree: labelOf(only?.path ?? look.path), files: only ? [only] : [], ...report };
  }
  const directory = await directoryOf(look);
  const findings = noFindings();
  const entries = await surveyFolder({ directory, settings, budget, findings, pace, named: (path) => namedIn(look, operation, path), redactor });
  const tree = await treeDiagram(directory.relative, entries, { settings: operation.tree, pace });
  return { tree, files: findings.files, ...reportOf(findings, operation) };
}

async function diagram(look: LookOf<"get_tree_diagram">): Promise<Sight> {
  const { operation, budget, pace } = look;
  const directory = await directoryOf(look);
  const findings = noFindings();
  const take = async () => {
    if (budget.files === 0) return "full";
    budget.files -= 1;
    return "listed";
  };
  const entries = await walkFolder({ directory, settings: operation, findings, pace, take });
  return { tree: await treeDiagram(directory.relative, entries, { settings: operation.tree, pace }), ...reportOf(findings, { stats: false }) };
}

async function directoryOf(look: Look): Promise<WorkspaceDirectory> {
  return await workspaceDirectory(look.context, fromWorkspace(look));
}

function fromWorkspace({ base, path }: Look): string {
  if (path === ".") return base.relative;
  return base.relative === "." ? path : `${base.relative}/${path}`;
}

/** By which a file of the folder is listed: from the directory of the node, or from the workspace. */
function namedIn(look: Look, { includeRoot }: { readonly includeRoot: boolean }, path: string): string {
  const folder = includeRoot ? fromWorkspace(look) : look.path;
  return folder === "." ? path : `${folder}/${path}`;
}
