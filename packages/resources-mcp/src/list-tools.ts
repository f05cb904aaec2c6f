import type { SourcedTool } from "@dad/resources";
import type { Redactor } from "@dad/secrets";
import type { Client, RequestOptions, Tool } from "@modelcontextprotocol/client";
import { plainText } from "./plain-text.ts";

/** What more has a mistake in it, or is meant to cost something. */
const MOST_PAGES = 100;
const MOST_TOOLS = 500;
const LONGEST_NAME = 128;
const LONGEST_DESCRIPTION = 4_000;
const LARGEST_SCHEMA = 64 * 1024;

/**
 * The tools that a server lists, by their names.
 *
 * @throws RangeError for too many or too much, TypeError for a list that makes no sense.
 */
export async function listTools(
  client: Client,
  redactor: Redactor,
  { only, ...options }: RequestOptions & { readonly only: readonly string[] | undefined },
): Promise<readonly SourcedTool[]> {
  const listed = client.getServerCapabilities()?.tools === undefined ? [] : await allPages(client, options);
  const tools = listed.filter(({ name }) => only === undefined || only.includes(name));
  const names = new Set(listed.map(({ name }) => name));
  const missing = only?.find((name) => !names.has(name));
  if (missing !== undefined) throw new TypeError(`there is no tool ${JSON.stringify(missing)}; there are ${[...names].map(shownName).join(", ")}`);
  if (new Set(tools.map(({ name }) => name)).size < tools.length) throw new TypeError("it lists two tools of one name");
  return tools.map((tool) => sourced(tool, redactor)).toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

async function allPages(client: Client, options: RequestOptions): Promise<readonly Tool[]> {
  const tools: Tool[] = [];
  let cursor: string | undefined;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const params = { ...(cursor === undefined ? {} : { cursor }), ...(options.headers ? { _meta: { ...options.headers } } : {}) };
    const { tools: more, nextCursor } = await client.request({ method: "tools/list", params }, options);
    tools.push(...more);
    if (tools.length > MOST_TOOLS) throw new RangeError(`it lists more than ${MOST_TOOLS} tools`);
    if (nextCursor === undefined) return tools;
    cursor = nextCursor;
  }
  throw new RangeError(`it lists its tools in more than ${MOST_PAGES} pages`);
}

function sourced({ name, description = "", inputSchema, annotations = {} }: Tool, redactor: Redactor): SourcedTool {
  if (name === "" || name.length > LONGEST_NAME || name !== plainText(name) || /\s/.test(name))
    throw new TypeError(`it lists a tool whose name cannot be used: ${shownName(name)}`);
  if (JSON.stringify(inputSchema).length > LARGEST_SCHEMA)
    throw new RangeError(`the input of its tool ${name} has a schema of more than ${LARGEST_SCHEMA} characters`);
  return {
    name,
    description: shortened(redactor.text(plainText(description).trim())),
    inputSchema: inputSchema as SourcedTool["inputSchema"],
    effect: effectOf(annotations),
  };
}

/** Hints of a server that nobody has to believe: https://modelcontextprotocol.io/specification/2025-11-25/schema#toolannotations */
function effectOf({ readOnlyHint = false, idempotentHint = false }: NonNullable<Tool["annotations"]>): NonNullable<SourcedTool["effect"]> {
  if (readOnlyHint) return "pure";
  return idempotentHint ? "idempotent" : "effectful";
}

function shortened(text: string): string {
  return text.length <= LONGEST_DESCRIPTION ? text : `${text.slice(0, LONGEST_DESCRIPTION).toWellFormed()}…`;
}

function shownName(name: string): string {
  return JSON.stringify(name.length > LONGEST_NAME ? "…" : plainText(name));
}
