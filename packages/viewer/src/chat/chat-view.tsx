import type { Json, ReportRun } from "@dad/protocol";
import { useState } from "preact/hooks";
import { contentOf } from "../contents/content-of.ts";
import { PictureOf } from "../contents/picture.tsx";
import { Facts } from "../elements/facts.tsx";
import { ShowMore } from "../elements/show-more.tsx";
import { amountText, bytesText } from "../format/amounts.ts";
import { JsonTree } from "../json/json-tree.tsx";
import { textMember } from "../json/parse-json.ts";
import { LongText } from "../text/long-text.tsx";
import { ShownText } from "../text/shown-text.tsx";
import type { Chat, ChatFile, ChatMessage, ChatPart, ToolResult } from "./chat.ts";
import { MarkdownText } from "./markdown-text.tsx";

export interface ChatViewProps {
  readonly chat: Chat;
  readonly run: Pick<ReportRun, "contents">;
  /** Whether the reply came in pieces, where that is known. */
  readonly streamed?: boolean | undefined;
}

const FIRST = 100;

/** A conversation with a model, in order. */
export function ChatView({ chat, run, streamed }: ChatViewProps) {
  const [most, setMost] = useState(FIRST);
  const { messages } = chat;
  return (
    <div class="chat">
      <ChatHead chat={chat} streamed={streamed} />
      <ol class="messages">
        {messages.slice(0, most).map((message, index) => (
          <Message key={index} message={message} run={run} />
        ))}
      </ol>
      {messages.length > most && <ShowMore left={amountText(messages.length - most, "message")} onMore={() => setMost(most + FIRST)} />}
      {chat.warnings.length > 0 && (
        <ul class="plain note">
          {chat.warnings.map((warning, index) => (
            <li key={index}>
              <ShownText text={warning} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function ChatHead({ chat: { model, settings, tools, output, finishReason, answeredBy }, streamed }: Pick<ChatViewProps, "chat" | "streamed">) {
  const name = [model?.provider, model?.modelId].filter((part) => part !== undefined).join(" / ");
  return (
    <div class="chat-head">
      <Facts
        facts={[
          [
            "Model",
            name === "" ? undefined : (
              <>
                <ShownText text={name} />
                {model?.alias !== undefined && (
                  <span class="dim">
                    {" "}
                    as <ShownText text={model.alias} />
                  </span>
                )}
              </>
            ),
          ],
          ["Answered by", answeredBy !== undefined && answeredBy !== model?.modelId ? <ShownText text={answeredBy} /> : undefined],
          ["Ended", finishReason === undefined ? undefined : <ShownText text={finishReason} />],
          ["Streamed", streamed === undefined ? undefined : streamed ? "yes" : "no"],
          ...settings.map(([key, value]) => [key, <ShownText key={key} text={typeof value === "string" ? value : JSON.stringify(value)} />] as const),
        ]}
      />
      {tools.length > 0 && <Tools tools={tools} />}
      {output !== undefined && (
        <details>
          <summary>What the reply had to be</summary>
          <JsonTree value={output} label="what the reply had to be" />
        </details>
      )}
    </div>
  );
}

function Tools({ tools }: { readonly tools: readonly Json[] }) {
  return (
    <details>
      <summary>
        {tools.length} {tools.length === 1 ? "tool" : "tools"} offered:{" "}
        <span class="dim">
          <ShownText text={tools.map((tool) => textMember(tool, "name") ?? "?").join(", ")} />
        </span>
      </summary>
      <JsonTree value={tools} label="tools that were offered" levels={3} />
    </details>
  );
}

const ROLES: ReadonlyMap<string, string> = new Map([
  ["system", "System"],
  ["user", "User"],
  ["assistant", "Model"],
  ["tool", "Tools"],
]);

function Message({ message: { role, parts, step }, run }: { readonly message: ChatMessage; readonly run: ChatViewProps["run"] }) {
  const name = ROLES.get(role) ?? role;
  return (
    <li class={`message of-${ROLES.has(role) ? role : "other"}`}>
      <p class="message-role">
        <ShownText text={name} />
        {step !== undefined && <span class="dim"> reply {step}</span>}
      </p>
      <div class="message-parts">
        {parts.map((part, index) => (
          <Part key={index} part={part} name={name} run={run} />
        ))}
        {parts.length === 0 && <p class="dim">(nothing)</p>}
      </div>
    </li>
  );
}

interface PartProps {
  readonly part: ChatPart;
  readonly name: string;
  readonly run: ChatViewProps["run"];
}

function Part({ part, name, run }: PartProps) {
  switch (part.kind) {
    case "text":
      return part.text === "" ? null : <MarkdownText text={part.text} label={`what ${name} said`} />;
    case "reasoning":
      return (
        <details class="reasoning" open={part.text.length < 1500}>
          <summary>Reasoning</summary>
          <MarkdownText text={part.text} label="reasoning" />
        </details>
      );
    case "call":
      return <ToolCall tool={part.tool} input={part.input} result={part.result} isAsked />;
    case "result":
      return <ToolCall tool={part.tool} result={part.result} />;
    case "file":
      return <FilePart file={part.file} run={run} />;
    default:
      return <JsonTree value={part.value} label="part of a message" isBare />;
  }
}

interface ToolCallProps {
  readonly tool: string;
  readonly input?: Json;
  readonly result?: ToolResult | undefined;
  readonly isAsked?: boolean;
}

function ToolCall({ tool, input, result, isAsked = false }: ToolCallProps) {
  return (
    <div class={result?.failed ? "tool-call is-failed" : "tool-call"}>
      <p class="tool-name">
        <code>
          <ShownText text={tool} />
        </code>
        {result?.failed === true && <span class="bad"> failed</span>}
        {isAsked && !result && <span class="dim"> no result</span>}
      </p>
      {input !== undefined &&
        (typeof input === "string" ? (
          <LongText text={input} label={`arguments of ${tool}`} />
        ) : (
          <JsonTree value={input} label={`arguments of ${tool}`} isBare />
        ))}
      {result && (
        <div class="tool-result">
          <span class="dim">gave</span>
          {typeof result.value === "string" ? (
            <LongText text={result.value} label={`result of ${tool}`} isCode />
          ) : (
            <JsonTree value={result.value} label={`result of ${tool}`} isBare />
          )}
        </div>
      )}
    </div>
  );
}

function FilePart({ file: { name, mediaType, size, digest, data }, run }: { readonly file: ChatFile; readonly run: ChatViewProps["run"] }) {
  const base64 = data ?? contentOf(run, digest)?.data;
  return (
    <div class="file-part">
      <p>
        <ShownText text={name ?? mediaType} />{" "}
        <span class="dim">
          {name !== undefined && <ShownText text={mediaType} />} {size !== undefined && bytesText(size)}
        </span>
      </p>
      {base64 !== undefined && <PictureOf mediaType={mediaType} base64={base64} alt={name ?? "image in a message"} />}
    </div>
  );
}
