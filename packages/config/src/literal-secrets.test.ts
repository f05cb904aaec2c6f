import { describe, expect, it } from "vitest";
import { literalSecrets } from "./literal-secrets.ts";

const LITERAL = "hunter2-hunter2-hunter2";
const problemsOf = (profile: object) => literalSecrets({ live: profile }, ["env", "file", "cmd"]);
const ofCommand = (...command: string[]) => problemsOf({ tools: { files: { command } } });

describe("a secret among the arguments of a server", () => {
  it.each([
    [["server", "--api-key", LITERAL], 2],
    [["server", "-token", LITERAL], 2],
    [["server", `--token=${LITERAL}`], 1],
    [["env", `API_KEY=${LITERAL}`, "server"], 1],
    [["sh", "-c", `exec server --password '${LITERAL}'`], 2],
    [["sh", "-c", `cd x; DB_PASSWORD="${LITERAL}" server`], 2],
    [["mcp-remote", "https://mcp.example", "--header", `Authorization: Bearer ${LITERAL}`], 3],
    [["mcp-remote", "https://mcp.example", "--header", `X-Api-Key:${LITERAL}`], 3],
  ])("is found in %j", (command, at) => {
    const problems = ofCommand(...command);
    expect(problems).toEqual([
      { path: ["live", "tools", "files", "command", String(at)], message: expect.stringContaining("an argument has a secret") as string },
    ]);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  it.each([
    [["server", "--token", "$TOKEN", "--token=${TOKEN}"]],
    [["sh", "-c", 'API_KEY="$OTHER_KEY" server --token $TOKEN']],
    [["server", "--token-file", "/run/secrets/token", "--private-key", "./keys/own.pem", "--private-key=keys/own.pem"]],
    [["docker", "run", "-e", "GITHUB_TOKEN", "image-of-somebody"]],
    [["server", "--max-tokens", "100000000", "--auth-token", "required", "--password", "--verbose-output"]],
    [["mcp-remote", "https://mcp.example", "--header", "Authorization:${AUTH_HEADER}"]],
    [["server", "--token", "env:API_TOKEN"]],
    [["server", "--secret-id", "prod/openai-1"]],
  ])("is none in %j", (command) => expect(ofCommand(...command)).toEqual([]));
});

describe("a secret in an address", () => {
  it.each([`https://${LITERAL}@git.example/x`, `https://git.example/#access_token=${LITERAL}`, `https://u:${LITERAL}@git.example`])(
    "is found in %s",
    (url) => expect(problemsOf({ endpoints: { git: url } })).toHaveLength(1),
  );

  it.each(["postgres://application_user@db.example/x", "https://git@git.example", "https://docs.example/#token"])("is none in %s", (url) =>
    expect(problemsOf({ endpoints: { git: url } })).toEqual([]),
  );
});
