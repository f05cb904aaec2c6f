// Fault: a model says that it streams, and keeps the last piece of each reply to itself.
// Noticed by: tells the text in pieces as it comes
import type { ModelPiece, ModelResource } from "@dad/resources";
import { scriptedModel } from "@dad/resources/scripted";
import { lastUserText, modelResourceContract, type SubjectExchange } from "@dad/resources/testing";

function hastyModel(exchanges: readonly SubjectExchange[]): ModelResource {
  const model = scriptedModel((asked) => {
    const found = exchanges.find(({ request }) => lastUserText(request) === lastUserText(asked));
    return found?.content ? { content: found.content, text: found.text, finishReason: "tool-calls" } : (found?.text ?? "");
  });
  return {
    ...model,
    generate(request, { signal, onPiece } = {}) {
      let last: ModelPiece | undefined;
      const late = (piece: ModelPiece): void => {
        if (last) onPiece?.(last);
        last = piece;
      };
      return model.generate(request, { ...(signal ? { signal } : {}), ...(onPiece ? { onPiece: late } : {}) });
    },
  };
}

modelResourceContract("a model that does not tell the end", {
  replying: hastyModel,
  failing: () => scriptedModel([]),
});
