import type { NodeType, WorkspaceUse } from "@dad/agent";
import { canonicalJson, type Digest, digestOfBytes, type Json, type NodeFingerprint } from "@dad/protocol";
import type { ModelResource, ResourceKind, ResourceProfile } from "@dad/resources";
import type { RunPorts } from "@dad/run-context";
import { withoutCredentials } from "@dad/secrets";
import { known, UNKNOWN } from "./unknown.ts";

/** What a node is to be executed with. */
export interface NodeGiven {
  readonly nodeType: NodeType;
  readonly settings: Json;
  /** The same without what is the run's own: its id and its places. */
  readonly plain: Json;
  /** Its settings name the directory of the input files of the run. */
  readonly inputFiles: boolean;
  readonly input: Json | undefined;
  /** What was given from outside for what it asks. */
  readonly answers: Readonly<Record<string, Json>> | undefined;
}

export interface FingerprintOptions {
  readonly resources: ResourceProfile;
  /** Takes out of a JSON text what differs with each run. */
  readonly unmarked: (text: string) => string;
  /** Names the files of the workspace as the node finds them. `undefined` in a run without an outcome. */
  readonly tree: () => string | undefined;
  /** Names the input files of the run. */
  readonly inputFiles: Digest | undefined;
  readonly redactor?: RunPorts["redactor"];
}

/**
 * Says what the result of a node depends on: its code, its rendered settings, its static input and answers, what stands behind the aliases of
 * its resources, the files of the workspace, if it sees them, and the input files, if it may look at those. Time limits, retries, concurrency, waits, record settings, the ids
 * of runs and their places are no part of it. It is of all that without secrets: another one in their place changes nothing.
 */
export function fingerprinter({ resources, unmarked, tree, inputFiles, redactor }: FingerprintOptions): (given: NodeGiven) => NodeFingerprint {
  return (given) => {
    const { nodeType, plain, input, answers } = given;
    const { type, version, source } = nodeType;
    const code = { type, version, ...(source === undefined ? {} : { source }) };
    const clean = <Value extends Json>(value: Value): Value => redactor?.json(value) ?? value;
    const behind = clean(resourcesBehind(given, resources) ?? null) ?? undefined;
    const found = tree();
    const workspace = found === undefined || workspaceUse(given) === "none" ? undefined : known(found as Json, () => "the files of the workspace");
    const looked = given.inputFiles || nodeType.inputFiles === "reads" ? inputFiles : undefined;
    const facts = {
      code,
      ...(behind ? { resources: behind } : {}),
      ...(workspace === undefined ? {} : { workspace: workspace as string }),
      ...(looked === undefined ? {} : { inputFiles: looked }),
    };
    const components = { ...facts, settings: clean(plain), ...(input === undefined ? {} : { static: input }), ...(answers ? { answers } : {}) };
    return { digest: digestOfBytes(unmarked(canonicalJson(components))), ...facts };
  };
}

/** What a node does with the files of the workspace. One that cannot say so may do anything. */
export function workspaceUse({ nodeType, settings, input }: Omit<NodeGiven, "plain" | "inputFiles" | "answers">): WorkspaceUse {
  try {
    const parsed = nodeType.settings.safeParse(settings);
    const given = input === undefined ? undefined : nodeType.input?.safeParse(input).data;
    return nodeType.workspace(parsed.success ? parsed.data : settings, given);
  } catch {
    return "writes";
  }
}

/** Whether files of the workspace may be others after a node that does this with them. */
export function changesFiles(use: WorkspaceUse): boolean {
  return use === "writes" || use === "confined";
}

/** Whether a node of a type may change files, where nobody knows yet what it is executed with. */
export function mayChangeFiles(nodeType: NodeType): boolean {
  return changesFiles(workspaceUse({ nodeType, settings: null, input: undefined }));
}

function resourcesBehind({ nodeType, settings }: NodeGiven, resources: ResourceProfile): Record<string, Json> | undefined {
  if (nodeType.needs === undefined) return undefined;
  const parsed = nodeType.settings.safeParse(settings);
  const needs = parsed.success ? nodeType.needs(parsed.data) : [];
  if (needs.length === 0) return undefined;
  return Object.fromEntries(
    needs.map((need) => {
      const id = "query" in need ? canonicalJson(need.query) : need.id;
      // Of several models that are as asked for, the first is asked.
      const alias = "query" in need ? (resources.models(need.query)[0] ?? "") : need.id;
      return [`${need.kind}.${id}`, behindAlias({ kind: need.kind, id: alias }, resources)];
    }),
  );
}

/** What it gives, besides what it is asked: never a secret, and nothing of how often and how fast it may be asked. */
function behindAlias({ kind, id }: { readonly kind: ResourceKind; readonly id: string }, resources: ResourceProfile): Json {
  try {
    if (kind === "model") return behindModel(resources.get(kind, id));
    if (kind === "endpoint") return withoutCredentials(resources.get(kind, id));
    // Of a secret, only the reference is seen.
    if (kind === "secret") return resources.get(kind, id).toString();
    const { identity } = resources.get(kind, id) as { readonly identity?: Json };
    return identity ?? null;
  } catch {
    // What is not there is told by whoever asks for it.
    return null;
  }
}

/** A recording says what its model said, and is not that model. */
function behindModel({ provider, modelId, identity, capabilities }: ModelResource): Json {
  return { provider, modelId, ...(identity === undefined ? {} : { identity }), ...(capabilities.recorded ? { recorded: true } : {}) };
}

/** Stands for the files of a workspace in a walk that only looks ahead, once something has changed them. */
export const UNKNOWN_TREE = UNKNOWN as unknown as string;
