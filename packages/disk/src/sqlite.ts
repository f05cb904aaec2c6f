import type * as sqlite from "node:sqlite";

/** SQLite as Node has it. */
export type Sqlite = typeof sqlite;

/** The SQLite of this runtime, or `undefined` where it has none. Loaded without the warning of Node 22 that it is new: people can do nothing about it. */
export function runtimeSqlite(): Sqlite | undefined {
  const emitWarning = Object.getOwnPropertyDescriptor(process, "emitWarning");
  if (emitWarning) Object.defineProperty(process, "emitWarning", { ...emitWarning, value: () => undefined });
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    if (emitWarning) Object.defineProperty(process, "emitWarning", emitWarning);
  }
}
