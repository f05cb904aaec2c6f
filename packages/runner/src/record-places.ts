import { EVERY_ITERATION, RecordSettings } from "@dad/agent";
import type { Json, NodePath } from "@dad/protocol";
import { nodeDirectory } from "@dad/protocol";
import { ArtifactRefusedError, endingOf, placeRefusal } from "@dad/run-context";
import { ArtifactExistsError } from "./errors.ts";

/** Which places in the directory of a run belong to which node, so that nothing of one covers what another left. */
export interface RecordPlaces {
  /**
   * Takes for a node the places that its record settings name, and gives the settings back.
   *
   * @throws ArtifactRefusedError (`ARTIFACT_REFUSED`) for what is no path, is kept for the run or belongs to another node;
   * ArtifactExistsError (`ARTIFACT_EXISTS`) for two entries of the node in one place. Nothing is taken then.
   */
  take(node: NodePath, record: Json): Json;
}

const ENTRIES = ["input", "outcome", "result", "state", "files"] as const;
type Entry = (typeof ENTRIES)[number];

export interface RecordPlacesOptions {
  /** Whether there is never more than one of two nodes, so that they may have one place. Default: no two are so. */
  readonly exclusive?: (one: NodePath, other: NodePath) => boolean;
}

/** @param nodes All nodes of the definition, with `iter_*` for iterations: the directory of each is its own. */
export function recordPlaces(nodes: Iterable<string>, { exclusive = () => false }: RecordPlacesOptions = {}): RecordPlaces {
  const owners = placeOwners((one, other) => one !== other && !exclusive(one, other));
  const directories = nodeDirectories(nodes);
  return {
    take(node, given) {
      const record = settingsOf(node, given);
      const named = ENTRIES.flatMap((entry) => (record[entry]?.path === undefined ? [] : [{ entry, path: record[entry].path }]));
      for (const { entry, path } of named) {
        const refusal = placeRefusal(path) ?? directories.refusal(path, node) ?? owners.refusal(path, node);
        if (refusal !== undefined) throw new ArtifactRefusedError({ name: entry, node }, refusal);
      }
      assertApart(node, placesOf(node, record));
      for (const { path } of named) owners.add(path, node);
      return given;
    },
  };
}

/** Rendered settings: what a template gave need not be a text. */
function settingsOf(node: NodePath, given: Json): RecordSettings {
  const { data, error } = RecordSettings.safeParse(given);
  if (data) return data;
  const [issue] = error.issues;
  throw new ArtifactRefusedError({ name: String(issue?.path[0]), node }, `${issue?.path.join(".")}: ${issue?.message}`);
}

/** Where what belongs to a node lies: `files` in a directory, all else in files. */
type NodePlaces = Readonly<Record<Exclude<Entry, "state">, string>> & {
  /** `undefined`: in the directory of the node, with an ending that only its data decides. */
  readonly state: string | undefined;
};

export function placesOf(node: NodePath, record: RecordSettings): NodePlaces {
  const directory = nodeDirectory(node);
  const { input, outcome, result, state, files } = record;
  return {
    input: input?.path ?? `${directory}/input${endingOf(input?.format ?? "json")}`,
    outcome: outcome?.path ?? `${directory}/outcome${endingOf(outcome?.format ?? "json")}`,
    result: result?.path ?? `${directory}/result${endingOf("json")}`,
    state: state?.path ?? (state?.format && `${directory}/state${endingOf(state.format)}`),
    files: files?.path ?? `${directory}/files`,
  };
}

function assertApart(node: NodePath, places: NodePlaces): void {
  const kept: [Entry, string][] = [];
  for (const entry of ENTRIES) {
    const path = places[entry];
    if (path === undefined) continue;
    // Files may lie in the directory of the others, but nothing lies below a file.
    const taken = kept.some(([, other]) => (entry === "files" ? isWithin(path, other) : inOnePlace(path, other)));
    if (taken) throw new ArtifactExistsError(node, entry, path);
    kept.push([entry, path]);
  }
}

/** Whether two paths cannot both be files. */
export function inOnePlace(left: string, right: string): boolean {
  return isWithin(left, right) || isWithin(right, left);
}

function isWithin(path: string, directory: string): boolean {
  return `${folded(path)}/`.startsWith(`${folded(directory)}/`);
}

/** Some file systems take names for the same that differ only in case. */
function folded(path: string): string {
  return path.toLowerCase();
}

/** Where the nodes of a definition keep what is their own, in every iteration of the loops that they are in. */
function nodeDirectories(nodes: Iterable<string>) {
  const own = new Map<string, string>();
  /** For each directory: two of the nodes within, or one that is there again and again. */
  const within = new Map<string, readonly string[]>();
  for (const node of nodes) {
    const [directory = "", ...above] = selfAndAbove(node.replaceAll(".", "/"));
    own.set(directory, node);
    for (const parent of above) {
      const others = within.get(parent) ?? [];
      const repeated = directory.slice(parent.length).includes(EVERY_ITERATION) ? [node, node] : [node];
      if (others.length < 2) within.set(parent, [...others, ...repeated]);
    }
  }
  return {
    refusal(place: string, node: NodePath): string | undefined {
      const mine = folded(nodeDirectory(node));
      const around = selfAndAbove(place).find((directory) => directory !== mine && own.has(pattern(directory)));
      if (around !== undefined) return ownedBy(place, around.replaceAll("/", "."));
      const inside = within.get(pattern(folded(place))) ?? [];
      const other = inside.length > 1 ? inside.find((one, at) => at > 0 || !pattern(mine).startsWith(folded(one.replaceAll(".", "/")))) : undefined;
      return other === undefined ? undefined : ownedBy(place, other);
    },
  };
}

function pattern(place: string): string {
  return place.replaceAll(/(?<=\/)iter_[0-9]+(?=\/|$)/g, EVERY_ITERATION);
}

function ownedBy(place: string, owner: string): string {
  return `${JSON.stringify(place)} is where node ${owner} keeps what is its own`;
}

interface PlaceOwners {
  add(place: string, node: NodePath): void;
  /** Why a place cannot be this node's. The work grows with the depth of the place only, and with the nodes of which there is only one. */
  refusal(place: string, node: NodePath): string | undefined;
}

function placeOwners(areApart: (one: NodePath, other: NodePath) => boolean): PlaceOwners {
  const owners = new Map<string, Set<NodePath>>();
  /** For each directory that holds places: whose they are. */
  const within = new Map<string, Set<NodePath>>();
  return {
    add(place, node) {
      const [own = "", ...above] = selfAndAbove(place);
      addTo(owners, own, node);
      for (const directory of above) addTo(within, directory, node);
    },
    refusal(place, node) {
      const around = selfAndAbove(place).map((directory) => owners.get(directory));
      for (const others of [...around, within.get(folded(place))])
        for (const other of others ?? []) if (areApart(other, node)) return ownedBy(place, other);
      return undefined;
    },
  };
}

function addTo(sets: Map<string, Set<NodePath>>, key: string, node: NodePath): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([node]));
  else set.add(node);
}

/** A path and all directories that it lies in, the nearest first. */
function selfAndAbove(place: string): string[] {
  const parts = folded(place).split("/");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("/"));
}
