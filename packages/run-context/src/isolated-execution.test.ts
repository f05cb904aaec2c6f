import { resolve } from "node:path";
import { guardsWith, type IsolationAdapter, type IsolationPolicy, type IsolationSpec } from "@dad/isolation";
import { processIsolation } from "@dad/isolation/process";
import { processScope } from "@dad/isolation/scope";
import { RelativePath, RunMetadata } from "@dad/protocol";
import { overriding } from "@dad/resources";
import { describe, expect, it } from "vitest";
import { enterIsolation } from "./isolated-execution.ts";
import type { ExecutionScope } from "./run-context.ts";
import { memoryPorts } from "./testing-ports.ts";
import { withRun } from "./with-run.ts";

const COOPERATIVE = {
  "scope.env": "enforced",
  "scope.cwd": "enforced",
  "env.inherit": "enforced",
  "limit.wall": "detected",
  "limit.output": "enforced",
} as const;
const STRONG = { "fs.read": "enforced", "fs.write": "enforced" } as const;

/** Gives every guard that is required, and says with what it was opened and what was closed. */
function claimingIsolation() {
  const opened: IsolationSpec[] = [];
  const closed: string[] = [];
  const inner = processIsolation();
  const adapter: IsolationAdapter = {
    ...inner,
    name: "claiming",
    async open(spec) {
      opened.push(spec);
      const space = await inner.open({ ...spec, policy: {} });
      const strong = Object.keys(spec.policy?.require ?? {}).length > 0;
      return {
        ...space,
        adapter: "claiming",
        guards: guardsWith(strong ? { ...COOPERATIVE, ...STRONG } : COOPERATIVE),
        async [Symbol.asyncDispose]() {
          closed.push(space.id);
          await space[Symbol.asyncDispose]();
        },
      };
    },
  };
  return { adapter, opened, closed };
}

const withTree = { directory: "/somewhere/else" } as const;

/** Ports whose outcome has a working tree, which nobody looks into. */
function ports(isolation: IsolationAdapter) {
  const made = memoryPorts();
  const { outcomes } = made;
  const open: typeof outcomes.open = async (...given) => ({ ...(await outcomes.open(...given)), ...withTree });
  return { ...made, isolation, outcomes: { ...outcomes, open } };
}

