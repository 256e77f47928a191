import type { RunningServer } from "../rpc/server.ts";

/** What a person at a terminal is shown once the gateway listens: where it is, and what to copy. */
export function banner(
  addresses: RunningServer["addresses"],
  { sandbox, secured }: { readonly sandbox: boolean; readonly secured: boolean },
): string {
  const url = `${secured ? "https" : "http"}://${addresses.listen}`;
  const lines = ["", sandbox ? sandboxLine : "Spillway", ""];
  lines.push(`  Connect, gRPC-Web, gRPC   ${url}`);
  if (addresses.grpc !== undefined) lines.push(`  gRPC                      ${addresses.grpc}`);
  if (addresses.admin !== undefined) {
    lines.push(`  metrics and health        http://${addresses.admin}/metrics`);
  }
  if (!sandbox) return `${lines.join("\n")}\n\n`;
  // By TLS it is agreed on.
  const http2 = secured ? "" : " --http2-prior-knowledge";
  const method = `${url}/spillway.v1.GatewayService/Generate`;
  lines.push(
    "",
    "Make a picture, over gRPC, over plain HTTP, or with the command line:",
    "",
    `  npx buf curl --protocol grpc${http2} -d '${request}' \\`,
    `    ${method} | ${saveImage}`,
    "",
    `  curl -sS ${method} -H 'content-type: application/json' \\`,
    `    -d '${request}' | ${saveImage}`,
    "",
    `  npm run -s spillway -- generate gemini-3-pro-image "a paper boat" --server ${url}`,
    "",
    "Break a provider and watch the request move on: add --fault gemini=http-503 to the last one.",
  );
  return `${lines.join("\n")}\n\n`;
}

const sandboxLine =
  "Spillway SANDBOX: every provider is embedded, every picture is drawn here, nothing is real and nothing costs.";

const request =
  '{"model":"gemini-3-pro-image","textToImage":{"prompt":"a paper boat","options":{"format":"IMAGE_FORMAT_PNG","delivery":"DELIVERY_BYTES"}}}';

/** Node is what everybody has who can read this. */
const saveImage =
  `node -e 'let s="";process.stdin.on("data",d=>s+=d).on("end",()=>` +
  `require("fs").writeFileSync("boat.png",JSON.parse(s).images.images[0].data,"base64"))'`;
