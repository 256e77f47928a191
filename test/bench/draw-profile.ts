import { readFileSync, writeFileSync } from "node:fs";
import { type CpuProfile, drawFlames, foldProfile } from "./flame-graph.ts";

/** Draws a CPU profile: `node test/bench/draw-profile.ts FILE.cpuprofile FILE.svg TITLE`. */
const [profile, target, title] = process.argv.slice(2);
if (profile === undefined || target === undefined || title === undefined) {
  throw new Error("Give a profile, the file to draw into, and a title.");
}
const flames = foldProfile(JSON.parse(readFileSync(profile, "utf8")) as CpuProfile, process.cwd());
writeFileSync(target, drawFlames(flames, title));
