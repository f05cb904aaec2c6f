import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";

/** A span as the receiver says it. */
export interface KeptSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: string; readonly message?: string };
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly scope?: { readonly name: string };
}

/** A receiver of OTLP that somebody else wrote: the development server of autotel. */
export interface Devtools extends AsyncDisposable {
  readonly url: string;
  spans(): Promise<readonly KeptSpan[]>;
  /** From its database, which it only lets others read when it has ended. */
  end(): Promise<{ readonly logs: readonly Row[]; readonly series: readonly Row[]; readonly points: readonly Row[] }>;
}

type Row = Readonly<Record<string, unknown>>;

export async function devtools(): Promise<Devtools> {
  const directory = await mkdtemp(join(tmpdir(), "dad-devtools-"));
  const database = join(directory, "kept.sqlite");
  const [port, grpcPort] = await freePorts();
  const program = fileURLToPath(new URL("cli.js", import.meta.resolve("autotel-devtools")));
  const args = ["--host", "127.0.0.1", "--port", String(port), "--grpc-port", String(grpcPort), "--db", database];
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  let said = "";
  for await (const piece of child.stdout) {
    said += String(piece);
    if (said.includes("Verify ingestion")) break;
  }
  return {
    url,
    async spans() {
      const { traces } = (await (await fetch(`${url}/v1/traces`)).json()) as { readonly traces: readonly { readonly spans: readonly KeptSpan[] }[] };
      return traces.flatMap(({ spans }) => spans);
    },
    async end() {
      child.kill();
      await exited;
      const kept = new DatabaseSync(database, { readOnly: true });
      const all = (table: string) => kept.prepare(`select * from ${table}`).all();
      return { logs: all("logs"), series: all("metric_series"), points: all("metric_points") };
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()];
  const ports: number[] = [];
  for (const server of servers) {
    await once(server.listen(0, "127.0.0.1"), "listening");
    ports.push((server.address() as AddressInfo).port);
  }
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports as unknown as readonly [number, number];
}
