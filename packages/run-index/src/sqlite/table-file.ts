import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { diskOperations, nodeDisk, type Sqlite } from "@dad/disk";
import { RunIndexError } from "../errors.ts";
import type { RunIndexOptions } from "../run-index.ts";
import { isBusy, isDamage } from "./damage.ts";
import { hasTable, makeTable } from "./run-table.ts";

/** How long somebody who waits for a turn keeps others from beginning: without it, those who read all the time would let nobody write. */
const TURN_MS = 50;
const PATIENCE_MS = 5000;
const PAUSE_MS = 5;
const TRIES = 10;

/** The files beside a database in which SQLite keeps what is not finished. */
const UNFINISHED = ["-journal", "-wal", "-shm"];

const { makeDirectory, onDisk } = diskOperations((operation, path, cause) => new RunIndexError(operation, path, cause));

type Work<Result> = (database: DatabaseSync) => Result;

/** A file with the table of runs. It is opened for each operation: between two of them it may be deleted, or be replaced by another one. */
export interface TableFile {
  /** `undefined` when there is nothing to read. */
  read<Result>(work: Work<Result>, options: RunIndexOptions): Promise<Result | undefined>;
  /** In one transaction. */
  write(work: Work<void>, options: RunIndexOptions): Promise<void>;
}

export function tableFile({ DatabaseSync: Database }: Sqlite, file: string): TableFile {
  function opened<Result>(work: Work<Result>): Result {
    const database = new Database(file, { timeout: TURN_MS });
    try {
      return work(database);
    } finally {
      // Whatever was not committed is undone.
      database.close();
    }
  }

  return {
    async read(work, { signal }) {
      signal?.throwIfAborted();
      if (!existsSync(file)) return undefined;
      const reading = () => opened((database) => (hasTable(database) ? work(database) : undefined));
      return await patiently({ attempt: reading, operation: "read", file, signal });
    },
    async write(work, { signal }) {
      signal?.throwIfAborted();
      await makeDirectory(nodeDisk, dirname(file), { durable: false });
      const writing = () => opened((database) => inTransaction(database, work));
      await patiently({ attempt: writing, operation: "write", file, signal });
    },
  };
}

function inTransaction(database: DatabaseSync, work: Work<void>): void {
  // What is derived waits for no disk. A power loss may damage the file, which the next reader notices.
  database.exec("PRAGMA synchronous = OFF; BEGIN IMMEDIATE");
  if (!hasTable(database)) makeTable(database);
  work(database);
  database.exec("COMMIT");
}

interface Attempt<Result> {
  readonly attempt: () => Result;
  readonly operation: string;
  readonly file: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Waits its turn, and begins a damaged file anew. What fails is tried again, a few times: when others begin the file anew at that
 * very moment, it goes with its unfinished parts in the middle of what is done here.
 */
async function patiently<Result>({ attempt, operation, file, signal }: Attempt<Result>): Promise<Result> {
  let tries = 0;
  for (const until = performance.now() + PATIENCE_MS; ; signal?.throwIfAborted()) {
    try {
      return attempt();
    } catch (error) {
      const over = isBusy(error) ? performance.now() > until : ++tries === TRIES;
      if (over) throw new RunIndexError(operation, file, error);
      if (isDamage(error)) await beginAnew(file);
      else await delay(PAUSE_MS);
    }
  }
}

/** Whoever has it open at this moment goes on with a file that has no name any more, and loses nothing that cannot be derived again. */
async function beginAnew(file: string): Promise<void> {
  for (const path of [...UNFINISHED.map((suffix) => `${file}${suffix}`), file]) await onDisk("delete", path, rm(path, { force: true }));
}
