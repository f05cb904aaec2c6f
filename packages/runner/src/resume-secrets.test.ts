import { defineNode, flow } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { RunId } from "@dad/protocol";
import { readHistory, withResumedRun, withRun } from "@dad/run-context";
import { redactor } from "@dad/secrets";
import { expect, it } from "vitest";
import { z } from "zod";
import { flowRunner } from "./component-runner.ts";
import { memoryPorts } from "./testing-ports.ts";

const RUN = RunId.parse("r");
const [OLD, NEW] = ["token-of-yesterday", "token-of-today-01"];
const knowing = (value: string) => redactor([{ name: "env:DEPLOY_TOKEN", value }]);

const send = defineNode({
  type: "send",
  version: "1",
  effect: "effectful",
  settings: z.object({ text: z.string() }),
  output: z.string(),
  execute({ attempt }, { settings: { text } }) {
    if (attempt === 1) throw new Error("not yet");
    return text;
  },
});
const sending = (token: string) => flow("main").node("send", send({ text: `with ${token}` }));

it("goes on with a definition in which another secret stands, and knows from its record of none", async () => {
  const ports = memoryPorts();
  const runWith = (token: string) => flowRunner(sending(token), { engine: inlineEngine() });
  const failed = withRun({ rootComponentId: "main", runId: RUN, ports: { ...ports, redactor: knowing(OLD) } }, async (context) => {
    await using execution = await context.isolate();
    return await execution.run(runWith(OLD));
  });
  await expect(failed).rejects.toThrow("not yet");
  const { definition } = await readHistory(ports.journals, RUN);
  const resume = (token: string, known: string) =>
    withResumedRun({ runId: RUN, journals: ports.journals, ports: { ...ports, redactor: knowing(known) } }, async (context) => {
      await using execution = await context.isolate();
      return await execution.run(runWith(token));
    });
  await expect(resume("not-a-secret-at-all", OLD)).rejects.toMatchObject({ code: "DEFINITION_CHANGED" });
  expect((await resume(NEW, NEW)).result).toEqual({ send: "with [secret env:DEPLOY_TOKEN]" });
  expect((await readHistory(ports.journals, RUN)).definition).toBe(definition);
});
