import { describe, expect, it } from "vitest";
import { ModelError } from "../errors.ts";
import { modelResourceContract, scriptedModel } from "../testing.ts";

modelResourceContract("a scripted model", {
  replying: (exchanges) =>
    scriptedModel(
      (asked) => exchanges.find(({ request }) => request.messages.at(-1)?.content === asked.messages.at(-1)?.content)?.text ?? new Error("not asked"),
    ),
  failing: (code) => scriptedModel(code === "MODEL_NOT_RECORDED" ? [] : ["no JSON"]),
});

describe("scriptedModel", () => {
  const request = { messages: [{ role: "user" as const, content: "hello" }] };

  it("replies in order, remembers what it was asked, and says when its replies are used up", async () => {
    const model = scriptedModel(["one", { text: "two", finishReason: "length" }, new ModelError("MODEL_RATE_LIMITED", "slow down")]);
    expect((await model.generate(request)).text).toBe("one");
    expect(await model.generate(request)).toMatchObject({ text: "two", finishReason: "length" });
    await expect(model.generate(request)).rejects.toMatchObject({ code: "MODEL_RATE_LIMITED" });
    await expect(model.generate(request)).rejects.toThrow("the script has 3 replies, and the model was asked once more");
    expect(model.requests).toHaveLength(4);
  });

  it("writes the text of a structured reply", async () => {
    const model = scriptedModel([{ structured: { ok: true } }]);
    expect(await model.generate({ ...request, output: { name: "x", schema: {} } })).toMatchObject({ text: '{"ok":true}', structured: { ok: true } });
  });
});
