import { isKnownEvent } from "@dad/protocol";
import { heldText } from "./held-text.ts";
import type { Progress } from "./progress.ts";
import { type LineLook, progressLine } from "./progress-line.ts";

/** A line for each thing that happens. What streams is not told: it would be torn, and all of it is in the artifacts. */
export function progressLines(stream: NodeJS.WriteStream, look: LineLook): Progress {
  const out = heldText((text) => void stream.write(text));
  return {
    onEvent(event) {
      const line = isKnownEvent(event) ? progressLine(event, look) : undefined;
      if (line !== undefined) out.write(`${line}\n`);
    },
    log: (text) => out.write(text),
    pause: () => out.hold(),
    [Symbol.dispose]() {},
  };
}
