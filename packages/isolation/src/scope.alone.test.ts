import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { cwd as importedCwd, env as importedEnv } from "node:process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inspect } from "node:util";
import { SHARE_ENV, Worker } from "node:worker_threads";
import { processScope, type RunPlace } from "@dad/isolation/scope";
import { RunId } from "@dad/protocol";
import { describe, expect, it, vi } from "vitest";

const real = { env: process.env, cwd: process.cwd, chdir: process.chdir.bind(process), method: process.chdir, directory: process.cwd() };

function place(name: string, more: Partial<RunPlace> = {}): RunPlace {
  return { runId: RunId.parse(name), env: { RUN: name }, cwd: resolve("/", name), signal: new AbortController().signal, ...more };
}

describe("a scope", () => {
  it("knows the place of code in it and of all that this starts, and none outside", async () => {
    const scope = processScope();
    const given = place("run1", { env: { A: "1" } });
    const after = await scope.run(given, async (inside) => {
      expect(scope.current()).toBe(inside);
      expect(inside).toEqual({ ...given, env: { A: "1" }, signal: expect.any(AbortSignal) });
      await Promise.resolve();
      return () => scope.current();
    });
    expect([after(), scope.current(), processScope().current()]).toEqual([undefined, undefined, undefined]);
    await scope.run(given, () => scope.run(place("run2"), async () => expect(scope.current()?.runId).toBe("run2")));
  });

  it("settles as its work does, also when that throws at once", async () => {
    const scope = processScope();
    expect(await scope.run(place("run1"), () => 7)).toBe(7);
    const failing = (): never => {
      throw new RangeError("of the work");
    };
    await expect(scope.run(place("run1"), failing)).rejects.toThrow("of the work");
    await expect(scope.run(place("run1"), async () => failing())).rejects.toThrow("of the work");
  });

  it("refuses a directory that is not absolute", async () => {
    await expect(processScope().run(place("run1", { cwd: "here" }), () => 1)).rejects.toThrow(TypeError);
  });

  it("calls listeners at its signal in the place, whoever aborts", async () => {
    const scope = processScope();
    const controller = new AbortController();
    const heard: unknown[] = [];
    const listening = Promise.withResolvers<void>();
    const running = scope.run(place("run1", { signal: controller.signal }), async ({ signal }) => {
      signal.addEventListener("abort", () => heard.push([scope.current()?.runId, signal.reason]));
      await listening.promise;
    });
    await scope.run(place("run2"), () => controller.abort("enough"));
    listening.resolve();
    await running;
    expect(heard).toEqual([["run1", "enough"]]);
  });

  it("begins with an aborted signal when it is given one, and lets go of the given one when the work has settled", async () => {
    const scope = processScope();
    const aborted = AbortSignal.abort("before");
    expect(await scope.run(place("run1", { signal: aborted }), ({ signal }) => [signal.aborted, signal.reason])).toEqual([true, "before"]);
    const controller = new AbortController();
    const signal = await scope.run(place("run1", { signal: controller.signal }), (inside) => ({ its: inside.signal }));
    controller.abort();
    expect(signal.its.aborted).toBe(false);
  });
});

/** What becomes of an act: a value, or how it failed. */
function outcomeOf(act: (env: NodeJS.ProcessEnv) => unknown, env: NodeJS.ProcessEnv): unknown {
  try {
    return { value: act(env) };
  } catch (error) {
    const { name, message, code } = error as NodeJS.ErrnoException;
    return { name, message, code };
  }
}

