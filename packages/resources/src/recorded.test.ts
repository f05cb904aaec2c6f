import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ModelExchange, ModelRequest, ModelResource, ModelTape } from "./model-resource.ts";
import { openRecordedModel, parseTape, readTape, recordedModel, recordingModel, tapeText } from "./recorded.ts";
import { scriptedModel } from "./scripted.ts";
import { modelResourceContract, type ModelResourceSubject, type SubjectExchange } from "./testing.ts";

const usage = { inputTokens: 10, outputTokens: 5, costUsd: 0.25 };

function ask(content: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return { messages: [{ role: "user", content }], ...more };
}

function exchange(request: ModelRequest, text: string): ModelExchange {
  return { request, response: { text, finishReason: "stop", usage, modelId: "m-2026-10-01" } };
}

function exchangeOf({ request, text, content }: SubjectExchange): ModelExchange {
  const { response } = exchange(request, text);
  return { request, response: content ? { ...response, content, finishReason: "tool-calls" } : response };
}

function tapeOf(...entries: ModelExchange[]): ModelTape {
  return { format: "dad.tape/1", entries };
}

let directory: string;
let files = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "dad-tapes-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function fileOf(text: string): Promise<string> {
  const file = join(directory, `${(files += 1)}.tape.json`);
  await writeFile(file, text);
  return file;
}

function subjectOf(modelOf: (tape: ModelTape) => ModelResource | Promise<ModelResource>): ModelResourceSubject {
  return {
    replying: (exchanges) => modelOf(tapeOf(...exchanges.map(exchangeOf))),
    failing: () => modelOf(tapeOf()),
  };
}

modelResourceContract(
  "a recorded model",
  subjectOf((tape) => recordedModel({ tape })),
);
modelResourceContract(
  "a recorded model of a file",
  subjectOf(async (tape) => openRecordedModel({ file: await fileOf(tapeText(tape)) })),
);

