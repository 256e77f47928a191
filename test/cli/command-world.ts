import { type ConnectRouter, createRouterTransport, type ServiceImpl } from "@connectrpc/connect";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { type ProgramParts, runProgram } from "../../src/cli/program.ts";

/** The gateway's methods that a test answers. */
export type FakeGateway = Partial<ServiceImpl<typeof GatewayService>>;

/** What the command line finds, and what it did. */
export interface TestWorld {
  readonly environment?: Readonly<Record<string, string>>;
  /** Files that can be read and, for images, are there already. */
  readonly files?: Readonly<Record<string, string>>;
  readonly gateway?: FakeGateway;
  readonly isTty?: boolean;
  readonly signal?: AbortSignal;
  readonly parts?: Partial<ProgramParts>;
}

/** What a command left behind. */
export interface Ran {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
  readonly written: ReadonlyMap<string, Uint8Array>;
  readonly servers: readonly string[];
}

/** Runs the command line in a world of a test's making. */
export async function run(words: readonly string[], test: TestWorld = {}): Promise<Ran> {
  let output = "";
  let errors = "";
  const written = new Map<string, Uint8Array>();
  const servers: string[] = [];
  const transport = createRouterTransport((router: ConnectRouter) => {
    router.service(GatewayService, test.gateway ?? {});
  });
  const unexpected = async (): Promise<number> => {
    throw new Error("this command should not have run");
  };
  const code = await runProgram(words, {
    version: "1.2.3",
    serve: unexpected,
    sandbox: unexpected,
    world: {
      environment: test.environment ?? {},
      readFile: (path) => {
        const content = test.files?.[path];
        if (content === undefined) throw Object.assign(new Error(), { code: "ENOENT" });
        return content;
      },
      terminal: {
        write: (text) => {
          output += text;
        },
        error: (text) => {
          errors += text;
        },
        isTty: test.isTty ?? false,
        columns: 120,
      },
      files: {
        makeFolder: async () => {},
        writeNew: async (path, bytes) => {
          if (test.files?.[path] !== undefined || written.has(path)) return false;
          written.set(path, bytes);
          return true;
        },
      },
      connect: (server) => {
        servers.push(server);
        return transport;
      },
      offline: (config) => {
        servers.push(`offline ${config.source}`);
        return transport;
      },
      signal: test.signal ?? new AbortController().signal,
    },
    ...test.parts,
  });
  return { code, output, errors, written, servers };
}
