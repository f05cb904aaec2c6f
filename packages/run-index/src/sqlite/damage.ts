/** A file that is no index, or not the one that was written. Never leaves the adapter: the file is begun anew. */
export class DamagedFileError extends Error {
  override readonly name = "DamagedFileError";
}

/** What SQLite says of a file that others work on at this moment: BUSY, LOCKED. */
const BUSY: ReadonlySet<number> = new Set([5, 6]);

/** What SQLite says when somebody else has begun the file anew meanwhile. An extended code: it is one of READONLY. */
const MOVED = 1032;

/**
 * What SQLite says of a file that is not what was written, by the byte that is wrong: ERROR (there is no such table), READONLY (the
 * header says so), CORRUPT, TOOBIG, CONSTRAINT, MISMATCH, FORMAT, NOTADB. See https://sqlite.org/rescode.html.
 */
const DAMAGED: ReadonlySet<number> = new Set([1, 8, 11, 18, 19, 20, 24, 26]);

export function isBusy(error: unknown): boolean {
  return BUSY.has(primary(resultCode(error)));
}

export function isDamage(error: unknown): boolean {
  const code = resultCode(error);
  // The length or the number in a damaged row can be one that JavaScript cannot hold.
  return error instanceof DamagedFileError || error instanceof RangeError || (DAMAGED.has(primary(code)) && code !== MOVED);
}

/** 0 for what does not come from SQLite. */
function resultCode(error: unknown): number {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : 0;
}

function primary(code: number): number {
  return code & 0xff;
}
