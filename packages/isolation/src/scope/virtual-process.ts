import { readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import type { Worker, WorkerOptions } from "node:worker_threads";
import { ChdirInRunError } from "./chdir-in-run-error.ts";
import type { View } from "./entered.ts";
import { environmentView, replaceVariables } from "./environment-view.ts";

/** What a run has of its own. None of the methods looks at what it is called on. */
interface HostProcess {
  env: NodeJS.ProcessEnv;
  cwd: () => string;
  chdir: (directory: string) => void;
  loadEnvFile: (path?: string | URL | Buffer) => void;
}

const owner: HostProcess = process;

/** From now on the process is what the view says, to code that is in a place. Gives what takes that back. */
export function virtualise(current: View): () => void {
  const undo = [
    virtualEnvironment(current),
    virtualDirectory(current),
    virtualMethods(current),
    virtualWorkers(current),
    attributedRejections(current),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const restore of undo) restore();
    syncBuiltinESMExports();
  };
}

function virtualEnvironment(current: View): () => void {
  let environment = owner.env;
  const view = environmentView(
    () => environment,
    () => current()?.variables,
  );
  return accessor("env", {
    get: () => view,
    set(value) {
      const entered = current();
      if (entered) replaceVariables(entered.variables, value);
      else environment = value;
    },
    host: () => environment,
  });
}

function virtualDirectory(current: View): () => void {
  const real = owner.cwd;
  let host = real;
  let asking = false;

  function hostDirectory(): string {
    // Code of the host may have put something around this function, which then asks here again.
    if (asking) return real();
    asking = true;
    try {
      return host();
    } finally {
      asking = false;
    }
  }

  const cwd = (): string => current()?.place.cwd ?? hostDirectory();
  return accessor("cwd", {
    get: () => cwd,
    set(value) {
      // There are libraries that remember the first answer. In a run that would be the answer to all others.
      if (!current()) host = value;
    },
    host: () => host,
  });
}

function virtualMethods(current: View): () => void {
  const { chdir, loadEnvFile } = owner;
  const undo = [
    replaced("chdir", (directory) => {
      const entered = current();
      if (entered) throw new ChdirInRunError(entered.place.runId, directory);
      chdir(directory);
    }),
    replaced("loadEnvFile", (path = ".env") => {
      const entered = current();
      if (!entered) return loadEnvFile(path);
      const file = typeof path === "string" ? resolve(entered.place.cwd, path) : path;
      // What is set already stays, as in Node.
      Object.assign(entered.variables, { ...parseEnv(readFileSync(file, "utf8")), ...entered.variables });
    }),
  ];
  return () => {
    for (const restore of undo) restore();
  };
}

/** A worker that is given no environment would have that of the process itself, whatever `process.env` says. */
function virtualWorkers(current: View): () => void {
  const threads = process.getBuiltinModule("node:worker_threads");
  const host = threads.Worker;
  const Worker = new Proxy(host, {
    construct(target, [file, options, ...rest]: [unknown, WorkerOptions?, ...unknown[]], newTarget) {
      const env = current()?.variables;
      const given = typeof options?.env === "object" && options.env !== null;
      return Reflect.construct(target, [file, env && !given ? { ...options, env } : options, ...rest], newTarget) as Worker;
    },
  });
  Object.assign(threads, { Worker });
  return () => {
    if (threads.Worker === Worker) Object.assign(threads, { Worker: host });
  };
}

function attributedRejections(current: View): () => void {
  function attribute(reason: unknown): void {
    const fail = current()?.place.onUnhandledRejection;
    if (fail) fail(reason);
    // It would have ended the process, and must not be lost because somebody listens now.
    else if (process.listenerCount("unhandledRejection") === 1) throw reason;
  }
  process.on("unhandledRejection", attribute);
  return () => void process.off("unhandledRejection", attribute);
}

interface Accessor<Value> {
  readonly get: () => Value;
  readonly set: (value: Value) => void;
  /** What the host has by now. */
  readonly host: () => Value;
}

/** Gives what takes it back, unless somebody else has put something in its place by then. */
function accessor<Name extends "env" | "cwd">(name: Name, { get, set, host }: Accessor<HostProcess[Name]>): () => void {
  const property = { enumerable: true, configurable: true };
  Object.defineProperty(process, name, { ...property, get, set });
  return () => {
    if (Object.getOwnPropertyDescriptor(process, name)?.get !== get) return;
    Object.defineProperty(process, name, { ...property, writable: true, value: host() });
  };
}

/** Likewise. */
function replaced<Name extends "chdir" | "loadEnvFile">(name: Name, method: HostProcess[Name]): () => void {
  const host = owner[name];
  owner[name] = method;
  return () => {
    if (owner[name] === method) owner[name] = host;
  };
}
