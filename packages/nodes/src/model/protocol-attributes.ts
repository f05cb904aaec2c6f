import { type Attributes, ATTRIBUTES } from "@dad/observability";
import type { OpenToolSource, ToolProtocol, ToolReply } from "@dad/resources";

const { mcp, network, server, jsonrpc, rpc, error } = ATTRIBUTES;

/** What the span of a list of tools says of how they were asked for. */
export function listAttributes({ protocol }: OpenToolSource): Attributes {
  return protocol ? { [mcp.methodName]: "tools/list", ...protocolAttributes(protocol) } : {};
}

/** What the span of a call says of it, before there is a reply and then. */
export function callAttributes({ protocol }: OpenToolSource, reply?: ToolReply): Attributes {
  if (!protocol) return {};
  const { requestId, errorCode, failed } = reply ?? {};
  return {
    [mcp.methodName]: "tools/call",
    ...protocolAttributes(protocol),
    [jsonrpc.requestId]: requestId,
    [rpc.responseStatusCode]: errorCode === undefined ? undefined : String(errorCode),
    // By the conventions: the code of the protocol, or that the tool itself says that it failed.
    [error.type]: failed ? String(errorCode ?? "tool_error") : undefined,
  };
}

function protocolAttributes({ version, sessionId, transport, address, port }: ToolProtocol): Attributes {
  return {
    [mcp.protocolVersion]: version,
    [mcp.sessionId]: sessionId,
    [network.transport]: transport,
    [server.address]: address,
    [server.port]: port,
  };
}
