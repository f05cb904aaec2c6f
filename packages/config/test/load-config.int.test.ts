import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);

/** Runs a program of ES module syntax with Node alone, which loads `@dad/*` from the sources. */
async function outputOf(program: string, cwd: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, ["--conditions=@dad/source", "--input-type=module", "--eval", program], {
    cwd,
    env: { PATH: process.env.PATH, STAGE: "ci" },
  });
  return JSON.parse(stdout);
}

let project: string;
beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), "dad project ")));
  await mkdir(join(project, "node_modules/@dad"), { recursive: true });
  await symlink(fileURLToPath(new URL("..", import.meta.url)), join(project, "node_modules/@dad/config"));
  await mkdir(join(project, "src"));
});
afterAll(() => rm(project, { recursive: true, force: true }));

describe("a config in TypeScript", () => {
  it("is found, loaded and asked for its profile by Node itself, from a directory below it", async () => {
    await writeFile(
      join(project, "dad.config.ts"),
      `import { type DadConfig, defineConfig } from "@dad/config";
       const config: DadConfig = { runRoot: "runs", resources: { ci: {}, dev: {} }, profile: (env) => env.STAGE ?? "dev" };
       export default defineConfig(config);`,
    );
    const program = `
      import { findConfig, loadConfig, selectProfile } from "@dad/config";
      const config = await loadConfig(await findConfig("."));
      console.log(JSON.stringify({ ...config, selected: selectProfile(config) }));
    `;
    expect(await outputOf(program, join(project, "src"))).toEqual({
      file: join(project, "dad.config.ts"),
      directory: project,
      runRoot: join(project, "runs"),
      resources: { ci: {}, dev: {} },
      selected: "ci",
    });
  });

  it.each([
    ["export default {", "SyntaxError"],
    ["enum A { B }\nexport default {};", "SyntaxError"],
    ['import "not-installed";', "Cannot find package 'not-installed'"],
  ])("that Node cannot load says why: %j", async (source, reason) => {
    const file = join(project, "broken.config.ts");
    await writeFile(file, source);
    const program = `
      import { loadConfig } from "@dad/config";
      console.log(JSON.stringify(await loadConfig("broken.config.ts").catch((error) => error)));
    `;
    expect(await outputOf(program, project)).toMatchObject({
      code: "CONFIG_UNREADABLE",
      message: expect.stringContaining(reason) as unknown,
      details: { file },
    });
  });
});
