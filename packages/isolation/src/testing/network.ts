import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { askProxy, connectTo, getFrom } from "../escapes/net-allowlist.ts";
import type { EgressDecision, ExecResult, IsolationSpace } from "../isolation-adapter.ts";
import type { NetworkPolicy } from "../policy.ts";
import { itGuards, type Trial } from "./trial.ts";

interface Server {
  readonly port: number;
  /** What was asked, with its headers. */
  readonly requests: IncomingMessage[];
}

export function describeNetwork(trial: () => Trial): void {
  describe("network", () => {
    const closing: (() => void)[] = [];
    afterEach(() => {
      for (const close of closing.splice(0)) close();
    });

    async function openServer(): Promise<Server> {
      const requests: IncomingMessage[] = [];
      const server = createServer((request, response) => {
        requests.push(request);
        response.setHeader("connection", "close").end(trial().marker);
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      closing.push(() => {
        server.closeAllConnections();
        server.close();
      });
      return { port: (server.address() as AddressInfo).port, requests };
    }

    const listing = (...ports: readonly number[]): NetworkPolicy => ({
      mode: "allow",
      hosts: [{ host: "127.0.0.1", ports: [...ports], private: true }],
    });
    const ask = (space: IsolationSpace, request: string): Promise<ExecResult> => space.exec({ argv: askProxy(request) }, { timeoutMs: 20_000 });
    const answer = async (space: IsolationSpace, request: string): Promise<string> => Buffer.from((await ask(space, request)).stdout).toString();

    itGuards(trial, ["net.allowlist", "a host on the list is reached, and each request is told of and counted"], async () => {
      const [listed, unlisted] = [await openServer(), await openServer()];
      const decisions: EgressDecision[] = [];
      const space = await trial().open({ policy: { network: listing(listed.port) }, onEgress: (decision) => void decisions.push(decision) });
      expect(await answer(space, connectTo(`127.0.0.1:${listed.port}`))).toContain(trial().marker);
      expect(await answer(space, getFrom(`http://127.0.0.1:${listed.port}/path`, `127.0.0.1:${listed.port}`))).toContain(trial().marker);
      expect(await answer(space, connectTo(`127.0.0.1:${unlisted.port}`))).not.toContain(trial().marker);
      expect(listed.requests.map(({ url }) => url)).toEqual(["/", "/path"]);
      expect(unlisted.requests).toEqual([]);
      await expect.poll(() => decisions.length).toBe(3);
      const [tunnel, plain, refused] = decisions;
      expect(tunnel).toMatchObject({ method: "CONNECT", host: "127.0.0.1", port: listed.port, allowed: true, bytesDown: expect.any(Number) });
      expect(plain).toMatchObject({ method: "GET", host: "127.0.0.1", port: listed.port, allowed: true, status: 200 });
      expect(refused).toMatchObject({ method: "CONNECT", port: unlisted.port, allowed: false, reason: expect.stringMatching(/\w/) });
      expect(await space.usage()).toMatchObject({ egress: { allowed: 2, refused: 1 } });
    });

    itGuards(trial, ["net.allowlist", "two spaces at once reach what is on their own list, and neither what is on the other's"], async () => {
      const servers = [await openServer(), await openServer()];
      const spaces = await Promise.all(servers.map(({ port }) => trial().open({ policy: { network: listing(port) } })));
      const targets = servers.map(({ port }) => connectTo(`127.0.0.1:${port}`));
      const answers = await Promise.all(spaces.map(async (space) => Promise.all(targets.map(async (target) => answer(space, target)))));
      expect(answers.map((own) => own.map((text) => text.includes(trial().marker)))).toEqual([
        [true, false],
        [false, true],
      ]);
    });

    itGuards(trial, ["net.allowlist", "the address from which machines in a cloud get their keys is refused"], async () => {
      const decisions: EgressDecision[] = [];
      const network: NetworkPolicy = { mode: "allow", hosts: ["*.example.com:80", "metadata.google.internal:80"] };
      const space = await trial().open({ policy: { network }, onEgress: (decision) => void decisions.push(decision) });
      expect(await answer(space, connectTo("169.254.169.254:80"))).not.toMatch(/^HTTP\/1.. 2/);
      await expect.poll(() => decisions).toMatchObject([{ host: "169.254.169.254", allowed: false }]);
    });

    itGuards(trial, ["net.allowlist", "a gateway adds what the space never sees"], async () => {
      const server = await openServer();
      const gateway = { host: "model.dad.test", target: `http://127.0.0.1:${server.port}/v1`, headers: { authorization: "Bearer only-outside" } };
      const space = await trial().open({ policy: { network: { mode: "allow", hosts: [], gateways: [gateway] } } });
      expect(await answer(space, getFrom("http://model.dad.test/answers", "model.dad.test"))).toContain(trial().marker);
      expect(server.requests[0]).toMatchObject({ url: "/v1/answers", headers: { authorization: "Bearer only-outside" } });
      const env = await space.exec({ argv: ["sh", "-c", "env; cat /proc/*/environ /proc/*/cmdline 2> /dev/null; true"] });
      expect(Buffer.from(env.stdout).toString()).not.toContain("only-outside");
    });

    it("says that no list can be kept where it does not guard one", async () => {
      const { guards } = await trial().adapter.probe();
      const opening = trial().open({ policy: { network: { mode: "allow", hosts: [] } } });
      const opened = await opening.then(
        () => "opened",
        (error: { readonly code?: string }) => error.code,
      );
      expect(opened).toBe(guards["net.allowlist"] === "none" ? "ISOLATION_UNAVAILABLE" : "opened");
    });
  });
}
