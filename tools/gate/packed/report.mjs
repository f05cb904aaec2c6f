// Runs an agent and makes a page of the run, as somebody who installed `@dad/cli` does: the page is in what is installed.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const dad = (...args) => execFileSync(process.execPath, ["node_modules/@dad/cli/dist/main.js", ...args], { encoding: "utf8", stdio: "pipe" });
const id = `on-${process.versions.node}`;
dad("run", "agent.mjs", "--run-id", id);
dad("report", id, "-o", `${id}.html`);
const page = readFileSync(`${id}.html`, "utf8");
const [, data = ""] = /<script type="application\/octet-stream"[^>]*>([^<]+)</.exec(page) ?? [];
console.log(data !== "" && page.length > data.length + 100_000 ? "the page is whole" : page.slice(0, 1000));
