// Finds peaks as the page does: arguments are the page's folder, the rule and a folder of clips.
//
// Each clip is a file RATE-NAME.f32 of float32 samples; its peaks go to RATE-NAME.json beside it.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const PIECE = 4096; // samples; how the sound is cut makes no difference

const [page, ruleFile, folder] = process.argv.slice(2);
const { PeakFinder } = await import(pathToFileURL(join(page, "finder.js")));
const rule = JSON.parse(readFileSync(ruleFile, "utf8"));
for (const name of readdirSync(folder).filter((one) => one.endsWith(".f32"))) {
  const bytes = readFileSync(join(folder, name));
  const samples = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const finder = new PeakFinder(rule, Number(name.split("-")[0]));
  for (let at = 0; at < samples.length; at += PIECE) finder.feed(samples.subarray(at, at + PIECE));
  writeFileSync(join(folder, name.replace(".f32", ".json")), JSON.stringify(finder.finish()));
}
