import { buildGo } from "../go-program.ts";
import { startChild } from "../measure/child.ts";

/** The provider that everything measured asks. */
export interface Upstream {
  /** Its address, as "http://host:port". */
  readonly origin: string;
  /** How many requests it has answered, by the first segment of their paths; and "spans". */
  counts(): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

/** Builds upstream/main.go and starts it on the load's processor. */
export async function startUpstream(): Promise<Upstream> {
  const program = buildGo("upstream");
  const child = await startChild({
    name: "upstream",
    command: [program],
    place: "load",
    environment: { GOGC: "400" },
    ready: (output) => output.endsWith("\n"),
  });
  const origin = `http://${child.output().trim()}`;
  return {
    origin,
    async counts() {
      return (await (await fetch(`${origin}/counts`)).json()) as Record<string, number>;
    },
    stop: child.stop,
  };
}
