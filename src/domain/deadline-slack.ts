/**
 * How close to its deadline a caller's leaving is the deadline itself, in milliseconds.
 * A protocol ends its call at the deadline by itself, and its timer may be a moment
 * before ours.
 */
export const deadlineSlackMs = 50;
