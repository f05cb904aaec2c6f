#!/usr/bin/env node
import { dad } from "./program.ts";

let untold: NodeJS.ErrnoException | undefined;
process.stdout.on("error", (error) => {
  untold ??= error;
});
// Where nobody listens there is nobody to tell that either. What is done goes on.
process.stderr.on("error", () => undefined);

const exitCode = await dad(process.argv.slice(2));
// What an agent left running (a timer, a socket) must not keep the command alive; what was printed must arrive.
process.stdout.write("", (error) => {
  // What was printed last may have failed without an event yet: as on a disk that is full.
  untold ??= error ?? undefined;
  process.stderr.write("", () => process.exit(exitCode || codeOf(untold)));
});

/** A reader that has seen enough (`dad ls | head`) is no failure. */
function codeOf(error: NodeJS.ErrnoException | undefined): number {
  return error === undefined || error.code === "EPIPE" ? 0 : 1;
}
