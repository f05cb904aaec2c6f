import { readFileSync } from "node:fs";
import { InputRequest, RunId } from "@dad/protocol";
import { terminalAnswers } from "@dad/terminal";

/** Asks at the terminal what the file says, and prints the answer. SIGINT ends it, and SIGUSR2 says that no answer is needed any more. */
const [file = ""] = process.argv.slice(2);
const asked = new AbortController();
process.on("SIGINT", () => asked.abort("interrupted"));
process.on("SIGUSR2", () => asked.abort("answered elsewhere"));
const answers = terminalAnswers({
  input: process.stdin,
  output: process.stdout,
  interrupt: () => process.kill(process.pid, "SIGINT"),
  term: process.env.TERM,
  editor: process.env.EDITS === undefined ? undefined : async (text) => (process.env.EDITS === "fails" ? undefined : `${text}${process.env.EDITS}\n`),
});
const requests = (JSON.parse(readFileSync(file, "utf8")) as object[]).map((request) => InputRequest.parse(request));
const given = await Promise.all(requests.map((request) => answers({ ...request, runId: RunId.parse("run_1") }, asked)));
for (const answer of given) console.log(`ANSWER ${JSON.stringify(answer) ?? "none"}`);
console.log(`END ${String(asked.signal.reason)}`);
