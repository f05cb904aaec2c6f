import { CloudEvent, fromCloudEvent } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { testProject } from "./project.ts";
import { HAPPENS, writeRun } from "./written-runs.ts";

const { begun, component, node, asks, completed } = HAPPENS;

describe("dad logs", () => {
  it("prints each event in a line, or those that are asked for", async () => {
    await using project = await testProject();
    await using run = await writeRun(project, "r");
    await run.record(begun, component, node, asks, completed);
    const [all, some, none, wrong] = await Promise.all([
      project.dad("logs", "r"),
      project.dad("logs", "r", "--json", "--from", "3", "--type", "input.*", "--type", "node.started", "--path", "asker.**"),
      project.dad("logs", "r", "--type", "node.compelted"),
      project.dad("logs", "r", "--type", "no*de"),
    ]);
    expect(all).toMatchObject({ code: 0, stderr: "" });
    expect(all.stdout.replaceAll(/\d{4}-\S+Z/g, "<time>")).toBe(
      [
        "    1  <time>  run r started",
        "    2  <time>  component.started asker",
        "    3  <time>  node asker.ask started",
        "    4  <time>  asker.ask asks: Shall I?; dad answer r asker.ask:ok",
        "    5  <time>  run.completed",
        "",
      ].join("\n"),
    );
    const events = some.stdout
      .trimEnd()
      .split("\n")
      .map((line) => CloudEvent.parse(JSON.parse(line)));
    expect(events.map((event) => fromCloudEvent(event))).toMatchObject([node, asks]);
    expect(events.map(({ id, sequence }) => [id, sequence])).toEqual([
      ["r-3", "3"],
      ["r-4", "4"],
    ]);
    expect(none).toMatchObject({ code: 0, stdout: "", stderr: "run r has no such event\n" });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('"no*de" is not a pattern for event types') as string });
  });

  it("goes on with what comes, as long as somebody works on the run", async () => {
    await using project = await testProject();
    const run = await writeRun(project, "r");
    await run.record(begun);
    const logging = project.start("logs", "r", "-f");
    await logging.printing("run r started");
    await run.record(component, node);
    await logging.printing("node asker.ask started");
    await run[Symbol.asyncDispose]();
    const { code, stdout, stderr } = await logging.ended;
    expect({ code, stderr, lines: stdout.trimEnd().split("\n").length }).toEqual({ code: 0, stderr: "", lines: 3 });
  });

  it("ends without a word when its reader has seen enough", async () => {
    await using project = await testProject();
    await using run = await writeRun(project, "r");
    await run.record(begun, ...Array.from({ length: 20_000 }, () => component));
    const logging = project.start("logs", "r", "-f");
    await logging.printing("run r started");
    logging.child.stdout?.destroy();
    // Somebody still works on the run: nothing else would end it.
    expect(await logging.ended).toMatchObject({ code: 0, stderr: "" });
  });
});
