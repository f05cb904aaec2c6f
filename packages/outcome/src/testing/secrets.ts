import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { file } from "./starting-files.ts";
import type { Subject } from "./subject.ts";

const id = (name: string): RunId => RunId.parse(name);
const SECRET = { name: "env:API_KEY", value: "correct-horse-battery" };

/** What a run alone knows, the repository does not. */
export function describeSecrets({ repository }: Subject): void {
  describe("secrets of a run", () => {
    it.each([
      ["in a file", "notes.txt", `first\nkey=${SECRET.value}\n`, "notes.txt", 2],
      ["in base64", "notes.txt", `Basic ${Buffer.from(`user:${SECRET.value}`).toString("base64")}`, "notes.txt", 1],
      ["in the name of a file", `${SECRET.value}.txt`, "text", `[secret ${SECRET.name}].txt`, 1],
    ])("refuses to commit one %s, tells its place and not its value", async (_where, ...[name, content, path, line]) => {
      const secrets = [SECRET];
      await using run = await repository().open(id("run1"), { secrets: () => secrets });
      await run.commit({ subject: "before" });
      await run.write(file(name, content));
      const committing = run.commit({ subject: "with it" });
      await expect(committing).rejects.toMatchObject({ code: "OUTCOME_SECRET", details: { places: [{ path, line, secret: SECRET.name }] } });
      await expect(committing).rejects.not.toThrow(SECRET.value);
      // Else what was not committed could not be kept.
      secrets.length = 0;
      expect((await repository().changes((await run.commit({ subject: "of what is none" })).commit)).map((change) => change.path)).toContain(name);
    });

    it("asks for them whenever something is committed, and knows those of no other run", async () => {
      const secrets: (typeof SECRET)[] = [];
      await using one = await repository().open(id("run1"), { secrets: () => secrets });
      await using other = await repository().open(id("run2"));
      for (const run of [one, other]) await run.write(file("a.txt", SECRET.value));
      await other.commit({ subject: "of another" });
      await one.commit({ subject: "not known yet" });
      secrets.push(SECRET);
      await one.write(file("b.txt", SECRET.value));
      await expect(one.commit({ subject: "known" })).rejects.toMatchObject({ code: "OUTCOME_SECRET" });
      await one.write(file("b.txt", "without"));
      await one.commit({ subject: "without it" });
    });
  });
}
