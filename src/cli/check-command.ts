import type { Config, ProviderConfig } from "../config/config.ts";
import { formatDuration } from "../config/duration.ts";
import { formatProblem } from "../config/problem.ts";
import { readConfig } from "../config/read-config.ts";
import { formatAddress } from "../domain/address.ts";
import type { CallerSettings } from "../domain/caller-settings.ts";
import { renderTable } from "./table.ts";
import { countText } from "./words.ts";
import type { CommandWorld } from "./world.ts";

/** Reads a configuration, or lists every mistake in it and returns undefined. */
export function readConfigOrComplain(
  path: string | undefined,
  world: CommandWorld,
): Config | undefined {
  const result = readConfig(path, world);
  if (result.kind === "valid") return result.config;
  for (const problem of result.problems) world.terminal.error(`${formatProblem(problem)}\n`);
  world.terminal.error(`${countText(result.problems.length, "problem")}\n`);
  return undefined;
}

/** `spillway check`: says whether a configuration is good, and what it amounts to. Returns the exit code. */
export function checkCommand(path: string, world: CommandWorld): number {
  const config = readConfigOrComplain(path, world);
  if (config === undefined) return 1;
  const { terminal } = world;
  const { listen, grpc, admin } = config.server;
  terminal.write(
    `ok: ${path}, version ${config.version}${config.sandbox.enabled ? ", SANDBOX" : ""}\n`,
  );
  terminal.write(
    `listens on ${formatAddress(listen)}${grpc ? `, gRPC on ${formatAddress(grpc)}` : ""}${admin ? `, admin on ${formatAddress(admin)}` : ""}\n`,
  );
  terminal.write(`${catalogText(config)}\n`);
  if (config.callers !== undefined) {
    terminal.write(`${callerTable(config.callers, terminal.columns)}\n`);
  }
  terminal.write(providerTable(config, terminal.columns));
  terminal.write(`\n${routeTable(config, terminal.columns)}`);
  return 0;
}

/** What a catalogue file comes to. Nothing is said of the built-in catalogue alone. */
function catalogText({ catalog }: Config): string {
  const { file, builtIn, models, added, changed, removed } = catalog;
  if (file === undefined && builtIn) return "";
  const all = `catalogue of ${countText(models.length, "model")}`;
  if (file === undefined) return `${all}, without the built-in ones\n`;
  return builtIn
    ? `${all}: ${file} adds ${added}, changes ${changed}, removes ${removed}\n`
    : `${all}: those of ${file}, without the built-in ones\n`;
}

function callerTable(callers: readonly CallerSettings[], width: number): string {
  const rows = callers.map(({ name, keys, models, requestsPerMinute }) => [
    name,
    keys.length === 0 ? "CANNOT CALL: no key" : countText(keys.length, "key"),
    String(requestsPerMinute ?? "any"),
    models?.join(" ") ?? "any",
  ]);
  const titles = ["caller", "state", "per minute", "models"];
  return renderTable(
    titles.map((title) => ({ title })),
    rows,
    width,
  );
}

function providerTable({ providers, sandbox }: Config, width: number): string {
  if (providers.length === 0) return "no providers\n";
  const rows = providers.map((provider) => [
    provider.slug,
    provider.type,
    stateOf(provider, sandbox.enabled),
    provider.baseUrl ?? "",
  ]);
  const titles = ["provider", "type", "state", "base_url"];
  return renderTable(
    titles.map((title) => ({ title })),
    rows,
    width,
  );
}

function stateOf(provider: ProviderConfig, sandbox: boolean): string {
  const { slug, type, keys, baseUrl, credentials } = provider;
  if (sandbox && baseUrl === undefined) return "embedded";
  if (keys.length > 0) return countText(keys.length, "key");
  if (credentials !== undefined) return "credentials";
  return type === slug ? "NOT CONFIGURED: no key" : "no key";
}

function routeTable({ routes }: Config, width: number): string {
  if (routes.length === 0) return "no routes: models are served as the catalogue lists them\n";
  const rows = routes.flatMap((rule) =>
    rule.targets.map((target, index) => [
      index === 0 ? rule.models.join(" ") : "",
      String(target.priority),
      String(target.weight),
      target.provider,
      target.model ?? "",
      index === 0 && rule.timeoutMs !== undefined ? formatDuration(rule.timeoutMs) : "",
    ]),
  );
  return renderTable(
    [
      { title: "models" },
      { title: "group", align: "right" },
      { title: "weight", align: "right" },
      { title: "provider" },
      { title: "model there" },
      { title: "timeout" },
    ],
    rows,
    width,
  );
}
