import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { eachLine } from "./lines.ts";
import type { Sandbox } from "./sandbox.ts";

/** The supervisor has microseconds of work. Where this is not enough, something in the sandbox has stopped it. */
const BEGIN_MS = 30_000;

/** How a command began: with this process, in the numbers of the sandbox; or what kept it from it. */
export type Beginning = number | "nodirectory" | "noprogram" | "nothing";

/** What is told of a command in a sandbox. */
export interface CommandStatus {
  readonly begun: Promise<Beginning>;
  /** Its exit status as a shell tells it. `undefined` when whoever had to tell was ended, too. */
  readonly ended: Promise<number | undefined>;
  isOver(): boolean;
}

/** Reads what the supervisor tells of a command. A sandbox in which it tells nothing is ended. */
export function commandStatus(pipe: Readable, sandbox: Sandbox): CommandStatus {
  const begun = Promise.withResolvers<Beginning>();
  const ended = Promise.withResolvers<number | undefined>();
  let over = false;
  const end = (status: number | undefined): void => {
    over = true;
    begun.resolve("nothing");
    ended.resolve(status);
  };
  eachLine(pipe, (line) => {
    if (line === "nodirectory" || line === "noprogram") return begun.resolve(line);
    const [, word, digits] = /^(started|ended) (\d{1,9})$/.exec(line) ?? [];
    if (word === "started") begun.resolve(Number(digits));
    if (word === "ended") end(Number(digits));
  });
  pipe.once("close", () => end(undefined));
  void sandbox.ended.then(() => end(undefined));
  void endWhereNothingBegins(begun.promise, sandbox);
  return { begun: begun.promise, ended: ended.promise, isOver: () => over };
}

async function endWhereNothingBegins(begun: Promise<Beginning>, sandbox: Sandbox): Promise<void> {
  const late = new AbortController();
  const waited = await Promise.race([begun.then(() => "begun"), delay(BEGIN_MS, "late", { signal: late.signal, ref: false }).catch(() => "begun")]);
  late.abort();
  if (waited === "late") await sandbox.kill();
}
