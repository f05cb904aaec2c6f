import type { ErrorEnvelope, RunId } from "@dad/protocol";
import { chat, fingerprint, type Part, type Story, usage } from "./asking.ts";
import { HOSTILE_TEXTS, MARKDOWN, outputOf, PNG, TYPESCRIPT } from "./contents.ts";
import { addSpan, BEGIN, component, keep, node, type Recorder } from "./recorder.ts";

export const EARLIER = "writer_run_20261121_160000_9ab3f0" as RunId;

/** An agent that writes a book: everything that there is in a run. Gives when it ended. */
export function writerRun(made: Recorder, story: Story, parentSpanId: string): number | null {
  return component(made, { path: "writer", kind: "agent", start: BEGIN + 12, parentSpanId }, (agent) => {
    const briefed = brief(made, agent, BEGIN + 20);
    const researched = research(made, { story, parent: agent, start: briefed + 6 });
    const checked = component(made, { path: "writer.checks", kind: "try", start: researched + 3, parentSpanId: agent }, (span) =>
      checks(made, span, researched + 5),
    );
    const approved = approve(made, { story, parent: agent, start: (checked ?? researched) + 4 });
    return publish(made, { story, parent: agent, start: approved + 9 });
  });
}

function brief(made: Recorder, parent: string, start: number): number {
  const path = "writer.brief";
  const origin = { runId: EARLIER, seq: 7, attempt: 1, traceparent: `00-${made.chance.hex(32)}-${made.chance.hex(16)}-01` };
  const outcome = keep(made, path, {
    name: "outcome",
    content: { json: { title: "The tides of Brest", chapters: ["The sea", "The moon", "The light"] } },
  });
  const attempt = {
    start,
    end: start + 4,
    decision: "reused" as const,
    origin,
    artifacts: [outcome],
    usage: usage(812, 96),
    fingerprint: fingerprint(made, "ai_model"),
  };
  return node(made, { path, nodeType: "ai_model", parentSpanId: parent, attempts: [attempt] }) ?? start;
}

function research(made: Recorder, { story, parent, start }: Part): number {
  const end = component(made, { path: "writer.research", kind: "flow", start, parentSpanId: parent }, (flow) => {
    const looped = component(made, { path: "writer.research.sources", kind: "map", start: start + 2, parentSpanId: flow }, (map) => {
      const ends = Array.from({ length: story.sources }, (_, index) =>
        iteration(made, { story, parent: map, start: start + 4 + Math.floor(index / 4) * 2_400 + (index % 4) * 35 }, index),
      );
      return Math.max(start, ...ends);
    });
    return component(made, { path: "writer.research.both", kind: "parallel", start: (looped ?? start) + 5, parentSpanId: flow }, (both) => {
      const begun = (looped ?? start) + 7;
      return Math.max(build(made, both, begun), cover(made, { story, parent: both, start: begun }));
    });
  });
  return end ?? start;
}

function iteration(made: Recorder, { story, parent, start }: Part, index: number): number {
  const path = `writer.research.sources.iter_${index}`;
  const ended = component(made, { path, kind: "flow", start, parentSpanId: parent }, (span) =>
    chat(made, { path: `${path}.ask`, story, parent: span, start: start + 3, index }),
  );
  return ended ?? start;
}

function build(made: Recorder, parent: string, start: number): number {
  const path = "writer.research.both.build.run";
  const artifacts = [
    keep(made, path, { name: "stdout", content: outputOf(400) }),
    keep(made, path, { name: "stderr", content: "\u001b[33mwarning\u001b[39m: 2 tests are slow\n" }),
    keep(made, path, { name: "outcome", content: { json: { exitCode: 0, timedOut: false } } }),
  ];
  const inside = (spanId: string) => {
    addSpan(made, {
      name: "execute_tool npm",
      start: start + 8,
      end: start + 3_100,
      parentSpanId: spanId,
      path,
      attributes: { "process.executable.name": "npm", "process.exit.code": 0 },
    });
    const attributes = { "log.iostream": "stdout" };
    for (let line = 0; line < 40; line++)
      made.logs.push({
        time: start + 20 + line * 70,
        severity: "info",
        body: `  ✓ checks what is number ${line + 1}`,
        attributes,
        traceId: made.traceId,
        spanId,
        path: path as never,
      });
  };
  return (
    node(made, {
      path,
      nodeType: "command",
      parentSpanId: parent,
      attempts: [{ start, end: start + 3_120, effect: "effectful", artifacts, inside }],
    }) ?? start
  );
}

