import { request as http1Request } from "node:http";
import { connect } from "node:http2";
import type { Answer } from "../systems/system.ts";
import type { LoadTarget } from "./target.ts";

/** Sends one request as the load generator does, and gives the whole answer. */
export function ask(target: LoadTarget): Promise<Answer> {
  return target.http === "2" ? overHttp2(target) : overHttp1(target);
}

function overHttp2({ url, headers, body }: LoadTarget): Promise<Answer> {
  const { origin, pathname } = new URL(url);
  const session = connect(origin);
  return new Promise<Answer>((resolve, reject) => {
    session.once("error", reject);
    const stream = session.request({ ":method": "POST", ":path": pathname, ...headers });
    const chunks: Buffer[] = [];
    let [status, contentType] = [0, ""];
    let grpcStatus: string | undefined;
    const note = (fields: Readonly<Record<string, unknown>>) => {
      if (fields["grpc-status"] !== undefined) grpcStatus = String(fields["grpc-status"]);
    };
    stream.on("response", (fields) => {
      status = Number(fields[":status"]);
      contentType = String(fields["content-type"]);
      note(fields);
    });
    stream.on("trailers", note);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.once("error", reject);
    stream.once("end", () =>
      resolve({ status, contentType, grpcStatus, body: Buffer.concat(chunks) }),
    );
    stream.end(body);
  }).finally(() => session.close());
}

function overHttp1({ url, headers, body }: LoadTarget): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http1Request(
      url,
      { method: "POST", agent: false, headers: { ...headers, "content-length": body.length } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            contentType: String(response.headers["content-type"]),
            grpcStatus: undefined,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    request.once("error", reject);
    request.end(body);
  });
}
