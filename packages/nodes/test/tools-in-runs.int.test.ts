import { flow } from "@dad/agent";
import { askModel, defineTool, runCommand, runCommands } from "@dad/nodes";
import type { ToolSource } from "@dad/resources";
import { scriptedModel, testAgent } from "@dad/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const node = (program: string): string[] => [process.execPath, "-e", program];

function mailing() {
  const sent: string[] = [];
  const mail = defineTool({
    name: "mail",
    description: "Sends a mail.",
    input: z.object({ to: z.string() }),
    approval: ({ to }) => to !== "me",
    execute: ({ to }) => void sent.push(to),
  });
  const definition = flow("main").node("ask", askModel({ model: "writer", prompt: "Write to us." }, { tools: [mail] }));
  return { sent, definition };
}

describe("a run whose model calls tools", () => {
  it("is parked until somebody approves, and pays for nothing and does nothing twice when it goes on", async () => {
    const { sent, definition } = mailing();
    const calls = ["me", "you"].map((to) => ({ tool: "mail", input: { to } }));
    const writer = scriptedModel([{ toolCalls: calls }, "Sent."]);
    const test = testAgent(definition, { models: { writer } });
    const parked = await test.run();
    expect(parked.status).toBe("waiting");
    expect([sent, parked.requests("writer").length]).toEqual([["me"], 1]);
    const run = await test.resume({ answers: { approve_mail: "approve" } });
    expect(run.expectCompleted().ask.text).toBe("Sent.");
    expect(sent).toEqual(["me", "you"]);
    writer.assertUsedUp();
    const steps = run.events.flatMap((event) => (event.type === "step.completed" ? [event["name"]] : []));
    expect(steps).toEqual(["begin tool 1.2 mail", "tool 1.2 mail", "reply 2"]);
  });

  it("tells the model that somebody denied", async () => {
    const { sent, definition } = mailing();
    const writer = scriptedModel([{ toolCalls: [{ tool: "mail", input: { to: "you" } }] }, "I see."]);
    const run = await testAgent(definition, { models: { writer }, answers: { approve_mail: "explain", deny_mail: "not today" } }).run();
    expect(run.expectCompleted().ask.text).toBe("I see.");
    expect([sent, JSON.stringify(run.requests("writer")[1])]).toEqual([[], expect.stringContaining("it was denied: not today")]);
  });

  it("goes on after a failure in its middle with what was done before", async () => {
    const { sent, definition } = mailing();
    const writer = scriptedModel([{ toolCalls: [{ tool: "mail", input: { to: "me" } }] }, new Error("cut off"), "Sent."]);
    const test = testAgent(definition, { models: { writer } });
    (await test.run()).expectFailed();
    expect((await test.resume()).expectCompleted().ask.text).toBe("Sent.");
    expect(sent).toEqual(["me"]);
    writer.assertUsedUp();
  });

  it("closes the sources of its tools when it is parked", async () => {
    const log: string[] = [];
    const files: ToolSource = {
      identity: null,
      async open() {
        log.push("open");
        const tools = [{ name: "delete", description: "Deletes.", inputSchema: { type: "object" } }];
        return {
          server: "fake",
          tools,
          call: async () => ({ result: (log.push("call"), null) }),
          [Symbol.asyncDispose]: async () => void log.push("close"),
        };
      },
    };
    const definition = flow("main").node("ask", askModel({ model: "writer", prompt: "Go.", toolsFrom: [{ source: "files", approval: true }] }));
    const writer = scriptedModel([{ toolCalls: [{ tool: "delete" }] }, "Done."]);
    const test = testAgent(definition, { models: { writer }, tools: { files } });
    expect((await test.run()).status).toBe("waiting");
    expect(log).toEqual(["open", "close"]);
    (await test.resume({ answers: { approve_delete: "approve" } })).expectCompleted();
    expect(log).toEqual(["open", "close", "open", "call", "close"]);
  });
});

describe("a run whose commands need secrets", () => {
  const SECRET = "token-0123456789";
  const shown = node("console.log(JSON.stringify(Object.keys(process.env)), process.env.TOKEN ?? 'none', process.env.TOKEN?.length)");

  it("gives each to the command that asks for it, and to no other", async () => {
    const definition = flow("main")
      .node("one", runCommand({ argv: shown, secrets: { TOKEN: "github" } }))
      .node("several", runCommands({ commands: [{ argv: shown }, { argv: shown, secrets: { TOKEN: "github" } }] }))
      .node("other", runCommand({ argv: shown }));
    const run = await testAgent(definition, { secrets: { github: SECRET } }).run();
    const { one, several, other } = run.expectCompleted();
    const has = [one, ...several.results, other].map(({ stdout }) => stdout.includes('"TOKEN"') && stdout.includes(` ${SECRET.length}\n`));
    expect(has).toEqual([true, false, true, false]);
    expect(JSON.stringify(run.events)).not.toContain(SECRET);
  });

  it("fails where the profile has no such secret", async () => {
    const definition = flow("main").node("one", runCommand({ argv: shown, secrets: { TOKEN: "github" } }));
    expect((await testAgent(definition).run()).expectFailed("RESOURCE_UNKNOWN").message).toContain("github");
  });
});
