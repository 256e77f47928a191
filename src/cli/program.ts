import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { Config } from "../config/config.ts";
import { checkCommand, readConfigOrComplain } from "./check-command.ts";
import { defaultServer } from "./client.ts";
import { type GenerateOptions, generateCommand } from "./generate-command.ts";
import { type RouteOptions, routeCommand } from "./route-command.ts";
import { addTaskOptions } from "./task-options.ts";
import type { CommandWorld } from "./world.ts";

/** What the program is made of. The actions run until they are done and return the exit code. */
export interface ProgramParts {
  readonly world: CommandWorld;
  readonly version: string;
  /** Serves a configuration that is checked already. `path` is its file, for reloading; undefined for the sandbox. */
  readonly serve: (config: Config, path: string | undefined) => Promise<number>;
  /** Runs only the embedded providers. */
  readonly sandbox: (options: { readonly host: string; readonly port: number }) => Promise<number>;
}

/**
 * Runs the command line: the words after the program's name. Returns the exit
 * code: 0 done, 1 failed, 2 not understood, 130 ended by Ctrl-C.
 */
export async function runProgram(words: readonly string[], parts: ProgramParts): Promise<number> {
  let exitCode = 0;
  const program = createProgram(parts, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

/** The commands. `exit` is told the exit code of the one that ran. */
export function createProgram(parts: ProgramParts, exit: (code: number) => void): Command {
  const { world } = parts;
  const { terminal, environment } = world;
  const program = new Command("spillway")
    .description("A gateway for image and text generation that fails over.")
    .version(parts.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.error(text),
      getOutHelpWidth: () => Math.min(terminal.columns, 100),
      getErrHelpWidth: () => Math.min(terminal.columns, 100),
    });

  program
    .command("serve")
    .description("serve a configuration; without one, the sandbox")
    .option("--config <file>", "the configuration; default: SPILLWAY_CONFIG")
    .action(async (options: { readonly config?: string }) => {
      const path = options.config ?? (environment["SPILLWAY_CONFIG"] || undefined);
      const config = readConfigOrComplain(path, world);
      exit(config === undefined ? 1 : await parts.serve(config, path));
    });

  program
    .command("sandbox")
    .description("run only the embedded providers")
    .option("--host <host>", "where to listen", "127.0.0.1")
    .option("--port <port>", "the port; 0 lets the system choose", readPort, 8081)
    .action(async (options: { readonly host: string; readonly port: number }) => {
      exit(await parts.sandbox(options));
    });

  program
    .command("check")
    .description("check a configuration and show what it amounts to")
    .argument("<file>", "the configuration")
    .action((path: string) => exit(checkCommand(path, world)));

  addTaskOptions(
    program
      .command("route")
      .description("show who would be asked for a model, and at what cost")
      .argument("<model>", "the model, as a request would name it")
      .option("--server <url>", "a running gateway", defaultServer)
      .option("--config <file>", "the plan of this configuration instead of a running gateway's"),
  ).action(async (model: string, options: RouteOptions) => {
    exit(await routeCommand(model, options, world));
  });

  addTaskOptions(
    program
      .command("generate")
      .description("ask a running gateway, show the attempts, save the images")
      .argument("<model>", "the model")
      .argument("<prompt>", "what to make")
      .option("--server <url>", "a running gateway", defaultServer)
      .option("--out <folder>", "where to save images", ".")
      .option("--json", "print the response as JSON"),
  ).action(async (model: string, prompt: string, options: GenerateOptions) => {
    exit(await generateCommand(model, prompt, options, world));
  });

  return program;
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65535) return Number(text);
  throw new InvalidArgumentError("Expected a number of 0 to 65535.");
}
