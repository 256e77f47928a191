import { toJson } from "@bufbuild/protobuf";
import { GenerateResponseSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { gatewayClient } from "./client.ts";
import { explainError } from "./explain-error.ts";
import { faultProblem } from "./fault-problem.ts";
import { GenerateView } from "./generate-view.ts";
import { guessTask } from "./guess-task.ts";
import { imageSaver } from "./image-saver.ts";
import { buildRequest, type TaskOptions } from "./task-options.ts";
import type { CommandWorld } from "./world.ts";

/** The options of `spillway generate`. */
export interface GenerateOptions extends TaskOptions {
  readonly server: string;
  /** The folder for images. */
  readonly out: string;
  /** Print the response as JSON, with the files' names in place of the images. */
  readonly json?: boolean;
}

/**
 * `spillway generate`: asks a running gateway, shows each attempt as it
 * happens, prints text as it comes and saves the images. Returns the exit code.
 */
export async function generateCommand(
  model: string,
  prompt: string,
  options: GenerateOptions,
  world: CommandWorld,
): Promise<number> {
  const { terminal, signal } = world;
  const client = gatewayClient(world.connect(options.server));
  const saver = imageSaver(world.files, options.out, prompt);
  const view = new GenerateView(terminal, saver, options.json === true);
  try {
    const problem = await faultProblem(client, options.fault, signal);
    if (problem !== undefined) {
      terminal.error(problem);
      return 1;
    }
    const kind = options.operation ?? (await guessTask(client, model, signal));
    const generate = buildRequest(model, prompt, kind, options);
    for await (const response of client.streamGenerate({ generate }, { signal })) {
      await view.show(response);
    }
  } catch (error) {
    view.interrupt();
    terminal.error(explainError(error, options.server, terminal.columns));
    return signal.aborted ? 130 : 1;
  }
  const completed = view.completed;
  if (completed === undefined) {
    view.interrupt();
    terminal.error("error: the stream ended without its last message\n");
    return 1;
  }
  if (options.json === true) {
    // The images are in files by now; as JSON text they would be of no use.
    if (completed.output.case === "images") {
      for (const image of completed.output.value.images) {
        if (image.content.case === "data") image.content = { case: undefined };
      }
    }
    const response = toJson(GenerateResponseSchema, completed);
    terminal.write(`${JSON.stringify({ response, files: view.files }, null, 2)}\n`);
  }
  return 0;
}
