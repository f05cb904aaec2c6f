import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flow, type NodeDefinition } from "@dad/agent";
import { ArtifactEntry } from "@dad/protocol";
import type { ModelRequest } from "@dad/resources";
import { scriptedModel } from "@dad/resources/scripted";
import { renderValue, scopeOf } from "@dad/template";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { runNode, testingContext } from "../testing-context.ts";
import { askModel, askModelFor } from "./ask-model.ts";
import { problemsOf } from "./model-schema.ts";

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]);
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

let workspace: string;
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), "dad-ask-"));
  await mkdir(join(workspace, "art"));
  await writeFile(join(workspace, "art/plot.dat"), PNG);
  await writeFile(join(workspace, "notes.md"), "# Notes\n");
  await writeFile(join(workspace, "raw"), Uint8Array.from([0, 1, 2]));
  await symlink(join(workspace, "notes.md"), join(workspace, "link.md"));
  await symlink(join(workspace, "art"), join(workspace, "linked"));
});
afterAll(() => rm(workspace, { recursive: true, force: true }));

function setUp(answers: Parameters<typeof scriptedModel>[0] = () => "ok") {
  const [writer, other] = [scriptedModel(answers), scriptedModel(() => "from the other")];
  return { writer, other, ...testingContext({ workspace, models: { writer, other } }) };
}

async function asked(definition: NodeDefinition): Promise<ModelRequest | undefined> {
  const { writer, context } = setUp();
  await runNode(definition, context);
  return writer.requests[0];
}

describe("what a model is asked (row 97)", () => {
  it("has the context and the sources before the prompt, and the instructions as paragraphs (D-63)", async () => {
    const request = await asked(
      askModel({
        model: "writer",
        system: ["Be brief.", "Be kind."],
        context: ["The house is old.", { role: "assistant", content: "I see." }],
        contextSources: [
          { title: "Plan", value: { b: 1, a: [true] } },
          { title: "Notes", value: "as they are" },
        ],
        prompt: "Go on.",
      }),
    );
    expect(request).toEqual({
      system: "Be brief.\n\nBe kind.",
      messages: [
        { role: "user", content: "The house is old." },
        { role: "assistant", content: "I see." },
        { role: "user", content: '## Plan\n\n{"a":[true],"b":1}\n\n## Notes\n\nas they are' },
        { role: "user", content: "Go on." },
      ],
    });
  });

  it("renders templates in the instructions, the context and the sources (D-63)", () => {
    const Plan = z.object({ steps: z.array(z.string()) });
    const definition = flow("f")
      .node("plan", askModelFor(Plan, { model: "writer", prompt: "Plan." }))
      .node("ask", (nodes) =>
        askModel({
          model: "writer",
          system: ["You are $var{role}."],
          context: [{ role: "user", content: "First: $var{task}" }],
          contextSources: [
            { title: "The plan of $var{role}", value: nodes.plan },
            { title: "Steps", value: nodes.plan.steps },
          ],
          prompt: "Go.",
        }),
      );
    const ask = definition.elements[1]?.definition as NodeDefinition;
    expect(ask.settings).toMatchObject({ contextSources: [{ value: "$expr{$hier{plan}}" }, { value: "$expr{$hier{plan}.steps}" }] });
    const rendered = renderValue({ ...(ask.settings as object), contextSources: [] }, scopeOf({ role: "a poet", task: "$var{role}" }));
    expect(rendered).toMatchObject({ system: ["You are a poet."], context: [{ role: "user", content: "First: $var{role}" }] });
  });

  it("is the same for each of many runs at once of one definition (D-52)", async () => {
    const definition = askModel({ model: "writer", system: "s", prompt: "p", settings: { temperature: 0 } });
    const before = JSON.stringify(definition);
    const inputs = Array.from({ length: 20 }, (_, index) => ({ settings: { prompt: `prompt ${index}`, settings: { seed: index } } }));
    const requests = await Promise.all(
      inputs.map(async (input) => {
        const { writer, context } = setUp();
        await runNode(definition, context, input);
        return writer.requests[0];
      }),
    );
    expect(requests).toEqual(
      inputs.map(({ settings: { prompt, settings } }) => ({ system: "s", messages: [{ role: "user", content: prompt }], settings })),
    );
    expect(JSON.stringify(definition)).toBe(before);
    expect(await asked(definition)).toMatchObject({ messages: [{ content: "p" }], settings: { temperature: 0 } });
  });

  it("has the effort of reasoning and what one provider alone has (row 84)", async () => {
    const settings = { reasoningEffort: "high", providerOptions: { anthropic: { thinking: { type: "adaptive" } } } } as const;
    expect(await asked(askModel({ model: "writer", prompt: "p", settings }))).toMatchObject({ settings });
  });
});

