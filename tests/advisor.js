// Answers profiles, one a line, by the scripts of the page: node advisor.js DATA SCRIPT…
"use strict";
const { readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");
const { runInThisContext } = require("node:vm");

const [, , stored, ...scripts] = process.argv;
for (const script of scripts) runInThisContext(readFileSync(script, "utf8"), { filename: script });

const data = JSON.parse(readFileSync(stored, "utf8"));
const groups = new AaGroups(data), profiles = new AaProfiles(data, groups);
const number = new Map(data.terms.map(([short], at) => [short, at]));

createInterface({ input: process.stdin }).on("line", (line) => {
  const { has, lacks, labs, had } = JSON.parse(line);
  const entries = {
    has: has.map((name) => number.get(name)), lacks: lacks.map((name) => number.get(name)),
    labs: labs.map(([name, level]) => [number.get(name), level]),
    had: had.map(([name, outcome]) => [number.get(name), outcome === null ? null : number.get(outcome)]),
  };
  const fragment = profiles.toFragment(entries);
  const answer = { fragment, back: JSON.stringify(profiles.fromFragment(fragment)) === JSON.stringify({ entries, unknown: [] }) };
  try {
    const profile = profiles.read(entries);
    answer.record = new AaPatient(data, groups, profile).advice();
    answer.file = profiles.toFile(profile);
  } catch (error) {
    if (!(error instanceof AaRefusal)) throw error;
    answer.refused = error.message;
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
