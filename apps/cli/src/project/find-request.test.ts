import { InputId, InputRequest, NodePath, RunId } from "@dad/protocol";
import type { RequestHistory } from "@dad/run-context";
import { describe, expect, it } from "vitest";
import { type AskingRun, findRequest, unanswered } from "./find-request.ts";

const NOW = Date.parse("2026-11-26T12:00:00Z");

function requestOf(id: string, more: Partial<InputRequest> = {}): InputRequest {
  const [path = "", name = ""] = id.split(":");
  const [key] = name.split("@");
  return InputRequest.parse({ id, path, key, prompt: "?", schema: {}, question: `sha256:${"0".repeat(64)}`, ...more });
}

function asking(...histories: readonly (readonly [state: RequestHistory["state"], request: InputRequest])[]): AskingRun {
  const by = { channel: "cli", who: "ada", at: "2026-11-26T11:00:00.000Z" };
  const all = histories.map(([state, request]) => [request.id, { state, request, path: request.path, seq: 1, by }] as const);
  const open = histories.filter(([state]) => state === "open").map(([, request]) => request);
  return { run: { runId: RunId.parse("r"), rootComponentId: "main", requests: open }, requests: new Map(all), posted: [], now: NOW };
}

const one = requestOf("main.review:approve");
const other = requestOf("main.release.tag:level");
const two = asking(["open", one], ["open", other]);

describe("findRequest", () => {
  it.each(["main.release.tag:level", "release.tag:level", "tag:level", "level", "main.release.tag", "tag"])("finds a request by %s", (name) => {
    expect(findRequest(two, name)).toMatchObject({ id: other.id, request: other, isOpen: true });
  });

  it("finds the only one without a name, and does not choose among several", () => {
    expect(findRequest(asking(["open", one]), undefined)).toMatchObject({ id: one.id });
    const twins = asking(["open", one], ["open", requestOf("main.other:approve")]);
    for (const name of [undefined, "approve"])
      expect(() => findRequest(twins, name)).toThrow(
        expect.objectContaining({ code: "INPUT_AMBIGUOUS", message: expect.stringContaining("main.other:approve") }),
      );
  });

  it("takes the one that is open of those that were asked under one key", () => {
    const again = requestOf("main.review:approve@2");
    expect(findRequest(asking(["answered", one], ["open", again]), "approve")).toMatchObject({ id: again.id, isOpen: true });
  });

  it("refuses what is answered, and says by whom, and what is still asked", () => {
    expect(() => findRequest(asking(["answered", one], ["open", other]), "approve")).toThrow(
      expect.objectContaining({
        code: "INPUT_ANSWERED",
        message: "main.review:approve is answered already: by ada, at 2026-11-26T11:00:00.000Z. What the run still asks: main.release.tag:level",
      }),
    );
  });

  it("takes for answered what is in the inbox, and for the only one what is not", () => {
    const by = { channel: "cli", who: "bob", at: "2026-11-26T11:30:00.000Z" };
    const early = InputId.parse("main.late:x");
    const posted = [one.id, early].map((request) => ({ request, by }));
    expect(findRequest({ ...two, posted }, undefined)).toMatchObject({ id: other.id });
    expect(() => findRequest({ ...asking(["open", one]), posted }, undefined)).toThrow(expect.objectContaining({ code: "INPUT_ANSWERED" }));
    for (const name of ["approve", early])
      expect(() => findRequest({ ...two, posted }, name)).toThrow(
        expect.objectContaining({ code: "INPUT_ANSWERED", details: expect.objectContaining({ who: "bob" }) }),
      );
  });

  it("refuses what was to be answered before, on record or not, but for what is waited for nevertheless", () => {
    const late = requestOf("main.review:approve", { expiresAt: "2026-11-26T11:59:59.000Z" });
    for (const state of ["open", "expired"] as const)
      expect(() => findRequest(asking([state, late]), "approve")).toThrow(expect.objectContaining({ code: "INPUT_EXPIRED" }));
    expect(findRequest(asking(["open", { ...late, onTimeout: "wait" }]), "approve")).toMatchObject({ isOpen: true });
  });

  it("leaves out of what somebody is needed for what the inbox has an answer to, and what expired", () => {
    const late = requestOf("main.review:late", { expiresAt: "2026-11-26T11:59:59.000Z" });
    const patient = requestOf("main.review:patient", { expiresAt: "2026-11-26T11:59:59.000Z", onTimeout: "wait" });
    const posted = [{ request: one.id, by: { channel: "cli", at: "2026-11-26T11:30:00.000Z" } }];
    const { run, now } = asking(["open", one], ["open", other], ["open", late], ["open", patient]);
    expect(unanswered({ run, posted, now })).toEqual([other, patient]);
  });

  it("takes what is not asked yet by its whole id only, and says what may have been meant", () => {
    expect(findRequest(two, "main.reveiw:approve")).toEqual({
      id: InputId.parse("main.reveiw:approve"),
      request: undefined,
      isOpen: false,
      nearest: one.id,
    });
    for (const name of ["reveiw:approve", "other.review:approve", "nothing", "main.x"])
      expect(() => findRequest(two, name)).toThrow(
        expect.objectContaining({ code: "INPUT_UNKNOWN", message: expect.stringContaining("main.<node>:<key>") }),
      );
    expect(() => findRequest(asking(), undefined)).toThrow("run r has nothing to answer: it asks nothing at this moment");
  });

  it("knows the question of what is asked no more, or not at this moment", () => {
    expect(findRequest(asking(["cancelled", one]), "approve")).toMatchObject({ request: { path: NodePath.parse("main.review") }, isOpen: false });
  });
});
