import type { Operation } from "../domain/operation.ts";
import type { Task } from "../domain/task.ts";
import type { Endpoint } from "../providers/endpoint.ts";
import type { OperationDialect } from "../providers/provider.ts";

/** How an endpoint's provider words an operation. Throws when it has no words: then the plan is wrong. */
export function findDialect(
  endpoint: Endpoint,
  operation: Operation,
): OperationDialect<Task, unknown> {
  const dialect: OperationDialect<Task, unknown> | undefined =
    endpoint.provider.operations[operation];
  if (dialect === undefined) throw new Error(`${endpoint.slug} cannot do ${operation}.`);
  return dialect;
}