const plain = { configurable: true, enumerable: true, writable: true };
const symbol = Symbol("s");
const ACTS: Readonly<Record<string, (env: NodeJS.ProcessEnv) => unknown>> = {
  "gives what was written as text": (env) =>
    [1, null, undefined, true].map((value: unknown) => {
      env.A = value as string;
      return env.A;
    }),
  "takes no symbol for a name": (env) => ((env as Record<symbol, unknown>)[symbol] = "x"),
  "takes no symbol for a value": (env) => (env.A = symbol as unknown as string),
  "has no symbols": (env) => [(env as Record<symbol, unknown>)[symbol], symbol in env, Reflect.deleteProperty(env, symbol)],
  "says what there is": (env) => [(env.A = "1"), "A" in env, "nothing" in env, Object.hasOwn(env, "A"), delete env.A, "A" in env, delete env.A],
  "lists the same": (env) => [Object.keys(env), { ...env }, JSON.stringify(env), Object.entries(env)],
  "is walked the same": (env) => {
    const names: string[] = [];
    for (const name in env) names.push(name);
    return names;
  },
  "has the methods of an object": (env) => [env.hasOwnProperty("PATH"), Object.prototype.toString.call(env), typeof env.toString, "toString" in env],
  "has the same prototype": (env) => Object.getPrototypeOf(env) === Object.getPrototypeOf(real.env),
  "keeps its prototype": (env) => Object.setPrototypeOf(Object.create(env), null) !== null,
  "takes __proto__ for a name": (env) => [(env["__proto__"] = "p"), env["__proto__"], Object.hasOwn(env, "__proto__"), delete env["__proto__"]],
  "describes a variable": (env) => [(env.A = "1"), Object.getOwnPropertyDescriptor(env, "A"), Object.getOwnPropertyDescriptor(env, "nothing")],
  "defines a variable": (env) => [Object.defineProperty(env, "A", { ...plain, value: 7 }).A, delete env.A],
  "defines nothing that is fixed": (env) => void Object.defineProperty(env, "A", { value: 7 }),
  "defines no accessor": (env) => void Object.defineProperty(env, "A", { configurable: true, enumerable: true, get: () => "x" }),
  "is no prototype that is written to": (env) => {
    const child = Object.create(env) as NodeJS.ProcessEnv;
    child.CHILD = "1";
    return [child.CHILD, Object.keys(child), env.CHILD, child.PATH === env.PATH];
  },
  "is shown": (env) => inspect(env) === inspect({ ...env }),
};

describe("process.env in an installed scope", () => {
  it.each(Object.entries(ACTS))("%s, as that of Node", async (_name, act) => {
    const scope = processScope();
    using _installed = scope.install();
    const asInNode = outcomeOf(act, real.env);
    expect(outcomeOf(act, process.env)).toEqual(asInNode);
    const env = { ...real.env } as Record<string, string>;
    expect(await scope.run(place("run1", { env }), () => outcomeOf(act, process.env))).toEqual(asInNode);
    delete process.env.A;
  });

  it("cannot be frozen, or given another prototype: it is that of all runs", async () => {
    const scope = processScope();
    using _installed = scope.install();
    await scope.run(place("run1"), () => {
      expect(() => Object.freeze(process.env)).toThrow(TypeError);
      expect(() => Object.setPrototypeOf(process.env, {})).toThrow(TypeError);
      expect(Object.isExtensible(process.env)).toBe(true);
    });
  });

  it("keeps what a run writes in that run: neither the host, nor another run, nor what it was given gets it", async () => {
    const scope = processScope();
    using _installed = scope.install();
    const env = Object.freeze({ RUN: "run1" });
    const before = { ...real.env };
    await Promise.all([
      scope.run(place("run1", { env }), async () => {
        process.env.WRITTEN = "by run1";
        delete process.env.RUN;
        await new Promise(setImmediate);
        expect({ ...process.env }).toEqual({ WRITTEN: "by run1" });
      }),
      scope.run(place("run2"), async () => {
        await new Promise(setImmediate);
        process.env = { ONLY: 1 as unknown as string };
        expect({ ...process.env }).toEqual({ ONLY: "1" });
      }),
    ]);
    expect([{ ...process.env }, env]).toEqual([before, { RUN: "run1" }]);
  });

  it("lets the host have its own replaced, and keeps that when it is taken back", () => {
    const installed = processScope().install();
    const other = { OTHER: "1" };
    process.env = other;
    expect({ ...process.env }).toEqual(other);
    installed[Symbol.dispose]();
    expect(process.env).toBe(other);
    process.env = real.env;
  });

  it("is filled by loadEnvFile, from the directory of the run and with what is not set", async () => {
    const directory = await mkdtemp(join(tmpdir(), "dad-scope-"));
    await writeFile(join(directory, ".env"), "RUN=of the file\nOF_THE_FILE=yes\n");
    const scope = processScope();
    using _installed = scope.install();
    await scope.run(place("run1", { cwd: directory }), () => {
      process.loadEnvFile();
      expect({ ...process.env }).toEqual({ RUN: "run1", OF_THE_FILE: "yes" });
      expect(() => process.loadEnvFile("missing")).toThrow(expect.objectContaining({ code: "ENOENT" }));
    });
    expect(process.env.OF_THE_FILE).toBeUndefined();
    await rm(directory, { recursive: true });
  });
});