describe("an isolated execution", () => {
  it("records with what each of its spaces was opened, and the metadata of the run has them", async () => {
    const { adapter } = claimingIsolation();
    const made = ports(adapter);
    const { run } = await withRun({ rootComponentId: "a", ports: made }, async (context) => {
      await using execution = await context.isolate();
      await execution.run(async ({ isolated }) => void (await isolated({ require: ["fs.read"] })));
    });
    expect(run.spaces).toEqual([
      { adapter: "claiming", preset: "cooperative", network: "host", guards: COOPERATIVE },
      { adapter: "claiming", preset: "cooperative", network: "host", guards: { ...COOPERATIVE, ...STRONG } },
    ]);
    const shown = Buffer.from(made.view.read(RelativePath.parse(".trace/dad_metadata.json")) ?? []).toString();
    expect(RunMetadata.parse(JSON.parse(shown)).spaces).toEqual(run.spaces);
  });

  it("opens another space once for all who require the same, and closes all with itself", async () => {
    const { adapter, opened, closed } = claimingIsolation();
    await withRun({ rootComponentId: "a", ports: ports(adapter) }, async (context) => {
      await using execution = await context.isolate({ env: { MARK: "1" }, policy: { onMissing: "fail" } });
      await execution.run(async ({ isolated, space }) => {
        const [one, two] = await Promise.all([isolated({ require: ["fs.read"] }), isolated({ require: ["fs.read"] })]);
        expect(one.id).toBe(two.id);
        expect(one.id).not.toBe(space.id);
        expect((await isolated({ require: ["scope.env"] })).id).toBe(space.id);
        expect(one.env.MARK).toBe("1");
      });
    });
    expect(opened).toHaveLength(2);
    expect(closed).toHaveLength(2);
  });

  it("has other resources where it is given some, with all that it starts, and nobody else has them", async () => {
    const { adapter } = claimingIsolation();
    await withRun({ rootComponentId: "a", ports: ports(adapter) }, async (context) => {
      const seen = async ({ run }: ExecutionScope): Promise<string | undefined> => {
        await new Promise(setImmediate);
        return run.ports.resources.ids("endpoint").join();
      };
      const at = (id: string) => overriding(context.ports.resources, { endpoint: { [id]: new URL("https://x.example/") } });
      await using one = await context.isolate({ resources: at("one") });
      await using two = await context.isolate({ resources: at("two") });
      await using usual = await context.isolate();
      expect(await Promise.all([one.run(seen), two.run(seen), usual.run(seen)])).toEqual(["one", "two", ""]);
      expect(context.ports.resources.ids("endpoint")).toEqual([]);
    });
  });

  it("refuses to give the directory of a run to commands that are to write nowhere else", async () => {
    const { adapter, opened } = claimingIsolation();
    const { outcomes: _outcomes, ...made } = memoryPorts();
    const failing = withRun({ rootComponentId: "a", ports: { ...made, isolation: adapter } }, async (context) => {
      await using execution = await context.isolate({ policy: { require: ["fs.write"] } });
      return execution;
    });
    await expect(failing).rejects.toMatchObject({ code: "ISOLATION_POLICY_INVALID", message: expect.stringContaining("outcome repository") });
    expect(opened).toEqual([]);
  });

  it.each(["", "runs", "runs/outcome/p", "repository/.git/hooks"])(
    "gives no command %j to write, where runs or repositories are kept",
    async (place) => {
      const { adapter, opened } = claimingIsolation();
      const path = resolve(place === "repository/.git/hooks" ? "/elsewhere" : "/", place === "" ? "." : place);
      const failing = withRun({ rootComponentId: "a", runRoot: resolve("/runs"), ports: ports(adapter) }, async (context) => {
        await using execution = await context.isolate({ policy: { require: ["fs.write"], mounts: [{ path, mode: "rw" }] } });
        return execution;
      });
      await expect(failing).rejects.toMatchObject({ code: "ISOLATION_POLICY_INVALID", details: { place: "mounts.0" } });
      expect(opened).toEqual([]);
    },
  );

  it("puts each request for the network on record, and of too many the number", async () => {
    const { adapter, opened } = claimingIsolation();
    const made = ports(adapter);
    const { run } = await withRun({ rootComponentId: "a", ports: made }, async (context) => {
      await using execution = await context.isolate();
      const decision = { time: "2026-01-01T00:00:00Z", method: "CONNECT", host: "x.test", port: 443, allowed: false, reason: "not listed" };
      for (let index = 0; index < 1002; index++) opened[0]?.onEgress?.({ ...decision, bytesUp: 0, bytesDown: 0, durationMs: 1 });
      return execution.space.id;
    });
    const requests = [];
    for await (const event of made.journals.read(run.runId)) if (event.type === "network.requested") requests.push(event.request);
    expect(requests).toHaveLength(1001);
    expect([requests[0], requests.at(-1)]).toEqual([expect.objectContaining({ host: "x.test", reason: "not listed" }), { allowed: false, more: 2 }]);
  });

  it("puts the code of a run in its place, and is broken by what nobody handles there", async () => {
    const scope = processScope();
    using _installed = scope.install();
    const failing = withRun({ rootComponentId: "a", ports: { ...memoryPorts(), scope } }, async (context) => {
      await using execution = await context.isolate({ env: { MARK: "mine" } });
      return await execution.run(async ({ signal, space }) => {
        expect([process.env.MARK, process.cwd()]).toEqual(["mine", space.cwd]);
        void Promise.reject(new RangeError("nobody handles it"));
        await new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        });
      });
    });
    await expect(failing).rejects.toThrow("nobody handles it");
    expect(process.env.MARK).toBeUndefined();
  });

  it("is broken by what nobody handles also when its work does not notice", async () => {
    const scope = processScope();
    using _installed = scope.install();
    const failing = withRun({ rootComponentId: "a", ports: { ...memoryPorts(), scope } }, async (context) => {
      await using execution = await context.isolate();
      return await execution.run(async () => {
        void Promise.reject(new RangeError("nobody handles it"));
        await new Promise((resolve) => setImmediate(resolve));
      });
    });
    await expect(failing).rejects.toThrow("nobody handles it");
  });

  it("lets no one who has a space of its own close it for the others", async () => {
    const { adapter, closed } = claimingIsolation();
    await withRun({ rootComponentId: "a", ports: ports(adapter) }, async (context) => {
      await using execution = await context.isolate();
      await execution.run(async ({ isolated }) => {
        for (let asked = 0; asked < 2; asked++) {
          await using space = await isolated({ require: ["fs.read"] });
          expect(space.guards["fs.read"]).toBe("enforced");
        }
      });
      expect(closed).toEqual([]);
    });
    expect(closed).toHaveLength(2);
  });

  it("gives policies with different functions spaces of their own", async () => {
    const { adapter, opened } = claimingIsolation();
    const gatewayOf = (headers: () => Record<string, string>): IsolationPolicy => ({
      require: ["fs.read"],
      network: { mode: "allow", hosts: [], gateways: [{ host: "a.internal", target: "https://a.test", headers }] },
    });
    const [one, other] = [() => ({ key: "one" }), () => ({ key: "other" })];
    await withRun({ rootComponentId: "a", ports: ports(adapter) }, async (context) => {
      await using execution = await context.isolate();
      await execution.run(async ({ isolated }) => {
        const spaces = await Promise.all([one, other, one].map((headers) => isolated(gatewayOf(headers))));
        expect(spaces[0]?.id).toBe(spaces[2]?.id);
        expect(spaces[0]?.id).not.toBe(spaces[1]?.id);
      });
    });
    expect(opened).toHaveLength(3);
  });

  it("closes a space that cannot be recorded, and opens none once it was left", async () => {
    const { adapter, opened, closed } = claimingIsolation();
    const over = withRun({ rootComponentId: "a", ports: ports(adapter) }, async (context) => {
      let late: ExecutionScope | undefined;
      {
        await using execution = await context.isolate();
        await execution.run(async (scope) => void (late = scope));
      }
      await expect(late?.isolated({ require: ["fs.read"] })).rejects.toMatchObject({ code: "ISOLATION_CLOSED" });
      await context.complete("completed");
      const failing = { ...context, record: () => Promise.reject(new Error("no room")) };
      await expect(enterIsolation(failing)).rejects.toThrow("no room");
      throw new Error("done");
    });
    await expect(over).rejects.toThrow("done");
    expect(closed).toHaveLength(opened.length);
  });

  it("answers who gives up while a space is opened, and opens it for the others", async () => {
    const { adapter } = claimingIsolation();
    const gate = Promise.withResolvers<void>();
    const slow: IsolationAdapter = {
      ...adapter,
      async open(spec, options) {
        if (spec.policy?.require && Object.keys(spec.policy.require).length > 0) await gate.promise;
        return adapter.open(spec, options);
      },
    };
    await withRun({ rootComponentId: "a", ports: ports(slow) }, async (context) => {
      await using execution = await context.isolate();
      await execution.run(async ({ isolated }) => {
        const impatient = new AbortController();
        const [given, waited] = [isolated({ require: ["fs.read"] }, { signal: impatient.signal }), isolated({ require: ["fs.read"] })];
        impatient.abort(new RangeError("enough"));
        await expect(given).rejects.toThrow("enough");
        gate.resolve();
        expect((await waited).guards["fs.read"]).toBe("enforced");
      });
    });
  });
});
