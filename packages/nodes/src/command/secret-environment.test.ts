import type { Command } from "@dad/isolation";
import { describe, expect, it } from "vitest";
import { execResult, fakeSpace, runNode, testingContext } from "../testing-context.ts";
import { runCommand } from "./run-command.ts";
import { runCommands } from "./run-commands.ts";

function stage() {
  const environments: Command["env"][] = [];
  const space = fakeSpace(async ({ env }) => {
    environments.push(env);
    return execResult({ stdout: "done" });
  });
  return {
    ...testingContext({ workspace: "/work", space, resources: { secrets: { github: "token-of-github", npm: "token-of-npm" } } }),
    environments,
  };
}

describe("a command that needs secrets", () => {
  it("has them in its environment, and nowhere else are they", async () => {
    const { context, environments, artifacts, emitted } = stage();
    const output = await runNode(runCommand({ argv: ["gh"], env: { CI: "1" }, secrets: { GITHUB_TOKEN: "github" } }), context);
    expect(environments).toEqual([{ CI: "1", GITHUB_TOKEN: "token-of-github" }]);
    expect(JSON.stringify([output, [...artifacts.values()], emitted])).not.toContain("token-of-github");
  });

  it("has them alone of several", async () => {
    const { context, environments } = stage();
    const commands = [{ argv: ["gh"], secrets: { GITHUB_TOKEN: "github" } }, { argv: ["ls"] }, { argv: ["npm"], secrets: { TOKEN: "github" } }];
    await runNode(runCommands({ commands }), context);
    expect(environments).toEqual([{ GITHUB_TOKEN: "token-of-github" }, {}, { TOKEN: "token-of-github" }]);
    const other = stage();
    const overriding = [{ argv: ["ls"] }, { argv: ["npm"], secrets: { TOKEN: "github" } }];
    await runNode(runCommands({ commands: overriding, secrets: { TOKEN: "npm" } }), other.context);
    expect(other.environments).toEqual([{ TOKEN: "token-of-npm" }, { TOKEN: "token-of-github" }]);
  });

  it("needs them of the profile, and is not begun without", async () => {
    const one = runCommand({ argv: ["gh"], secrets: { GITHUB_TOKEN: "github" } }).nodeType;
    expect(one.needs?.({ secrets: { GITHUB_TOKEN: "github" } })).toEqual([{ kind: "secret", id: "github" }]);
    const several = runCommands({ commands: [] }).nodeType;
    expect(several.needs?.({ secrets: { A: "a" }, commands: [{ secrets: { B: "b" } }, {}] })).toEqual([
      { kind: "secret", id: "a" },
      { kind: "secret", id: "b" },
    ]);
    const { context, environments } = stage();
    await expect(runNode(runCommand({ argv: ["gh"], secrets: { TOKEN: "gitlab" } }), context)).rejects.toThrow("gitlab");
    expect(environments).toEqual([]);
  });

  it.each([{ "A=B": "github" }, { "": "github" }])("is refused the variable %j", (secrets) => {
    expect(runCommand({ argv: ["gh"] }).nodeType.settings.safeParse({ argv: ["gh"], secrets }).success).toBe(false);
  });
});
