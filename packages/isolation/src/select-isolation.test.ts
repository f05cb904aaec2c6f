import { AsyncLocalStorage } from "node:async_hooks";
import { processIsolation } from "@dad/isolation/process";
import { beforeEach, describe, expect, it } from "vitest";
import { type Guards, guardsWith } from "./guard.ts";
import type { IsolationAdapter, IsolationProbe } from "./isolation-adapter.ts";
import { type IsolationPolicy, resolvePolicy } from "./policy.ts";
import { selectIsolation } from "./select-isolation.ts";

const COOPERATIVE = Object.fromEntries(Object.keys(resolvePolicy().required).map((guard) => [guard, "enforced"]));

function asking(probe: IsolationAdapter["probe"]): IsolationAdapter {
  return { ...processIsolation(), probe };
}

describe("what an adapter can do here", () => {
  it("is asked for once, and again after that has failed", async () => {
    let asked = 0;
    const isolation = selectIsolation([
      asking(async () => {
        asked += 1;
        if (asked === 1) throw new RangeError("busy");
        return processIsolation().probe();
      }),
    ]);
    await expect(isolation.probe()).rejects.toThrow("busy");
    await Promise.all([isolation.probe(), isolation.probe()]);
    expect(asked).toBe(2);
  });

  it("is asked for in the async context of who made the selection, not of the first run that needs it", async () => {
    const who = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const adapter = asking((options) => {
      seen.push(who.getStore());
      return processIsolation().probe(options);
    });
    const isolation = who.run("host", () => selectIsolation([adapter]));
    await who.run("run1", () => isolation.probe());
    expect(seen).toEqual(["host"]);
  });

  it("comes to whoever still waits when the run that asked first gives up", async () => {
    const answer = Promise.withResolvers<void>();
    const isolation = selectIsolation([
      asking(async ({ signal } = {}) => {
        await answer.promise;
        signal?.throwIfAborted();
        return processIsolation().probe();
      }),
    ]);
    const controller = new AbortController();
    const [first, second] = [isolation.probe({ signal: controller.signal }), isolation.probe({ signal: new AbortController().signal })];
    controller.abort("gave up");
    await expect(first).rejects.toBe("gave up");
    await expect(isolation.probe({ signal: controller.signal })).rejects.toBe("gave up");
    answer.resolve();
    expect(await second).toMatchObject({ available: true });
  });
});

describe("a selection", () => {
  const opened: string[] = [];
  const adapter = (name: string, claimed: Partial<Guards>, found: Partial<IsolationProbe> = {}): IsolationAdapter => ({
    ...processIsolation(),
    name,
    probe: async () => ({ available: true, guards: guardsWith({ ...COOPERATIVE, ...claimed }), problems: [], ...found }),
    open: async () => {
      opened.push(name);
      return undefined as never;
    },
    sweep: async () => ({ removed: [name] }),
  });
  const open = (isolation: IsolationAdapter, policy: IsolationPolicy): Promise<unknown> =>
    isolation.open({ runId: "run1" as never, workspace: "/tmp", policy }).catch((error: unknown) => error);
  const [thin, strong] = [adapter("thin", {}), adapter("strong", { "fs.read": "enforced", "limit.memory": "detected" })];
  const broken = adapter(
    "broken",
    { "fs.read": "enforced", "fs.write": "enforced" },
    { available: false, problems: [{ message: "no bwrap", remedy: "install it" }] },
  );

  beforeEach(() => void opened.splice(0));

  it("opens with the first that guards what is required", async () => {
    const isolation = selectIsolation([thin, strong]);
    await open(isolation, {});
    await open(isolation, { require: ["fs.read"] });
    await open(isolation, { require: { "limit.memory": "detected" } });
    expect(opened).toEqual(["thin", "strong", "strong"]);
  });

  it("refuses what none guards, and says so for the one that lacks least", async () => {
    const refusal = await open(selectIsolation([thin, strong]), { require: ["fs.read", "fs.write"] });
    expect(refusal).toMatchObject({
      code: "ISOLATION_UNAVAILABLE",
      details: { adapter: "thin|strong", missing: ["fs.write"], problems: [{ guard: "fs.write" }] },
    });
    expect(await open(selectIsolation([thin, strong]), { require: { "limit.memory": "enforced" } })).toMatchObject({ code: "ISOLATION_UNAVAILABLE" });
    expect(opened).toEqual([]);
  });

  it("passes over what does not work here, and tells why when nothing else will do", async () => {
    await open(selectIsolation([broken, strong]), { require: ["fs.read"] });
    expect(opened).toEqual(["strong"]);
    const refusal = await open(selectIsolation([thin, broken]), { require: ["fs.read"] });
    expect(refusal).toMatchObject({ code: "ISOLATION_UNAVAILABLE", details: { missing: ["fs.read"], problems: [{ message: "no bwrap" }] } });
    const alone = await open(selectIsolation([broken]), {});
    expect(alone).toMatchObject({ code: "ISOLATION_UNAVAILABLE", details: { problems: [{ message: "no bwrap" }] } });
  });

  it("takes the one that works and lacks least when the policy can do without", async () => {
    await open(selectIsolation([thin, strong, broken]), { require: ["fs.read", "fs.write"], onMissing: "degrade" });
    expect(opened).toEqual(["strong"]);
    expect(await open(selectIsolation([broken]), { onMissing: "degrade" })).toMatchObject({ code: "ISOLATION_UNAVAILABLE" });
  });

  it("can do what any of them can, and sweeps for all", async () => {
    const isolation = selectIsolation([thin, strong]);
    expect(isolation.name).toBe("thin|strong");
    expect(await isolation.probe()).toMatchObject({
      available: true,
      guards: { "fs.read": "enforced", "limit.memory": "detected", "fs.write": "none" },
    });
    expect(await isolation.sweep()).toEqual({ removed: ["thin", "strong"] });
  });

  it("says that it can do what only those can that work here", async () => {
    expect(await selectIsolation([thin, broken]).probe()).toMatchObject({ available: true, guards: { "fs.read": "none", "fs.write": "none" } });
  });
});
