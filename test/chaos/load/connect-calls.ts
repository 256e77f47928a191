import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { Agent } from "undici";
import { GenerateResponseSchema } from "../../../gen/spillway/v1/generate_pb.ts";
import { askedOf, type CallEnd } from "./call-end.ts";

/** A client of a gateway: JSON over connections of HTTP/1.1 that stay open. */
export interface ConnectCaller {
  /** Asks for a chat with this model. */
  chat(model: string, requestId: string): Promise<CallEnd>;
  close(): Promise<void>;
}

/** Opens one, over undici as a good client uses it. */
export function openConnectCaller(address: string): ConnectCaller {
  const agent = new Agent();
  return {
    async chat(model, requestId) {
      const dueAt = performance.now();
      try {
        const { statusCode, body } = await agent.request({
          origin: `http://${address}`,
          path: "/spillway.v1.GatewayService/Generate",
          method: "POST",
          headers: { "content-type": "application/json", "x-request-id": requestId },
          body: JSON.stringify({
            model,
            chat: { messages: [{ role: "ROLE_USER", parts: [{ text: "Hello" }] }] },
          }),
        });
        return read(statusCode, await body.json(), dueAt);
      } catch (problem) {
        return broken(problem, dueAt);
      }
    },
    close: () => agent.close(),
  };
}

function read(statusCode: number, json: unknown, dueAt: number): CallEnd {
  const tookMs = performance.now() - dueAt;
  if (statusCode === 200) {
    const { provider, attempts } = fromJson(GenerateResponseSchema, json as JsonValue);
    const asked = askedOf(attempts);
    return { dueAt, tookMs, code: "OK", reason: undefined, said: "", provider, asked };
  }
  const { code, details = [] } = json as ErrorJson;
  const reason = details.find(({ debug }) => debug?.reason)?.debug?.reason;
  const name = code.toUpperCase();
  return { dueAt, tookMs, code: name, reason, said: "", provider: undefined, asked: [] };
}

/** A Connect error, as far as it is read here. */
interface ErrorJson {
  readonly code: string;
  readonly details?: readonly { readonly debug?: { readonly reason?: string } }[];
}

function broken(problem: unknown, dueAt: number): CallEnd {
  const code = problem instanceof Error && "code" in problem ? String(problem.code) : "BROKEN";
  return {
    dueAt,
    tookMs: performance.now() - dueAt,
    code,
    reason: undefined,
    said: String(problem),
    provider: undefined,
    asked: [],
  };
}
