import { execFileSync } from "node:child_process";
import { cp, open, readdir, rename, rm, symlink } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { RunReport } from "@dad/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reviewingAgent, scriptedConfig } from "./agents.ts";
import { testProject, type TestProject } from "./project.ts";

/** Asks a model, runs a command that writes more than a terminal should see, writes a file, and fails, which is caught. */
const BUSY = `
import { agent, flow } from "@dad/agent";
import { applyFileOperations, askModelFor, runCommand } from "@dad/nodes";
import { z } from "zod";

export const busy = agent("busy", { variables: { tone: "dry" } })
  .node("ask", askModelFor(z.object({ title: z.string() }), { model: "writer", system: "Be $var{tone}.", prompt: "A title, please" }))
  .node("command", runCommand({ shell: "printf '</script><script>alert(1)</script>\\\\033[31m'; head -c 100000 /dev/zero | tr '\\\\000' x" }))
  .node("note", ({ ask }) => applyFileOperations({ operations: [{ type: "create_file", path: "note.md", content: ask.title }] }))
  .try("careful", { body: flow("body").node("bad", runCommand({ shell: "exit 3" })), catch: () => flow("mend").node("mended", runCommand({ argv: ["true"] })) });
`;

describe("dad report", () => {
  let project: TestProject;

  /** The report that stands in a page. */
  async function reportIn(file: string): Promise<RunReport> {
    const [, data = ""] = /id="report">([^<]*)</.exec(await project.read(file)) ?? [];
    return RunReport.parse(JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString("utf8")));
  }

  beforeAll(async () => {
    project = await testProject({ "busy.ts": BUSY, "dad.config.ts": scriptedConfig({ title: "Tides" }), "main.ts": reviewingAgent({ hold: true }) });
    await project.dad("run", "busy.ts", "--run-id", "one");
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it("writes all of a run into one page beside the person", async () => {
    const { code, stdout, stderr } = await project.dad("report", "one");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^the report of one is in one\.html \(\d+\.\d kB\)\n$/);
    const page = await project.read("one.html");
    expect(page).not.toContain("alert(1)");
    expect(page).toMatch(/default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:/);
    const { run } = await reportIn("one.html");
    expect(run.details).toMatchObject({ runId: "one", status: "completed", runDir: project.path("runs", "one") });
    expect(run).toMatchObject({
      omitted: [],
      outcome: { changes: [{ path: "note.md", kind: "added" }], patch: expect.stringContaining("+Tides") as string },
    });
    expect(run).not.toHaveProperty("damage");
    const contentOf = (path: string, name: string) => {
      const artifact = run.elements.find((element) => element.path === path)?.attempts?.[0]?.artifacts.find((one) => one.name === name);
      return artifact && run.contents[artifact.digest]?.text;
    };
    expect(JSON.parse(contentOf("busy.ask", "state") ?? "")).toMatchObject({ model: { alias: "writer" }, request: { system: "Be dry." } });
    expect(contentOf("busy.command", "stdout")).toContain("</script><script>alert(1)</script>\u001b[31m");
    expect(run.elements.find(({ path }) => path === "busy.careful.try.bad")).toMatchObject({
      status: "failed",
      handled: "catch",
      error: { code: "COMMAND_FAILED" },
    });
    // Each attempt is where its trace has it.
    const spanIds = new Set(run.spans.map(({ spanId }) => spanId));
    expect(run.elements.flatMap(({ attempts = [] }) => attempts).map(({ spanId }) => spanIds.has(spanId ?? ""))).not.toContain(false);
    expect(run.spans.find(({ name }) => name === "chat scripted-1")).toMatchObject({ path: "busy.ask", kind: 3 });
  });

  it("compares with another run, and prints all of it as JSON", async () => {
    expect(await project.dad("rerun", "one", "--run-id", "two", "--set", 'busy.command.shell="echo hi"', "--allow-effects")).toMatchObject({
      code: 0,
    });
    const { code, stdout, stderr } = await project.dad("report", "two", "--against", "one", "--json", "-o", "pages.html");
    expect({ code, stderr: stderr.replace(/\d+\.\d/, "1.0") }).toEqual({
      code: 0,
      stderr: "the report of two against one is in pages.html (1.0 kB)\n",
    });
    const report = RunReport.parse(JSON.parse(stdout));
    expect(await reportIn("pages.html")).toEqual(report);
    expect(report).toMatchObject({ before: { details: { runId: "one" }, descendants: [{ runId: "two" }] }, comparison: { differs: true } });
    expect(report.run).toMatchObject({ ancestors: [{ runId: "one", status: "completed" }] });
    const ask = report.run.elements.find(({ path }) => path === "busy.ask")?.attempts?.[0];
    expect(ask).toMatchObject({ decision: "reused", origin: { runId: "one" } });
    // What is reused is where it was made.
    expect(ask?.artifacts.map(({ digest }) => report.run.contents[digest]?.state)).not.toContain("missing");
  });

  it("tells of a run that goes on, and of one that was killed", async () => {
    const running = project.start("run", "main.ts", "--run-id", "held");
    await running.saying("node main.review started");
    const reported = async () => RunReport.parse(JSON.parse((await project.dad("report", "held", "--json")).stdout)).run;
    expect(await reported()).toMatchObject({
      details: { status: "running" },
      elements: [{ status: "running" }, { attempts: [{ status: "running", end: null }] }],
    });
    running.child.kill("SIGKILL");
    await running.ended;
    const killed = await reported();
    expect(killed).toMatchObject({
      details: { status: "interrupted", endedAt: null },
      elements: [{ status: "interrupted", end: null }, { attempts: [{ status: "interrupted" }] }],
    });
    expect(killed.spans.some(({ end }) => end === null)).toBe(true);
  });

  it("tells of a run that was copied from another machine", async () => {
    await cp(project.path("runs", "one"), project.path("copied", "one"), { recursive: true });
    const { code, stdout } = await project.dad("report", "one", "--run-root", "copied", "-o", "-");
    expect(code).toBe(0);
    await project.write("copy.html", stdout);
    const { run } = await reportIn("copy.html");
    expect(Object.values(run.contents).map(({ state }) => state)).not.toContain("missing");
    expect(run.outcome).toMatchObject({ changes: null, reason: "the repository of the outcomes is not known" });
    const lines = (await project.read("copied", "one", "journal.jsonl")).split("\n");
    await project.write("copied/one/journal.jsonl", lines.with(8, "{}").join("\n"));
    const damaged = await project.dad("report", "one", "--run-root", "copied", "-o", "copy.html");
    expect(damaged).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^not readable: JOURNAL_DAMAGED: the journal of run one is damaged in line 9: /) as string,
    });
    expect((await reportIn("copy.html")).run).toMatchObject({ details: { status: "interrupted" }, damage: [{ code: "JOURNAL_DAMAGED" }] });
  });

  it("follows no link and waits for no pipe of a run that somebody sent", async () => {
    await cp(project.path("runs", "one"), project.path("sent", "one"), { recursive: true });
    const sent = (...parts: string[]) => project.path("sent", "one", ...parts);
    const { nodes } = await project.manifest("one");
    const note = nodes.flatMap(({ artifacts }) => artifacts).find(({ name }) => name === "stdout");
    await rename(sent("busy"), project.path("elsewhere"));
    await symlink(project.path("elsewhere"), sent("busy"));
    await rm(sent(".trace", "trace.jsonl"));
    execFileSync("mkfifo", [sent(".trace", "trace.jsonl")]);
    await rm(sent(".trace", "dad_metadata.json"));
    await symlink("/dev/zero", sent(".trace", "dad_metadata.json"));
    const { code, stderr } = await project.dad("report", "one", "--run-root", "sent", "-o", "sent.html");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^not readable: TELEMETRY_UNREADABLE: .*it is no regular file\n$/) as string,
    });
    const { run } = await reportIn("sent.html");
    expect(note && run.contents[note.digest]).toMatchObject({ state: "missing" });
    expect(run).not.toHaveProperty("runtime");
    await rm(sent(".trace"), { recursive: true });
    await symlink(project.path("runs", "two", ".trace"), sent(".trace"));
    const linked = await project.dad("report", "one", "--run-root", "sent", "-o", "sent.html");
    expect(linked).toMatchObject({ code: 0, stderr: expect.stringContaining("is a link") as string });
    expect((await reportIn("sent.html")).run.spans).toEqual([]);
  });

  it("fails when what it prints does not arrive, as on a disk that is full", async () => {
    await using full = await open("/dev/full", "w");
    expect(await project.startInto(full.fd, "report", "one", "-o", "-").ended).toMatchObject({ code: 1 });
  });

  it("writes over an earlier report, and over nothing that somebody did not name", async () => {
    await project.write("held.html", "mine");
    expect(await project.dad("report", "held")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("which is no report") as string,
    });
    expect(await project.read("held.html")).toBe("mine");
    expect(await project.dad("report", "one")).toMatchObject({ code: 0 });
    expect((await readdir(project.directory)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("says what is wrong with what it was given, and what may have been meant", async () => {
    const slip = await project.dad("report", "one", "--against", "oen", "--json");
    expect(slip).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean one?") as string });
    const both = await project.dad("report", "one", "--json", "-o", "-");
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining("do not go together") as string });
  });
});
