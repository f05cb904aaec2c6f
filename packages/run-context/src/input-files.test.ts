import { join } from "node:path";
import { inlineContent } from "@dad/artifacts";
import { guardsWith, type IsolationAdapter, type IsolationMount } from "@dad/isolation";
import { processIsolation } from "@dad/isolation/process";
import { type ArtifactEntry, RelativePath } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { digestOfInputFiles, mergedInputFiles } from "./input-files.ts";
import { openRun, type OpenRunOptions } from "./open-run.ts";
import { resumeRun } from "./resume-run.ts";
import { memoryPorts } from "./testing-ports.ts";

const file = (name: string, text = name): ArtifactEntry => ({ ...inlineContent(text), name, path: RelativePath.parse(`static_inputs/${name}`) });
const open = (options: Partial<OpenRunOptions>) => openRun({ rootComponentId: "a", runId: "r", ports: memoryPorts(), ...options });

describe("input files", () => {
  it("are there to be read before anything is executed, also in a run that is resumed where they were lost", async () => {
    const ports = memoryPorts();
    const inputFiles = [file("a.txt"), file("b/c.txt")];
    const paths = inputFiles.map(({ path }) => path);
    {
      await using run = await open({ ports, inputFiles });
      expect(ports.view.paths()).toEqual(expect.arrayContaining(paths));
      expect(run.inputs.files).toEqual(inputFiles);
    }
    const empty = { ...memoryPorts(), journals: ports.journals, artifacts: ports.artifacts };
    await using again = await resumeRun({ runId: "r", journals: ports.journals, ports: empty });
    expect(empty.view.paths()).toEqual(expect.arrayContaining(paths));
    expect(again.inputs.files).toEqual(inputFiles);
    expect(again.history.inputFiles).toEqual(inputFiles);
  });

  it.each([
    ["beside the directory", [{ ...file("a"), path: RelativePath.parse("files/a") }]],
    ["in the place of the static inputs", [file("static_inputs.json")]],
    ["twice in one place", [file("a"), file("a", "other")]],
  ])("%s are a mistake of the program", async (_what, inputFiles) => {
    await expect(open({ inputFiles })).rejects.toThrow(TypeError);
  });

  it("of which a content is not there stop the run from being made", async () => {
    const { data: _data, ...entry } = file("a");
    await expect(open({ inputFiles: [entry] })).rejects.toMatchObject({ code: "ARTIFACT_MISSING" });
  });

  it("of now come in the place of those of before with the same path, and have another digest when one is another", () => {
    const merged = mergedInputFiles([file("b", "old"), file("a")], [file("b", "new"), file("c")]);
    expect(merged).toEqual([file("a"), file("b", "new"), file("c")]);
    expect(digestOfInputFiles([])).toBeUndefined();
    expect(digestOfInputFiles(merged)).not.toBe(digestOfInputFiles([file("a"), file("b", "old"), file("c")]));
    expect(digestOfInputFiles([file("a", "x")])).not.toBe(digestOfInputFiles([file("b", "x")]));
  });

  it("are shown to commands that are kept from the files of the host, to read, and no others need it", async () => {
    const opened: (readonly IsolationMount[] | undefined)[] = [];
    const inner = processIsolation();
    const isolation: IsolationAdapter = {
      ...inner,
      async open({ policy, ...spec }) {
        opened.push(policy?.mounts);
        return { ...(await inner.open(spec)), guards: guardsWith({ "fs.read": "enforced", "fs.write": "enforced" }) };
      },
    };
    const made = memoryPorts();
    const { outcomes } = made;
    const tree: typeof outcomes.open = async (...given) => ({ ...(await outcomes.open(...given)), directory: "/somewhere/else" });
    const ports = { ...made, isolation, outcomes: { ...outcomes, open: tree } };
    await using run = await open({ ports, inputFiles: [file("a")], runRoot: "/runs" });
    const kept = { require: { "fs.read": "enforced", "fs.write": "enforced" } } as const;
    for (const policy of [{}, kept]) {
      await using execution = await run.isolate({ policy });
      expect(execution.space.guards).toMatchObject({ "fs.read": "enforced" });
    }
    expect(opened).toEqual([undefined, [{ path: join("/runs", "r", "static_inputs"), mode: "ro" }]]);
  });
});