function cover(made: Recorder, { story, parent, start }: Part): number {
  const path = "writer.research.both.cover.paint";
  const artifacts = [
    keep(made, path, { name: "image-1.png", content: { base64: PNG, mediaType: "image/png" } }),
    keep(made, path, { name: "notes.md", content: { text: story.hostile ? HOSTILE_TEXTS.join("\n\n") : MARKDOWN, mediaType: "text/markdown" } }),
    keep(made, path, { name: "tide.ts", content: { text: TYPESCRIPT, mediaType: "text/typescript" } }),
    keep(made, path, {
      name: "drawing.svg",
      content: {
        text: `<svg xmlns="http://www.w3.org/2000/svg"><script>window.hacked="svg"</script><rect width="8" height="8"/></svg>`,
        mediaType: "image/svg+xml",
      },
    }),
    keep(made, path, { name: "page.html", content: { text: `<h1>Hello</h1><script>window.hacked="html"</script>`, mediaType: "text/html" } }),
    keep(made, path, {
      name: "model.bin",
      content: { base64: btoa(String.fromCharCode(...Array.from({ length: 256 }, (_, at) => at))), mediaType: "application/octet-stream" },
    }),
    keep(made, path, { name: "gone.txt", content: "this is gone", state: "missing" }),
    keep(made, path, { name: "bad.txt", content: "this is not what it was", state: "damaged" }),
    keep(made, path, { name: "large.txt", content: `${"a long line ".repeat(20)}\n`.repeat(50), state: "cut" }),
    keep(made, path, { name: "larger.txt", content: "there was no room", state: "left" }),
    keep(made, path, { name: "outcome", content: { json: { files: ["image-1.png"], deep: { list: [1, null, true, { a: "b" }] } } } }),
  ];
  return (
    node(made, { path, nodeType: "callback", parentSpanId: parent, attempts: [{ start, end: start + 640, effect: "pure", artifacts }] }) ?? start
  );
}

/** The body of a `try` fails, and its handler mends it. */
function checks(made: Recorder, parent: string, start: number): number {
  const error: ErrorEnvelope = {
    code: "COMMAND_FAILED",
    message: "npm test ended with 1",
    retryable: false,
    details: { exitCode: 1, command: ["npm", "test"] },
    cause: {
      code: "UNEXPECTED",
      message: HOSTILE_TEXTS[1] ?? "",
      retryable: false,
      cause: { code: "ENOENT", message: "no such file: test/tide.test.ts", retryable: false },
    },
  };
  const failing = {
    start,
    end: start + 410,
    status: "failed" as const,
    error,
    artifacts: [keep(made, "writer.checks.try.test", { name: "stderr", content: "1 of 12 tests failed\n" })],
  };
  const failed =
    node(made, { path: "writer.checks.try.test", nodeType: "command", parentSpanId: parent, attempts: [failing], handled: "catch" }) ?? start;
  const mended = {
    start: failed + 3,
    end: failed + 60,
    artifacts: [keep(made, "writer.checks.catch.mend", { name: "outcome", content: { json: { mended: true } } })],
  };
  return node(made, { path: "writer.checks.catch.mend", nodeType: "file_operations", parentSpanId: parent, attempts: [mended] }) ?? failed;
}

/** Waits for a person for a quarter of an hour: the run was parked. */
function approve(made: Recorder, { story, parent, start }: Part): number {
  const path = "writer.approve";
  const waited = 15 * 60_000;
  const prompt = story.hostile ? `Publish? ${HOSTILE_TEXTS[0]}` : "Publish the book?";
  const attempt = {
    start,
    end: start + waited + 40,
    waits: [{ request: `${path}:publish` as never, start: start + 15, end: start + 15 + waited, answer: "answered" as const }],
    artifacts: [keep(made, path, { name: "outcome", content: { json: { approved: true, prompt } } })],
  };
  return node(made, { path, nodeType: "callback", parentSpanId: parent, attempts: [attempt] }) ?? start;
}

function publish(made: Recorder, { story, parent, start }: Part): number | null {
  const path = "writer.publish";
  const outcome = { branch: `run/${made.runId}`, commit: made.chance.hex(40), tree: made.chance.hex(40), parent: made.chance.hex(40) };
  if (story.goesOn)
    return node(made, { path, nodeType: "file_operations", parentSpanId: parent, attempts: [{ start, end: null, effect: "effectful" }] });
  return node(made, {
    path,
    nodeType: "file_operations",
    parentSpanId: parent,
    attempts: [
      {
        start,
        end: start + 230,
        effect: "effectful",
        outcome,
        artifacts: [keep(made, path, { name: "outcome", content: { json: { written: 3 } } })],
      },
    ],
  });
}