describe("a worker in an installed scope", () => {
  const said = async (env?: NodeJS.ProcessEnv | typeof SHARE_ENV): Promise<unknown> => {
    const worker = new Worker("require('node:worker_threads').parentPort.postMessage({ ...process.env })", { eval: true, ...(env ? { env } : {}) });
    const [message] = (await once(worker, "message")) as unknown[];
    await worker.terminate();
    return message;
  };

  it("has the environment of the run, unless it is given one", async () => {
    const scope = processScope();
    const real = Worker;
    {
      using _installed = scope.install();
      await scope.run(place("run1"), async () => {
        expect(await said()).toEqual({ RUN: "run1" });
        expect(await said(SHARE_ENV)).toEqual({ RUN: "run1" });
        expect(await said({ GIVEN: "1" })).toEqual({ GIVEN: "1" });
        expect(await said(process.env)).toEqual({ RUN: "run1" });
      });
      expect(await said()).toEqual({ ...process.env });
    }
    expect(Worker).toBe(real);
  });
});

describe("process.cwd in an installed scope", () => {
  it("is the directory of the run, which paths follow, and cannot be left", async () => {
    const scope = processScope();
    using _installed = scope.install();
    await scope.run(place("run1"), () => {
      expect([process.cwd(), resolve("file")]).toEqual([resolve("/run1"), resolve("/run1/file")]);
      expect(() => process.chdir(tmpdir())).toThrow(
        expect.objectContaining({ code: "CHDIR_IN_RUN", details: { runId: "run1", directory: tmpdir() } }),
      );
    });
    expect(process.cwd()).toBe(real.directory);
    process.chdir(tmpdir());
    expect(process.cwd()).not.toBe(real.directory);
    process.chdir(real.directory);
  });

  it("is not remembered for all by a library that remembers the first answer, wherever that is loaded", async () => {
    const scope = processScope();
    {
      using _installed = scope.install();
      await scope.run(place("run1"), () => rememberDirectory());
      expect(process.cwd()).toBe(real.directory);
      rememberDirectory();
      expect(process.cwd()).toBe(real.directory);
      await scope.run(place("run2"), () => expect(process.cwd()).toBe(resolve("/run2")));
    }
    expect(process.cwd()).toBe(real.directory);
    process.cwd = real.cwd;
  });
});

/** What graceful-fs does. */
function rememberDirectory(): void {
  const original = process.cwd;
  let remembered: string | undefined;
  const remembering = () => (remembered ??= original.call(process));
  process.cwd = remembering;
  remembering();
}

describe("the installation of a scope", () => {
  const asBefore = () => expect([process.env, process.cwd, process.chdir]).toEqual([real.env, real.cwd, real.method]);

  it("can be made several times and undone in any order, each once", async () => {
    const scope = processScope();
    const [first, second] = [scope.install(), scope.install()];
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await scope.run(place("run1"), () => expect(process.env.RUN).toBe("run1"));
    second[Symbol.dispose]();
    await scope.run(place("run1"), () => expect(process.env.RUN).toBeUndefined());
    asBefore();
    scope.install()[Symbol.dispose]();
    asBefore();
  });

  it("is shared by several scopes and copies of the package, and the innermost place counts", async () => {
    vi.resetModules();
    const copy = (await import("./scope.ts")).processScope();
    const scope = processScope();
    const seen = () => [process.env.RUN, process.cwd()];
    for (const [outer, inner] of [
      [scope, copy],
      [copy, scope],
    ] as const) {
      const [first, second] = [scope.install(), copy.install()];
      const nested = () => outer.run(place("run1"), () => inner.run(place("run2"), seen));
      expect(await nested()).toEqual(["run2", resolve("/run2")]);
      (outer === scope ? first : second)[Symbol.dispose]();
      expect(await nested()).toEqual(["run2", resolve("/run2")]);
      (outer === scope ? second : first)[Symbol.dispose]();
      asBefore();
    }
  });

  it("reaches what was imported by name, and is taken back there", async () => {
    const scope = processScope();
    const outside = importedEnv;
    {
      using _installed = scope.install();
      await scope.run(place("run1"), () => expect([importedEnv.RUN, importedCwd()]).toEqual(["run1", resolve("/run1")]));
    }
    expect([importedEnv, importedCwd]).toEqual([outside, real.cwd]);
    expect(createRequire(import.meta.url)("node:process")).toBe(process);
  });

  it("leaves alone what somebody has put in its place since", () => {
    const installed = processScope().install();
    const other = process.chdir;
    const around = (directory: string): void => other(directory);
    process.chdir = around;
    installed[Symbol.dispose]();
    expect(process.chdir).toBe(around);
    process.chdir(real.directory);
    process.chdir = real.method;
    asBefore();
  });
});
