import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { ExecResult } from "../isolation-adapter.ts";
import { node, withoutIsolation } from "./programs.ts";
import { itGuards, SECRET_NAMES, type Trial } from "./trial.ts";

const PRINT_ENV = node("process.stdout.write(JSON.stringify(process.env))");
const PRINT_PLACE = node("process.stdout.write(JSON.stringify({ mark: process.env.MARK, own: process.env.OWN, cwd: process.cwd() }))");
const SPACES = 50;

export function describeEnvironment(trial: () => Trial): void {
  describe("environment and working directory", () => {
    itGuards(trial, ["scope.env", "fifty spaces at once each have their own environment, and the host's stays as it was"], async () => {
      const before = { ...process.env };
      const spaces = await Promise.all(Array.from({ length: SPACES }, (_, index) => trial().open({ env: { MARK: `mark ${index}` } })));
      const results = await Promise.all(spaces.map((space, index) => space.exec({ argv: PRINT_PLACE, env: { OWN: `own ${index}` } })));
      expect(results.map(json)).toEqual(spaces.map((space, index) => ({ mark: `mark ${index}`, own: `own ${index}`, cwd: space.cwd })));
      expect(spaces.map((space) => space.env.MARK)).toEqual(spaces.map((_, index) => `mark ${index}`));
      expect({ ...process.env }).toEqual(before);
    });

    itGuards(trial, ["scope.cwd", "each space works in its workspace, and the host stays where it was"], async () => {
      const before = process.cwd();
      const spaces = await Promise.all([trial().open(), trial().open()]);
      const moving = node("process.chdir('..'); process.stdout.write(JSON.stringify({ cwd: process.cwd() }))");
      await Promise.all(spaces.map((space) => space.exec({ argv: moving })));
      const results = await Promise.all(spaces.map((space) => space.exec({ argv: PRINT_PLACE })));
      expect(results.map((result) => json(result).cwd)).toEqual(spaces.map((space) => space.cwd));
      expect(process.cwd()).toBe(before);
    });

    itGuards(trial, ["env.inherit", "no variable of the host reaches a command"], async () => {
      const { marker } = trial();
      const control = JSON.parse(await withoutIsolation(PRINT_ENV)) as Record<string, string>;
      expect(SECRET_NAMES.filter((name) => control[name]?.includes(marker))).toEqual(SECRET_NAMES);

      const space = await trial().open();
      const result = await space.exec({ argv: PRINT_ENV });
      expect(json(result)).toMatchObject({ PATH: expect.any(String), HOME: expect.any(String) });
      expect(text(result.stdout)).not.toContain(marker);
      expect(JSON.stringify(space.env)).not.toContain(marker);
    });

    it("gives commands a home that is no part of the workspace", async () => {
      const space = await trial().open();
      const leaving = node("process.chdir(process.env.HOME); require('node:fs').writeFileSync('left', '')");
      expect(await space.exec({ argv: leaving })).toMatchObject({ exitCode: 0 });
      expect(await readdir(space.cwd)).toEqual([]);
    });

    it("takes a copy of the environment that nobody can change", async () => {
      const given = { MARK: "first" };
      const space = await trial().open({ env: given });
      given.MARK = "second";
      expect(space.env.MARK).toBe("first");
      expect(Object.isFrozen(space.env)).toBe(true);
    });

    it("gives a command the variables of the space and its own, which win for this command only", async () => {
      const space = await trial().open({ env: { MARK: "space", KEPT: "yes" } });
      expect(json(await space.exec({ argv: PRINT_ENV, env: { MARK: "command" } }))).toMatchObject({ MARK: "command", KEPT: "yes" });
      expect(json(await space.exec({ argv: PRINT_ENV }))).toMatchObject({ MARK: "space", KEPT: "yes" });
    });

    it.each([{ "A=B": "x" }, { "": "x" }, { A: "x\0y" }])("refuses the variables %j as a mistake", async (env) => {
      await expect(trial().open({ env })).rejects.toThrow(TypeError);
    });
  });
}

function json(result: ExecResult): Record<string, string> {
  return JSON.parse(text(result.stdout)) as Record<string, string>;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
