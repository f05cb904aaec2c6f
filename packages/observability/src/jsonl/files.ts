import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type AppendFile, appendFile } from "./append-file.ts";
import { TelemetryFileError } from "./errors.ts";
import type { TelemetryFile } from "./fold.ts";
import type { Envelope } from "./lines.ts";

/** After a file could not be opened, in milliseconds: not with every span. */
const RETRY_AFTER = 1_000;

/** The three files of a directory. */
export interface TelemetryFiles {
  /** A line for each content, all of them at once. Never throws. */
  readonly append: (file: TelemetryFile, contents: readonly string[]) => void;
  /** How many lines could not be appended so far. */
  readonly lost: () => number;
  /** For good. */
  readonly close: () => void;
}

export interface TelemetryFilesOptions {
  readonly onTrouble?: ((error: TelemetryFileError) => void) | undefined;
  /** What is around the contents. */
  readonly envelopes: Readonly<Record<TelemetryFile, Envelope>>;
  /** Contents of `trace.jsonl`: what an earlier process left open. Asked before the first line is written. */
  readonly recovered: () => readonly string[];
}

export function telemetryFiles(directory: string, { onTrouble, envelopes, recovered }: TelemetryFilesOptions): TelemetryFiles {
  const pathOf = (name: TelemetryFile): string => join(directory, name);
  const fileOf = (name: TelemetryFile): AppendFile => appendFile(pathOf(name), envelopes[name]);
  const files = { "trace.jsonl": fileOf("trace.jsonl"), "logs.jsonl": fileOf("logs.jsonl"), "metrics.jsonl": fileOf("metrics.jsonl") };
  const tell = once(onTrouble);
  let state: "new" | "ready" | "closed" = "new";
  let [lost, retryAt] = [0, 0];

  function prepare(): void {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    state = "ready";
    try {
      const left = recovered();
      if (left.length > 0) files["trace.jsonl"].append(left);
    } catch (error) {
      // What was left open stays open; what comes now is kept.
      tell(pathOf("trace.jsonl"), error);
    }
  }

  return {
    append(name, contents) {
      if (state === "closed") return;
      if (retryAt > 0 && performance.now() < retryAt) {
        lost += contents.length;
        return;
      }
      try {
        if (state === "new") prepare();
        files[name].append(contents);
      } catch (error) {
        lost += contents.length;
        if (isOpening(error)) retryAt = performance.now() + RETRY_AFTER;
        tell(pathOf(name), error);
      }
    },
    lost: () => lost,
    close() {
      state = "closed";
      for (const file of Object.values(files)) file.close();
    },
  };
}

function once(onTrouble: TelemetryFilesOptions["onTrouble"]): (file: string, cause: unknown) => void {
  let told = false;
  return (file, cause) => {
    if (told) return;
    told = true;
    try {
      onTrouble?.(new TelemetryFileError(file, cause));
    } catch {
      // Whoever is told does not make it worse.
    }
  };
}

function isOpening(error: unknown): boolean {
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall === "open" || syscall === "mkdir";
}