describe("recordedModel", () => {
  it("says the tokens of the recording apart from what is used and paid: that is nothing", async () => {
    const model = recordedModel({ tape: tapeOf(exchange(ask("hello"), "hi")) });
    const recorded = { calls: 1, inputTokens: 10, outputTokens: 5 };
    expect((await model.generate(ask("hello"))).usage).toEqual({ calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, recorded });
  });

  it("keeps its tape as it is, whatever is done with a reply", async () => {
    const request = ask("count", { output: { name: "count", schema: {} } });
    const { response } = exchange(request, '{"n":1}');
    const model = recordedModel({ tape: tapeOf({ request, response: { ...response, structured: { n: 1 } } }) });
    Object.assign((await model.generate(request)).structured as object, { n: 2 });
    expect((await model.generate(request)).structured).toEqual({ n: 1 });
  });

  it("is named as asked, or as the tape says, or `recorded`", () => {
    const tape: ModelTape = { ...tapeOf(), provider: "openai", modelId: "gpt" };
    expect(recordedModel({ tape, modelId: "other" })).toMatchObject({ provider: "openai", modelId: "other" });
    expect(recordedModel({ tape: tapeOf() })).toMatchObject({ provider: "recorded", modelId: "recorded" });
  });

  it("replies in the order of the tape to a request that was recorded several times, and then with the last again", async () => {
    const model = recordedModel({ tape: tapeOf(exchange(ask("roll"), "1"), exchange(ask("other"), "x"), exchange(ask("roll"), "2")) });
    const texts: string[] = [];
    for (let call = 0; call < 4; call += 1) texts.push((await model.generate(ask("roll"))).text);
    expect(texts).toEqual(["1", "2", "2", "2"]);
  });

  it("finds a request whatever the order of its members", async () => {
    const model = recordedModel({ tape: tapeOf(exchange({ system: "s", messages: [], settings: { seed: 1, topP: 0.5 } }, "yes")) });
    expect((await model.generate({ settings: { topP: 0.5, seed: 1 }, messages: [], system: "s" })).text).toBe("yes");
  });

  it("names the nearest entry and where it differs: the system, the messages by their number, the settings", async () => {
    const long = "Here is a repository of many files. ".repeat(10);
    const recorded = ask(`${long}Fix the test.`, { system: "You code.\nYou test.\nYou stop.", settings: { temperature: 0, seed: 1 } });
    const model = recordedModel({ tape: tapeOf(exchange(ask("nothing like it"), "a"), exchange(recorded, "b")) });
    const asked = ask(`${long}Fix the text.`, { system: "You code!\nYou test.\nYou go.", settings: { temperature: 1, seed: 1 } });
    const error: unknown = await model.generate(asked).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "MODEL_NOT_RECORDED", retryable: false, details: { entry: 1 } });
    expect((error as Error).message.split("\n")).toEqual([
      "the recording has no reply to this request; of its 2 entries, entries[1] is nearest and differs:",
      "  messages[0].content",
      '    recorded "…f many files. Fix the test."',
      '    asked    "…f many files. Fix the text."',
      "  system, line 1",
      '    recorded "You code."',
      '    asked    "You code!"',
      "  system, line 3",
      '    recorded "You stop."',
      '    asked    "You go."',
      "  settings.temperature",
      "    recorded 0",
      "    asked    1",
      "Ask what was recorded, or record again with a real model.",
    ]);
  });

  it("names a member that only one side has", async () => {
    const model = recordedModel({ tape: tapeOf(exchange(ask("hello"), "hi")) });
    await expect(model.generate(ask("hello", { settings: { temperature: 1 } }))).rejects.toThrow(
      '  settings\n    recorded nothing\n    asked    {"temperature":1}\n',
    );
    await expect(model.generate({ messages: [] })).rejects.toThrow(
      '  messages[0]\n    recorded {"role":"user","content":"hello"}\n    asked    nothing\n',
    );
  });

  it("names of a text that has more lines or fewer the first that differs", async () => {
    const model = recordedModel({ tape: tapeOf(exchange(ask("one\ntwo\nfour"), "hi")) });
    const details = (difference: object) => ({ details: { differences: [difference] } });
    const path = "messages[0].content, line 3";
    await expect(model.generate(ask("one\ntwo\nthree\nfour"))).rejects.toMatchObject(details({ path, recorded: '"four"', asked: '"three"' }));
    await expect(model.generate(ask("one\ntwo"))).rejects.toMatchObject(details({ path, recorded: '"four"', asked: "nothing" }));
  });

  it("shows a few of many differences and counts the others", async () => {
    const messages = (word: string) => Array.from({ length: 20 }, (_, at) => ({ role: "user" as const, content: `${word} ${at}` }));
    const model = recordedModel({ tape: tapeOf(exchange({ messages: messages("old") }, "hi")) });
    await expect(model.generate({ messages: messages("new") })).rejects.toThrow(/messages\[5\][^\n]*\n.*\n.*\n  and 14 more\nAsk/);
  });

  it("finds each request of any tape, and never a request that is not on it", async () => {
    const request = fc.record<ModelRequest>(
      {
        messages: fc.array(fc.record({ role: fc.constantFrom("user", "assistant"), content: fc.string({ unit: "grapheme" }) }), { maxLength: 3 }),
        system: fc.string(),
      },
      { requiredKeys: ["messages"] },
    );
    const requests = fc.uniqueArray(request, { minLength: 2, maxLength: 6, selector: (value) => JSON.stringify([value.system, value.messages]) });
    await fc.assert(
      fc.asyncProperty(requests, async ([absent, ...recorded]) => {
        const model = recordedModel({ tape: tapeOf(...recorded.map((asked, index) => exchange(asked, `reply ${index}`))) });
        for (const [index, asked] of recorded.entries()) expect((await model.generate(asked)).text).toBe(`reply ${index}`);
        await expect(model.generate(absent as ModelRequest)).rejects.toMatchObject({
          code: "MODEL_NOT_RECORDED",
          details: { differences: expect.arrayContaining([expect.objectContaining({ path: expect.any(String) })]) },
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe("openRecordedModel", () => {
  it("reads its file when it is first asked, and once", async () => {
    const file = join(directory, "later.tape.json");
    const model = openRecordedModel({ file: pathToFileURL(file) });
    await writeFile(file, tapeText(tapeOf(exchange(ask("hello"), "hi"))));
    await model.generate(ask("hello"));
    await rm(file);
    expect((await model.generate(ask("hello"))).text).toBe("hi");
  });

  it("names a file that is not there, and finds it once it is", async () => {
    const file = join(directory, "missing.tape.json");
    const model = openRecordedModel({ file });
    const message = expect.stringContaining(`${file} is not a readable recording of a model: ENOENT`) as string;
    await expect(model.generate(ask("hello"))).rejects.toMatchObject({ code: "TAPE_UNREADABLE", message });
    await writeFile(file, tapeText(tapeOf(exchange(ask("hello"), "hi"))));
    expect((await model.generate(ask("hello"))).text).toBe("hi");
  });

  it("names its file when a request is not on the tape", async () => {
    const file = await fileOf(tapeText(tapeOf()));
    await expect(openRecordedModel({ file }).generate(ask("hello"))).rejects.toThrow(
      `the recording ${file} has no reply to this request; it has no entries`,
    );
  });
});

describe("readTape", () => {
  it("reads what tapeText wrote", () => {
    const tape = tapeOf(exchange(ask("hello"), "hi"));
    expect(readTape(tapeText(tape))).toEqual(tape);
  });

  it.each([
    ["{", /^a\.json is not a readable recording of a model: it is not JSON: /],
    ["[]", /^a\.json is not a readable recording of a model: the value: /],
    [
      '{"format":"dad.tape/1","entries":[{"request":{"messages":[{"role":"robot","content":""}]}}]}',
      /entries\[0\]\.request\.messages\[0\]\.role: .*; entries\[0\]\.response: /,
    ],
  ])("says what is wrong with %s and where", (text, message) => {
    expect(() => readTape(text, "a.json")).toThrow(
      expect.objectContaining({ code: "TAPE_UNREADABLE", message: expect.stringMatching(message) as string }),
    );
  });

  it("names a few of many problems and counts the others", () => {
    const entries = Array.from({ length: 20 }, () => ({}));
    expect(() => parseTape({ format: "dad.tape/1", entries })).toThrow(/entries\[2\]\.request: [^;]*; and 35 more$/);
  });
});

describe("recordingModel", () => {
  it("makes a tape that replays the model, with the request as it was at the call", async () => {
    const entries: ModelExchange[] = [];
    const live = scriptedModel(["one", { structured: { two: 2 }, usage }]);
    const model = recordingModel(live, (entry) => void entries.push(entry));
    const messages = [{ role: "user" as const, content: "first" }];
    await model.generate({ messages });
    messages[0] = { role: "user", content: "changed" };
    const output = { name: "two", schema: {} };
    await model.generate(ask("second", { output }));

    const replay = recordedModel({ tape: readTape(tapeText({ ...tapeOf(...entries), provider: model.provider, modelId: model.modelId })) });
    expect(replay.provider).toBe("scripted");
    expect((await replay.generate(ask("first"))).text).toBe("one");
    expect((await replay.generate(ask("second", { output }))).structured).toEqual({ two: 2 });
  });

  it("makes of a recording another one that says the same usage", async () => {
    const entries: ModelExchange[] = [];
    const first = recordedModel({ tape: tapeOf(exchange(ask("hello"), "hi")) });
    const { usage: said } = await recordingModel(first, (entry) => void entries.push(entry)).generate(ask("hello"));
    expect((await recordedModel({ tape: readTape(tapeText(tapeOf(...entries))) }).generate(ask("hello"))).usage).toEqual(said);
  });

  it("writes what a model used and what it cost", async () => {
    const entries: ModelExchange[] = [];
    const live: ModelResource = { ...scriptedModel([]), generate: async () => exchange(ask("hello"), "hi").response };
    await recordingModel(live, (entry) => void entries.push(entry)).generate(ask("hello"));
    expect(entries).toEqual([exchange(ask("hello"), "hi")]);
  });

  it("records no failure, and fails when the entry cannot be kept", async () => {
    const entries: ModelExchange[] = [];
    const failing = recordingModel(scriptedModel([new Error("down")]), (entry) => void entries.push(entry));
    await expect(failing.generate(ask("x"))).rejects.toThrow("down");
    expect(entries).toEqual([]);
    const full = recordingModel(scriptedModel(["ok"]), () => Promise.reject(new Error("disk full")));
    await expect(full.generate(ask("x"))).rejects.toThrow("disk full");
  });
});
