import type { Connection } from "./connection.ts";
import type { McpStdioServer } from "./mcp-server.ts";
import { named, redactorOf, revealed } from "./revealed.ts";
import { startServer } from "./server-process.ts";

/** Of the environment of the host, what programs need to start and to print. On Windows also what finds and starts them. */
const PASSED = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR"];
const PASSED_ON_WINDOWS = ["APPDATA", "COMSPEC", "LOCALAPPDATA", "PATHEXT", "PROGRAMFILES", "SYSTEMROOT", "TEMP", "TMP", "USERPROFILE"];

/** A program, started for each connection. */
export function stdioConnection({ command, cwd, env = {}, hostEnv, limits = {} }: McpStdioServer): Connection {
  const place = cwd === undefined ? {} : { cwd };
  return {
    identity: { command: [...command], ...place, env: named(env) },
    async connect({ signal, headers = {} }) {
      const own = await revealed(env, signal);
      signal?.throwIfAborted();
      const environment = { ...passed(hostEnv), ...traceOf(headers), ...own };
      return await startServer({ command, ...place, env: environment, messageBytes: limits.messageBytes, redactor: redactorOf(env, own) });
    },
  };
}

/** https://opentelemetry.io/docs/specs/otel/context/env-carriers/ */
function traceOf({ traceparent, tracestate }: Readonly<Record<string, string>>): Record<string, string> {
  if (traceparent === undefined) return {};
  return { TRACEPARENT: traceparent, ...(tracestate === undefined ? {} : { TRACESTATE: tracestate }) };
}

function passed(hostEnv: McpStdioServer["hostEnv"]): Record<string, string> {
  const names = process.platform === "win32" ? [...PASSED, ...PASSED_ON_WINDOWS] : PASSED;
  return Object.fromEntries(names.flatMap((name) => (hostEnv[name] === undefined ? [] : [[name, hostEnv[name]]])));
}
