/**
 * Makes `coder.tape.json`, the recording that the sample replays when there is no API key.
 *
 *     node --conditions=@dad/source src/record.ts --profile anthropic   # asks the provider
 *     node --conditions=@dad/source src/record.ts                       # keeps the recorded reply, for a prompt that has changed
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadConfig } from "@dad/config";
import { localStore, runAgent } from "@dad/local";
import type { ModelExchange } from "@dad/protocol";
import type { ModelResource, ResourceProfile } from "@dad/resources";
import { readTape, recordingModel, tapeText } from "@dad/resources/recorded";
import { staticResourceRegistry } from "@dad/resources/static";
import { coder } from "./agent.ts";
import { profiles } from "./profiles.ts";

const tape = new URL("../coder.tape.json", import.meta.url);
const { values } = parseArgs({ options: { profile: { type: "string" } } });
const { outcome: _asByDefault, ...config } = await loadConfig(fileURLToPath(new URL("../dad.config.ts", import.meta.url)));

const model = values.profile === undefined ? await sameReply() : staticResourceRegistry({ profiles }).profile(values.profile).get("model", "coder");
const entries: ModelExchange[] = [];
const recording = recordingModel(model, (entry) => void entries.push(entry));
const resources: ResourceProfile = staticResourceRegistry({ profiles: { recording: { models: { coder: recording } } } }).profile();

await using store = localStore({ ...config, projectRoot: config.directory, hostEnv: process.env });
const { error } = await runAgent(coder, { store, ports: { resources, hostEnv: process.env } });
if (error !== undefined) throw new Error("the run failed, so the tape stays as it was", { cause: error });
await writeFile(tape, tapeText({ format: "dad.tape/1", entries }));

/** Replies what is on the tape, whatever is asked. */
async function sameReply(): Promise<ModelResource> {
  const [recorded] = readTape(await readFile(tape, "utf8")).entries;
  if (!recorded) throw new Error("the tape is empty: record with --profile");
  return {
    provider: "recorded",
    modelId: recorded.response.modelId,
    capabilities: { structuredOutput: true, recorded: true, streaming: false, tools: false, files: false },
    generate: () => Promise.resolve(recorded.response),
  };
}
