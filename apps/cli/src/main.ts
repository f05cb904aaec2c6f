#!/usr/bin/env node
import { dad } from "./program.ts";

// A reader that has seen enough (`dad ls | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const exitCode = await dad(process.argv.slice(2));
// What an agent left running (a timer, a socket) must not keep the command alive; what was printed must arrive.
process.stdout.write("", () => process.stderr.write("", () => process.exit(exitCode)));
