import { scriptedModel } from "@dad/resources/scripted";
import { describe, expect, it } from "vitest";
import { runNode, testingContext } from "../testing-context.ts";
import { askModel } from "./ask-model.ts";

const large = () => ({ ...scriptedModel(["from the large one"]), modelId: "large-1" });
const small = () => ({ ...scriptedModel(["from the small one"]), modelId: "small-1" });

describe("a node that says what its model is", () => {
  const node = askModel({ model: { model: "small-1", capabilities: ["tools"] }, prompt: "Go." });

  it("asks the first of the profile that is so, whatever its alias", async () => {
    const { context, artifacts } = testingContext({ models: { a: large(), b: small(), c: small() } });
    await expect(runNode(node, context)).resolves.toMatchObject({ text: "from the small one" });
    expect(artifacts.get("state")?.data).toMatchObject({ model: { alias: "b", modelId: "small-1" } });
  });

  it("lets its input choose among those that are so", async () => {
    const models = { a: large(), b: small(), c: small() };
    const { context, artifacts } = testingContext({ models });
    await runNode(node, context, { model: "c" });
    expect(artifacts.get("state")?.data).toMatchObject({ model: { alias: "c" } });
    await expect(runNode(node, testingContext({ models }).context, { model: "a" })).rejects.toMatchObject({
      code: "MODEL_NOT_ALLOWED",
      details: { allowed: ["b", "c"] },
    });
  });

  it("says what there is where there is none", async () => {
    await expect(runNode(node, testingContext({ models: { a: large() } }).context)).rejects.toMatchObject({
      code: "MODEL_MISSING",
      message: 'profile "test" has no model that is {"model":"small-1","capabilities":["tools"]}; it has a',
    });
  });

  it("needs one of the profile", () => {
    expect(node.nodeType.needs?.(node.settings)).toEqual([{ kind: "model", query: { model: "small-1", capabilities: ["tools"] } }]);
    expect(node.nodeType.settings.safeParse({ model: {}, prompt: "Go." }).success).toBe(false);
  });
});