describe("the models that a node may ask (rows 79, 80)", () => {
  it.each([
    [{ model: "writer", prompt: "p" }, ["writer"]],
    [{ models: ["writer", "other"], prompt: "p" }, ["writer", "other"]],
    [{ prompt: "p" }, []],
  ])("are what it needs of the profile, as far as they are known: %j", (settings, ids) => {
    const needs = ids.map((id) => ({ kind: "model", id }));
    expect(askModel({ model: "a", prompt: "p" }).nodeType.needs?.(settings)).toEqual(needs);
    expect(askModelFor(z.string(), { model: "a", prompt: "p" }).nodeType.needs?.(settings)).toEqual(needs);
  });

  const definition = askModel({ models: ["writer", "other"], prompt: "p" });

  it("are asked by their order, unless the input chooses", async () => {
    const { context } = setUp();
    await expect(runNode(definition, context)).resolves.toMatchObject({ text: "ok" });
    await expect(runNode(definition, setUp().context, { model: "other" })).resolves.toMatchObject({ text: "from the other" });
  });

  it.each([
    [definition, "third", "it may ask writer, other"],
    [askModel({ model: "writer", prompt: "p" }), "other", "it may ask writer"],
  ])("are no others, whatever the profile has", async (node, model, message) => {
    const { context, writer, artifacts } = setUp();
    const failure = runNode(node, context, { model });
    await expect(failure).rejects.toMatchObject({ code: "MODEL_NOT_ALLOWED", message: expect.stringContaining(message) as string });
    expect([writer.requests, [...artifacts.keys()]]).toEqual([[], []]);
  });

  it("are named in one way, and cannot be got round by the input", () => {
    const { settings, input } = definition.nodeType;
    expect(settings.safeParse({ prompt: "p" }).error?.issues[0]?.message).toBe("give either model or models");
    expect(settings.safeParse({ prompt: "p", model: "a", models: ["b"] }).success).toBe(false);
    expect(settings.safeParse({ prompt: "p", models: [] }).success).toBe(false);
    for (const given of [{ settings: { model: "third" } }, { settings: { models: ["third"] } }, { settings: { tools: [] } }, { modle: "writer" }])
      expect(input?.safeParse(given).success).toBe(false);
  });
});

describe("settings that a model node does not take", () => {
  it.each([
    [{ system: 3 }, "system: a text or a list of texts is expected"],
    [{ context: [{ role: "system", content: "x" }] }, /^context\[0\]: a text is expected, or \{ role, content \}/],
    [{ files: [{}] }, /^files\[0\]: a path, or an artifact/],
    [{ toolChoice: "requird" }, 'toolChoice: "auto", "none", "required" or { tool } is expected'],
  ])("are refused with what is expected: %j", (settings, problem) => {
    const { error } = askModel({ model: "writer", prompt: "p" }).nodeType.settings.safeParse({ model: "writer", prompt: "p", ...settings });
    expect(problemsOf(error!)).toMatch(problem);
  });
});

describe("settings of a model node that are given through its input (row 99)", () => {
  it("replace those of the definition", async () => {
    const { writer, context } = setUp();
    const definition = askModel({ model: "writer", system: "s", prompt: "p", settings: { seed: 1, temperature: 0 } });
    await runNode(definition, context, { settings: { prompt: "other", system: null, settings: { seed: 2 } } });
    expect(writer.requests).toEqual([{ messages: [{ role: "user", content: "other" }], settings: { seed: 2 } }]);
  });
});

