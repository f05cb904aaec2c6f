import type { DiskFile, DiskFs } from "../disk-fs.ts";
import { DiskCrashedError } from "./disk-crashed-error.ts";
import { systemError } from "./system-error.ts";

/** A call of a disk, or of a file that it opened. */
export interface DiskCall {
  /** Counts the calls, from 1. */
  readonly number: number;
  readonly operation: Exclude<keyof DiskFs | keyof DiskFile, "lstatAll" | "writeFile">;
  readonly path: string;
  /** The new name, where there are two: of `link`, `rename` and `copyFile`. */
  readonly path2?: string;
}

/** What goes wrong with a call. */
export type Fault =
  /**
   * It fails with a code of the system: `ENOSPC`, `EIO`, `EACCES`, `EMFILE`, … Nothing is done, but of a write for which there is
   * no space (`ENOSPC`) a half of the bytes arrives. After a failed `sync` or `datasync` the next ones of the same path report success
   * and do nothing, as those of a kernel that has marked the pages as clean.
   */
  | { readonly kind: "fail"; readonly code: string }
  /**
   * The disk crashes before the call, after it, or during it: then a half of the bytes of a write or a copy arrives, and
   * nothing is done of what a file system does at once.
   */
  | { readonly kind: "crash"; readonly when: "before" | "during" | "after" };

export interface FaultyDiskOptions {
  /**
   * What a crash does, and each later call waits for it. It may end the process, or never settle. Default: it throws a
   * {@link DiskCrashedError}.
   */
  readonly crash?: () => Promise<never>;
  /** The calls that are told and numbered: those that change something, with `sync` and what closes a written file, or all. Default: changes. */
  readonly told?: "changes" | "all";
}

/** One call, and how to do it. */
export interface Step<T> {
  readonly operation: DiskCall["operation"];
  readonly path: string;
  readonly path2?: string;
  readonly changes: boolean;
  readonly whole: () => Promise<T>;
  /** A half of it, where there can be one. */
  readonly half?: () => Promise<unknown>;
}

export type Perform = <T>(step: Step<T>) => Promise<T>;

/** The files that are open. */
export interface OpenFiles {
  add(file: DiskFile): void;
  /** Does nothing the second time. */
  close(file: DiskFile): Promise<void>;
  /** Closes them, and whatever is opened later. */
  closeAll(): void;
}

export interface FaultyCalls {
  readonly perform: Perform;
  readonly opened: OpenFiles;
}

/** Numbers the calls, asks what goes wrong with each, and does that. */
export function faultyCalls(onCall: (call: DiskCall) => Fault | undefined, options: FaultyDiskOptions): FaultyCalls {
  const { crash = () => Promise.reject(new DiskCrashedError()), told = "changes" } = options;
  const opened = openFiles();
  let number = 0;
  let crashed: Promise<never> | undefined;
  const unlessCrashed = async <T>(result: Promise<T>): Promise<T> => {
    try {
      return await result;
    } finally {
      if (crashed) await crashed;
    }
  };
  const crashAfter = async (last: Promise<unknown> | undefined): Promise<never> => {
    await Promise.allSettled([last]);
    opened.closeAll();
    return await crash();
  };
  const perform: Perform = async (step) => {
    if (crashed) return await crashed;
    const fault = told === "all" || step.changes ? onCall(callOf(step, ++number)) : undefined;
    if (fault?.kind === "fail") return await unlessCrashed(failed(step, fault.code));
    if (fault === undefined) return await unlessCrashed(step.whole());
    crashed = crashAfter({ before: undefined, during: step.half, after: step.whole }[fault.when]?.());
    return await crashed;
  };
  return { perform, opened };
}

function callOf({ operation, path, path2 }: Step<unknown>, number: number): DiskCall {
  return { number, operation, path, ...(path2 !== undefined && { path2 }) };
}

async function failed(step: Step<unknown>, code: string): Promise<never> {
  if (step.operation === "write" && code === "ENOSPC") await step.half?.();
  throw systemError(code, step.operation, step.path);
}

/** The kernel closes what a process leaves open, and so does a disk that crashes: closing changes nothing on it. */
function openFiles(): OpenFiles {
  const files = new Set<DiskFile>();
  let over = false;
  const close = async (file: DiskFile) => {
    if (files.delete(file)) await file.close();
  };
  // Nobody is left to be told that it failed.
  const abandon = (file: DiskFile) => void close(file).catch(() => undefined);
  return {
    add(file) {
      files.add(file);
      if (over) abandon(file);
    },
    close,
    closeAll() {
      over = true;
      for (const file of files) abandon(file);
    },
  };
}
