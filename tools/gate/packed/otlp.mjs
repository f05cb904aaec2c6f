// Runs an agent whose traces, metrics and logs go to a collector, and sends them once more afterwards: what speaks OTLP is in what is installed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";

const arrived = new Set();
const collector = createServer((request, response) => {
  arrived.add(`${request.url} ${request.headers["content-type"]}`);
  response.setHeader("content-type", request.headers["content-type"]);
  request.resume().on("end", () => response.end(request.headers["content-type"] === "application/json" ? "{}" : ""));
}).listen(0, "127.0.0.1");
await once(collector, "listening");
const url = `http://127.0.0.1:${collector.address().port}`;

async function dad(args, env = {}) {
  const child = spawn(process.execPath, ["node_modules/@dad/cli/dist/main.js", ...args], { env: { ...process.env, ...env } });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said.push(chunk));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`dad ${args.join(" ")} ended with ${code}: ${Buffer.concat(said).toString("utf8")}`);
}

const id = `otlp-on-${process.versions.node}`;
await dad(["run", "agent.mjs", "--run-id", id, "--no-outcome"], { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" });
await dad(["trace", "push", id, "--otlp", url]);
collector.close();
collector.closeAllConnections();
const signals = ["traces", "metrics", "logs"];
const missing = ["x-protobuf", "json"]
  .flatMap((form) => signals.map((signal) => `/v1/${signal} application/${form}`))
  .filter((one) => !arrived.has(one));
console.log(missing.length === 0 ? "all arrived" : `not arrived: ${missing.join(", ")}`);