describe("files for a model (row 97)", () => {
  it("are sent before the prompt with their types, and kept as they were sent", async () => {
    const { writer, context, artifacts } = setUp();
    await runNode(askModel({ model: "writer", prompt: "What is it?", files: ["art/plot.dat", "notes.md", "raw", "notes.md"] }), context);
    const notes = { type: "file", mediaType: "text/plain", data: base64(new TextEncoder().encode("# Notes\n")), name: "notes.md" };
    expect(writer.requests[0]?.messages).toEqual([
      {
        role: "user",
        content: [
          { type: "file", mediaType: "image/png", data: base64(PNG), name: "plot.dat" },
          notes,
          { type: "file", mediaType: "application/octet-stream", data: "AAEC", name: "raw" },
          notes,
          { type: "text", text: "What is it?" },
        ],
      },
    ]);
    expect([...artifacts.keys()]).toEqual(["sent/art/plot.dat", "sent/notes.md", "sent/raw", "state", "reply"]);
    expect(artifacts.get("sent/art/plot.dat")).toMatchObject({ data: PNG, mediaType: "image/png" });
  });

  it("are named in the state by their digests", async () => {
    const { context, artifacts } = setUp();
    await runNode(askModel({ model: "writer", prompt: "p", files: ["art/plot.dat"] }), context);
    const state = artifacts.get("state")?.data;
    expect(state).toMatchObject({ request: { messages: [{ content: [{ type: "file", name: "plot.dat", size: 9 }, { text: "p" }] }] } });
    expect(JSON.stringify(state)).not.toContain(base64(PNG));
    expect(JSON.stringify(state)).toContain('"digest":"sha256:');
  });

  it("are kept as they were sent also when an artifact has the same name", async () => {
    const { writer, context, artifacts } = setUp();
    const made = await context.record({ name: "notes.md", data: PNG, mediaType: "image/png" });
    await runNode(askModel({ model: "writer", prompt: "p", files: [made!, "notes.md"] }), context);
    expect(writer.requests[0]?.messages[0]?.content).toMatchObject([{ mediaType: "image/png" }, { mediaType: "text/plain" }, {}]);
    expect([...artifacts.keys()]).toEqual(["notes.md", "sent/notes.md", "state", "reply"]);
  });

  it.each([
    ["is not there", "no.png", '^the model cannot be given the file "no.png": there is no such file in the workspace$'],
    ["is in no directory", "none/no.png", ": there is no such file in the workspace$"],
    ["is outside of the workspace", "../no.png", "no relative path|\\.\\."],
    ["is a directory", "art", "not a file|become|EISDIR"],
    ["is a link", "link.md", ": it is a link, and links are not followed$"],
    ["is behind a link", "linked/plot.dat", "is a link"],
    ["is git's own", ".git/config", "git keeps"],
  ])("are refused before the call when one %s", async (_what, file, problem) => {
    const { writer, context, artifacts } = setUp();
    const failure = runNode(askModel({ model: "writer", prompt: "p", files: [file] }), context);
    await expect(failure).rejects.toMatchObject({ code: "MODEL_FILE_UNUSABLE", message: expect.stringMatching(problem) as string });
    expect([writer.requests, artifacts.size]).toEqual([[], 0]);
  });

  it("are refused when they are too many bytes together", async () => {
    await writeFile(join(workspace, "large.bin"), new Uint8Array(20 * 1024 * 1024));
    const { context } = setUp();
    const failure = runNode(askModel({ model: "writer", prompt: "p", files: ["large.bin", "large.bin"] }), context);
    await expect(failure).rejects.toMatchObject({ code: "MODEL_FILE_UNUSABLE", message: expect.stringContaining("33554432 bytes") as string });
  });
});

