/**
 * The one program in a fake container that an engine would not have: it starts what it is told to over descriptor 3. So every
 * process of the container inherits what the first one was given, and nothing has to be given twice. CommonJS, for `node -e`.
 */
export const AGENT = `"use strict";
const { spawn } = require("node:child_process");
const { createInterface } = require("node:readline");
const { constants } = require("node:os");
const host = new (require("node:net").Socket)({ fd: 3 });
const say = (message) => host.write(JSON.stringify(message) + "\\n");
const running = new Map();
const actions = {
  start({ id, argv: [program, ...args], env, cwd, stdin }) {
    const child = spawn(program, args, { env, cwd, detached: true, stdio: [stdin ? "pipe" : "ignore", "pipe", "pipe"] });
    running.set(id, child);
    child.stdin?.on("error", () => {});
    for (const stream of ["stdout", "stderr"]) child[stream].on("data", (data) => say({ id, type: stream, data: data.toString("base64") }));
    child.once("error", (error) => say({ id, type: "failed", message: error.code }));
    child.once("exit", (code, signal) => say({ id, type: "exit", code: code ?? 128 + constants.signals[signal] }));
    child.once("close", () => say({ id, type: "close" }));
  },
  input: ({ id, data }) => running.get(id)?.stdin?.write(Buffer.from(data, "base64")),
  end: ({ id }) => running.get(id)?.stdin?.end(),
};
createInterface({ input: host }).on("line", (line) => {
  const message = JSON.parse(line);
  actions[message.type](message);
});
host.on("close", () => process.exit());
say({ type: "ready" });
`;
