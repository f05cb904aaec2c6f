import { expect, it } from "vitest";
import type { ModelPiece } from "../model-resource.ts";
import { exchanges, type ModelResourceSubject, plain } from "./model-resource-subject.ts";

export function streaming(subject: ModelResourceSubject): void {
  it("tells the text in pieces as it comes, or tells none when it does not claim to", async () => {
    const model = await subject.replying(exchanges);
    for (const { request, text } of exchanges) {
      const pieces: ModelPiece[] = [];
      await model.generate(request, { onPiece: (piece) => void pieces.push(piece) });
      const told = pieces.filter(({ channel }) => channel === "text").map((piece) => piece.text);
      expect(told.join("")).toBe(model.capabilities.streaming ? text : "");
      expect(pieces.every((piece) => piece.text !== "")).toBe(true);
    }
  });

  it("gives the same reply whether somebody hears the pieces or not", async () => {
    const model = await subject.replying(exchanges);
    for (const { request } of exchanges) expect(await model.generate(request, { onPiece() {} })).toEqual(await model.generate(request));
  });

  it("fails with what its hearer throws", async () => {
    const model = await subject.replying(exchanges);
    if (!model.capabilities.streaming) return;
    const problem = new Error("the hearer is broken");
    const onPiece = () => {
      throw problem;
    };
    await expect(model.generate(plain, { onPiece })).rejects.toBe(problem);
    expect((await model.generate(plain)).text).toBe("Hello, wörld ✓");
  });
}
