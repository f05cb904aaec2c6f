import { diskInbox } from "@dad/events/disk";
import { DadError, InboxMessage, RunId } from "@dad/protocol";

/**
 * Uses an inbox when it is told to. Arguments: the directory of the runs, the run, and what to do: `answer` posts one answer and says
 * what became of it, `answer-for-ever` posts one to each of many requests and says when it begins, `follow` says what comes.
 */
const [root = "", run = "", what = ""] = process.argv.slice(2);
const inbox = diskInbox({ root });
const runId = RunId.parse(run);
const say = (line: string) => void process.stdout.write(`${line}\n`);
const who = String(process.pid);

function answer(request: string): InboxMessage {
  const by = { channel: "cli", who, at: new Date().toISOString() };
  return InboxMessage.parse({ format: "dad.inbox/1", kind: "answer", id: crypto.randomUUID(), runId, by, request, value: who });
}

async function postOne(): Promise<void> {
  try {
    await inbox.post(answer("agent.node:key"));
    say(`posted ${who}`);
  } catch (error) {
    const { code, details } = DadError.is(error, "INPUT_ANSWERED") ? error : { code: String(error), details: {} };
    say(`${code} ${JSON.stringify(details)}`);
  }
  process.exit();
}

async function postForEver(): Promise<void> {
  say("begins");
  for (let number = 0; ; number++) await inbox.post(answer(`agent.node:key-${who}-${number}`)).then(() => say(String(number)));
}

async function followForEver(): Promise<void> {
  for await (const item of inbox.follow(runId, new AbortController())) {
    const given = "message" in item ? item.message : undefined;
    say(given?.kind === "signal" ? `signal ${JSON.stringify(given.data)}` : "something else");
    if (given) await inbox.settle(given, "accepted");
  }
}

say("ready");
// What it waits for keeps the process alive, which following alone does not.
const uses: Readonly<Record<string, () => Promise<void>>> = { answer: postOne, "answer-for-ever": postForEver, follow: followForEver };
process.stdin.on("data", () => void uses[what]?.());