describe("files that a model makes (row 30)", () => {
  const files = [
    { mediaType: "image/jpeg", data: base64(PNG) },
    { mediaType: "application/x-thing", data: "AAEC", name: "../../evil.sh" },
    { mediaType: "not a type", data: "AAEC" },
  ];

  it("are kept under names of our own, with the type that their bytes have, and are given", async () => {
    const { context, artifacts } = setUp([{ text: "Here.", files }]);
    const answer = await runNode(askModel({ model: "writer", prompt: "Draw." }), context);
    expect(answer.files.map(({ name, mediaType }) => [name, mediaType])).toEqual([
      ["image-1.png", "image/png"],
      ["file-2", "application/x-thing"],
      ["file-3", "application/octet-stream"],
    ]);
    expect(answer.files.every((file) => ArtifactEntry.safeParse(file).success)).toBe(true);
    expect(artifacts.get("image-1.png")?.data).toEqual(PNG);
    expect(JSON.stringify(artifacts.get("reply")?.data)).not.toContain(base64(PNG));
  });

  it("can be given to the next model, as they are typed", async () => {
    flow("f")
      .node("draw", askModel({ model: "writer", prompt: "Draw." }))
      .node("one", (nodes) => askModel({ model: "writer", prompt: "What is it?", files: [nodes.draw.files[0]!, "notes.md"] }))
      .node("all", (nodes) => askModel({ model: "writer", prompt: "What is it?", files: nodes.draw.files }));
    const { context, artifacts } = setUp([{ files }]);
    const { files: made } = await runNode(askModel({ model: "writer", prompt: "Draw." }), context);
    artifacts.clear();
    const reader = scriptedModel(["A plot."]);
    const resources = { ...context.resources, get: () => reader as never };
    await runNode(askModel({ model: "writer", prompt: "What is it?", files: made }), { ...context, resources });
    expect(reader.requests[0]?.messages[0]?.content).toMatchObject([
      { type: "file", mediaType: "image/png", data: base64(PNG), name: "image-1.png" },
      { type: "file", mediaType: "application/x-thing", data: "AAEC" },
      { mediaType: "application/octet-stream" },
      { type: "text" },
    ]);
    expect([...artifacts.keys()]).toEqual(["state", "reply"]);
  });

  it("are counted through all replies of a conversation", async () => {
    const { context, artifacts } = setUp([
      { files: files.slice(0, 1), toolCalls: [{ tool: "none" }] },
      { text: "Here.", files: files.slice(0, 1) },
    ]);
    const answer = await runNode(askModel({ model: "writer", prompt: "Draw." }), context);
    expect(answer.files.map(({ name }) => name)).toEqual(["image-1.png", "image-2.png"]);
    expect([...artifacts.keys()]).toEqual(["state", "image-1.png", "steps/1/reply", "steps/1/results", "image-2.png", "reply"]);
  });
});

describe("a reply that comes in pieces (row 85, D-64)", () => {
  const script = [{ reasoning: "hm hm", text: "one two three" }];

  it("is told in the order in which it comes", async () => {
    const { context, pieces, spans } = setUp(script);
    await runNode(askModel({ model: "writer", prompt: "p" }), context);
    expect(pieces.map(({ channel, text }) => `${channel}:${text}`)).toEqual([
      "reasoning:hm ",
      "reasoning:hm",
      "text:one ",
      "text:two ",
      "text:three",
    ]);
    expect(spans[0]?.attributes).toMatchObject({ "gen_ai.request.stream": true });
  });

  it("is not told when nobody wants that, or the model cannot", async () => {
    const quiet = setUp(script);
    await runNode(askModel({ model: "writer", prompt: "p", stream: false }), quiet.context);
    const model = scriptedModel(script);
    const dumb = testingContext({ models: { writer: { ...model, capabilities: { ...model.capabilities, streaming: false } } } });
    await runNode(askModel({ model: "writer", prompt: "p" }), dumb.context);
    expect([quiet.pieces, dumb.pieces]).toEqual([[], []]);
    expect(quiet.spans[0]?.attributes).not.toHaveProperty("gen_ai.request.stream");
  });
});
