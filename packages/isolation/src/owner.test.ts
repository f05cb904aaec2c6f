import { describe, expect, it } from "vitest";
import { isOwnerAlive, ownerName } from "./owner.ts";

const { pid } = process;
/** One above the most that Linux gives: proc(5), pid_max. */
const NOBODY = 4_194_305;

describe("an owner", () => {
  it("lives as long as its process, whatever its name goes on with", async () => {
    expect(ownerName()).toMatch(new RegExp(`^${pid}\\.\\d*$`));
    expect([await isOwnerAlive(ownerName()), await isOwnerAlive(`${ownerName()}-home-1`)]).toEqual([true, true]);
  });

  it("is gone with its process", async () => {
    expect([await isOwnerAlive(`${NOBODY}.1`), await isOwnerAlive(`${NOBODY}.`)]).toEqual([false, false]);
  });

  it.runIf(process.platform === "linux")("is gone when its number is another process's", async () => {
    expect(await isOwnerAlive(`${pid}.1`)).toBe(false);
    expect(await isOwnerAlive(`${pid}.`)).toBe(true);
  });

  it.for(["", "home", "home-1.2", `${pid}`, `${pid}-1`])("of the name %j is nobody who could be gone", async (name) => {
    expect(await isOwnerAlive(name)).toBe(true);
  });
});
