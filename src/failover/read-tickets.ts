import type { Attempt } from "../domain/attempt.ts";
import type { JobTicket } from "../domain/job-ticket.ts";

/** The tickets of one attempt. */
export type AttemptTickets = readonly [JobTicket, ...JobTicket[]];

/** Tickets by their attempts, the newest attempt first. */
export function attemptsLeft(tickets: readonly JobTicket[]): readonly AttemptTickets[] {
  const attempts = new Map<number, [JobTicket, ...JobTicket[]]>();
  for (const ticket of tickets) {
    const known = attempts.get(ticket.attempt.number);
    if (known === undefined) attempts.set(ticket.attempt.number, [ticket]);
    else known.push(ticket);
  }
  return [...attempts.values()].sort(
    ([left], [right]) => right.attempt.number - left.attempt.number,
  );
}

/** The attempts that had ended, as the newest ticket knows them, without those that have tickets themselves. */
export function earlierAttempts(tickets: readonly JobTicket[]): readonly Attempt[] {
  const taken = new Set(tickets.map(({ attempt }) => attempt.number));
  const known = tickets.map(({ earlier }) => earlier);
  const most = known.reduce((best, next) => (next.length > best.length ? next : best), []);
  return most
    .filter(({ number }) => !taken.has(number))
    .map((attempt, index) => ({ ...attempt, number: index + 1 }));
}

/** Whether there were attempts of which no ticket tells. */
export function hasUntold([newest]: readonly AttemptTickets[]): boolean {
  return newest?.some(({ others }) => others === true) === true;
}

/** How many of so many places no ticket stands for. */
export function placesLost(tickets: readonly JobTicket[], places: number): number {
  return places - new Set(tickets.flatMap(({ slots }) => slots)).size;
}
