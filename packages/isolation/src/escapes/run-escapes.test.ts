import { processIsolation } from "@dad/isolation/process";
import { describe, expect, it } from "vitest";
import { type Guards, guardsWith, GUARDS } from "../guard.ts";
import type { ExecResult, IsolationAdapter, IsolationSpace } from "../isolation-adapter.ts";
import { attempt, type EscapeAttempt } from "./attempt.ts";
import { ESCAPES } from "./all.ts";
import { BEGUN } from "./programs.ts";
import { escapesAsMarkdown, escapesAsText } from "./report.ts";
import { runEscapes } from "./run-escapes.ts";
import { tryAttempt, type TryOptions } from "./try-attempt.ts";

const RESULT: ExecResult = {
  reason: "exited",
  exitCode: 0,
  signal: null,
  stdout: Buffer.from(BEGUN),
  stderr: new Uint8Array(),
  lost: { stdout: 0, stderr: 0 },
  durationMs: 1,
};

/** An adapter whose commands all come to the same. */
function always(result: Partial<ExecResult>, claimed: Partial<Guards> = {}): IsolationAdapter {
  const space = { exec: async () => ({ ...RESULT, ...result }), [Symbol.asyncDispose]: async () => undefined } as unknown as IsolationSpace;
  return { ...processIsolation(), probe: async () => ({ available: true, guards: guardsWith(claimed), problems: [] }), open: async () => space };
}

const options: TryOptions = { strength: "enforced", policy: {} };
const reading = (make: EscapeAttempt["make"], control: EscapeAttempt["make"] = async () => "read"): EscapeAttempt =>
  attempt("fs.read/test", "read", { make, control, endsWith: "memory" });
/** Got something when the command printed more than that it had begun. */
const printed: EscapeAttempt["make"] = async ({ exec }) => ((await exec(["read"])).text === "" ? undefined : "read");

describe("an attempt to get out", () => {
  it("was blocked when nothing was got in the space, and something without", async () => {
    expect(await tryAttempt(always({}), reading(printed), options)).toMatchObject({ id: "fs.read/test", guard: "fs.read", verdict: "blocked" });
  });

  it("got out when something was got", async () => {
    const found = await tryAttempt(always({ stdout: Buffer.from(`${BEGUN}secret`) }), reading(printed), options);
    expect(found).toMatchObject({ verdict: "escaped", detail: "read" });
  });

  it("proves nothing when it does not succeed without isolation", async () => {
    const fails = async (): Promise<string> => Promise.reject(new Error("no such program"));
    expect(
      await tryAttempt(
        always({}),
        reading(printed, async () => undefined),
        options,
      ),
    ).toMatchObject({ verdict: "invalid" });
    const failing = await tryAttempt(always({}), reading(printed, fails), options);
    expect(failing).toMatchObject({ verdict: "invalid", detail: expect.stringContaining("no such program") });
  });

  it("proves nothing when no command begins in the space, or the isolation fails", async () => {
    expect(await tryAttempt(always({ stdout: new Uint8Array() }), reading(printed), options)).toMatchObject({ verdict: "invalid" });
    const failing: IsolationAdapter = { ...always({}), open: async () => Promise.reject(new Error("no namespaces")) };
    const found = await tryAttempt(failing, reading(printed), options);
    expect(found).toMatchObject({ verdict: "invalid", detail: expect.stringContaining("no namespaces") });
  });

  it("was detected when the command was ended for it, and got out when it was ended for something else", async () => {
    const detecting: TryOptions = { ...options, strength: "detected" };
    expect(await tryAttempt(always({ reason: "memory" }), reading(printed), detecting)).toMatchObject({ verdict: "detected" });
    const found = await tryAttempt(always({ reason: "timeout" }), reading(printed), detecting);
    expect(found).toMatchObject({ verdict: "escaped", detail: "it ended by timeout, and was to be ended by memory" });
  });

  it("is not made where the machine lacks what it needs, and says so", async () => {
    const found = await tryAttempt(always({}), { ...reading(printed), needs: ["program"] }, options);
    expect(found).toMatchObject({ verdict: "untried", lacks: "program", detail: expect.stringMatching(/\w/) });
  });
});

describe("all attempts", () => {
  it("have a name and a guard each, and there are some for each guard that a command can try", () => {
    expect(new Set(ESCAPES.map(({ id }) => id)).size).toBe(ESCAPES.length);
    expect(ESCAPES.filter(({ id, guard }) => !GUARDS.includes(guard) || !id.startsWith(`${guard}/`))).toEqual([]);
    expect(GUARDS.filter((guard) => ESCAPES.every((escape) => escape.guard !== guard))).toEqual(["scope.env", "scope.cwd"]);
  });

  it("are reported by guard, with what is not claimed and what is not refused", async () => {
    const guards = ["scope.env", "proc.hostDeath", "priv.kernel"] as const;
    const lax = always({}, { "scope.env": "enforced", "proc.hostDeath": "detected" });
    const heard: string[] = [];
    const report = await runEscapes(lax, { guards, onVerdict: ({ id }) => void heard.push(id) });
    expect(heard).toEqual(["proc.hostDeath/killed", "proc.hostDeath/first-process"]);
    expect(report.guards).toEqual([
      { guard: "scope.env", claimed: "enforced", verdict: "contract", attempts: { all: 0, tried: 0, held: 0 } },
      { guard: "proc.hostDeath", claimed: "detected", verdict: "unproven", attempts: { all: 2, tried: 0, held: 0 } },
      { guard: "priv.kernel", claimed: "none", verdict: "broken", attempts: { all: 1, tried: 0, held: 0 } },
    ]);
    const text = escapesAsText(report);
    expect(text).toContain("BROKEN    priv.kernel");
    expect(text).toContain("untried: proc.hostDeath/killed");
    expect(escapesAsMarkdown(report)).toContain(
      "| `scope.env` | see or change the variables of another run, or those of the host | enforced | by its contract |",
    );
  });

  it("stop when the signal is aborted", async () => {
    const aborted = { signal: AbortSignal.abort(), guards: ["fs.read"] as const };
    await expect(runEscapes(always({}, { "fs.read": "enforced" }), aborted)).rejects.toMatchObject({ name: "AbortError" });
  });
});
