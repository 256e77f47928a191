import { readFileSync, writeFileSync } from "node:fs";

/** What a process and its children have used, as Linux counts it. */
export interface ProcessUsage {
  /** Processor time of all threads, in seconds, in steps of a hundredth. */
  readonly cpuSeconds: number;
  /** Resident now, in bytes. */
  readonly residentBytes: number;
  /** The most that was resident since resetPeak, in bytes. */
  readonly peakBytes: number;
}

/** Reads proc(5); throws when the process has ended. */
export function usageOf(pid: number): ProcessUsage {
  let [cpuSeconds, residentBytes, peakBytes] = [0, 0, 0];
  for (const member of familyOf(pid)) {
    cpuSeconds += cpuSecondsIn(readFileSync(`/proc/${member}/stat`, "utf8"));
    const status = readFileSync(`/proc/${member}/status`, "utf8");
    residentBytes += bytesIn(status, "VmRSS");
    peakBytes += bytesIn(status, "VmHWM");
  }
  return { cpuSeconds, residentBytes, peakBytes };
}

/** Sets the peak back to what is resident now. */
export function resetPeak(pid: number): void {
  for (const member of familyOf(pid)) writeFileSync(`/proc/${member}/clear_refs`, "5");
}

/** utime and stime of /proc/PID/stat, in seconds. Its ticks are hundredths of a second on every Linux. */
export function cpuSecondsIn(stat: string): number {
  // The name of the program stands in parentheses and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** A field of /proc/PID/status. */
export function bytesIn(status: string, field: "VmRSS" | "VmHWM"): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`no ${field} in /proc/PID/status`);
  return Number(kilobytes) * 1024;
}

function familyOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return [pid, ...(children === "" ? [] : children.split(" ").map(Number).flatMap(familyOf))];
}
