import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** What happened in a run, as somebody saw it who does not depend on the run's own records. */
export type Sighting =
  /** An attempt of a node began to work. */
  | { readonly saw: "executed"; readonly path: string }
  /** A node whose repetition matters had its effect on the world. */
  | { readonly saw: "effect"; readonly path: string }
  /** The run said that the node is committed. */
  | { readonly saw: "committed"; readonly path: string }
  /** A node was given the result of a step, or an answer. */
  | { readonly saw: "step" | "answer"; readonly path: string }
  /** The run said that it is parked. */
  | { readonly saw: "parked"; readonly path: string }
  /** Somebody was told that a message for the run is posted: its id. */
  | { readonly saw: "posted"; readonly path: string };

/** Somebody who sees what happens in a run, where no fault of the run's disk reaches. */
export interface Witness {
  see(sighting: Sighting): void;
  /** Everything that was seen so far, oldest first. */
  seen(): readonly Sighting[];
}

export function memoryWitness(): Witness {
  const sightings: Sighting[] = [];
  return { see: (sighting) => void sightings.push(sighting), seen: () => [...sightings] };
}

/** Keeps what was seen in a file: each sighting is one append, which a killed process has done or has not. */
export function fileWitness(file: string): Witness {
  return {
    see: (sighting) => appendFileSync(file, `${JSON.stringify(sighting)}\n`),
    seen: () => (existsSync(file) ? linesOf(readFileSync(file, "utf8")) : []).map((line) => JSON.parse(line) as Sighting),
  };
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
