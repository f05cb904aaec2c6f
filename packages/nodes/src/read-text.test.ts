import { join } from "node:path";
import { expect, it } from "vitest";
import { readText } from "./read-text.ts";
import { testingFolder } from "./testing-folder.ts";

it("reads the beginning of a file, and says how long the file is", async () => {
  await using folder = await testingFolder({ "a.txt": "0123456789" });
  await expect(readText(join(folder.path, "a.txt"), 4)).resolves.toEqual({ bytes: 10, read: 4, text: "0123" });
  await expect(readText(join(folder.path, "a.txt"), 1000)).resolves.toEqual({ bytes: 10, read: 10, text: "0123456789" });
});

it.each(["gone", "directory", "link", "dangling"])("reads nothing of what is no plain file: %s", async (name) => {
  await using folder = await testingFolder({ "a.txt": "a", directory: null, link: { link: "a.txt" }, dangling: { link: "gone" } });
  await expect(readText(join(folder.path, name), 10)).resolves.toBeUndefined();
});
