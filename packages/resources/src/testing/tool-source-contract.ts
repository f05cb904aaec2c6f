import { describe, expect, it } from "vitest";
import type { ToolSource } from "../tool-source.ts";

/** How a source is to be made for the contract suite. */
export interface ToolSourceSubject {
  /**
   * A source with these tools, and maybe others: `echo`, which takes any object and gives it back; `fail`, which takes none and says
   * that `it does not work`; `wait`, which never gives anything.
   */
  readonly source: () => ToolSource;
  /** One that cannot be opened. */
  readonly broken: () => ToolSource;
  /** What must not be in what they tell of themselves. */
  readonly secret: string;
}

/** What every source of tools does. */
export function toolSourceContract(name: string, { source, broken, secret }: ToolSourceSubject): void {
  describe(`the tools of ${name}`, () => {
    it("say what stands behind them, without secrets, and the same each time", () => {
      const text = JSON.stringify(source().identity);
      expect(text).toBe(JSON.stringify(source().identity));
      expect(text).not.toContain(secret);
    });

    it("are listed by name, each with the schema of an object", async () => {
      await using open = await source().open();
      const names = open.tools.map((tool) => tool.name);
      expect(names).toEqual([...names].sort());
      expect(names).toEqual(expect.arrayContaining(["echo", "fail", "wait"]));
      expect(open.tools.every(({ inputSchema }) => inputSchema["type"] === "object")).toBe(true);
      expect(open.server).not.toBe("");
    });

    it("give what they make of their input, several at once", async () => {
      await using open = await source().open();
      const inputs = [{ n: 1 }, { text: "ä\n", list: [true, null] }, {}];
      expect(await Promise.all(inputs.map((input) => open.call("echo", input)))).toEqual(inputs.map((result) => ({ result })));
    });

    it("say of their own failures, which is a reply", async () => {
      await using open = await source().open();
      expect(await open.call("fail", {})).toEqual({ result: "it does not work", failed: true });
      expect(await open.call("not there", {})).toMatchObject({ failed: true });
      expect(await open.call("echo", { still: "there" })).toEqual({ result: { still: "there" } });
    });

    it("are left with the reason of the signal, and others go on", async () => {
      await using open = await source().open();
      const [abort, reason] = [new AbortController(), new Error("enough")];
      const waiting = open.call("wait", {}, { signal: abort.signal });
      const other = open.call("echo", { n: 2 });
      abort.abort(reason);
      await expect(waiting).rejects.toBe(reason);
      expect(await other).toEqual({ result: { n: 2 } });
      await expect(open.call("echo", {}, { signal: abort.signal })).rejects.toBe(reason);
      await expect(source().open({ signal: abort.signal })).rejects.toBe(reason);
    });

    it("are gone once they are closed, also for who still waits; closing twice is closing once", async () => {
      const open = await source().open();
      const waiting = open.call("wait", {}).catch((error: unknown) => error);
      await open[Symbol.asyncDispose]();
      await open[Symbol.asyncDispose]();
      expect(await waiting).toMatchObject({ code: "TOOLS_UNAVAILABLE" });
      await expect(open.call("echo", {})).rejects.toMatchObject({ code: "TOOLS_UNAVAILABLE" });
    });

    it("are not to be had from a source that cannot be opened", async () => {
      const failure = await broken()
        .open()
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      expect(failure).toMatchObject({ code: "TOOLS_UNAVAILABLE" });
      expect((failure as Error).message).not.toContain(secret);
    });
  });
}
