import * as nodeFs from "node:fs/promises";
import { diskOperations } from "@dad/disk";
import { OutcomeFailedError } from "@dad/outcome";

const disk = diskOperations((operation, path, cause) => new OutcomeFailedError(`${operation} a directory`, path, { cause }));

/**
 * Makes a directory with all that lead to it.
 *
 * @throws OutcomeFailedError (`OUTCOME_FAILED`) that names the one that cannot be made.
 */
export async function makeDirectory(path: string): Promise<void> {
  await disk.makeDirectory(nodeFs, path, { durable: false });
}
